"""Ticket and what hangs on it. The row is the present; `TicketEvent` is how it came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.kernel.actor import ActorKind


class TicketStatus(StrEnum):
    """Where a ticket stands (tickets.md, "Status machine")."""

    NEW = "NEW"
    TRIAGED = "TRIAGED"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    WAITING_ON_REQUESTER = "WAITING_ON_REQUESTER"
    WAITING_ON_VENDOR = "WAITING_ON_VENDOR"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"


class TicketPriority(StrEnum):
    """How urgent a ticket is; P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class TicketChannel(StrEnum):
    """How a ticket came in."""

    PORTAL = "PORTAL"
    EMAIL = "EMAIL"


class MessageType(StrEnum):
    """Who reads a message: everybody on the ticket, or only those who work on it."""

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"


class AccessLevel(StrEnum):
    """What a grant gives another team."""

    READ = "READ"
    WRITE = "WRITE"


class AttachmentScanStatus(StrEnum):
    """What the virus scanner said of a file."""

    PENDING = "PENDING"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Ties:
    """What a ticket's row does not say about a person: whether they follow it, and the best grant of their teams."""

    follows: bool = False
    grant: AccessLevel | None = None


class Ticket(Base):
    """A request or incident. `version` counts its events; every change makes it one more."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_status_updated_at", "status", "updated_at"),
        Index("ix_tickets_assigned_team_id_status_updated_at", "assigned_team_id", "status", "updated_at"),
        Index("ix_tickets_assignee_id_status_updated_at", "assignee_id", "status", "updated_at"),
        Index("ix_tickets_requester_id_created_at", "requester_id", "created_at"),
        Index("ix_tickets_due_at", "due_at"),
        Index("ix_tickets_completed_at", "completed_at"),
        Index("ix_tickets_newest", text("updated_at DESC"), text("id DESC")),
        Index("ix_tickets_team_newest", "assigned_team_id", text("updated_at DESC"), text("id DESC")),
        Index(
            "ix_tickets_unresolved_team_newest", "assigned_team_id", text("updated_at DESC"), text("id DESC"),
            postgresql_where=text("completed_at IS NULL"),
        ),
        CheckConstraint("(status = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint(
            "CASE status WHEN 'RESOLVED' THEN resolved_at IS NOT NULL"
            " WHEN 'CLOSED' THEN true ELSE resolved_at IS NULL END",
            name="resolved_at",
        ),
        CheckConstraint("completed_at IS NOT DISTINCT FROM LEAST(resolved_at, closed_at)", name="completed_at"),
        CheckConstraint("assignee_id IS NULL OR assigned_team_id IS NOT NULL", name="assignee_has_team"),
        CheckConstraint("status NOT IN ('ASSIGNED', 'IN_PROGRESS') OR assignee_id IS NOT NULL", name="worked_on"),
        CheckConstraint("length(subject) BETWEEN 1 AND 500", name="subject"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("updated_at >= created_at", name="updated_at"),
    )  # fmt: skip

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    display_id: Mapped[str | None] = mapped_column(unique=True)
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[TicketStatus] = mapped_column(pg_enum(TicketStatus), default=TicketStatus.NEW, server_default="NEW")
    priority: Mapped[TicketPriority] = mapped_column(
        pg_enum(TicketPriority), default=TicketPriority.P3, server_default="P3"
    )
    channel: Mapped[TicketChannel] = mapped_column(
        pg_enum(TicketChannel), default=TicketChannel.PORTAL, server_default="PORTAL"
    )
    requester_id: Mapped[UUID] = ref("users.id", index=False)
    assigned_team_id: Mapped[UUID | None] = ref("teams.id", index=False)
    assignee_id: Mapped[UUID | None] = ref("users.id", index=False)
    category_id: Mapped[UUID | None] = ref("categories.id")
    due_at: Mapped[datetime | None]
    first_response_due_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    sla_paused_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def ties(self) -> dict[UUID, Ties]:
        """What has been looked up about people and this ticket; who is not in it has none."""
        known: dict[UUID, Ties] = self.__dict__.setdefault("_ties", {})
        return known


def after_ticket() -> Any:
    """Never loaded, never set: it only tells a flush that the ticket's row is written before what hangs on it."""
    return relationship(lazy="raise")


class TicketMessage(Base):
    """One message of a ticket's conversation. `body` is Markdown as written; `author_id` is None for a rule's words."""

    __tablename__ = "ticket_messages"
    __table_args__ = (Index("ix_ticket_messages_ticket_id_created_at", "ticket_id", "created_at"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", index=False)
    author_id: Mapped[UUID | None] = ref("users.id")
    type: Mapped[MessageType] = mapped_column(pg_enum(MessageType))
    body: Mapped[str]
    edited_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    _ticket: Mapped[Ticket] = after_ticket()


class TicketEvent(Base):
    """One fact about a ticket. Append-only: the application's role may neither UPDATE nor DELETE it.

    `version` numbers the events of a ticket 1, 2, 3 … without gaps and equals the ticket's version right after.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (
        Index("ix_ticket_events_ticket_id_created_at", "ticket_id", "created_at"),
        UniqueConstraint("ticket_id", "version"),
        Index("ix_ticket_events_cause_id", "cause_id", postgresql_where=text("cause_id IS NOT NULL")),
        Index(
            "ix_ticket_events_created_by_id",
            "created_by_id",
            postgresql_where=text("created_by_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", index=False)
    version: Mapped[int]
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    actor_kind: Mapped[ActorKind] = mapped_column(pg_enum(ActorKind))
    actor_name: Mapped[str]
    created_by_id: Mapped[UUID | None] = ref("users.id", index=False)
    cause_id: Mapped[UUID | None] = ref("ticket_events.id", index=False)
    created_at: Mapped[datetime]

    _ticket: Mapped[Ticket] = after_ticket()


class TicketFollower(Base):
    """A person who watches a ticket, and thereby sees it."""

    __tablename__ = "ticket_followers"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    created_at: Mapped[CreatedAt]


class TicketAccess(Base):
    """A grant that lets another team see, or work on, a ticket."""

    __tablename__ = "ticket_access"
    __table_args__ = (UniqueConstraint("ticket_id", "team_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE")
    access_level: Mapped[AccessLevel] = mapped_column(pg_enum(AccessLevel))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Attachment(Base):
    """A file on a ticket: what is known of it. The bytes are in the store, under `storage_key`."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_bytes"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id")
    message_id: Mapped[UUID | None] = ref("ticket_messages.id")
    uploaded_by_id: Mapped[UUID | None] = ref("users.id")
    file_name: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str] = mapped_column(unique=True)
    scan_status: Mapped[AttachmentScanStatus] = mapped_column(
        pg_enum(AttachmentScanStatus),
        default=AttachmentScanStatus.PENDING,
        server_default="PENDING",
        index=True,
    )
    scanned_at: Mapped[datetime | None]
    scan_error: Mapped[str | None]
    scan_attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    created_at: Mapped[CreatedAt]


class CustomFieldValue(Base):
    """What a ticket answers to a custom field; at most one value each."""

    __tablename__ = "custom_field_values"
    __table_args__ = (
        UniqueConstraint("ticket_id", "custom_field_id"),
        Index("ix_custom_field_values_ticket_id", "ticket_id"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    custom_field_id: Mapped[UUID] = ref("custom_fields.id")
    value: Mapped[str]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
