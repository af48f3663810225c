"""A ticket as it was: its history folded up to an instant, with the names of today."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound
from codex.tickets.history import TicketState, as_of
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import CategoryRef, PersonRef, TeamRef, TicketDetail


class PastEvent(Struct, frozen=True):
    """What folding reads of an event."""

    version: int
    type: str
    payload: dict[str, Any]
    created_at: datetime


async def detail_as_of(reader: Reader, actor: Actor, ticket: Seen, at: datetime) -> TicketDetail:
    """The ticket as it was at an instant, for who may see it today. Raises NotFound for an instant before it began.

    What history does not hold (followers, grants, answers to custom fields) is left out.
    """
    rows = await reader.all(
        """SELECT version, type, payload, created_at FROM ticket_events
           WHERE ticket_id = %(ticket)s AND created_at <= %(at)s ORDER BY version""",
        {"ticket": ticket.id, "at": at},
    )
    state = as_of([PastEvent(*row) for row in rows], at)
    if state is None:
        raise NotFound("The ticket did not exist yet.")
    return _detail(ticket.id, state, await _names(reader, state), internal=may(actor, Operation.SEE_INTERNAL, ticket))


async def _names(reader: Reader, state: TicketState) -> dict[UUID, tuple[str, str]]:
    """Name and address or slug of everybody and everything that the state names."""
    rows = await reader.all(
        """SELECT id, display_name, email FROM users WHERE id = ANY(%(people)s)
           UNION ALL SELECT id, name, slug FROM teams WHERE id = %(team)s
           UNION ALL SELECT id, name, slug FROM categories WHERE id = %(category)s""",
        {
            "people": [key for key in (state.requester_id, state.assignee_id) if key],
            "team": state.assigned_team_id,
            "category": state.category_id,
        },
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _detail(ticket_id: UUID, state: TicketState, names: dict[UUID, tuple[str, str]], *, internal: bool) -> TicketDetail:
    requester, email = names[state.requester_id]
    team, category = state.assigned_team_id, state.category_id
    return TicketDetail(
        id=ticket_id, number=state.number, display_id=state.display_id, subject=state.subject,
        description=state.description, status=state.status, priority=state.priority, channel=state.channel,
        requester=PersonRef(state.requester_id, requester, email if internal else UNSET),
        assigned_team=TeamRef(team, *names[team]) if team else None,
        assignee=PersonRef(state.assignee_id, names[state.assignee_id][0]) if state.assignee_id else None,
        category=CategoryRef(category, *names[category]) if category else None,
        due_at=None, first_response_due_at=None, sla_paused_at=None, first_response_at=state.first_response_at,
        resolved_at=state.resolved_at, closed_at=state.closed_at, completed_at=state.completed_at,
        created_at=state.created_at, updated_at=state.updated_at, version=state.version,
    )  # fmt: skip
