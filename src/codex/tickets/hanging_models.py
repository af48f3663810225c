"""What hangs on a ticket besides its messages and events: followers, grants, tags, links, files, answers, and what
each person has read and begun to write."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketMessage, after_message, after_ticket, where_set


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


class TicketFollower(Base):
    """A person who watches a ticket, and thereby sees it. `added_by_id`: by whom, where it was not themselves."""

    __tablename__ = "ticket_followers"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    added_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]

    _ticket: Mapped[Ticket] = after_ticket("TicketFollower.ticket_id")


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

    _ticket: Mapped[Ticket] = after_ticket("TicketAccess.ticket_id")


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

    _ticket: Mapped[Ticket] = after_ticket("TicketTag.ticket_id")


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

    _ticket: Mapped[Ticket] = after_ticket("TicketLink.ticket_id")
    _other: Mapped[Ticket] = after_ticket("TicketLink.other_id")


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

    _message: Mapped[TicketMessage] = after_message("MessageMention.message_id")


class TicketRead(Base):
    """How far a person has read a ticket: up to a version; 0: they put it back among the unread."""

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
        where_set("ix_attachments_merged_from_id", "merged_from_id"),
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

    _ticket: Mapped[Ticket] = after_ticket("CustomFieldValue.ticket_id")


class CustomFieldChoice(Base):
    """An option that a ticket chose of a MULTISELECT: what these answers are looked up by.

    Rows, not an array: row-level security lets an index be used only for operators that give nothing away.
    """

    __tablename__ = "custom_field_choices"
    __table_args__ = (Index("ix_custom_field_choices_ticket_id", "ticket_id"),)

    custom_field_id: Mapped[UUID] = mapped_column(ForeignKey("custom_fields.id", ondelete="RESTRICT"), primary_key=True)
    option: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)

    _ticket: Mapped[Ticket] = after_ticket("CustomFieldChoice.ticket_id")
