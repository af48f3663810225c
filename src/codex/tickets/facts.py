"""What happened to a ticket: past tense, old and new. Each becomes one TicketEvent, and folding them gives the row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from codex.kernel import clock
from codex.kernel.facts import Fact

if TYPE_CHECKING:
    from codex.tickets.models import (
        AccessLevel,
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


class StatusChanged(Changed["TicketStatus"]):
    """The ticket moved along the status machine."""

    type: ClassVar[str] = "STATUS_CHANGED"


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


class Merged(Changed["UUID | None"]):
    """The ticket goes on as another one."""

    type: ClassVar[str] = "MERGED"


class Unmerged(Changed["UUID | None"]):
    """The ticket goes on by itself again."""

    type: ClassVar[str] = "UNMERGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed(TicketFact):
    """Another ticket goes on as this one: its messages, files and followers are here now."""

    type: ClassVar[str] = "ABSORBED"
    is_public: ClassVar[bool] = False
    merged_id: UUID

    def payload(self) -> dict[str, object]:
        """The ticket that ended here."""
        return {"ticketId": str(self.merged_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(TicketFact):
    """A ticket that went on as this one goes on by itself again."""

    type: ClassVar[str] = "RELEASED"
    is_public: ClassVar[bool] = False
    merged_id: UUID

    def payload(self) -> dict[str, object]:
        """The ticket that left."""
        return {"ticketId": str(self.merged_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomFieldChanged(Changed[Any]):
    """A field of the ticket has another answer (JSON), or none (None). `name`: what the field was called then."""

    type: ClassVar[str] = "CUSTOM_FIELD_CHANGED"
    field_id: UUID
    name: str

    def payload(self) -> dict[str, object]:
        """Which field, from and to."""
        return {"fieldId": str(self.field_id), "name": self.name, "from": self.old, "to": self.new}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutPerson(TicketFact):
    user_id: UUID

    def payload(self) -> dict[str, object]:
        """Who."""
        return {"userId": str(self.user_id)}


class FollowerAdded(_AboutPerson):
    """A person watches the ticket."""

    type: ClassVar[str] = "FOLLOWER_ADDED"


class FollowerRemoved(_AboutPerson):
    """A person watches the ticket no more."""

    type: ClassVar[str] = "FOLLOWER_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGranted(TicketFact):
    """Another team may see the ticket, or work on it, until an instant or for good; in place of what it had."""

    type: ClassVar[str] = "ACCESS_GRANTED"
    is_public: ClassVar[bool] = False
    team_id: UUID
    level: AccessLevel
    expires_at: datetime | None
    reason: str | None

    def payload(self) -> dict[str, object]:
        """Which team, what, until when and why."""
        return {
            "teamId": str(self.team_id),
            "accessLevel": self.level.value,
            "expiresAt": plain(self.expires_at),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRevoked(TicketFact):
    """A grant is gone."""

    type: ClassVar[str] = "ACCESS_REVOKED"
    is_public: ClassVar[bool] = False
    team_id: UUID

    def payload(self) -> dict[str, object]:
        """Which team."""
        return {"teamId": str(self.team_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutTag(TicketFact):
    is_public: ClassVar[bool] = False
    name: str

    def payload(self) -> dict[str, object]:
        """The tag."""
        return {"tag": self.name}


class TagAdded(_AboutTag):
    """The ticket has a tag more."""

    type: ClassVar[str] = "TAG_ADDED"


class TagRemoved(_AboutTag):
    """The ticket has a tag less."""

    type: ClassVar[str] = "TAG_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutLink(TicketFact):
    """`kind` as this ticket sees it: LinkType, or CHILD, ORIGINAL, CAUSE for the other end."""

    is_public: ClassVar[bool] = False
    other_id: UUID
    kind: str

    def payload(self) -> dict[str, object]:
        """The other ticket, and what it is to this one."""
        return {"ticketId": str(self.other_id), "type": self.kind}


class Linked(_AboutLink):
    """The ticket has to do with another."""

    type: ClassVar[str] = "LINKED"


class Unlinked(_AboutLink):
    """The ticket has no longer to do with another."""

    type: ClassVar[str] = "UNLINKED"


TICKET_FACTS: tuple[type[TicketFact], ...] = (
    TicketOpened,
    StatusChanged,
    Assigned,
    TeamChanged,
    PriorityChanged,
    CategoryChanged,
    RequesterChanged,
    SubjectChanged,
    DescriptionChanged,
    CustomFieldChanged,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    FollowerAdded,
    FollowerRemoved,
    AccessGranted,
    AccessRevoked,
    TagAdded,
    TagRemoved,
    FollowUpChanged,
    Linked,
    Unlinked,
    Merged,
    Unmerged,
    Absorbed,
    Released,
    Deleted,
    Restored,
)
"""Every kind there is: what the fold must understand, and the documentation lists."""

PUBLIC_TYPES = tuple(fact.type for fact in TICKET_FACTS if fact.is_public)
"""What the public part of a history consists of; of messages only what happened to PUBLIC ones counts."""


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
