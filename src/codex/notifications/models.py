"""Notification (the bell) and NotificationOutbox (mail that is still to leave, has left, or could not)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.tickets.models import Ticket, after_ticket


class NotificationChannel(StrEnum):
    """How an outgoing notification travels."""

    EMAIL = "EMAIL"


class OutboxStatus(StrEnum):
    """Where an outgoing notification stands: waiting, held by a worker, gone, or given up."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    SENT = "SENT"
    FAILED = "FAILED"


class NotificationType(StrEnum):
    """What a notification in the product is about."""

    TICKET_ASSIGNED = "TICKET_ASSIGNED"
    TICKET_UPDATED = "TICKET_UPDATED"
    NEW_MESSAGE = "NEW_MESSAGE"
    TICKET_MENTIONED = "TICKET_MENTIONED"
    SLA_AT_RISK = "SLA_AT_RISK"
    SLA_BREACHED = "SLA_BREACHED"
    TICKET_RESOLVED = "TICKET_RESOLVED"
    TICKET_TRANSFERRED = "TICKET_TRANSFERRED"


class NotificationOutbox(Base):
    """An outgoing notification, written with the fact it tells of and sent by the worker after the commit.

    `next_attempt_at` is when it may be picked up.
    """

    __tablename__ = "notification_outbox"
    __table_args__ = (
        Index(
            "ix_notification_outbox_unsent", "status", "next_attempt_at",
            postgresql_where=text("status IN ('PENDING', 'PROCESSING')"),
        ),
        Index(
            "ix_notification_outbox_pending_of_email", "to_email", "created_at",
            postgresql_where=text("status = 'PENDING'"),
        ),
        CheckConstraint("event_type <> ''", name="event_type"),
        CheckConstraint("position('@' in to_email) > 1", name="to_email"),
        CheckConstraint(r"subject !~ '[\r\n]'", name="subject"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("status <> 'FAILED' OR last_error IS NOT NULL", name="last_error"),
    )  # fmt: skip

    id: Mapped[Id]
    channel: Mapped[NotificationChannel] = mapped_column(
        pg_enum(NotificationChannel), default=NotificationChannel.EMAIL, server_default="EMAIL"
    )
    status: Mapped[OutboxStatus] = mapped_column(
        pg_enum(OutboxStatus), default=OutboxStatus.PENDING, server_default="PENDING"
    )
    event_type: Mapped[str]
    to_email: Mapped[str]
    to_user_id: Mapped[UUID | None] = ref("users.id", ondelete="CASCADE")
    ticket_id: Mapped[UUID | None] = ref("tickets.id", ondelete="CASCADE")
    subject: Mapped[str]
    body: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Notification(Base):
    """Something a person should know, shown in the product."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user_id_created_at_id", "user_id", "created_at", "id"),
        Index(
            "ix_notifications_unread", "user_id", "created_at", "id", postgresql_where=text("NOT is_read")
        ),
        CheckConstraint(r"title ~ '\S'", name="title"),
        CheckConstraint("is_read = (read_at IS NOT NULL)", name="read_at"),
    )  # fmt: skip

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE", index=False)
    type: Mapped[NotificationType] = mapped_column(pg_enum(NotificationType))
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="", server_default="")
    ticket_id: Mapped[UUID | None] = ref("tickets.id", ondelete="CASCADE")
    actor_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    is_read: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    read_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]

    _ticket: Mapped[Ticket | None] = after_ticket("Notification.ticket_id")
