"""What happened to the classification. Administrative: `team_id` is the team that the category or field is of."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFact(AdminFact):
    """Something about one category."""

    category_id: UUID
    slug: str

    def payload(self) -> dict[str, object]:
        """Which category."""
        return {"categoryId": str(self.category_id), "slug": self.slug}


class CategoryAdded(CategoryFact):
    """Tickets can be of this kind from now on."""

    type: ClassVar[str] = "CATEGORY_ADDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChanged(CategoryFact):
    """A category is called, placed or routed otherwise; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "CATEGORY_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**CategoryFact.payload(self), "from": self.old, "to": self.new}


class CategoryRemoved(CategoryFact):
    """A category that nothing ever was of is gone."""

    type: ClassVar[str] = "CATEGORY_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFact(AdminFact):
    """Something about one custom field."""

    field_id: UUID
    name: str

    def payload(self) -> dict[str, object]:
        """Which field."""
        return {"fieldId": str(self.field_id), "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAdded(FieldFact):
    """Something is asked about tickets from now on."""

    type: ClassVar[str] = "FIELD_ADDED"
    field_type: str

    def payload(self) -> dict[str, object]:
        """Which field, and what it takes."""
        return {**FieldFact.payload(self), "fieldType": self.field_type}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged(FieldFact):
    """A field asks otherwise, of other tickets, or no longer; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "FIELD_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**FieldFact.payload(self), "from": self.old, "to": self.new}


class FieldRemoved(FieldFact):
    """A field that no ticket ever answered is gone."""

    type: ClassVar[str] = "FIELD_REMOVED"
