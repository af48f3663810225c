"""What reads of tickets return: frozen rows whose JSON, by name and shape, is the contract of shapes.md.

A field that is UNSET is left out of the JSON: it is not the reader's to see.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.kernel.actor import ActorKind
from codex.tickets.models import AccessLevel, MessageType, TicketChannel, TicketPriority, TicketStatus


class Row(Struct, frozen=True, rename="camel", gc=False):
    """Base of all rows."""


class PersonRef(Row, frozen=True):
    """A person, as a ticket names them. `email` only for those who work on the ticket."""

    id: UUID
    display_name: str
    email: str | UnsetType = UNSET


class TeamRef(Row, frozen=True):
    """A team, as a ticket names it."""

    id: UUID
    name: str
    slug: str


class CategoryRef(Row, frozen=True):
    """A category, as a ticket names it."""

    id: UUID
    name: str
    slug: str


class TicketRow(Row, frozen=True, kw_only=True):
    """A ticket in a list. `tags` and `followUpAt` only for those who see its internal side."""

    id: UUID
    number: int
    display_id: str
    subject: str
    status: TicketStatus
    priority: TicketPriority
    channel: TicketChannel
    requester: PersonRef
    assigned_team: TeamRef | None
    assignee: PersonRef | None
    category: CategoryRef | None
    due_at: datetime | None
    first_response_due_at: datetime | None
    first_response_at: datetime | None
    sla_paused_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    merged_into_id: UUID | UnsetType = UNSET
    follow_up_at: datetime | None | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    is_unread: bool | UnsetType = UNSET


class FieldAnswer(Row, frozen=True):
    """A ticket's answer to a custom field."""

    id: UUID
    name: str
    value: Any


class GrantRow(Row, frozen=True):
    """Another team's access to a ticket."""

    team_id: UUID
    access_level: AccessLevel
    expires_at: datetime | None


class TicketDetail(TicketRow, frozen=True, kw_only=True):
    """A ticket by itself. `access` and `slaState` only for those who see its internal side; past tickets have what
    history holds. `slaState`: both clocks now, with the keys of the SLA simulator; null where nothing is promised."""

    description: str
    custom_fields: list[FieldAnswer] | UnsetType = UNSET
    followers: list[PersonRef] | UnsetType = UNSET
    access: list[GrantRow] | UnsetType = UNSET
    sla_state: dict[str, Any] | UnsetType = UNSET


class FileRow(Row, frozen=True):
    """A file of a message, as far as it may be named."""

    id: UUID
    file_name: str
    content_type: str
    size_bytes: int
    scan_status: str


class Author(Row, frozen=True):
    """Who wrote a message. Without an `id` no person did: a rule, by its name for who sees the internal side, or
    Codex."""

    id: UUID | None
    display_name: str


class MessageRow(Row, frozen=True, kw_only=True):
    """A message. `body` is Markdown as written, `bodyHtml` the same as safe HTML; a redacted one has neither.

    `mentions`: whom it calls by name. `isTeamOnly`: of notes only, teams with a READ grant do not see it. `delivery`:
    what became of it by mail; null while none was sent.
    """

    id: UUID
    ticket_id: UUID
    author: Author
    type: MessageType
    body: str
    body_html: str
    attachments: list[FileRow]
    created_at: datetime
    edited_at: datetime | None
    is_redacted: bool
    mentions: list[PersonRef]
    is_team_only: bool | UnsetType = UNSET
    delivery: dict[str, Any] | None = None


class EventActor(Row, frozen=True):
    """Who or what did it; `id` is the person's, or the rule's, where there is one. Which rule it was, only who sees the
    internal side is told."""

    kind: ActorKind
    id: UUID | None
    name: str


class EventRow(Row, frozen=True, kw_only=True):
    """One fact of a ticket's history. `cause` is the id of the event that brought it about, if another did."""

    id: UUID
    type: str
    payload: dict[str, Any]
    actor: EventActor
    cause: UUID | None
    version: int
    created_at: datetime


class CountsRow(Row, frozen=True, kw_only=True):
    """How many tickets, in all and by what; teams and people by id; nobody, and nothing promised, as `none`."""

    total: int
    by_status: dict[str, int]
    by_team: dict[str, int]
    by_assignee: dict[str, int]
    by_sla_state: dict[str, int]


AUTOMATION, PRODUCT = "Automation", "Codex"
"""What rules are called to who does not see which; and who wrote what neither a person nor a rule did."""


def event_actor(kind: str, person_id: UUID | None, rule_id: UUID | None, name: str, *, internal: bool) -> EventActor:
    """Who or what did something. `internal`: for a reader who sees the ticket's internal side."""
    if kind == ActorKind.RULE and not internal:
        return EventActor(ActorKind.RULE, None, AUTOMATION)
    return EventActor(ActorKind(kind), person_id or rule_id, name)


def author(key: UUID | None, name: str | None, kind: str | None, unsigned: str | None, *, internal: bool) -> Author:
    """Who wrote a message: a person, or what is called `unsigned`. `internal`: as of `event_actor`."""
    if key is not None:
        return Author(key, name or "")
    if kind == ActorKind.RULE:
        return Author(None, (internal and unsigned) or AUTOMATION)
    return Author(None, PRODUCT if kind == ActorKind.SYSTEM else unsigned or PRODUCT)
