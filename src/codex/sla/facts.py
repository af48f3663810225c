"""What happened to what is promised. Administrative: `team_id` is the team whose own it is; None: the desk's."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact
from codex.tickets.models import TicketPriority


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicyFact(AdminFact):
    """Something about one named policy. `version`: the one that it made, or for a removed one the last."""

    policy_id: UUID
    name: str
    version: int

    def payload(self) -> dict[str, object]:
        """Which policy, and as of which version."""
        return {"policyId": str(self.policy_id), "name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicyAdded(SlaPolicyFact):
    """Teams can be put under this policy from now on."""

    type: ClassVar[str] = "SLA_POLICY_ADDED"
    terms: dict[str, object]

    def payload(self) -> dict[str, object]:
        """And all that it says."""
        return {**SlaPolicyFact.payload(self), "terms": self.terms}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicyChanged(SlaPolicyFact):
    """A policy says something else; `old` and `new` hold only what changed. Running clocks go on by what they had."""

    type: ClassVar[str] = "SLA_POLICY_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**SlaPolicyFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicyRemoved(SlaPolicyFact):
    """A policy is gone; clocks that run by it go on."""

    type: ClassVar[str] = "SLA_POLICY_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicyAssigned(AdminFact):
    """A team is under another policy, or under none of its own any more; `old` and `new` are policies' ids."""

    type: ClassVar[str] = "SLA_POLICY_ASSIGNED"
    old: UUID | None
    new: UUID | None
    name: str | None

    def payload(self) -> dict[str, object]:
        """Which team, before and after, and what the new policy is called."""
        old, new = (str(key) if key else None for key in (self.old, self.new))
        return {"teamId": str(self.team_id), "from": old, "to": new, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamHoursChanged(AdminFact):
    """A team's own hours for a priority are there, are others, or are gone (None)."""

    type: ClassVar[str] = "SLA_TEAM_POLICY_CHANGED"
    priority: TicketPriority
    version: int
    old: dict[str, object] | None
    new: dict[str, object] | None

    def payload(self) -> dict[str, object]:
        """Of which team and priority, before and after."""
        told = {"teamId": str(self.team_id), "priority": self.priority.value, "version": self.version}
        return {**told, "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHoursChanged(AdminFact):
    """Opening hours, a team's or everybody's, are there, are others, or are gone (`new` is None)."""

    type: ClassVar[str] = "SLA_BUSINESS_HOURS_CHANGED"
    version: int
    old: dict[str, object] | None
    new: dict[str, object] | None

    def payload(self) -> dict[str, object]:
        """Whose, before and after."""
        team = str(self.team_id) if self.team_id else None
        return {"teamId": team, "version": self.version, "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaApplied(AdminFact):
    """So many running clocks' tickets were moved to what is promised now: all, a policy's, a team's, chosen ones."""

    type: ClassVar[str] = "SLA_APPLIED"
    policy_id: UUID | None
    are_chosen: bool
    count: int

    def payload(self) -> dict[str, object]:
        """Which were asked for, and how many were moved."""
        policy, team = (str(key) if key else None for key in (self.policy_id, self.team_id))
        return {"policyId": policy, "teamId": team, "chosenTickets": self.are_chosen, "tickets": self.count}
