"""How rules have fared of late: how often each matched, and how it failed last."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from codex.db.database import Reader

OF_LATE = timedelta(days=30)
MOST = 1_000
"""Counted so far; one more means that there are more."""


class Tally(Struct, frozen=True):
    """`matches`: on tickets that whoever asks sees, in OF_LATE, up to MOST + 1."""

    matches: int = 0
    failed_at: datetime | None = None
    error: str | None = None


_AUTOMATION = """
    SELECT r.id, (SELECT count(*) FROM (
                    SELECT FROM automation_executions x
                    WHERE x.rule_id = r.id AND x.executed_at >= %(since)s AND x.matched LIMIT %(most)s) counted),
           f.executed_at, f.error
    FROM unnest(%(ids)s::uuid[]) r(id)
    LEFT JOIN LATERAL (
        SELECT x.executed_at, x.error FROM automation_executions x
        WHERE x.rule_id = r.id AND x.executed_at >= %(since)s AND NOT x.success
        ORDER BY x.executed_at DESC LIMIT 1) f ON true"""
_ROUTING = """
    SELECT r.id, (SELECT count(*) FROM (
                    SELECT FROM ticket_events e
                    WHERE e.type = 'ROUTED' AND e.payload->>'ruleId' = r.id::text AND e.created_at >= %(since)s
                    LIMIT %(most)s) counted),
           NULL, NULL
    FROM unnest(%(ids)s::uuid[]) r(id)"""


async def of_automation(reader: Reader, ids: Collection[UUID], *, now: datetime) -> Mapping[UUID, Tally]:
    """Of automation rules; one statement."""
    return await _tallies(reader, _AUTOMATION, ids, now)


async def of_routing(reader: Reader, ids: Collection[UUID], *, now: datetime) -> Mapping[UUID, Tally]:
    """Of routing rules, which match or not and cannot fail; one statement."""
    return await _tallies(reader, _ROUTING, ids, now)


async def _tallies(reader: Reader, sql: str, ids: Collection[UUID], now: datetime) -> Mapping[UUID, Tally]:
    if not ids:
        return {}
    rows = await reader.all(sql, {"ids": list(ids), "since": now - OF_LATE, "most": MOST + 1})
    return {row[0]: Tally(*row[1:]) for row in rows}
