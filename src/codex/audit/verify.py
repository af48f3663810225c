"""Is the audit log what was written? Recomputes every link of the chain."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from codex.audit.chain import LINK_SQL
from codex.db.database import Reader


class Break(Struct, frozen=True):
    """The first place where a day is not as it was written. `id`: of the row there, if there is one."""

    day: date
    position: int
    id: UUID | None
    says: str


class Verdict(Struct, frozen=True):
    """How many events and days there are, and where each broken day breaks first."""

    events: int
    days: int
    broken: list[Break]


def _holds(team: str) -> str:
    return f"e.hash = sha256(e.before || convert_to({LINK_SQL.format(team=team)}, 'UTF8'))"


_LINKS = f"""
    WITH removed AS (
        SELECT payload->>'teamId' AS id FROM admin_audit_events WHERE type = 'TEAM_REMOVED'
    ), e AS (
        SELECT *, COALESCE(lag(hash) OVER (ORDER BY chain_day, chain_position), '') AS before,
               COALESCE(lag(chain_position) OVER (PARTITION BY chain_day ORDER BY chain_position), 0) AS place_before
        FROM admin_audit_events
    )
    SELECT DISTINCT ON (e.chain_day) e.chain_day, e.chain_position, e.id, e.place_before
    FROM e WHERE e.chain_position <> e.place_before + 1 OR NOT ({_holds("e.team_id")} OR
        (e.team_id IS NULL AND EXISTS (SELECT FROM removed WHERE {_holds("removed.id")})))
    ORDER BY e.chain_day, e.chain_position"""
_ENDS = """
    SELECT COALESCE(d.day, e.chain_day), COALESCE(d.position, 0), e.id, COALESCE(e.chain_position, 0)
    FROM admin_audit_days d FULL JOIN (
        SELECT DISTINCT ON (chain_day) * FROM admin_audit_events ORDER BY chain_day, chain_position DESC
    ) e ON e.chain_day = d.day
    WHERE (d.position, d.hash) IS DISTINCT FROM (e.chain_position, e.hash)"""


async def verify(reader: Reader) -> Verdict:
    """Recompute every hash, and compare where each day ends with where it ended when it was written."""
    counted = await reader.first("SELECT count(*), count(DISTINCT chain_day) FROM admin_audit_events")
    assert counted is not None
    broken = {day: _ending(day, *end) for day, *end in await reader.all(_ENDS)}
    broken |= {day: _link(day, *link) for day, *link in await reader.all(_LINKS)}
    return Verdict(counted[0], counted[1], [broken[day] for day in sorted(broken)])


def _link(day: date, position: int, key: UUID, place_before: int) -> Break:
    if position != place_before + 1:
        return Break(day, position, key, f"What stood before it, after number {place_before}, is missing.")
    return Break(day, position, key, "It, or what stood before it, is not what was written.")


def _ending(day: date, written: int, key: UUID | None, found: int) -> Break:
    if found < written:
        return Break(day, found + 1, None, f"The day was written up to number {written}; the last ones are missing.")
    return Break(day, found, key, f"The day was written up to number {written}, and not with this row.")
