"""Rules for tests, and short ways to see what became of them."""

from typing import Any

from sqlalchemy import select

from codex.automation import rules
from codex.automation.models import AutomationExecution, AutomationRule, Trigger
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.identity.models import Team, User
from codex.kernel.seal import Seal
from codex.tickets.models import Ticket
from world import FOUNDED, World

SEAL = Seal("t" * 64)
"""As the web application of the world has it."""
URGENT: dict[str, Any] = {"type": "set_priority", "priority": "P1"}


def tag(name: str) -> dict[str, Any]:
    return {"type": "add_tag", "tag": name}


def reply(body: str) -> dict[str, Any]:
    return {"type": "send_public_reply", "body": body}


async def rule(
    world: World,
    *actions: dict[str, Any],
    trigger: Trigger = Trigger.TICKET_CREATED,
    conditions: list[Any] | None = None,
    config: TriggerConfig | None = None,
    team: Team | None = None,
    by: User | None = None,
    priority: int = 10,
    name: str = "A rule",
    is_active: bool = True,
) -> AutomationRule:
    """A rule of everybody's by Ona, or of a team's."""
    new = NewRule(
        name=name, trigger=trigger, trigger_config=config or TriggerConfig(), conditions=conditions or [],
        actions=list(actions), priority=priority, team_id=team.id if team else None, is_active=is_active,
    )  # fmt: skip
    async with world.work(as_=by or world.ona, now=FOUNDED) as work:
        return await rules.add(work, new, seal=SEAL)


async def runs(world: World, of: AutomationRule | None = None) -> list[AutomationExecution]:
    """The runs of a rule, or of all, in their order."""
    query = select(AutomationExecution).order_by(AutomationExecution.executed_at, AutomationExecution.id)
    async with world.session() as session:
        return list(await session.scalars(query.where(AutomationExecution.rule_id == of.id) if of else query))


async def facts(world: World, ticket: Ticket) -> list[str]:
    """The types of a ticket's facts by rules, in their order; what its clocks did about them aside."""
    made = [event.type for event in await world.events(ticket) if event.actor_kind == "rule"]
    return [kind for kind in made if not kind.startswith("SLA_")]
