"""Ticket and what hangs on it. The row is the present; `TicketEvent` is how it came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
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


class LinkType(StrEnum):
    """How a ticket stands to another: read "ticket IS type OF other". The other end of PARENT is called CHILD."""

    RELATED = "RELATED"
    DUPLICATE = "DUPLICATE"
    PARENT = "PARENT"
    CAUSED_BY = "CAUSED_BY"


class AttachmentScanStatus(StrEnum):
    """What the virus scanner said of a file."""

    PENDING = "PENDING"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Ties:
    """What a ticket's row does not say about a person: whether they follow it, the best grant of their teams, and
    whether the ticket's team lets followers reply."""

    follows: bool = False
    grant: AccessLevel | None = None
    may_reply: bool = True


def _where_set(name: str, column: str) -> Index:
    """An index of the few rows that have the column at all."""
    return Index(name, column, postgresql_where=text(f"{column} IS NOT NULL"))


class Ticket(Base):
    """A request or incident. `version` counts its events; every change makes it one more.

    `deleted_at`: nobody sees it any more, until it is restored. `merged_into_id`: it goes on as another ticket.
    `follow_up_at`: until then nobody need look at it.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_status_updated_at", "status", "updated_at"),
        Index("ix_tickets_assigned_team_id_status_updated_at", "assigned_team_id", "status", "updated_at"),
        Index("ix_tickets_assignee_id_status_updated_at", "assignee_id", "status", "updated_at"),
        Index("ix_tickets_requester_id_created_at", "requester_id", "created_at"),
        Index("ix_tickets_due_at", "due_at"),
        Index("ix_tickets_completed_at", "completed_at"),
        _where_set("ix_tickets_follow_up_at", "follow_up_at"),
        _where_set("ix_tickets_deleted_at", "deleted_at"),
        _where_set("ix_tickets_merged_into_id", "merged_into_id"),
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
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
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
    follow_up_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = ref("tickets.id", index=False)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def ties(self) -> dict[UUID, Ties]:
        """What has been looked up about people and this ticket; who is not in it has none."""
        known: dict[UUID, Ties] = self.__dict__.setdefault("_ties", {})
        return known


def after_ticket(key: str) -> Any:
    """Never loaded, never set: it only tells a flush that the ticket's row is written before what hangs on it."""
    return relationship(lazy="raise", foreign_keys=key)


class TicketMessage(Base):
    """One message of a ticket's conversation. `body` is Markdown as written; `author_id` is None for a rule's words.

    `is_team_only`: a note that teams with a READ grant do not see. `merged_from_id`: the ticket that it was written on,
    and goes back to when the merge is undone.
    """

    __tablename__ = "ticket_messages"
    __table_args__ = (
        Index("ix_ticket_messages_ticket_id_created_at", "ticket_id", "created_at"),
        _where_set("ix_ticket_messages_merged_from_id", "merged_from_id"),
        CheckConstraint("type = 'INTERNAL' OR NOT is_team_only", name="team_only"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", index=False)
    author_id: Mapped[UUID | None] = ref("users.id")
    type: Mapped[MessageType] = mapped_column(pg_enum(MessageType))
    body: Mapped[str]
    is_team_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    merged_from_id: Mapped[UUID | None] = ref("tickets.id", index=False)
    edited_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    _ticket: Mapped[Ticket] = after_ticket("TicketMessage.ticket_id")


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

    _ticket: Mapped[Ticket] = after_ticket("TicketEvent.ticket_id")


class TicketFollower(Base):
    """A person who watches a ticket, and thereby sees it. `added_by_id`: by whom, where it was not themselves."""

    __tablename__ = "ticket_followers"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    added_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]


class TicketAccess(Base):
    """A grant that lets another team see, or work on, a ticket, for a time or for good."""

    __tablename__ = "ticket_access"
    __table_args__ = (UniqueConstraint("ticket_id", "team_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE")
    access_level: Mapped[AccessLevel] = mapped_column(pg_enum(AccessLevel))
    expires_at: Mapped[datetime | None]
    granted_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    reason: Mapped[str | None]
    created_at: Mapped[CreatedAt]


class Tag(Base):
    """A word that tickets are found by. In lower case; `team_id`: who looks after it, None for everybody's."""

    __tablename__ = "tags"
    __table_args__ = (
        CheckConstraint(r"name ~ '^\S(.{0,48}\S)?$' AND name = lower(name) AND name !~ '[/,]'", name="name"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]


class TicketTag(Base):
    """A ticket has a tag."""

    __tablename__ = "ticket_tags"

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[CreatedAt]


class TicketLink(Base):
    """Two tickets that have to do with each other. RELATED has no direction and is kept once, the lower id first."""

    __tablename__ = "ticket_links"
    __table_args__ = (
        UniqueConstraint("ticket_id", "other_id", "type"),
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        CheckConstraint("type <> 'RELATED' OR ticket_id < other_id", name="related_once"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    other_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE")
    type: Mapped[LinkType] = mapped_column(pg_enum(LinkType))
    created_by_id: Mapped[UUID | None] = ref("users.id")
    created_at: Mapped[CreatedAt]


class TicketMerge(Base):
    """A ticket went on as another, from `merged_at` until `unmerged_at`. `before`: what undoing it brings back."""

    __tablename__ = "ticket_merges"
    __table_args__ = (
        Index("ix_ticket_merges_ticket_id", "ticket_id"),
        Index("uq_ticket_merges_ticket_id", "ticket_id", unique=True, postgresql_where=text("unmerged_at IS NULL")),
        CheckConstraint("ticket_id <> into_id", name="two_tickets"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", index=False)
    into_id: Mapped[UUID] = ref("tickets.id")
    merged_by_id: Mapped[UUID | None] = ref("users.id")
    merged_at: Mapped[datetime]
    unmerged_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any]]


class MessageMention(Base):
    """A message calls a person by name."""

    __tablename__ = "message_mentions"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("ticket_messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class TicketRead(Base):
    """How far a person has read a ticket: up to a version."""

    __tablename__ = "ticket_reads"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True)
    version: Mapped[int]
    read_at: Mapped[datetime]


class Draft(Base):
    """What a person has begun to write on a ticket."""

    __tablename__ = "drafts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True)
    type: Mapped[MessageType] = mapped_column(pg_enum(MessageType))
    body: Mapped[str]
    updated_at: Mapped[datetime]


class BulkChange(Base):
    """One change of many tickets: what was asked, and of each ticket what came of it and how it was before."""

    __tablename__ = "bulk_changes"

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    changes: Mapped[dict[str, Any]]
    results: Mapped[list[Any]]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Attachment(Base):
    """A file on a ticket: what is known of it. The bytes are in the store, under `storage_key`."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size_bytes"),
        _where_set("ix_attachments_merged_from_id", "merged_from_id"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id")
    message_id: Mapped[UUID | None] = ref("ticket_messages.id")
    merged_from_id: Mapped[UUID | None] = ref("tickets.id", index=False)
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
    """What a ticket answers to a custom field; at most one value each.

    `value` is the answer as JSON has it, `sort_value` what lists are sorted by and answers are looked up by.
    """

    __tablename__ = "custom_field_values"
    __table_args__ = (
        UniqueConstraint("ticket_id", "custom_field_id"),
        Index("ix_custom_field_values_ticket_id", "ticket_id"),
        Index("ix_custom_field_values_sort_value", "custom_field_id", "sort_value", "ticket_id"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    custom_field_id: Mapped[UUID] = ref("custom_fields.id")
    value: Mapped[str]
    sort_value: Mapped[str] = mapped_column(Text(collation="C"), default="", server_default="")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
