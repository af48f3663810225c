"""What happened to what lies on the desk for others to use."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponseFact(AdminFact):
    """Something about one prepared text; `team_id`: the team whose it is."""

    response_id: UUID
    name: str

    def payload(self) -> dict[str, object]:
        """Which text."""
        return {"cannedResponseId": str(self.response_id), "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponseAdded(CannedResponseFact):
    """A prepared text can be used from now on."""

    type: ClassVar[str] = "CANNED_RESPONSE_ADDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponseChanged(CannedResponseFact):
    """A prepared text reads or does something else; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "CANNED_RESPONSE_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**CannedResponseFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponseRemoved(CannedResponseFact):
    """A prepared text is gone."""

    type: ClassVar[str] = "CANNED_RESPONSE_REMOVED"
