"""How service targets are told: the most urgent one in a list, both beside the ticket, open time in few words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from codex.kernel import clock as instants
from codex.sla import calendar_reading, clock
from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import Cancelled, Created, MessageSent, Occurrence, Retargeted, StatusMoved
from codex.sla.clock_reading import Clocks
from codex.sla.clock_state import CancelCause, Terms
from codex.sla.clock_verdicts import seen_at
from codex.web.present import words
from codex.web.present.desk_views import TargetView
from codex.web.present.service_hours import amount, opening
from codex.web.present.targets import badge, targets

BERLIN, TORONTO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Toronto")
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
MONDAY_10 = "2026-03-02T10:00+01:00"


def calendar(schedule: object = WEEK, *, zone: str = "Europe/Berlin") -> Calendar:
    return calendar_reading.read({"timezone": zone, "schedule": schedule, "holidays": []}, path="")


def at(text: str) -> datetime:
    return instants.parse(text)


def terms(first: float | None = 1, resolution: float | None = 8, *, percent: int | None = 80) -> Terms:
    def hours(count: float | None) -> timedelta | None:
        return timedelta(hours=count) if count else None

    return Terms(
        calendar=calendar(), first_response=hours(first), resolution=hours(resolution), at_risk_percent=percent
    )


def seen(now: str, *then: Occurrence, by: Terms | None = None) -> Clocks:
    """The clocks of a ticket of Monday, ten in Berlin, after what happened to it."""
    by = by or terms()
    state = clock.fold([Created(at=at(MONDAY_10), terms=by, answered=False), *then])
    assert state is not None
    return Clocks(seen_at(state, at(now)), by.calendar)


def moved(when: str, to: str) -> StatusMoved:
    return StatusMoved(at=at(when), to=to)


def answered(when: str) -> MessageSent:
    return MessageSent(at=at(when), by="agent", visibility="PUBLIC")


def told(clocks: Clocks, now: str, zone: ZoneInfo = BERLIN) -> list[TargetView]:
    return [*targets(clocks, href="/why", now=at(now), zone=zone).targets]


def shown(clocks: Clocks, now: str) -> tuple[str, str, str] | None:
    found = badge(clocks, now=at(now))
    return (found.state, found.what, found.text) if found else None


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ("2026-03-02T10:20+01:00", [], ("on-track", "Reply", "40m")),
        ("2026-03-02T10:50+01:00", [], ("at-risk", "Reply", "10m")),
        ("2026-03-02T11:00+01:00", [], ("at-risk", "Reply", "<1m")),
        ("2026-03-02T11:26+01:00", [], ("overdue", "Reply", "26m")),
        ("2026-03-02T11:26+01:00", [answered("2026-03-02T10:30+01:00")], ("on-track", "Resolve", "6h 34m")),
        ("2026-03-03T07:00+01:00", [answered("2026-03-02T10:30+01:00")], ("at-risk", "Resolve", "1h")),
        ("2026-03-03T10:30+01:00", [answered("2026-03-02T10:30+01:00")], ("overdue", "Resolve", "30m")),
        (
            "2026-03-03T10:30+01:00",
            [answered("2026-03-02T10:30+01:00"), moved("2026-03-02T11:00+01:00", "WAITING_ON_REQUESTER")],
            ("paused", "", ""),
        ),
        (
            "2026-03-03T10:30+01:00",
            [answered("2026-03-02T10:30+01:00"), moved("2026-03-02T11:00+01:00", "RESOLVED")],
            ("met", "", ""),
        ),
        ("2026-03-03T10:30+01:00", [moved("2026-03-02T12:00+01:00", "RESOLVED")], ("missed", "", "")),
        ("2026-03-03T10:30+01:00", [Cancelled(at=at("2026-03-02T10:05+01:00"), cause=CancelCause.MERGED)], None),
    ],
)
def test_a_list_shows_the_target_that_is_due_first(
    now: str, then: list[Occurrence], expected: tuple[str, str, str] | None
) -> None:
    assert shown(seen(now, *then), now) == expected


def test_a_waiting_ticket_whose_first_reply_is_due_shows_the_reply() -> None:
    now = "2026-03-02T10:40+01:00"
    assert shown(seen(now, moved("2026-03-02T10:10+01:00", "WAITING_ON_VENDOR")), now) == ("on-track", "Reply", "20m")


def test_where_nobody_is_warned_the_last_quarter_is_at_risk() -> None:
    by = terms(None, 8, percent=None)
    for now, state in (("2026-03-02T16:00+01:00", "on-track"), ("2026-03-03T09:00+01:00", "at-risk")):
        found = badge(seen(now, by=by), now=at(now))
        assert found is not None and found.state == state


def test_nothing_promised_shows_nothing() -> None:
    now = "2026-03-02T10:20+01:00"
    assert badge(None, now=at(now)) is None
    assert badge(seen(now, by=terms(None, None)), now=at(now)) is None
    assert targets(None, href="/why", now=at(now), zone=BERLIN).why_href == ""


def test_both_targets_stand_beside_the_ticket_in_words() -> None:
    now = "2026-03-02T15:52+01:00"
    first, resolution = told(seen(now, answered("2026-03-02T10:18+01:00"), by=terms(1, 6.5)), now)
    assert (first.label, first.state, first.word, first.line) == ("First reply", "met", "Met", "in 18m, target 1h")
    assert (first.glyph, first.tone) == ("s-resolved", "green")
    assert (resolution.label, resolution.state, resolution.word) == ("Resolution", "at-risk", "38m left")
    assert resolution.line == "Due today 16:30 · Mon–Fri 9–17"
    assert (resolution.glyph, resolution.tone, resolution.left) == ("", "amber", 10)


def test_what_is_late_what_waits_and_what_was_missed() -> None:
    now = "2026-03-03T10:00+01:00"
    first, resolution = told(seen(now, moved("2026-03-02T11:00+01:00", "WAITING_ON_REQUESTER")), now)
    assert (first.word, first.line) == ("7h over", "Was due yesterday 11:00 · Mon–Fri 9–17")
    assert (resolution.word, resolution.line) == ("Paused", "7h left of 8h")
    first, resolution = told(seen(now, moved("2026-03-02T12:00+01:00", "RESOLVED")), now)
    assert (first.word, first.line, first.tone) == ("Missed", "1h late, target 1h", "red")
    assert (resolution.word, resolution.line) == ("Met", "in 2h, target 8h")


def test_a_late_target_that_waits_says_so() -> None:
    now = "2026-03-04T10:00+01:00"
    late = seen(now, moved("2026-03-03T12:00+01:00", "WAITING_ON_REQUESTER"))
    assert told(late, now)[1].line == "Was due yesterday 10:00 · Mon–Fri 9–17 · waiting now"


def test_a_promise_kept_after_one_that_was_broken_is_no_clean_slate() -> None:
    now = "2026-03-02T15:00+01:00"
    lowered = Retargeted(at=at("2026-03-02T12:00+01:00"), terms=terms(8, 24), cause="PRIORITY")
    first, _ = told(seen(now, lowered, answered("2026-03-02T13:00+01:00")), now)
    assert (first.word, first.line) == ("Met", "in 3h, target 8h; missed before")


def test_due_times_are_the_readers_and_hours_say_where_they_hold() -> None:
    now = "2026-03-02T15:52+01:00"
    resolution = told(seen(now), now, TORONTO)[1]
    assert resolution.line == "Due tomorrow 04:00 · Mon–Fri 9–17 Berlin time"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (timedelta(), "<1m"),
        (timedelta(seconds=59), "<1m"),
        (timedelta(minutes=48, seconds=59), "48m"),
        (timedelta(hours=3, minutes=5), "3h 05m"),
        (timedelta(hours=41), "41h"),
    ],
)
def test_open_time_is_told_in_hours_and_minutes(duration: timedelta, expected: str) -> None:
    assert amount(duration) == expected


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (WEEK, "Mon–Fri 9–17"),
        (WEEK | {"fri": [["09:00", "13:30"]]}, "Mon–Thu 9–17, Fri 9–13:30"),
        ({"tue": [["08:30", "12:00"], ["13:00", "17:30"]]}, "Tue 8:30–12 and 13–17:30"),
        ({"mon": [["09:00", "17:00"]], "wed": [["09:00", "12:00"]], "fri": [["10:00", "12:00"]]}, "in opening hours"),
        ({"sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}, "Sat–Sun all day"),
    ],
)
def test_opening_hours_are_told_in_a_line(schedule: object, expected: str) -> None:
    assert opening(calendar(schedule), now=datetime(2026, 3, 2, tzinfo=UTC), zone=BERLIN) == expected


def test_a_calendar_that_is_never_closed_is_round_the_clock() -> None:
    assert opening(Calendar.always(), now=datetime(2026, 3, 2, tzinfo=UTC), zone=BERLIN) == "round the clock"


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-03-02T16:10+01:00", "Someone replies by 16:10 today."),
        ("2026-03-03T09:00+01:00", "Someone replies by 09:00 tomorrow."),
        ("2026-03-06T09:30+01:00", "Someone replies by Fri 6 Mar, 09:30."),
    ],
)
def test_what_is_promised_to_a_requester_has_no_jargon(due: str, expected: str) -> None:
    assert words.promised(at(due), now=at(MONDAY_10), zone=BERLIN) == expected
