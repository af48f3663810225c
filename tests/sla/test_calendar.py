"""Opening hours as arithmetic: what local times mean where clocks change, dates that are otherwise, far due times."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from simulations import A, N

from codex.kernel import clock
from codex.sla.calendar import Calendar
from codex.sla.calendar_reading import read

HOUR = timedelta(hours=1)
ALL = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def every_day(zone: str, *spans: tuple[str, str]) -> Calendar:
    return read({"timezone": zone, "schedule": {day: [list(span) for span in spans] for day in ALL}})


def on(zone: str, *entries: tuple[str, list[list[str]]]) -> Calendar:
    """Open on some dates alone."""
    holidays = [{"date": day, "name": "x", "hours": hours} for day, hours in entries]
    return read({"timezone": zone, "schedule": {}, "holidays": holidays})


def openings(calendar: Calendar, start: str, end: str) -> list[tuple[str, str]]:
    found = calendar.openings(clock.parse(start), clock.parse(end))
    return [(f"{opened:%m-%dT%H:%M}Z", f"{closed:%m-%dT%H:%M}Z") for opened, closed in found]


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        # Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
        (every_day("Europe/Berlin", ("01:00", "02:30")), "2026-03-29", [("03-29T00:00Z", "03-29T01:00Z")]),
        (every_day("Europe/Berlin", ("02:30", "04:00")), "2026-03-29", [("03-29T01:00Z", "03-29T02:00Z")]),
        (every_day("Europe/Berlin", ("02:15", "02:45")), "2026-03-29", []),
        (every_day("Europe/Berlin", ("01:30", "03:30")), "2026-03-29", [("03-29T00:30Z", "03-29T01:30Z")]),
        (every_day("Europe/Berlin", ("02:00", "03:00")), "2026-03-29", []),
        # Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z; 02:00 to 03:00 comes twice.
        (every_day("Europe/Berlin", ("02:00", "03:00")), "2026-10-25", [("10-25T00:00Z", "10-25T02:00Z")]),
        (every_day("Europe/Berlin", ("02:30", "02:45")), "2026-10-25", [("10-25T00:30Z", "10-25T01:45Z")]),
        (every_day("Europe/Berlin", ("01:00", "02:30")), "2026-10-25", [("10-24T23:00Z", "10-25T01:30Z")]),
        (every_day("Europe/Berlin", ("03:00", "04:00")), "2026-10-25", [("10-25T02:00Z", "10-25T03:00Z")]),
        # A break in the hour that comes twice: open again at the first 02:45, before closing at the second 02:30.
        (
            every_day("Europe/Berlin", ("01:00", "02:30"), ("02:45", "04:00")),
            "2026-10-25",
            [("10-24T23:00Z", "10-25T03:00Z")],
        ),
        # New York, 2026-03-08 and 2026-11-01.
        (every_day("America/New_York", ("01:30", "02:30")), "2026-03-08", [("03-08T06:30Z", "03-08T07:00Z")]),
        (every_day("America/New_York", ("01:30", "02:00")), "2026-11-01", [("11-01T05:30Z", "11-01T07:00Z")]),
        # Sydney, 2026-10-04 and 2026-04-05.
        (every_day("Australia/Sydney", ("01:00", "04:00")), "2026-10-04", [("10-03T15:00Z", "10-03T17:00Z")]),
        (every_day("Australia/Sydney", ("02:00", "03:00")), "2026-04-05", [("04-04T15:00Z", "04-04T17:00Z")]),
        # Lord Howe goes forward and back by half an hour.
        (every_day("Australia/Lord_Howe", ("01:45", "02:15")), "2026-10-04", [("10-03T15:15Z", "10-03T15:30Z")]),
        (every_day("Australia/Lord_Howe", ("01:15", "02:30")), "2026-04-05", [("04-04T14:15Z", "04-04T16:00Z")]),
        (every_day("Australia/Lord_Howe", ("01:30", "02:00")), "2026-04-05", [("04-04T14:30Z", "04-04T15:30Z")]),
        # Kolkata never changes.
        (every_day("Asia/Kolkata", ("09:00", "17:30")), "2026-03-29", [("03-29T03:30Z", "03-29T12:00Z")]),
    ],
)  # fmt: skip
def test_a_time_that_is_not_or_is_twice_opens_and_closes_as_promised(
    calendar: Calendar, day: str, expected: list[tuple[str, str]]
) -> None:
    zone_noon = datetime.fromisoformat(f"{day}T12:00").replace(
        tzinfo=calendar.local(clock.parse(f"{day}T12:00Z")).tzinfo
    )
    start, end = zone_noon - timedelta(hours=13), zone_noon + timedelta(hours=11)

    found = openings(calendar, start.isoformat(), end.isoformat())

    assert found == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours", "expected"),
    [
        # Midnight is skipped: São Paulo, 2018-11-04 begins at 01:00 (03:00Z).
        ("America/Sao_Paulo", "2018-11-03", [["22:00", "24:00"]], [("11-04T01:00Z", "11-04T03:00Z")]),
        ("America/Sao_Paulo", "2018-11-04", [["00:00", "02:00"]], [("11-04T03:00Z", "11-04T04:00Z")]),
        # 23:00 to 24:00 comes twice: São Paulo, 2018-02-17.
        ("America/Sao_Paulo", "2018-02-17", [["22:00", "24:00"]], [("02-18T00:00Z", "02-18T03:00Z")]),
        ("America/Sao_Paulo", "2018-02-17", [["22:00", "23:00"]], [("02-18T00:00Z", "02-18T02:00Z")]),
        ("America/Sao_Paulo", "2018-02-18", [["00:00", "01:00"]], [("02-18T03:00Z", "02-18T04:00Z")]),
        # Midnight comes twice: the Azores, 2026-10-25. The 24th ends at the first.
        ("Atlantic/Azores", "2026-10-24", [["23:00", "24:00"]], [("10-24T23:00Z", "10-25T00:00Z")]),
        ("Atlantic/Azores", "2026-10-25", [["00:00", "01:00"]], [("10-25T00:00Z", "10-25T02:00Z")]),
        # 23:01 to 00:01 comes twice, and with it the end of a date: St John's, 2010-11-06. It ends at the second.
        ("America/St_Johns", "2010-11-06", [["23:30", "24:00"]], [("11-07T02:00Z", "11-07T03:30Z")]),
        # Apia never saw 2011-12-30.
        ("Pacific/Apia", "2011-12-29", [["22:00", "24:00"]], [("12-30T08:00Z", "12-30T10:00Z")]),
        ("Pacific/Apia", "2011-12-30", [["00:00", "24:00"]], []),
        ("Pacific/Apia", "2011-12-31", [["00:00", "01:00"]], [("12-30T10:00Z", "12-30T11:00Z")]),
    ],
)  # fmt: skip
def test_a_date_begins_and_ends_where_its_zone_says(
    zone: str, day: str, hours: list[list[str]], expected: list[tuple[str, str]]
) -> None:
    year = day[:4]

    assert openings(on(zone, (day, hours)), f"{year}-01-01T00:00Z", f"{year}-12-31T23:59Z") == expected


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-27T12:00Z", 8), ("2026-03-28T12:00Z", 7), ("2026-10-24T12:00Z", 9), ("2026-10-25T12:00Z", 8)],
)
def test_a_night_shift_lasts_as_long_as_the_night(evening: str, hours: int) -> None:
    start = clock.parse(evening)
    as_one = read(N)
    as_two = every_day("Europe/London", ("22:00", "24:00"), ("00:00", "06:00"))

    assert as_one == as_two
    assert as_one.elapsed(start, start + 24 * HOUR) == hours * HOUR


def test_a_holiday_takes_its_own_date_from_the_night_shift_and_no_more() -> None:
    nights = {"timezone": "Europe/London", "schedule": {day: [["22:00", "06:00"]] for day in ALL}}
    calendar = read({**nights, "holidays": [{"date": "2026-01-07", "name": "Closed"}]})

    assert openings(calendar, "2026-01-06T12:00Z", "2026-01-09T00:00Z") == [
        ("01-06T22:00Z", "01-07T00:00Z"),
        ("01-08T00:00Z", "01-08T06:00Z"),
        ("01-08T22:00Z", "01-09T00:00Z"),
    ]


def test_the_night_shift_of_a_date_reaches_into_the_next_unless_that_has_an_entry() -> None:
    night = {"date": "2026-01-06", "name": "Stocktaking", "hours": [["20:00", "03:00"]]}
    week = {"timezone": "Europe/London", "schedule": {"wed": [["02:00", "10:00"]]}}
    alone, before_closed = (
        read({**week, "holidays": [night, *more]}) for more in ([], [{"date": "2026-01-07", "name": "Closed"}])
    )

    assert openings(alone, "2026-01-06T00:00Z", "2026-01-08T00:00Z") == [("01-06T20:00Z", "01-07T10:00Z")]
    assert openings(before_closed, "2026-01-06T00:00Z", "2026-01-08T00:00Z") == [("01-06T20:00Z", "01-07T00:00Z")]


def test_a_date_entry_replaces_its_weekday() -> None:
    calendar = read(A)

    assert openings(calendar, "2026-03-13T20:00Z", "2026-03-15T20:00Z") == [("03-14T08:00Z", "03-14T11:00Z")]
    assert openings(calendar, "2026-12-23T20:00Z", "2026-12-27T20:00Z") == [("12-24T08:00Z", "12-24T12:00Z")]
    assert calendar.names[date(2026, 4, 3)] == "Good Friday"


def test_round_the_clock_is_never_interrupted_by_the_turn_of_a_year_or_of_the_clocks() -> None:
    calendar = Calendar.always("Atlantic/Azores")
    start = datetime(2026, 1, 1, tzinfo=UTC)

    assert calendar.is_always
    assert list(calendar.openings(start, start + 2000 * 24 * HOUR)) == [(start, start + 2000 * 24 * HOUR)]
    assert calendar.add(start, 10_000 * HOUR) == start + 10_000 * HOUR


def test_fractions_of_a_second_are_exact() -> None:
    calendar, odd = read(A), timedelta(microseconds=1)
    friday = clock.parse("2026-03-06T16:59:59.999999+01:00")

    assert calendar.add(friday, odd) == friday + odd
    assert calendar.add(friday, 2 * odd) == clock.parse("2026-03-09T09:00:00.000001+01:00")
    assert calendar.elapsed(friday, clock.parse("2026-03-09T09:00:00.000001+01:00")) == 2 * odd


def test_an_exact_fit_ends_when_it_closes() -> None:
    calendar = read(A)
    monday = clock.parse("2026-03-02T09:00+01:00")

    assert calendar.add(monday, 8 * HOUR) == clock.parse("2026-03-02T17:00+01:00")
    assert calendar.add(clock.parse("2026-02-28T12:00+01:00"), 40 * HOUR) == clock.parse("2026-03-06T17:00+01:00")


def test_nothing_takes_no_time_open_or_not() -> None:
    night = clock.parse("2026-03-02T03:00Z")

    assert read(A).add(night, timedelta()) == night


def test_time_does_not_run_backwards() -> None:
    calendar, at = read(A), clock.parse("2026-03-02T03:00Z")

    with pytest.raises(ValueError, match="backwards"):
        calendar.add(at, -HOUR)
    with pytest.raises(ValueError, match="backwards"):
        calendar.elapsed(at, at - HOUR)


@pytest.mark.parametrize(
    ("opens", "expected"),
    [("2030-12-31", "2030-12-31T10:00:00Z"), ("2031-01-01", "2031-01-01T10:00:00Z"), ("2031-01-04", None)],
)
def test_nobody_waits_longer_than_five_years_for_an_opening(opens: str, expected: str | None) -> None:
    due = on("UTC", (opens, [["09:00", "17:00"]])).add(clock.parse("2026-01-01T12:00Z"), HOUR)

    assert (due and clock.iso(due)) == expected


def test_five_years_without_an_opening_end_it_on_the_way_too() -> None:
    calendar = on("UTC", ("2026-02-01", [["09:00", "10:00"]]), ("2034-02-01", [["09:00", "17:00"]]))
    start = clock.parse("2026-01-01T00:00Z")

    assert calendar.add(start, HOUR) == clock.parse("2026-02-01T10:00Z")
    assert calendar.add(start, 2 * HOUR) is None
    assert calendar.elapsed(start, clock.parse("2035-01-01T00:00Z")) == 9 * HOUR


@pytest.mark.parametrize(
    "calendar",
    [
        read(A),
        read({"timezone": "UTC", "schedule": {}}),
        read({"timezone": "Europe/Berlin", "schedule": {"mon": [["02:00", "02:01"]]}}),
        Calendar.always(),
        on("Europe/Berlin", *((f"{year}-06-01", [["09:00", "09:01"]]) for year in range(2026, 2400, 4))),
    ],
    ids=["workdays", "never", "a minute a week", "always", "a minute in four years"],
)
@pytest.mark.parametrize("hours", [1, 100_000, 10**9])
def test_the_farthest_due_time_is_found_or_given_up_within_a_second(calendar: Calendar, hours: int) -> None:
    began = time.process_time()

    due = calendar.add(clock.parse("2026-03-02T09:00Z"), hours * HOUR)

    assert time.process_time() - began < 1
    assert due is None or due < datetime(2127, 1, 1, tzinfo=UTC)


def test_calendars_with_the_same_hours_are_equal_and_work_things_out_once() -> None:
    one, other = read(A), read(dict(A))

    assert one == other and hash(one) == hash(other) and one is not other
    assert one != read({**A, "timezone": "Europe/Paris"})
    assert one != read({**A, "holidays": []})
    assert {one: "found"}[other] == "found"
