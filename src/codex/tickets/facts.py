"""What happened to a ticket: past tense, old and new. Each becomes one TicketEvent, and folding them gives the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from codex.kernel.facts import Fact

if TYPE_CHECKING:
    from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketPriority, TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact(Fact):
    """Something that happened to `ticket`. `is_public`: its requester and followers may read of it too."""

    is_public: ClassVar[bool] = True
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(TicketFact):
    """A ticket began to exist; the payload is the whole row as it began."""

    type: ClassVar[str] = "TICKET_CREATED"
    number: int
    display_id: str
    subject: str
    description: str
    priority: TicketPriority
    channel: TicketChannel
    requester_id: UUID
    team_id: UUID | None
    category_id: UUID | None

    def payload(self) -> dict[str, object]:
        """The row as it began; its status is NEW."""
        return {
            "number": self.number,
            "displayId": self.display_id,
            "subject": self.subject,
            "description": self.description,
            "priority": self.priority.value,
            "channel": self.channel.value,
            "requesterId": str(self.requester_id),
            "teamId": text(self.team_id),
            "categoryId": text(self.category_id),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(TicketFact):
    """The ticket moved along the status machine."""

    type: ClassVar[str] = "STATUS_CHANGED"
    old: TicketStatus
    new: TicketStatus

    def payload(self) -> dict[str, object]:
        """From and to."""
        return {"from": self.old.value, "to": self.new.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(TicketFact):
    """Another person has the ticket, or nobody (None)."""

    type: ClassVar[str] = "ASSIGNED"
    old: UUID | None
    new: UUID | None

    def payload(self) -> dict[str, object]:
        """The ids of the people."""
        return {"from": text(self.old), "to": text(self.new)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChanged(TicketFact):
    """Another team has the ticket, or nobody's queue (None)."""

    type: ClassVar[str] = "TEAM_CHANGED"
    old: UUID | None
    new: UUID | None

    def payload(self) -> dict[str, object]:
        """The ids of the teams."""
        return {"from": text(self.old), "to": text(self.new)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(TicketFact):
    """The ticket became more or less urgent."""

    type: ClassVar[str] = "PRIORITY_CHANGED"
    old: TicketPriority
    new: TicketPriority

    def payload(self) -> dict[str, object]:
        """From and to."""
        return {"from": self.old.value, "to": self.new.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChanged(TicketFact):
    """The ticket is about something else, or about nothing known (None)."""

    type: ClassVar[str] = "CATEGORY_CHANGED"
    old: UUID | None
    new: UUID | None

    def payload(self) -> dict[str, object]:
        """The ids of the categories."""
        return {"from": text(self.old), "to": text(self.new)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChanged(TicketFact):
    """The ticket has another headline."""

    type: ClassVar[str] = "SUBJECT_CHANGED"
    old: str
    new: str

    def payload(self) -> dict[str, object]:
        """From and to."""
        return {"from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionChanged(TicketFact):
    """What the ticket is about is said in other words."""

    type: ClassVar[str] = "DESCRIPTION_CHANGED"
    old: str
    new: str

    def payload(self) -> dict[str, object]:
        """From and to."""
        return {"from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded(TicketFact):
    """Somebody wrote. `answers_first`: it is the first public answer of somebody who works on the ticket."""

    type: ClassVar[str] = "MESSAGE_ADDED"
    message_id: UUID
    message_type: MessageType
    answers_first: bool

    def payload(self) -> dict[str, object]:
        """Which message and who may read it; never its words, which can be redacted."""
        return {
            "messageId": str(self.message_id),
            "type": self.message_type.value,
            "firstResponse": self.answers_first,
        }


TICKET_FACTS: tuple[type[TicketFact], ...] = (
    TicketOpened,
    StatusChanged,
    Assigned,
    TeamChanged,
    PriorityChanged,
    CategoryChanged,
    SubjectChanged,
    DescriptionChanged,
    MessageAdded,
)
"""Every kind there is: what the fold must understand, and the documentation lists."""

PUBLIC_TYPES = tuple(fact.type for fact in TICKET_FACTS if fact.is_public)
"""What the public part of a history consists of; a MESSAGE_ADDED counts only when its message is PUBLIC."""


def text(key: UUID | None) -> str | None:
    """An id as JSON has it."""
    return str(key) if key else None
