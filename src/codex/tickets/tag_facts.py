"""What happened to tags as such. Administrative: the audit log keeps each."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class _TagFact(AdminFact):
    """`team_id` is the team that looks after the tag."""

    tag_id: UUID
    name: str

    def payload(self) -> dict[str, object]:
        """Which tag, and whose it is."""
        return {"tagId": str(self.tag_id), "name": self.name, "teamId": str(self.team_id) if self.team_id else None}


class TagCreated(_TagFact):
    """A tag is offered from now on."""

    type: ClassVar[str] = "TAG_CREATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanged(_TagFact):
    """A tag has another name, or another team looks after it; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "TAG_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**_TagFact.payload(self), "from": self.old, "to": self.new}


class TagDeleted(_TagFact):
    """A tag is gone, from every ticket too."""

    type: ClassVar[str] = "TAG_DELETED"
