"""Two worlds with the same history, random rules, and short ways to rehearse them."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from automations import SEAL
from sqlalchemy import select

import databases
from codex.automation import rules
from codex.automation.models import AutomationExecution, AutomationRule, Trigger
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.db.embedded.server import Server
from codex.kernel.actor import Actor, system
from codex.rehearsal import drafts
from codex.rehearsal.automation import Replay
from codex.rehearsal.period import Period, only_reading
from codex.tickets.models import Ticket, TicketEvent
from world import FOUNDED, World, instant, known, opened

ALWAYS = Period(instant("2026-01-01T00:00Z"), instant("2027-01-01T00:00Z"))


class Acted(NamedTuple):
    """A rule acting, by what is the same in two worlds."""

    ticket: int
    at: datetime
    event: str
    version_of: str


@asynccontextmanager
async def another(server: Server, template: str) -> AsyncIterator[World]:
    """Another world, the same at first."""
    with databases.fresh(server, template) as fresh:
        async with opened(fresh.app) as database:
            yield await known(database)


async def add(world: World, new: NewRule) -> AutomationRule:
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        return await rules.add(work, new, seal=SEAL)


async def acted(world: World, rule_id: UUID, period: Period = ALWAYS) -> Counter[Acted]:
    """What the executions of a rule say that it did, or tried to do, in a period."""
    query = (
        select(Ticket.number, AutomationExecution.executed_at, TicketEvent.type, TicketEvent.payload)
        .join(Ticket, Ticket.id == AutomationExecution.ticket_id)
        .join(TicketEvent, TicketEvent.id == AutomationExecution.event_id)
        .where(AutomationExecution.rule_id == rule_id, AutomationExecution.matched)
        .where(AutomationExecution.executed_at >= period.since, AutomationExecution.executed_at < period.until)
    )
    async with world.session() as session:
        rows = (await session.execute(query)).all()
    return Counter(Acted(number, at, kind, _what(payload)) for number, at, kind, payload in rows)


async def predicted(
    world: World, *, new: NewRule | None = None, stored: UUID | None = None, period: Period = ALWAYS,
    as_: Actor | None = None,
) -> Counter[Acted]:  # fmt: skip
    """What the rehearsal of a draft, or of a stored rule, says that it would have done."""
    found: Counter[Acted] = Counter()
    async with world.database.reading(system("Test")) as reader:
        numbers = dict(await reader.all("SELECT id, number FROM tickets"))
    async with only_reading(world.works, as_ or await world.actor(world.ona), now=period.until) as work:
        draft = await drafts.draft(work, new, stored, seal=SEAL)
        async for occasion in Replay(work, draft, period).occasions():
            event = occasion.event
            found[Acted(numbers[occasion.life.ticket_id], occasion.at, event.type, _what(event.payload))] += 1
    return found


def _what(payload: dict[str, Any]) -> str:
    """What is the same in two worlds of what an event says: no ids."""
    return " ".join(str(payload[name]) for name in ("from", "to", "type", "clock", "name") if _is_plain(payload, name))


def _is_plain(payload: dict[str, Any], name: str) -> bool:
    return isinstance(payload.get(name), str) and len(payload[name]) != 36


FACTS = [trigger for trigger in Trigger if trigger not in (Trigger.TIME_IN_STATUS, Trigger.UNASSIGNED_FOR,
                                                           Trigger.NO_ACTIVITY_FOR)]  # fmt: skip


def conditions(random: Random, world: World, trigger: Trigger) -> list[Any]:
    """One to three conditions, or none."""
    statuses = ["NEW", "TRIAGED", "ASSIGNED", "IN_PROGRESS", "WAITING_ON_REQUESTER", "RESOLVED", "REOPENED", "CLOSED"]
    leaves: list[Any] = [
        _leaf("status", random.choice(("in", "notIn")), random.sample(statuses, 3)),
        _leaf("priority", "in", random.sample(["P1", "P2", "P3", "P4"], 2)),
        _leaf("team", random.choice(("equals", "notEquals")), str(world.it.id)),
        _leaf("assignee", random.choice(("isSet", "isNotSet"))),
        _leaf("requester", "equals", str(world.rosa.id)),
        _leaf("category", random.choice(("isSet", "isNotSet"))),
        _leaf("anyText", "contains", random.choice(("a", "e", "ticket 1", "x"))),
        _leaf("description", "isSet"),
        _leaf("requesterDepartment", "isSet"),
        _leaf("requesterLocation", "isNotSet"),
        _leaf("messageCount", random.choice(("atLeast", "lessThan")), random.randint(1, 4)),
        _leaf("reopenCount", "atLeast", 1),
        _leaf("followerCount", "atLeast", 1),
        _leaf("hasAttachment", "equals", random.choice((True, False))),
        _leaf("hoursSinceCreated", random.choice(("greaterThan", "lessThan")), random.choice((2, 10, 40))),
        _leaf("hoursInStatus", "atLeast", random.choice((0, 1, 3))),
        _leaf("hoursUnassigned", "atLeast", 1),
        _leaf("hoursSinceRequesterMessage", "lessThan", 8),
        _leaf("hoursSinceAgentMessage", "isSet"),
        _leaf("slaState", "in", random.sample(["RUNNING", "PAUSED", "BREACHED", "MET"], 2)),
        _leaf("slaResolutionPercent", "greaterThan", random.choice((10, 60, 150))),
        _leaf("slaFirstResponsePercent", "isSet"),
    ]
    if trigger not in (Trigger.TICKET_CREATED, Trigger.TIME_IN_STATUS, Trigger.UNASSIGNED_FOR, Trigger.NO_ACTIVITY_FOR):
        leaves.append(_leaf("changedField", random.choice(("equals", "notEquals")), "assignee"))
    if trigger is Trigger.STATUS_CHANGED:
        leaves.append(_leaf("toStatus", "in", random.sample(statuses[1:], 4)))
    found = random.sample(leaves, random.choice((0, 1, 1, 1, 2, 2)))
    return [{"any": found}] if len(found) == 2 and random.random() < 0.3 else found


def _leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({} if value is None else {"value": value})}


def quiet(random: Random, world: World, trigger: Trigger, *, priority: int, hours: float | None = None) -> NewRule:
    """A rule that changes nothing that any other is woken by or asks about."""
    return NewRule(
        name=f"Draft {priority}", trigger=trigger, priority=priority, trigger_config=TriggerConfig(hours=hours),
        conditions=conditions(random, world, trigger), team_id=random.choice((None, None, world.it.id)),
        actions=[{"type": "add_tag", "tag": "drafted"}],
    )  # fmt: skip


def loud(random: Random, world: World, *, priority: int) -> NewRule:
    """A rule that changes what others are woken by and ask about, may fail, and may say stop."""
    trigger = random.choice(FACTS)
    actions: list[dict[str, Any]] = [
        {"type": "set_priority", "priority": random.choice(("P1", "P2", "P4"))},
        {"type": "set_status", "status": random.choice(("TRIAGED", "IN_PROGRESS", "WAITING_ON_REQUESTER", "RESOLVED"))},
        {"type": "assign_user", "userId": str(random.choice((world.amir.id, world.lena.id)))},
        {"type": "assign_team", "teamId": str(random.choice((world.it.id, world.hr.id)))},
        {"type": "unassign"},
        {"type": "add_internal_note", "body": "A note about {{ticket.displayId}}"},
        {"type": "send_public_reply", "body": "A reply"},
        {"type": "set_category", "categoryId": str(random.choice(sorted(c.id for c in world.categories.values())))},
    ]
    chosen = random.sample(actions, random.choice((1, 1, 2)))
    return NewRule(
        name=f"Rule {priority}", trigger=trigger, priority=priority, conditions=conditions(random, world, trigger),
        team_id=random.choice((None, None, None, world.it.id)),
        actions=[*chosen, *([{"type": "stop"}] if random.random() < 0.3 else [])],
    )  # fmt: skip
