"""What happened, in the past tense: the base of every fact that a command records."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened. `type` is its name in the log; `payload()` what the log keeps of it, as JSON values."""

    type: ClassVar[str]

    def payload(self) -> dict[str, object]:
        """JSON values only: strings, numbers, booleans, None, lists and dicts of these."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminFact(Fact):
    """An administrative change. `team_id` is the team whose admins may read of it."""

    team_id: UUID | None = None
