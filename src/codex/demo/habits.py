"""What Acme's desk does by itself, written down by its owner and the admins of its teams."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from codex.automation import rules
from codex.automation.models import AutomationRule, Trigger
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.db.work import Step, Work
from codex.demo.foundations import House
from codex.sla.clock_state import ClockKind
from codex.tickets.models import TicketStatus


@dataclass(frozen=True, slots=True)
class Habit:
    """A rule; `keeper` is whose mail address begins so, `team` a slug (None: it is everybody's)."""

    keeper: str
    name: str
    about: str
    trigger: Trigger
    priority: int
    actions: tuple[dict[str, Any], ...]
    conditions: tuple[dict[str, Any], ...] = ()
    config: TriggerConfig = field(default_factory=TriggerConfig)
    team: str | None = None
    is_active: bool = True


_LEADS = {"type": "notify", "roles": ["TEAM_LEADS"]}
HABITS: tuple[Habit, ...] = (
    Habit(
        "ona", "Something stops a whole office", "The leads hear at once, and everybody can find it.",
        Trigger.TICKET_CREATED, 10,
        ({"type": "set_priority", "priority": "P1"}, {"type": "add_tag", "tag": "outage"},
         {**_LEADS, "text": "{{ticket.displayId}} may stop a whole office: {{ticket.subject}}"}),
        ({"any": [
            {"field": "anyText", "operator": "matches", "value": r"(?i)\b(whole|entire) (office|floor|building)\b"},
            {"field": "subject", "operator": "contains", "value": "outage"}]},),
    ),
    Habit(
        "ona", "Not solved in time", "Who leads the team looks after it.", Trigger.SLA_BREACHED, 20,
        ({"type": "add_internal_note", "body": "This was due by now; {{team.name}}'s leads were told."},
         {**_LEADS, "text": "{{ticket.displayId}} is late."}),
        config=TriggerConfig(clock=ClockKind.RESOLUTION),
    ),
    Habit(
        "tara", "A machine for somebody in Lisbon", "Machines for Lisbon are sent, which takes another colleague.",
        Trigger.TICKET_CREATED, 30, ({"type": "add_tag", "tag": "to-be-sent"},),
        ({"field": "anyText", "operator": "matches", "value": r"(?i)\b(laptop|monitor|docking station)\b"},
         {"field": "requesterLocation", "operator": "equals", "value": "Lisbon"}),
        team="it",
    ),
    Habit(
        "tara", "No word for three days", "Not used yet: we want to try it on last year first.",
        Trigger.TIME_IN_STATUS, 40,
        ({"type": "send_public_reply",
          "body": "Hello {{requester.firstName}},\n\ndoes it work by now? Tell us if there is anything left to do.\n\n"
                  "{{team.name}}"},
         {"type": "add_tag", "tag": "reminded"}),
        config=TriggerConfig(hours=72, status=TicketStatus.WAITING_ON_REQUESTER), team="it", is_active=False,
    ),
)  # fmt: skip


async def take_up(work: Work, house: House, *, at: datetime) -> None:
    """Write the rules down at the instant `at`; they act on what happens from then on."""
    for habit in HABITS:
        async with work.step(house.actors[f"{habit.keeper}@acme.example"], now=at) as step:
            await _write_down(step, house, habit)


async def _write_down(step: Step, house: House, habit: Habit) -> None:
    there = AutomationRule.name == habit.name, AutomationRule.deleted_at.is_(None)
    if await step.session.scalar(select(AutomationRule.id).where(*there)) is not None:
        return
    new = NewRule(
        name=habit.name, description=habit.about, trigger=habit.trigger, trigger_config=habit.config,
        conditions=list(habit.conditions), actions=list(habit.actions), priority=habit.priority,
        is_active=habit.is_active, team_id=house.teams[habit.team].id if habit.team else None,
    )  # fmt: skip
    await rules.add(step, new)
