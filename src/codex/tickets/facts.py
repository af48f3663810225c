"""What happened to a ticket: past tense, old and new. Each becomes one TicketEvent, and folding them gives the row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar
from uuid import UUID

from codex.kernel import clock
from codex.kernel.facts import Fact

if TYPE_CHECKING:
    from codex.tickets.models import (
        MessageType,
        Ticket,
        TicketChannel,
        TicketPriority,
        TicketStatus,  # noqa: F401 - in a string below
    )

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact(Fact):
    """Something that happened to `ticket`. `is_public`: its requester and followers may read of it too."""

    is_public: ClassVar[bool] = True
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(TicketFact, Generic[V]):
    """One thing about a ticket is another than before; None is none."""

    old: V
    new: V

    def payload(self) -> dict[str, object]:
        """From and to, as JSON has them."""
        return {"from": plain(self.old), "to": plain(self.new)}


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
            "teamId": plain(self.team_id),
            "categoryId": plain(self.category_id),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Changed["TicketStatus"]):
    """The ticket moved along the status machine. `stamps`: it was put back to how it stood, and when it was resolved
    and closed then."""

    type: ClassVar[str] = "STATUS_CHANGED"
    stamps: tuple[datetime | None, datetime | None] | None = None

    def payload(self) -> dict[str, object]:
        """From and to; `resolvedAt` and `closedAt` where it was put back."""
        told: dict[str, object] = {"from": self.old.value, "to": self.new.value}
        if self.stamps is None:
            return told
        resolved_at, closed_at = self.stamps
        return {**told, "resolvedAt": plain(resolved_at), "closedAt": plain(closed_at)}


class Assigned(Changed["UUID | None"]):
    """Another person has the ticket, or nobody."""

    type: ClassVar[str] = "ASSIGNED"


class TeamChanged(Changed["UUID | None"]):
    """Another team has the ticket, or nobody's queue."""

    type: ClassVar[str] = "TEAM_CHANGED"


class PriorityChanged(Changed["TicketPriority"]):
    """The ticket became more or less urgent."""

    type: ClassVar[str] = "PRIORITY_CHANGED"


class CategoryChanged(Changed["UUID | None"]):
    """The ticket is about something else, or about nothing known."""

    type: ClassVar[str] = "CATEGORY_CHANGED"


class RequesterChanged(Changed[UUID]):
    """The ticket is another person's."""

    type: ClassVar[str] = "REQUESTER_CHANGED"


class SubjectChanged(Changed[str]):
    """The ticket has another headline."""

    type: ClassVar[str] = "SUBJECT_CHANGED"


class DescriptionChanged(Changed[str]):
    """What the ticket is about is said in other words."""

    type: ClassVar[str] = "DESCRIPTION_CHANGED"


class FollowUpChanged(Changed["datetime | None"]):
    """The ticket rests until another instant, or no longer."""

    type: ClassVar[str] = "FOLLOW_UP_CHANGED"
    is_public: ClassVar[bool] = False


class Deleted(Changed["datetime | None"]):
    """Nobody sees the ticket any more."""

    type: ClassVar[str] = "DELETED"
    is_public: ClassVar[bool] = False


class Restored(Changed["datetime | None"]):
    """The ticket is there again."""

    type: ClassVar[str] = "RESTORED"
    is_public: ClassVar[bool] = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(TicketFact):
    """The author of a note put it in other words."""

    type: ClassVar[str] = "MESSAGE_EDITED"
    is_public: ClassVar[bool] = False
    message_id: UUID

    def payload(self) -> dict[str, object]:
        """Which message; never its words."""
        return {"messageId": str(self.message_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRedacted(TicketFact):
    """The words of a message are gone for good."""

    type: ClassVar[str] = "MESSAGE_REDACTED"
    message_id: UUID
    message_type: MessageType
    reason: str | None

    def payload(self) -> dict[str, object]:
        """Which message, and why."""
        return {"messageId": str(self.message_id), "type": self.message_type.value, "reason": self.reason}


def plain(value: object) -> object:
    """An id, an enum's member or an instant as JSON has it."""
    match value:
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case datetime():
            return clock.iso(value)
        case _:
            return value
