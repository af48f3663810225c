"""What happened to saved views that others use: a team's, everybody's. One's own are nobody's business."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewFact(AdminFact):
    """Something about one shared view; `team_id`: the team whose it is."""

    view_id: UUID
    name: str

    def payload(self) -> dict[str, object]:
        """Which view."""
        return {"savedViewId": str(self.view_id), "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewAdded(SavedViewFact):
    """A view is there for others from now on."""

    type: ClassVar[str] = "SAVED_VIEW_ADDED"
    filters: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Which view, and what it holds."""
        return {**SavedViewFact.payload(self), "filters": self.filters}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewChanged(SavedViewFact):
    """A view holds something else, or is called otherwise; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "SAVED_VIEW_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**SavedViewFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewRemoved(SavedViewFact):
    """A view is gone."""

    type: ClassVar[str] = "SAVED_VIEW_REMOVED"
