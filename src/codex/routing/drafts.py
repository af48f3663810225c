"""A ticket that somebody is about to open, as rules look at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from codex.classification.models import Category, CustomField, FieldType
from codex.classification.values import Question, Unfit, answer
from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.actor import UserRole
from codex.kernel.criteria.grammar import CUSTOM, Field
from codex.kernel.criteria.tree import Values
from codex.tickets.criteria_state import Beside, PersonFacts, state_values
from codex.tickets.hanging import Hanging
from codex.tickets.history import Course, TicketState
from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus

WORDS = ("subject", "description", "anyText")
"""Fields that are read of what the requester wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be opened; subject, description and tags as a ticket has them, answers as they were given."""

    requester_id: UUID
    subject: str
    description: str = ""
    priority: TicketPriority = TicketPriority.P3
    channel: TicketChannel = TicketChannel.PORTAL
    category: Category | None = None
    tags: Sequence[str] = ()
    custom_fields: Mapping[str, object] = field(default_factory=dict)


async def values_of_draft(work: Work, draft: Draft, fields: Sequence[Field]) -> Values:
    """What the draft has of these fields; looks up only what one of them asks about."""
    people: dict[UUID, PersonFacts] = {}
    if any(field.name.startswith("requester") and field.name != "requester" for field in fields):
        user = await work.session.get_one(User, draft.requester_id)
        is_employee = user.role is UserRole.EMPLOYEE
        people[user.id] = PersonFacts(user.email, user.department, user.location, is_employee=is_employee)
    state = begun(
        at=work.now, requester_id=draft.requester_id, subject=draft.subject, description=draft.description,
        priority=draft.priority, channel=draft.channel, category_id=draft.category.id if draft.category else None,
    )  # fmt: skip
    state.hanging = Hanging(tags=set(draft.tags), answers=await _answers(work, draft, fields))
    return state_values(fields, state, Beside(people), now=work.now)


def begun(
    *,
    at: datetime,
    requester_id: UUID,
    subject: str,
    description: str = "",
    priority: TicketPriority = TicketPriority.P3,
    channel: TicketChannel = TicketChannel.PORTAL,
    category_id: UUID | None = None,
) -> TicketState:
    """A ticket in its first moment, before it has a number or a team."""
    return TicketState(
        number=0, display_id="", subject=subject, description=description, status=TicketStatus.NEW, priority=priority,
        channel=channel, requester_id=requester_id, assigned_team_id=None, assignee_id=None, category_id=category_id,
        first_response_at=None, resolved_at=None, closed_at=None, completed_at=None, follow_up_at=None,
        deleted_at=None, merged_into_id=None, version=0, created_at=at, updated_at=at, course=Course(at, at),
    )  # fmt: skip


async def _answers(work: Work, draft: Draft, fields: Sequence[Field]) -> dict[UUID, Any]:
    """Of the answers those that are asked about; what is none is none here, and refused when the ticket is opened."""
    asked = {field.name.removeprefix(CUSTOM) for field in fields if field.name.startswith(CUSTOM)}
    given = {UUID(key): value for key, value in draft.custom_fields.items() if key.lower() in asked}
    found: dict[UUID, Any] = {}
    if given:
        for custom in await work.session.scalars(select(CustomField).where(CustomField.id.in_(given))):
            question = Question(FieldType(custom.field_type), custom.options or ())
            try:
                found[custom.id] = answer(question, given[custom.id])
            except Unfit:
                continue
    return found
