"""Ticket and what hangs on it. The row is the present; `TicketEvent` is how it came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codex.db.base import Base, Id, pg_enum, ref
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


class SlaState(StrEnum):
    """How a ticket stands with what is promised of it: of its two clocks, what is wrong, then what goes on, then how it
    ended. BREACHED: a promise is broken and still open; BREACHED_DONE: it was kept late."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    MET = "MET"
    BREACHED = "BREACHED"
    BREACHED_DONE = "BREACHED_DONE"
    CANCELLED = "CANCELLED"
    UNSCHEDULABLE = "UNSCHEDULABLE"


class AccessLevel(StrEnum):
    """What a grant gives another team."""

    READ = "READ"
    WRITE = "WRITE"


@dataclass(frozen=True, slots=True)
class Ties:
    """What a ticket's row does not say about a person: whether they follow it, the best grant of their teams, and
    whether the ticket's team lets followers reply."""

    follows: bool = False
    grant: AccessLevel | None = None
    may_reply: bool = True


def where_set(name: str, column: str) -> Index:
    """An index of the few rows that have the column at all."""
    return Index(name, column, postgresql_where=text(f"{column} IS NOT NULL"))


class Ticket(Base):
    """A request or incident. `version` counts its events; every change makes it one more.

    `deleted_at`: nobody sees it any more, until it is restored. `merged_into_id`: it goes on as another ticket.
    `follow_up_at`: until then nobody need look at it. `sla_state` was so when something last happened to its clocks
    (None: nothing is promised); after `sla_breaches_at` it is BREACHED, whether anybody has looked or not.
    To be swept by: since when it has its status, since when it is nobody's (None: it is somebody's), and when somebody
    last did anything to it, no rule and not the product (`active_at`).
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_status_updated_at", "status", "updated_at"),
        Index("ix_tickets_assigned_team_id_status_updated_at", "assigned_team_id", "status", "updated_at"),
        Index("ix_tickets_assignee_id_status_updated_at", "assignee_id", "status", "updated_at"),
        Index("ix_tickets_requester_id_created_at", "requester_id", "created_at"),
        Index("ix_tickets_due_at", "due_at"),
        Index("ix_tickets_completed_at", "completed_at"),
        where_set("ix_tickets_follow_up_at", "follow_up_at"),
        where_set("ix_tickets_deleted_at", "deleted_at"),
        where_set("ix_tickets_merged_into_id", "merged_into_id"),
        Index("ix_tickets_newest", text("updated_at DESC"), text("id DESC")),
        Index("ix_tickets_team_newest", "assigned_team_id", text("updated_at DESC"), text("id DESC")),
        Index(
            "ix_tickets_unresolved_team_newest", "assigned_team_id", text("updated_at DESC"), text("id DESC"),
            postgresql_where=text("completed_at IS NULL"),
        ),
        Index(
            "ix_tickets_unresolved_load", "assigned_team_id", "assignee_id",
            postgresql_include=["id", "status", "requester_id", "deleted_at"],
            postgresql_where=text("completed_at IS NULL"),
        ),
        Index(
            "ix_tickets_unresolved_assignee_newest", "assignee_id", text("updated_at DESC"), text("id DESC"),
            postgresql_include=["assigned_team_id", "requester_id", "deleted_at"],
            postgresql_where=text("completed_at IS NULL"),
        ),
        Index("ix_tickets_status_since", "status", "status_since", postgresql_where=text("status <> 'CLOSED'")),
        Index(
            "ix_tickets_unassigned_since", "unassigned_since",
            postgresql_where=text("completed_at IS NULL AND unassigned_since IS NOT NULL"),
        ),
        Index("ix_tickets_active_at", "active_at", postgresql_where=text("completed_at IS NULL")),
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
    sla_state: Mapped[SlaState | None] = mapped_column(pg_enum(SlaState))
    sla_breaches_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = ref("tickets.id", index=False)
    status_since: Mapped[datetime | None]
    unassigned_since: Mapped[datetime | None]
    active_at: Mapped[datetime | None]
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


after_message = after_ticket
"""The same for what hangs on a message."""


BODY_MOST = 100_000
"""How many characters a message has at most."""


class TicketMessage(Base):
    """One message of a ticket's conversation. `body` is Markdown as written. What no person wrote has no `author_id`:
    `author_kind` and `author_name` say what did.

    `is_team_only`: a note that teams with a READ grant do not see. `merged_from_id`: the ticket that it was written on,
    and goes back to when the merge is undone.
    """

    __tablename__ = "ticket_messages"
    __table_args__ = (
        Index("ix_ticket_messages_ticket_id_created_at", "ticket_id", "created_at"),
        where_set("ix_ticket_messages_merged_from_id", "merged_from_id"),
        CheckConstraint("type = 'INTERNAL' OR NOT is_team_only", name="team_only"),
        CheckConstraint("redacted_at IS NULL OR body = ''", name="redacted"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", index=False)
    author_id: Mapped[UUID | None] = ref("users.id")
    author_kind: Mapped[ActorKind | None] = mapped_column(pg_enum(ActorKind))
    author_name: Mapped[str | None]
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
    `actor_rule_id`: the routing or automation rule that acted; it may be gone.
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
    actor_rule_id: Mapped[UUID | None]
    cause_id: Mapped[UUID | None] = ref("ticket_events.id", index=False)
    created_at: Mapped[datetime]

    _ticket: Mapped[Ticket] = after_ticket("TicketEvent.ticket_id")
