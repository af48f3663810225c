"""Why a ticket is where it is: who or what gave it to its team and its person, as recorded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.errors import require
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import EventActor, Row, event_actor


class Named(Row, frozen=True):
    """A team or a person."""

    id: UUID
    name: str


class CauseRow(Row, frozen=True):
    """The fact that brought another one about."""

    id: UUID
    type: str


class RoutingStep(Struct, frozen=True, kw_only=True, rename="camel"):
    """The ticket came to another team or person; `type` is that of the fact, `from` and `to` are null for nobody."""

    id: UUID
    type: str
    at: datetime
    old: Named | None = field(name="from")
    new: Named | None = field(name="to")
    actor: EventActor
    cause: CauseRow | None


class Routing(Row, frozen=True, kw_only=True):
    """How a ticket came to its team and its person, oldest first. `rule`: the one that decided; null: none did."""

    team: Named | None
    assignee: Named | None
    rule: dict[str, Any] | None
    steps: list[RoutingStep]


async def routing_of(reader: Reader, actor: Actor, ticket: Seen) -> Routing:
    """Why a ticket is where it is. Raises Forbidden for who does not see its internal side."""
    require(may(actor, Operation.SEE_INTERNAL, ticket), "You may not see why this ticket is where it is.")
    rows = await reader.all(
        """SELECT e.id, e.type, e.created_at, e.payload, e.actor_kind::text, e.created_by_id,
                  e.actor_rule_id, e.actor_name, c.id, c.type
           FROM ticket_events e LEFT JOIN ticket_events c ON c.id = e.cause_id
           WHERE e.ticket_id = %(ticket)s AND e.type IN ('TICKET_CREATED', 'TEAM_CHANGED', 'ASSIGNED')
           ORDER BY e.version""",
        {"ticket": ticket.id},
    )
    moves = [_ends(row[1], row[3]) for row in rows]
    names = await _names(reader, {key for ends in moves for key in ends if key})
    steps = [
        RoutingStep(
            id=row[0], type=row[1], at=row[2], old=names.get(old), new=names.get(new),
            actor=event_actor(*row[4:8], internal=True), cause=CauseRow(row[8], row[9]) if row[8] else None,
        )
        for row, (old, new) in zip(rows, moves, strict=True)
    ]  # fmt: skip
    team, assignee = names.get(ticket.assigned_team_id), names.get(ticket.assignee_id)
    return Routing(team=team, assignee=assignee, rule=None, steps=steps)


def _ends(kind: str, told: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
    old, new = (None, told["teamId"]) if kind == "TICKET_CREATED" else (told["from"], told["to"])
    return UUID(old) if old else None, UUID(new) if new else None


async def _names(reader: Reader, ids: set[UUID]) -> dict[UUID | None, Named]:
    rows = await reader.all(
        """SELECT id, display_name FROM users WHERE id = ANY(%(ids)s)
           UNION ALL SELECT id, name FROM teams WHERE id = ANY(%(ids)s)""",
        {"ids": list(ids)},
    )
    return {row[0]: Named(*row) for row in rows}
