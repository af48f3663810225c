"""What happened to where new tickets go; and to a ticket: a decision was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact
from codex.tickets.facts import TicketFact

if TYPE_CHECKING:
    from codex.routing.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed(TicketFact):
    """Nobody said which team a new ticket is for, so routing did, and perhaps for which person."""

    type: ClassVar[str] = "ROUTED"
    is_public: ClassVar[bool] = False
    decision: Decision

    def payload(self) -> dict[str, object]:
        """The whole decision."""
        return self.decision.payload()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleFact(AdminFact):
    """Something about one rule; `team_id`: the team that it sends tickets to. `version`: the one that it made, or for a
    removed rule the last."""

    rule_id: UUID
    name: str
    version: int

    def payload(self) -> dict[str, object]:
        """Which rule, and as of which version."""
        return {"ruleId": str(self.rule_id), "name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleAdded(RoutingRuleFact):
    """There is another rule."""

    type: ClassVar[str] = "ROUTING_RULE_ADDED"
    terms: dict[str, Any]

    def payload(self) -> dict[str, object]:
        """And all that it says."""
        return {**RoutingRuleFact.payload(self), "terms": self.terms}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleChanged(RoutingRuleFact):
    """A rule says something else; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "ROUTING_RULE_CHANGED"
    old: dict[str, Any]
    new: dict[str, Any]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**RoutingRuleFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleRemoved(RoutingRuleFact):
    """A rule is gone."""

    type: ClassVar[str] = "ROUTING_RULE_REMOVED"
