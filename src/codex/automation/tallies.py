"""How rules have fared of late: how often each matched, and how it failed last."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from codex.automation.keeping import KEPT
from codex.db.database import Reader, Row
from codex.routing.counting import TOOK_SQL, counting

OF_LATE = KEPT
"""Pages tell of as long as is kept what rules that did not act saw."""


class Tally(Struct, frozen=True):
    """`matches`: on tickets that whoever asks sees, in OF_LATE, up to MOST + 1."""

    matches: int = 0
    failed_at: datetime | None = None
    error: str | None = None


TALLY_SQL = """
    (SELECT count(*) FROM (
        SELECT FROM automation_executions x
        WHERE x.rule_id = r.id AND x.executed_at >= %(since)s AND x.matched LIMIT %(most)s) counted),
    (SELECT (x.executed_at, x.error) FROM automation_executions x
     WHERE x.rule_id = r.id AND x.executed_at >= %(since)s AND NOT x.success ORDER BY x.executed_at DESC LIMIT 1)"""
"""Two columns, from which `tally` is made, of automation rules `r`."""
_BOTH = f"""
    SELECT r.id, {TALLY_SQL} FROM unnest(%(automation)s::uuid[]) r(id)
    UNION ALL SELECT r.id, {TOOK_SQL}, NULL FROM unnest(%(routing)s::uuid[]) r(id)"""


async def of_both(
    reader: Reader, *, automation: Collection[UUID], routing: Collection[UUID], now: datetime
) -> Mapping[UUID, Tally]:
    """Of automation rules, and of routing rules, which match or not and cannot fail; one statement."""
    if not automation and not routing:
        return {}
    asked = {"automation": list(automation), "routing": list(routing), **tallying(now)}
    return {row[0]: tally(row[1:]) for row in await reader.all(_BOTH, asked)}


def tallying(now: datetime) -> dict[str, object]:
    """The parameters of TALLY_SQL."""
    return counting(now - OF_LATE)


def tally(row: Row) -> Tally:
    """What TALLY_SQL found."""
    matches, failed = row
    return Tally(matches, *(failed or ()))
