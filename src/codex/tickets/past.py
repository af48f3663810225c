"""A ticket as it was: its history folded up to an instant, with the names of today."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound
from codex.tickets.history import TicketState, as_of
from codex.tickets.models import AccessLevel
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import CategoryRef, FieldAnswer, GrantRow, PersonRef, TeamRef, TicketDetail

Names = dict[UUID, tuple[str, str]]


class PastEvent(Struct, frozen=True):
    """What folding reads of an event."""

    version: int
    type: str
    payload: dict[str, Any]
    created_at: datetime


async def detail_as_of(reader: Reader, actor: Actor, ticket: Seen, at: datetime) -> TicketDetail:
    """The ticket as it was at an instant, for who may see it today. Raises NotFound for an instant before it began."""
    rows = await reader.all(
        """SELECT version, type, payload, created_at FROM ticket_events
           WHERE ticket_id = %(ticket)s AND created_at <= %(at)s ORDER BY version""",
        {"ticket": ticket.id, "at": at},
    )
    state = as_of([PastEvent(*row) for row in rows], at)
    if state is None:
        raise NotFound("The ticket did not exist yet.")
    internal = may(actor, Operation.SEE_INTERNAL, ticket)
    return _detail(
        ticket.id, state, await _names(reader, state), internal=internal, is_own=actor.id == state.requester_id
    )


async def _names(reader: Reader, state: TicketState) -> Names:
    """Name and address or slug of everybody and everything that the state names."""
    rows = await reader.all(
        """SELECT id, display_name, email FROM users WHERE id = ANY(%(people)s)
           UNION ALL SELECT id, name, slug FROM teams WHERE id = %(team)s
           UNION ALL SELECT id, name, slug FROM categories WHERE id = %(category)s
           UNION ALL SELECT id, name, '' FROM custom_fields WHERE id = ANY(%(fields)s)""",
        {
            "people": [key for key in (state.requester_id, state.assignee_id, *state.hanging.followers) if key],
            "team": state.assigned_team_id,
            "category": state.category_id,
            "fields": list(state.hanging.answers),
        },
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _detail(ticket_id: UUID, state: TicketState, names: Names, *, internal: bool, is_own: bool) -> TicketDetail:
    requester, email = names[state.requester_id]
    team, category, hanging = state.assigned_team_id, state.category_id, state.hanging
    grants = [GrantRow(key, AccessLevel(grant.level), grant.expires_at) for key, grant in hanging.grants.items()]
    followers = [PersonRef(key, names[key][0]) for key in hanging.followers]
    return TicketDetail(
        id=ticket_id, number=state.number, display_id=state.display_id, subject=state.subject,
        description=state.description, status=state.status, priority=state.priority, channel=state.channel,
        requester=PersonRef(state.requester_id, requester, email if internal or is_own else UNSET),
        assigned_team=TeamRef(team, *names[team]) if team else None,
        assignee=PersonRef(state.assignee_id, names[state.assignee_id][0]) if state.assignee_id else None,
        category=CategoryRef(category, *names[category]) if category else None,
        due_at=None, first_response_due_at=None, sla_paused_at=None, first_response_at=state.first_response_at,
        resolved_at=state.resolved_at, closed_at=state.closed_at, completed_at=state.completed_at,
        created_at=state.created_at, updated_at=state.updated_at, version=state.version,
        merged_into_id=state.merged_into_id or UNSET, follow_up_at=state.follow_up_at if internal else UNSET,
        tags=sorted(hanging.tags) if internal else UNSET, access=grants if internal else UNSET,
        followers=sorted(followers, key=lambda person: person.display_name),
        custom_fields=[FieldAnswer(key, names[key][0], value) for key, value in hanging.answers.items()],
    )  # fmt: skip
