"""Reads what somebody wrote as a calendar (sla.md, "Trying it"), or what is wrong with it, with paths. Pure.

A span that ends at or before its start is a night shift: it is split at midnight, and each part belongs to its own
local date. So the part after midnight is one of the next weekday's hours, and a date entry there replaces it like all
others; the night shift of a date entry reaches into the next date unless that has an entry of its own.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from codex.kernel.checks import Checks
from codex.sla.calendar import Calendar
from codex.sla.local_hours import DAY, Spans

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS = 24
MOST_DATES = 2_000
_KEYS = ("timezone", "schedule", "holidays")
_DATE_KEYS = ("date", "name", "hours")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Placed = tuple[int, int, str]
"""A span in minutes and where it is written. It ends after 24:00 where it is a night shift."""


def read(written: object, *, path: str = "calendar") -> Calendar:
    """The calendar. Raises Invalid naming all that is wrong with it."""
    with Checks() as check:
        found = checked(check, written, path=path)
    assert found is not None
    return found


def checked(check: Checks, written: object, *, path: str = "calendar") -> Calendar | None:
    """The calendar, or None, and what is wrong with it is noted."""
    before = len(check.problems)
    at = f"{path}." if path else ""
    if not isinstance(written, dict):
        check.fail(path, "A calendar has timezone, schedule and holidays.")
        return None
    known(check, written, _KEYS, path)
    zone = zone_name(check, f"{at}timezone", written.get("timezone"))
    week = _week(check, f"{at}schedule", written.get("schedule"))
    dates, names = _dates(check, f"{at}holidays", written.get("holidays", []), week)
    return Calendar(zone, week, dates, names) if len(check.problems) == before else None


def zone_name(check: Checks, path: str, written: object) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(written if isinstance(written, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        given = f"{str(written)[:80]!r} is not a time zone" if written is not None else "This is missing"
        check.fail(path, f"{given}; use a name such as Europe/Berlin.")
    return str(written)


def known(check: Checks, written: Mapping[str, Any], keys: tuple[str, ...], path: str) -> None:
    """Notes the keys that there are not."""
    at = f"{path}." if path else ""
    for key in written:
        if key not in keys:
            check.fail(f"{at}{str(key)[:80]}", f"There is no such key here; there are {', '.join(keys)}.")


def _week(check: Checks, path: str, written: object) -> tuple[Spans, ...]:
    if not isinstance(written, dict):
        check.fail(path, "A schedule has the hours of mon, tue, wed, thu, fri, sat and sun.")
        return ((),) * 7
    known(check, written, WEEKDAYS, path)
    hours = [list(_spans(check, f"{path}.{day}", written.get(day, []))) for day in WEEKDAYS]
    return tuple(_apart(check, [*_late_part(hours[place - 1]), *hours[place]]) for place in range(7))


def _dates(
    check: Checks, path: str, written: object, week: tuple[Spans, ...]
) -> tuple[dict[date, Spans], dict[date, str]]:
    if not isinstance(written, list) or len(written) > MOST_DATES:
        check.fail(path, f"This is a list of at most {MOST_DATES} dates.")
        return {}, {}
    hours: dict[date, list[Placed]] = {}
    names: dict[date, str] = {}
    for place, entry in enumerate(written):
        at = f"{path}[{place}]"
        day = _date(check, at, entry)
        if day in hours:
            check.fail(f"{at}.date", f"{day} is there twice; give a date once.")
        elif day is not None:
            hours[day] = list(_spans(check, f"{at}.hours", entry.get("hours", [])))
            names[day] = (check.note(f"{at}.name", entry["name"]) or "") if isinstance(entry.get("name"), str) else ""
            if not isinstance(entry.get("name"), str | None):
                check.fail(f"{at}.name", "A name is text.")
    dates = {day: _apart(check, spans) for day, spans in hours.items()}
    for day, spans in hours.items():
        after = day + timedelta(days=1)
        if (late := _late_part(spans)) and after not in dates:
            dates[after] = _merged([*week[after.weekday()], *((start, end) for start, end, _ in late)])
    return dates, names


def _date(check: Checks, path: str, entry: object) -> date | None:
    if not isinstance(entry, dict):
        check.fail(path, "A holiday has date and name, and hours where it is not closed.")
        return None
    known(check, entry, _DATE_KEYS, path)
    written = entry.get("date")
    try:
        if not isinstance(written, str) or not _DATE.fullmatch(written):
            raise ValueError
        day = date.fromisoformat(written)
        if not 1900 <= day.year <= 9000:
            raise ValueError
    except ValueError:
        check.fail(f"{path}.date", "This is not a date such as 2026-12-25.")
        return None
    return day


def _spans(check: Checks, path: str, written: object) -> Iterator[Placed]:
    if not isinstance(written, list) or len(written) > MOST_SPANS:
        check.fail(path, f'Hours are a list of at most {MOST_SPANS} spans such as ["09:00", "17:00"].')
        return
    for place, span in enumerate(written):
        at = f"{path}[{place}]"
        if not isinstance(span, list) or len(span) != 2:
            check.fail(at, 'A span is its start and its end, such as ["09:00", "17:00"].')
            continue
        start, end = (_minute(check, f"{at}[{side}]", time) for side, time in enumerate(span))
        if start is None or end is None:
            continue
        if start == DAY:
            check.fail(f"{at}[0]", "A span does not start at 24:00; it starts at 00:00 of the next day.")
        elif start == end:
            check.fail(at, "A span does not end when it starts; a whole day is 00:00 to 24:00.")
        else:
            yield start, end if end > start else end + DAY, at


def _minute(check: Checks, path: str, written: object) -> int | None:
    if not isinstance(written, str) or not _TIME.fullmatch(written):
        check.fail(path, f"{str(written)[:80]!r} is not a time of day from 00:00 to 24:00.")
        return None
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


def _late_part(spans: list[Placed]) -> list[Placed]:
    """What is left of night shifts after midnight."""
    return [(0, end - DAY, path) for _, end, path in spans if end > DAY]


def _apart(check: Checks, spans: list[Placed]) -> Spans:
    """A local date's hours in order; notes those that overlap."""
    own = sorted((start, min(end, DAY), path) for start, end, path in spans)
    for (_, closes, first), (opens, _, second) in pairwise(own):
        if opens < closes:
            check.fail(second, f"This overlaps {first}.")
    return _merged([(start, end) for start, end, _ in own])


def _merged(spans: list[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
