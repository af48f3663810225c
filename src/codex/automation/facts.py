"""What happened to rules; and to a ticket: a rule acted on it."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact
from codex.tickets.facts import TicketFact


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRan(TicketFact):
    """A rule did something to the ticket. Internal: who works on a ticket reads of it."""

    type: ClassVar[str] = "RULE_RAN"
    is_public: ClassVar[bool] = False
    rule_id: UUID
    name: str
    version: int
    trigger: str
    actions: tuple[str, ...]

    def payload(self) -> dict[str, object]:
        """Which rule, what woke it, and the kinds of what it did."""
        return {
            "ruleId": str(self.rule_id), "name": self.name, "version": self.version, "trigger": self.trigger,
            "actions": list(self.actions),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationRuleFact(AdminFact):
    """Something about one rule; `team_id`: the team whose it is. `version`: the one that it made, or has."""

    rule_id: UUID
    name: str
    version: int

    def payload(self) -> dict[str, object]:
        """Which rule, and as of which version."""
        return {"ruleId": str(self.rule_id), "name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationRuleAdded(AutomationRuleFact):
    """There is another rule."""

    type: ClassVar[str] = "AUTOMATION_RULE_ADDED"
    terms: dict[str, Any]

    def payload(self) -> dict[str, object]:
        """And all that it says; of secrets only that there are some."""
        return {**AutomationRuleFact.payload(self), "terms": self.terms}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationRuleChanged(AutomationRuleFact):
    """A rule says something else, or runs again after a pause; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "AUTOMATION_RULE_CHANGED"
    old: dict[str, Any]
    new: dict[str, Any]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**AutomationRuleFact.payload(self), "from": self.old, "to": self.new}


class AutomationRuleRemoved(AutomationRuleFact):
    """A rule is gone; what it did to tickets stays, and what became of it on them."""

    type: ClassVar[str] = "AUTOMATION_RULE_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationRulePaused(AutomationRuleFact):
    """A rule failed so often in a row that it rests until somebody saves it."""

    type: ClassVar[str] = "AUTOMATION_RULE_PAUSED"
    failures: int
    error: str

    def payload(self) -> dict[str, object]:
        """How often, and why the last time."""
        return {**AutomationRuleFact.payload(self), "failures": self.failures, "error": self.error}
