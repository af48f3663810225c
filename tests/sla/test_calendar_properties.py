"""What holds of every calendar: adding and elapsing are each other's inverse, and never go backwards."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import brute_force
from hypothesis import given, settings
from hypothesis import strategies as st

from codex.sla.calendar import Calendar
from codex.sla.local_hours import Spans

ZONES = (
    "Europe/Berlin", "America/New_York", "Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Apia", "America/Sao_Paulo", "Atlantic/Azores", "America/St_Johns", "Africa/Casablanca", "Asia/Kathmandu",
)  # fmt: skip
# Years with every kind of change: Apia's missing day, São Paulo's missing midnight, today's rules, rules far ahead.
BEGINNINGS = [datetime(year, 1, 1, tzinfo=UTC) for year in (2010, 2011, 2018, 2026, 2045)]
MICROSECOND = timedelta(microseconds=1)


def spans(edges: set[int]) -> Spans:
    inner = sorted(edges)
    return tuple(zip(inner[::2], inner[1::2], strict=False))


SPANS = st.sets(st.integers(0, 1440), max_size=6).map(spans)
INSTANTS = st.builds(
    lambda begin, micros: begin + timedelta(microseconds=micros),
    st.sampled_from(BEGINNINGS), st.integers(0, 400 * 86_400_000_000),
)  # fmt: skip
DURATIONS = st.integers(1, 60 * 3_600_000_000).map(lambda micros: timedelta(microseconds=micros))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.lists(SPANS, min_size=7, max_size=7))
    days = draw(st.dictionaries(st.integers(0, 400), SPANS, max_size=5))
    dates = {(begin + timedelta(days=day)).date(): hours for begin in BEGINNINGS for day, hours in days.items()}
    return Calendar(draw(st.sampled_from(ZONES)), tuple(week), dates)


@settings(max_examples=150, deadline=None)
@given(calendars(), INSTANTS, DURATIONS)
def test_the_time_until_what_was_added_is_what_was_added(
    calendar: Calendar, start: datetime, duration: timedelta
) -> None:
    due = calendar.add(start, duration)

    if due is None:
        assert calendar.elapsed(start, start + timedelta(days=1825)) < duration
    else:
        assert calendar.elapsed(start, due) == duration
        assert calendar.elapsed(start, due - MICROSECOND) == duration - MICROSECOND


@settings(max_examples=150, deadline=None)
@given(calendars(), INSTANTS, st.lists(DURATIONS, min_size=2, max_size=5))
def test_more_is_later_and_in_parts_is_the_same(
    calendar: Calendar, start: datetime, durations: list[timedelta]
) -> None:
    whole = calendar.add(start, sum(durations, timedelta()))
    at: datetime | None = start
    for duration in durations:
        before, at = at, calendar.add(at, duration) if at else None
        assert at is None or (before is not None and at >= before + duration)

    assert at == whole


@settings(max_examples=150, deadline=None)
@given(calendars(), st.lists(INSTANTS, min_size=3, max_size=6))
def test_what_elapses_adds_up_and_is_what_the_openings_come_to(calendar: Calendar, instants: list[datetime]) -> None:
    first, *_, last = instants = sorted(instants)[:4]
    if last - first > timedelta(days=800):
        last, instants = first, [first]
    parts = [calendar.elapsed(start, end) for start, end in pairwise(instants)]
    found = list(calendar.openings(first, last))

    assert sum(parts, timedelta()) == calendar.elapsed(first, last)
    assert sum((end - start for start, end in found), timedelta()) == calendar.elapsed(first, last)
    assert all(start < end for start, end in found)
    assert all(end < start for (_, end), (start, _) in pairwise(found))
    assert all(first <= start and end <= last for start, end in found)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES[:9]),
    st.lists(st.sets(st.integers(0, 96), max_size=4).map(lambda q: spans({15 * x for x in q})), min_size=7, max_size=7),
    st.sampled_from(BEGINNINGS[:4]), st.integers(0, 364),
)  # fmt: skip
def test_what_is_open_is_what_a_walk_through_the_local_times_finds_open(
    zone: str, week: list[Spans], begin: datetime, day: int
) -> None:
    start = begin + timedelta(days=day)
    said = {
        "timezone": zone,
        "schedule": {
            name: [[f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}"] for a, b in spans_]
            for name, spans_ in zip(brute_force.DAYS, week, strict=True)
        },
    }
    first, end = brute_force.grid(start), brute_force.grid(start + timedelta(days=7))
    walked = brute_force.open_steps(said, first, end)

    found = Calendar(zone, tuple(week)).openings(start, start + timedelta(days=7))

    steps = [step for opened, closed in found for step in range(brute_force.grid(opened), brute_force.grid(closed))]
    assert steps == sorted(walked)
