"""What happened to what hangs on a ticket: followers, grants, tags, answers, links, merges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from codex.tickets.facts import Changed, TicketFact, plain

if TYPE_CHECKING:
    from codex.tickets.models import AccessLevel


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


class Merged(Changed["UUID | None"]):
    """The ticket goes on as another one."""

    type: ClassVar[str] = "MERGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerged(Changed["UUID | None"]):
    """The ticket goes on by itself again. `answered_at`: its first response, where that was given in the meantime."""

    type: ClassVar[str] = "UNMERGED"
    answered_at: datetime | None = None

    def payload(self) -> dict[str, object]:
        """From which ticket, and the first response that comes back with it."""
        told: dict[str, object] = {"from": plain(self.old), "to": plain(self.new)}
        return told if self.answered_at is None else {**told, "firstResponseAt": plain(self.answered_at)}


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
