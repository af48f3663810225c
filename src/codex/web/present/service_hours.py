"""Opening hours and the time that clocks count, in as few words as a line beside a ticket has room for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from codex.sla.calendar import Calendar
from codex.web.present.language import gettext as _

_WHOLE_DAY = ((0, 1440),)
_MOST_PARTS = 2


def amount(duration: timedelta) -> str:
    """So much open time: "48m", "3h 05m", "41h"; never in days, which are longer than opening hours."""
    hours, rest = divmod(duration, timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    if not hours:
        return _("{minutes}m").format(minutes=minutes) if minutes else _("<1m")
    if not minutes:
        return _("{hours}h").format(hours=hours)
    return _("{hours}h {minutes:02}m").format(hours=hours, minutes=minutes)


def opening(calendar: Calendar, *, now: datetime, zone: ZoneInfo) -> str:
    """When is open: "Mon–Fri 9–18", "round the clock"; with the place where it is another time than for the reader."""
    if calendar.is_always:
        return _("round the clock")
    parts = list(_parts(calendar))
    told = ", ".join(parts) if len(parts) <= _MOST_PARTS else _("in opening hours")
    if calendar.local(now).utcoffset() == now.astimezone(zone).utcoffset():
        return told
    place = calendar.zone.rpartition("/")[2].replace("_", " ")
    return _("{hours} {place} time").format(hours=told, place=place)


def _parts(calendar: Calendar) -> Iterator[str]:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    for spans, days in groupby(zip(calendar.week, names, strict=True), key=lambda day: day[0]):
        named = [name for _spans, name in days]
        if spans:
            hours = _("all day") if spans == _WHOLE_DAY else _(" and ").join(f"{_at(a)}–{_at(b)}" for a, b in spans)
            yield f"{named[0]}–{named[-1]} {hours}" if len(named) > 1 else f"{named[0]} {hours}"


def _at(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}" if minute else f"{hour}"
