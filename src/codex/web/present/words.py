"""The words for statuses, priorities, channels, people and times, in one place.

Pure: `now` and the reader's zone are arguments. Instants come in as aware UTC and leave in the reader's zone.
"""

from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from codex.web.present.language import gettext as _
from codex.web.present.views import PersonView, PriorityView, StatusView, TimeView, Tone

_GLYPHS: dict[str, tuple[str, Tone]] = {
    "NEW": ("s-new", "violet"),
    "TRIAGED": ("s-triaged", "violet"),
    "ASSIGNED": ("s-assigned", "accent"),
    "IN_PROGRESS": ("s-in-progress", "accent"),
    "WAITING_ON_REQUESTER": ("s-waiting-on-requester", "amber"),
    "WAITING_ON_VENDOR": ("s-waiting-on-vendor", "quiet"),
    "RESOLVED": ("s-resolved", "green"),
    "CLOSED": ("s-closed", "quiet"),
    "REOPENED": ("s-reopened", "accent"),
}
# What requesters are not meant to tell apart looks the same to them.
_SEEN_BY_REQUESTERS = {"TRIAGED": "NEW", "ASSIGNED": "IN_PROGRESS", "REOPENED": "IN_PROGRESS"}


def status_for_agents(status: str) -> StatusView:
    words = {
        "NEW": _("New"),
        "TRIAGED": _("Triaged"),
        "ASSIGNED": _("Assigned"),
        "IN_PROGRESS": _("In progress"),
        "WAITING_ON_REQUESTER": _("Waiting on requester"),
        "WAITING_ON_VENDOR": _("Waiting on vendor"),
        "RESOLVED": _("Resolved"),
        "CLOSED": _("Closed"),
        "REOPENED": _("Reopened"),
    }
    glyph, tone = _GLYPHS[status]
    return StatusView(value=status, word=words[status], glyph=glyph, tone=tone)


def status_for_requesters(status: str) -> StatusView:
    words = {
        "NEW": _("Received"),
        "IN_PROGRESS": _("In progress"),
        "WAITING_ON_REQUESTER": _("Your turn"),
        "WAITING_ON_VENDOR": _("Waiting for a supplier"),
        "RESOLVED": _("Solved"),
        "CLOSED": _("Closed"),
    }
    seen = _SEEN_BY_REQUESTERS.get(status, status)
    glyph, tone = _GLYPHS[seen]
    return StatusView(value=status, word=words[seen], glyph=glyph, tone=tone)


def priority(value: str) -> PriorityView:
    words: dict[str, tuple[str, str, Tone]] = {
        "P1": (_("Urgent"), "p-urgent", "red"),
        "P2": (_("High"), "p-high", "plain"),
        "P3": (_("Normal"), "p-normal", "quiet"),
        "P4": (_("Low"), "p-low", "quiet"),
    }
    word, glyph, tone = words[value]
    return PriorityView(value=value, word=word, glyph=glyph, tone=tone, is_loud=value in {"P1", "P2"})


def channel(value: str) -> str:
    """How something came in, to follow a verb: "opened by email"."""
    return {"PORTAL": _("in the portal"), "EMAIL": _("by email")}[value]


def via(value: str) -> str:
    """How a message came in, beside its author."""
    return {"PORTAL": _("via portal"), "EMAIL": _("via email")}[value]


def person(id: object, name: str, *, email: str = "") -> PersonView:
    return PersonView(name=name, initials=initials(name), hue=hue(id), email=email)


def hue(id: object) -> int:
    """1…8 for an id, the same in every process and for good."""
    return crc32(str(id).encode()) % 8 + 1


def initials(name: str) -> str:
    """First letters of the first and the last word of a name."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def age(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """How long ago, as short as a list needs it: "now", "9m", "1h", "Yesterday", "Thu", "Fri 20 Nov, 09:12"."""
    local, days = at.astimezone(zone), _days_between(at, now, zone)
    passed = now - at
    if passed < timedelta(minutes=1):
        return _("now") if passed > timedelta(minutes=-1) else stamp(at, now=now, zone=zone)
    if passed < timedelta(hours=1):
        return _("{minutes}m").format(minutes=passed // timedelta(minutes=1))
    if days == 0:
        return _("{hours}h").format(hours=passed // timedelta(hours=1))
    if days == 1:
        return _("Yesterday")
    return weekday(local) if days < 7 else stamp(at, now=now, zone=zone)


def stamp(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When: "13:58" today, "Yesterday, 13:58", "Fri 20 Nov, 09:12", with the year when it is another one."""
    local, days = at.astimezone(zone), _days_between(at, now, zone)
    if days == 0:
        return clock(local)
    if days == 1:
        return _("Yesterday, {time}").format(time=clock(local))
    return _("{date}, {time}").format(date=_date(local, now.astimezone(zone)), time=clock(local))


def moment(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When, to end a sentence: "today at 16:10", "tomorrow at 09:00", "on Fri 20 Nov at 09:12"."""
    local, days = at.astimezone(zone), _days_between(at, now, zone)
    patterns = {0: _("today at {time}"), 1: _("yesterday at {time}"), -1: _("tomorrow at {time}")}
    pattern = patterns.get(days, _("on {date} at {time}"))
    return pattern.format(date=_date(local, now.astimezone(zone)), time=clock(local))


def by(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When something is due: "today 16:10", "tomorrow 09:00", "Fri 20 Nov, 09:12"."""
    local, days = at.astimezone(zone), _days_between(at, now, zone)
    patterns = {0: _("today {time}"), 1: _("yesterday {time}"), -1: _("tomorrow {time}")}
    pattern = patterns.get(days, _("{date}, {time}"))
    return pattern.format(date=_date(local, now.astimezone(zone)), time=clock(local))


def promised(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """What a requester may count on: "Someone replies by 16:10 today."."""
    local, days = at.astimezone(zone), _days_between(at, now, zone)
    patterns = {0: _("Someone replies by {time} today."), -1: _("Someone replies by {time} tomorrow.")}
    pattern = patterns.get(days, _("Someone replies by {date}, {time}."))
    return pattern.format(date=_date(local, now.astimezone(zone)), time=clock(local))


def day(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """The day, for a line between two days: "Today", "Yesterday", "Fri 20 Nov"."""
    names = {0: _("Today"), 1: _("Yesterday")}
    return names.get(_days_between(at, now, zone)) or _date(at.astimezone(zone), now.astimezone(zone))


def exact(at: datetime, *, zone: ZoneInfo) -> str:
    """All of it: "Fri 20 Nov 2026, 09:12 CET"."""
    local = at.astimezone(zone)
    return f"{weekday(local)} {local.day} {month(local)} {local.year}, {clock(local)} {local.tzname()}"


def ago(at: datetime, *, now: datetime, zone: ZoneInfo) -> TimeView:
    """An instant for a list."""
    return _view(age(at, now=now, zone=zone), at, zone)


def when(at: datetime, *, now: datetime, zone: ZoneInfo) -> TimeView:
    """An instant for a conversation or a history."""
    return _view(stamp(at, now=now, zone=zone), at, zone)


def dated(at: datetime, *, now: datetime, zone: ZoneInfo) -> TimeView:
    """An instant long ago, of which only the day matters: "18 Sep", "18 Sep 2025"."""
    local = at.astimezone(zone)
    words = f"{local.day} {month(local)}"
    return _view(words if local.year == now.astimezone(zone).year else f"{words} {local.year}", at, zone)


def date_in_full(day: date) -> str:
    """A day of the calendar, in no zone: "Fri 20 Nov 2026"."""
    noon = datetime.combine(day, time(12), UTC)
    return f"{weekday(noon)} {day.day} {month(noon)} {day.year}"


def clock(local: datetime) -> str:
    return f"{local:%H:%M}"


def weekday(local: datetime) -> str:
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[local.weekday()]


def month(local: datetime) -> str:
    names = (
        _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
        _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
    )  # fmt: skip
    return names[local.month - 1]


def _view(words: str, at: datetime, zone: ZoneInfo) -> TimeView:
    return TimeView(words=words, iso=f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", exact=exact(at, zone=zone))


def _date(local: datetime, today: datetime) -> str:
    date = f"{weekday(local)} {local.day} {month(local)}"
    return date if local.year == today.year else f"{date} {local.year}"


def _days_between(at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Midnights in the reader's zone between then and now; negative when it is to come."""
    return (now.astimezone(zone).date() - at.astimezone(zone).date()).days
