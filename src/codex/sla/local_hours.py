"""Local hours become instants: the open intervals of a year, resolved date by date (sla.md rules 15 and 16). Pure.

A time that a change of the clocks skips is the first instant after the gap; one that there is twice opens at its first
and closes at its second occurrence. 24:00 is where the local date ends, so that no date's hours reach into the next
one, which may be a holiday: that is also so where midnight is skipped, or comes twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Spans = tuple[tuple[int, int], ...]
Week = tuple[Spans, ...]
Dates = tuple[tuple[date, Spans], ...]
Interval = tuple[int, int]

DAY = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_EPOCH_ORDINAL = EPOCH.toordinal()


def since_epoch(at: datetime) -> int:
    """An instant in microseconds since 1970 began in UTC."""
    return (at - EPOCH) // MICROSECOND


def open_intervals(zone: str, week: Week, dates: Dates, year: int) -> list[Interval]:
    """The open intervals of a year of UTC in microseconds since the epoch, in order, apart from each other."""
    begin, end = (since_epoch(datetime(number, 1, 1, tzinfo=UTC)) for number in (year, year + 1))
    found = sorted(_by_date(ZoneInfo(zone), week, dict(dates), year))
    return [
        (max(opened, begin), min(closed, end)) for opened, closed in _united(found) if opened < end and closed > begin
    ]


def _by_date(zone: ZoneInfo, week: Week, dates: dict[date, Spans], year: int) -> Iterator[Interval]:
    first = date(year, 1, 1).toordinal() - 2
    days = range(first, date(year, 12, 31).toordinal() + 3)
    offsets = [_offset(zone, datetime.fromordinal(day)) for day in range(days[0] - 1, days[-1] + 3)]
    for place, day in enumerate(days):
        local = date.fromordinal(day)
        spans = dates.get(local)
        if spans is None:
            spans = week[local.weekday()]
        around = offsets[place : place + 4]
        if around.count(around[0]) == 4:  # the clocks are not changed anywhere near
            midnight = (day - _EPOCH_ORDINAL) * DAY * _MINUTE - around[0]
            for opens, closes in spans:
                yield midnight + opens * _MINUTE, midnight + closes * _MINUTE
        else:
            for opens, closes in spans:
                opened, closed = _first(zone, local, opens), _last(zone, local, closes)
                if opened < closed:
                    yield opened, closed


def _united(intervals: list[Interval]) -> Iterator[Interval]:
    """Overlapping and touching intervals as one. Where an hour comes twice, those of a lunch break may overlap."""
    if not intervals:
        return
    opened, closed = intervals[0]
    for start, end in intervals:
        if start > closed:
            yield opened, closed
            opened = start
        closed = max(closed, end)
    yield opened, closed


def _first(zone: ZoneInfo, day: date, minute: int) -> int:
    early, late = _occurrences(zone, day, minute)
    return early if early <= late else _end_of_gap(zone, late, early)


def _last(zone: ZoneInfo, day: date, minute: int) -> int:
    early, late = _occurrences(zone, day, minute)
    if early > late:
        return _end_of_gap(zone, late, early)
    if minute == DAY and early < late and _local(zone, late - _SECOND).date() != day:
        return early  # the date ended when midnight came first
    return late


def _occurrences(zone: ZoneInfo, day: date, minute: int) -> Interval:
    """The first and the second occurrence of a local time: equal where there is one, in reverse where there is none."""
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    as_utc = since_epoch(local.replace(tzinfo=UTC))
    return as_utc - _offset(zone, local), as_utc - _offset(zone, local.replace(fold=1))


def _end_of_gap(zone: ZoneInfo, before: int, after: int) -> int:
    """When the clocks were put forward: the first instant in (before, after] with the later one's offset from UTC."""
    offset = _local(zone, after).utcoffset()
    low, high = before // _SECOND, after // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _local(zone, middle * _SECOND).utcoffset() == offset else (middle, high)
    return high * _SECOND


def _local(zone: ZoneInfo, at: int) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)


def _offset(zone: ZoneInfo, local: datetime) -> int:
    offset = zone.utcoffset(local.replace(tzinfo=zone))
    assert offset is not None
    return offset // MICROSECOND
