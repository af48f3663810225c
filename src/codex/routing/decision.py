"""What was decided about a new ticket, and why, as it is kept: with what every rule looked at it saw."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from codex.kernel.criteria.packing import Packed


class TeamBy(StrEnum):
    """What decided for a team: a rule; the category's default; nothing, so that it waits in the triage queue."""

    RULE = "RULE"
    CATEGORY = "CATEGORY"
    NOTHING = "NOTHING"


class PersonBy(StrEnum):
    """What decided for a person: who opened it; a rule; whose turn it is. NOTHING: it waits in the team's queue."""

    ASKED = "ASKED"
    RULE = "RULE"
    TURN = "TURN"
    NOTHING = "NOTHING"


class Decision(Struct, frozen=True, kw_only=True, rename="camel"):
    """One decision. `looked`: the versions of the rules that were asked, in order (`RoutingRuleVersion.id`); the last
    one won if `ruleId` is there. Of some of them, by the same number, `broken`: why they could not be asked; `held`:
    for each condition 1 if it held. `seen`: what the ticket had then of what conditions ask about, but for its own
    words, which its first event has. The sentences say why."""

    looked: list[int] = []
    broken: dict[str, str] = {}
    held: dict[str, str] = {}
    rule_id: UUID | None = None
    version: int | None = None
    rule: str | None = None
    keyword: str | None = None
    seen: Packed = {}
    team_id: UUID | None = None
    team_by: TeamBy = TeamBy.NOTHING
    team_because: str = ""
    assignee_id: UUID | None = None
    assignee_by: PersonBy = PersonBy.NOTHING
    assignee_because: str = ""

    def payload(self) -> dict[str, Any]:
        """As JSON has it."""
        told: dict[str, Any] = to_builtins(self)
        return told


def read(payload: Mapping[str, Any]) -> Decision:
    """The decision that a ROUTED event kept."""
    return convert(dict(payload), Decision)
