"""What happened to the classification."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAdded(AdminFact):
    """Tickets can be of this kind from now on."""

    type: ClassVar[str] = "CATEGORY_ADDED"
    category_id: UUID
    slug: str

    def payload(self) -> dict[str, object]:
        """Which category."""
        return {"categoryId": str(self.category_id), "slug": self.slug}
