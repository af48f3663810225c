"""When calendars are open, written out for the database: so that it can count open time itself, in conditions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from codex.db.work import Work
from codex.sla import kept_versions
from codex.sla.calendar import Calendar

BEFORE, AHEAD = timedelta(days=2 * 366), timedelta(days=5 * 366)
"""From when on, before a version is made, and up to when it is written out."""
_AT_LEAST_AHEAD = timedelta(days=2 * 366)
_MISSING = """
    SELECT v.id, v.created_at FROM sla_calendar_versions v
    WHERE (EXISTS (SELECT FROM sla_instances i WHERE i.calendar_version_id = v.id)
           OR EXISTS (SELECT FROM sla_business_hours_settings s WHERE s.id = v.setting_id AND s.version = v.version))
        AND NOT EXISTS (
            SELECT FROM sla_calendar_openings o WHERE o.calendar_version_id = v.id AND o.opens_at >= %(least)s)
    ORDER BY v.id"""
_FORGET = "DELETE FROM sla_calendar_openings WHERE calendar_version_id = %(version)s"
_WRITE = """
    INSERT INTO sla_calendar_openings (calendar_version_id, opens_at, closes_at, open_before)
    SELECT %(version)s, opens_at, closes_at, open_before
    FROM unnest(%(opens)s::timestamptz[], %(closes)s::timestamptz[], %(before)s::interval[])
        AS o(opens_at, closes_at, open_before)"""

Row = tuple[datetime, datetime, timedelta | None]
"""An opening, [opens, closes), and the open time before it."""


async def write_out(work: Work, version_id: UUID, calendar: Calendar, *, since: datetime) -> None:
    """Write out when a version of a calendar, made at `since`, is open: from two years before to five years from now,
    in place of what was written."""
    opens, closes, before = zip(*_rows(calendar, since - BEFORE, max(since, work.now) + AHEAD), strict=True)
    reader = await work.reader()
    await reader.run(_FORGET, {"version": version_id})
    said: dict[str, Any] = {"opens": list(opens), "closes": list(closes), "before": list(before)}
    await reader.run(_WRITE, {"version": version_id, **said})


async def write_ahead(work: Work) -> int:
    """Write out every calendar in use of which less than two years ahead are written; how many these were."""
    reader = await work.reader()
    missing = await reader.all(_MISSING, {"least": work.now + _AT_LEAST_AHEAD})
    for version_id, since in missing:
        await write_out(work, version_id, await kept_versions.calendar(reader, version_id), since=since)
    return len(missing)


def _rows(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Row]:
    """The openings in between, and where that begins and ends: from the last row on, the open time is not known."""
    total, openings = timedelta(), list(calendar.openings(start, end))
    if not openings or openings[0][0] > start:
        yield start, start, total
    for opened, closed in openings:
        yield opened, closed, total
        total += closed - opened
    yield end, end, None
