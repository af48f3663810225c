"""Reading the audit log: rows whose JSON, by name and shape, is what the API answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.audit.policy import may_read_all, readable_teams
from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_instant, cut
from codex.kernel.actor import Actor, ActorKind
from codex.kernel.errors import require


class AuditActor(Struct, frozen=True):
    """Who did it. `id`: the person, None for the product itself."""

    kind: ActorKind
    id: UUID | None
    name: str


class AuditRow(Struct, frozen=True, rename="camel", kw_only=True):
    """An administrative act: what, in `payload` with `from` and `to` where something changed, by whom, from where.

    `hash` (hexadecimal) and its place in the chain of its day show whether it is what was written.
    """

    id: UUID
    type: str
    payload: dict[str, Any]
    team_id: UUID | None
    created_by_id: UUID | None
    actor: AuditActor
    address: str | None
    request_id: str | None
    chain_day: date
    chain_position: int
    hash: str
    created_at: datetime


class AuditFilters(Struct, frozen=True, kw_only=True):
    """Which acts are asked for; what is empty does not narrow. `until` itself is not included."""

    types: Sequence[str] = ()
    actors: Sequence[UUID] = ()
    teams: Sequence[UUID] = ()
    since: datetime | None = None
    until: datetime | None = None


async def page(
    reader: Reader, actor: Actor, filters: AuditFilters, *, limit: int = 50, cursor: str | None = None
) -> Page[AuditRow]:
    """Newest first: everything for owners, for admins of teams what concerns these. Raises Forbidden for others."""
    mine = readable_teams(actor)
    require(may_read_all(actor) or bool(mine), "Only owners, and the admins of a team, read the audit log.")
    conditions, params = _where(filters)
    if not may_read_all(actor):
        conditions.append("e.team_id = ANY(%(mine)s)")
    if cursor is not None:
        conditions.append("(e.created_at, e.id) < (%(after)s, %(after_id)s)")
        params |= _after(cursor)
    rows = await reader.all(
        f"""SELECT e.id, e.type, e.payload, e.team_id, e.created_by_id, e.actor_kind::text, e.actor_name,
                   u.display_name, e.address, e.request_id, e.chain_day, e.chain_position, e.hash, e.created_at
            FROM admin_audit_events e LEFT JOIN users u ON u.id = e.created_by_id
            WHERE {" AND ".join(conditions)} ORDER BY e.created_at DESC, e.id DESC LIMIT %(limit)s""",
        {**params, "mine": mine, "limit": limit + 1},
    )
    found = [_row(row) for row in rows]
    return cut(found, limit=limit, place=lambda e: Place("audit", e.created_at.isoformat(), e.id))


def _where(filters: AuditFilters) -> tuple[list[str], dict[str, object]]:
    conditions = ["true"]
    if filters.types:
        conditions.append("e.type = ANY(%(types)s)")
    if filters.actors:
        conditions.append("e.created_by_id = ANY(%(actors)s)")
    if filters.teams:
        conditions.append("e.team_id = ANY(%(teams)s)")
    if filters.since is not None:
        conditions.append("e.created_at >= %(since)s")
    if filters.until is not None:
        conditions.append("e.created_at < %(until)s")
    return conditions, {
        "types": list(filters.types), "actors": list(filters.actors), "teams": list(filters.teams),
        "since": filters.since, "until": filters.until,
    }  # fmt: skip


def _after(cursor: str) -> dict[str, object]:
    return after_instant(cursor, sort="audit")


def _row(row: Row) -> AuditRow:
    key, kind, payload, team, by, actor_kind, name, person, address, request, day, position, digest, created = row
    actor = ActorKind(actor_kind) if actor_kind else ActorKind.PERSON if by else ActorKind.SYSTEM
    return AuditRow(
        id=key, type=kind, payload=payload, team_id=team, created_by_id=by,
        actor=AuditActor(actor, by, name or person or ""), address=address, request_id=request, chain_day=day,
        chain_position=position, hash=digest.hex(), created_at=created,
    )  # fmt: skip
