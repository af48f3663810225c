"""Opening hours as arithmetic: when a promise falls due, and how much open time lies between two instants.

Pure. Local time exists here, and in nothing else of this package. Instants are aware and in UTC, durations exact to
the microsecond; open intervals are half-open: [open, close).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from codex.sla.local_hours import DAY, EPOCH, MICROSECOND, Dates, Spans, Week, open_intervals, since_epoch

WHOLE_DAY: Spans = ((0, DAY),)
NO_OPENING_FOR = timedelta(days=5 * 365 + 2)
"""Five years, with as many leap days as they can have: nobody waits longer for an opening (sla.md rule 20)."""
HORIZON_YEARS = 100
"""Nothing falls due later than this many years after its start."""
_YEARS_KEPT = 256
_FIVE_YEARS = NO_OPENING_FOR // MICROSECOND


class Calendar:
    """Weekly opening hours in a time zone, and the dates that have hours of their own. Immutable.

    `week`: Monday first, each day's spans in minutes after local midnight, 1440 being 24:00, in order and apart.
    `dates`: a local date's spans, instead of its weekday's (sla.md rule 16). `names`: what those dates are called.
    Covers the years 2 to 9998.
    """

    __slots__ = ("_openings", "dates", "names", "week", "zone")

    def __init__(
        self, zone: str, week: Week, dates: Mapping[date, Spans] | None = None, names: Mapping[date, str] | None = None
    ) -> None:
        self.zone = zone
        self.week = week
        self.dates: Dates = tuple(sorted((dates or {}).items()))
        self.names: Mapping[date, str] = MappingProxyType(dict(names or {}))
        self._openings = _openings_of(zone, week, self.dates)

    @classmethod
    def always(cls, zone: str = "UTC") -> "Calendar":
        """Round the clock; the zone is for telling times."""
        return cls(zone, (WHOLE_DAY,) * 7)

    @property
    def is_always(self) -> bool:
        """Never closed."""
        return self._openings.is_always

    def add(self, start: datetime, duration: timedelta) -> datetime | None:
        """The earliest instant at which `duration` of open time has passed since `start`: an exact fit ends at the
        closing instant. No duration at all has passed at `start`, open or not.

        None when there is no opening for five years on the way, or the instant is over a hundred years away.
        """
        if duration < timedelta():
            raise ValueError("Time does not run backwards.")
        if not duration:
            return start
        found = self._openings.add(_in_utc(start), duration // MICROSECOND)
        return None if found is None else EPOCH + timedelta(microseconds=found)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time in [start, end). Raises ValueError when the end comes first."""
        if end < start:
            raise ValueError("Time does not run backwards.")
        return timedelta(microseconds=self._openings.elapsed(_in_utc(start), _in_utc(end)))

    def openings(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open intervals of [start, end), in order, apart from each other."""
        for opened, closed in self._openings.between(_in_utc(start), _in_utc(end)):
            yield EPOCH + timedelta(microseconds=opened), EPOCH + timedelta(microseconds=closed)

    def local(self, at: datetime) -> datetime:
        """The instant as the calendar's clocks on the wall show it."""
        return at.astimezone(ZoneInfo(self.zone))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calendar):
            return NotImplemented
        return self is other or (self._openings.of == other._openings.of and self.names == other.names)

    def __hash__(self) -> int:
        return hash(self._openings.of)

    def __repr__(self) -> str:
        return f"Calendar({self.zone!r}, {self.week!r}, {dict(self.dates)!r})"


class _Year:
    """The openings of a year of UTC, in microseconds since the epoch. `until[i]`: open time up to the ith's end."""

    __slots__ = ("ends", "starts", "total", "until")

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in intervals]
        self.ends = [end for _, end in intervals]
        self.until: list[int] = []
        self.total = 0
        for start, end in intervals:
            self.total += end - start
            self.until.append(self.total)

    def before(self, at: int) -> int:
        """The year's open time before an instant of it."""
        last = bisect_right(self.starts, at) - 1
        return self.until[last] - max(self.ends[last] - at, 0) if last >= 0 else 0

    def reaching(self, open_time: int) -> int:
        """The instant at which so much of the year's open time has passed; not more than the total, not nothing."""
        place = bisect_left(self.until, open_time)
        return self.ends[place] - (self.until[place] - open_time)


class _Openings:
    """The openings of all calendars with the same hours, year by year, made when first asked for."""

    __slots__ = ("_years", "is_always", "of")

    def __init__(self, zone: str, week: Week, dates: Dates) -> None:
        self.of = (zone, week, dates)
        self.is_always = all(spans == WHOLE_DAY for spans in (*week, *(spans for _, spans in dates)))
        self._years: dict[int, _Year] = {}

    def year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            if len(self._years) >= _YEARS_KEPT:
                self._years.clear()
            found = self._years[number] = _Year(open_intervals(*self.of, number))
        return found

    def add(self, start: datetime, duration: int) -> int | None:
        at, number = since_epoch(start), start.year
        last_year = min(number + HORIZON_YEARS, 9998)
        year = self.year(number)
        wanted = year.before(at) + duration
        closed_since = max(at, year.ends[-1]) if year.ends else at
        while wanted > year.total:
            wanted -= year.total
            number += 1
            if number > last_year:
                return None
            year = self.year(number)
            if year.ends:
                if year.starts[0] - closed_since > _FIVE_YEARS:
                    return None
                closed_since = year.ends[-1]
            elif _new_year(number) - closed_since > _FIVE_YEARS:
                return None
        return year.reaching(wanted)

    def elapsed(self, start: datetime, end: datetime) -> int:
        if self.is_always:
            return since_epoch(end) - since_epoch(start)
        whole = sum(self.year(number).total for number in range(start.year, end.year))
        return whole + self.year(end.year).before(since_epoch(end)) - self.year(start.year).before(since_epoch(start))

    def between(self, start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
        first, last = since_epoch(start), since_epoch(end)
        opened, closed = first, first  # what was found and may go on at the turn of the year
        for number in range(start.year, end.year + 1):
            year = self.year(number)
            for place in range(bisect_right(year.ends, first), bisect_left(year.starts, last)):
                if year.starts[place] > closed:
                    if closed > opened:
                        yield opened, closed
                    opened = max(year.starts[place], first)
                closed = min(year.ends[place], last)
        if closed > opened:
            yield opened, closed


@lru_cache(maxsize=256)
def _openings_of(zone: str, week: Week, dates: Dates) -> _Openings:
    return _Openings(zone, week, dates)


@lru_cache(maxsize=256)
def _new_year(number: int) -> int:
    return since_epoch(datetime(number, 1, 1, tzinfo=UTC))


def _in_utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)
