"""A desk with all kinds of rules at work that lives a part of the real incident log."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from incident_samples import real_log
from rehearsals import add

from codex.automation.models import Trigger
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.identity import teams
from codex.imports import incident_replay
from codex.imports.incident_log import LogRow, read_log
from codex.imports.incident_names import group
from codex.imports.incident_order import Moment, Replay, arrange
from codex.kernel.actor import system
from codex.rehearsal.period import Period
from codex.sla import policies, sweep
from codex.sla.policies import NewPolicy, Target
from codex.tickets.models import TicketPriority
from world import FOUNDED, World, instant

MARCH = Period(instant("2016-03-01T00:00Z"), instant("2016-04-01T00:00Z"))
"""The busiest month of the log."""
_LINES = 6_000
"""Of the log, when a part of it will do: the first two days and what became of their incidents."""


def eventful(count: int) -> Replay:
    """So many incidents of the first days in which most happens, short stories first."""
    rows: defaultdict[str, list[LogRow]] = defaultdict(list)
    for row in islice(read_log(real_log()), _LINES):
        assert isinstance(row, LogRow)
        rows[row.number].append(row)
    chosen = sorted(rows.values(), key=lambda each: (-_kinds(each), len(each), each[0].number))[:count]
    return arrange(row for each in chosen for row in each)


def _kinds(rows: Sequence[LogRow]) -> int:
    """How many rare things happen to an incident; being reopened is the rarest."""
    kinds = (lambda row: row.priority, lambda row: (row.category, row.subcategory), lambda row: row.group)
    return sum(len({kind(row) for row in rows}) > 1 for kind in kinds) + 2 * (rows[-1].reopen_count > 0)


def _is(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({} if value is None else {"value": value})}


def _tag(name: str) -> dict[str, Any]:
    return {"type": "add_tag", "tag": name}


STOP = {"type": "stop"}
RULES: list[tuple[Trigger, list[Any], list[dict[str, Any]]]] = [
    (Trigger.TICKET_CREATED, [_is("subject", "matches", r"category (2|3|4)\d")],
     [{"type": "set_status", "status": "TRIAGED"}, STOP]),
    (Trigger.TICKET_CREATED, [_is("category", "isSet"), _is("priority", "in", ["P1", "P2", "P3"])], [_tag("seen")]),
    (Trigger.STATUS_CHANGED, [_is("toStatus", "equals", "RESOLVED"), _is("assignee", "isSet")],
     [{"type": "send_public_reply", "body": "{{ticket.displayId}} is done."}]),
    (Trigger.STATUS_CHANGED, [_is("fromStatus", "notEquals", "RESOLVED"), _is("hoursSinceCreated", "greaterThan", 2)],
     [{"type": "add_internal_note", "body": "Two hours already."}]),
    (Trigger.STATUS_CHANGED, [_is("reopenCount", "atLeast", 1)], [{"type": "set_priority", "priority": "P1"}]),
    (Trigger.PRIORITY_CHANGED, [_is("status", "notIn", ["CLOSED"]), _is("team", "isSet")], [_tag("urgent")]),
    (Trigger.PRIORITY_CHANGED, [_is("assignee", "isNotSet")], [{"type": "add_internal_note", "body": "Whose is it?"}]),
    (Trigger.ASSIGNMENT_CHANGED, [_is("changedField", "equals", "team"), _is("assignee", "isNotSet")],
     [{"type": "add_internal_note", "body": "Nobody has it."}]),
    (Trigger.ASSIGNMENT_CHANGED, [_is("assignee", "isSet"), _is("status", "in", ["ASSIGNED", "IN_PROGRESS"])],
     [_tag("theirs")]),
    (Trigger.ASSIGNMENT_CHANGED, [_is("hoursUnassigned", "atLeast", 1)], [_tag("waited")]),
    (Trigger.CATEGORY_CHANGED, [_is("priority", "equals", "P3")], [{"type": "set_priority", "priority": "P2"}]),
    (Trigger.CATEGORY_CHANGED, [_is("assignee", "isNotSet")], [_tag("refiled")]),
    (Trigger.MESSAGE_ADDED, [_is("messageCount", "atLeast", 1), _is("priority", "in", ["P2", "P3"])],
     [{"type": "set_priority", "priority": "P1"}, STOP]),
    (Trigger.MESSAGE_ADDED, [_is("anyText", "contains", "symptom")], [_tag("told")]),
    (Trigger.SLA_APPROACHING, [_is("status", "notIn", ["RESOLVED", "CLOSED"])],
     [{"type": "add_internal_note", "body": "Soon!"}]),
    (Trigger.SLA_BREACHED, [_is("changedField", "equals", "RESOLUTION")], [{"type": "set_priority", "priority": "P1"}]),
    (Trigger.SLA_BREACHED, [_is("slaFirstResponsePercent", "greaterThan", 100)], [_tag("late")]),
]  # fmt: skip
"""At which trigger, if what holds, what is done; some wake others, some say stop."""
TIMED: list[tuple[Trigger, TriggerConfig, list[Any], list[dict[str, Any]]]] = [
    (Trigger.TIME_IN_STATUS, TriggerConfig(hours=24), [_is("assignee", "isSet")], [_tag("slow")]),
    (Trigger.UNASSIGNED_FOR, TriggerConfig(hours=2), [_is("priority", "in", ["P1", "P2", "P3"])],
     [{"type": "add_internal_note", "body": "Nobody's for two hours."}]),
    (Trigger.NO_ACTIVITY_FOR, TriggerConfig(hours=48), [_is("hoursSinceCreated", "greaterThan", 60)],
     [{"type": "set_priority", "priority": "P2"}]),
]  # fmt: skip


async def rules_at_work(world: World) -> list[UUID]:
    """The rules, one of them a team's own and two that fail, and a policy whose clocks wake some of them."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        targets = [Target(priority, 1, 8) for priority in TicketPriority]
        await policies.add(work, NewPolicy(name="All", is_default=True, targets=targets))
        seventy = group("Group 70")
        team = await teams.add(work, name=seventy.name, slug=seventy.slug, prefix=seventy.prefix)
    made = [
        NewRule(name=f"Rule {place}", trigger=trigger, priority=place, conditions=conditions, actions=actions)
        for place, (trigger, conditions, actions) in enumerate(RULES)
    ]
    made += [
        NewRule(name="Of group 70", trigger=Trigger.ASSIGNMENT_CHANGED, priority=3, conditions=[],
                actions=[_tag("seventy")], team_id=team.id),
        NewRule(name="Fails now and then", trigger=Trigger.ASSIGNMENT_CHANGED, priority=9,
                conditions=[_is("status", "notIn", ["RESOLVED", "CLOSED"])],
                actions=[_tag("begun"), {"type": "set_status", "status": "IN_PROGRESS"}]),
        NewRule(name="Fails until it is paused", trigger=Trigger.STATUS_CHANGED, priority=90,
                conditions=[_is("assignee", "isSet")],
                actions=[_tag("undone"), {"type": "assign_user", "userId": str(world.amir.id)}]),
    ]  # fmt: skip
    return [(await add(world, new)).id for new in made]


async def timed_rules_at_work(world: World) -> list[UUID]:
    """The rules that time wakes."""
    made = [
        NewRule(name=f"Timed {place}", trigger=trigger, trigger_config=config, priority=100 + place,
                conditions=conditions, actions=actions)
        for place, (trigger, config, conditions, actions) in enumerate(TIMED)
    ]  # fmt: skip
    return [(await add(world, new)).id for new in made]


async def live(world: World, replay: Replay, *, at_once: int) -> None:
    """Live it, so many moments at once; in between the worker looks at clocks."""
    for last in _ends(replay.moments, at_once):
        part = Replay(moments=replay.moments[:last])
        await incident_replay.live(world.works, part, progress=lambda _: None, stopping=lambda: False)
        await look_at_clocks(world, replay.moments[last - 1].at + timedelta(seconds=30))


async def look_at_clocks(world: World, now: datetime) -> None:
    """Let the worker announce what is due."""
    async with world.work(as_=system("SLA"), now=now) as work:
        while await sweep.announce_due(work, limit=200):
            pass


def _ends(moments: list[Moment], at_once: int) -> Iterator[int]:
    """Where parts end; what shares an instant stays together."""
    end = 0
    while end < len(moments):
        end = min(end + at_once, len(moments))
        while end < len(moments) and moments[end].at == moments[end - 1].at:
            end += 1
        yield end
