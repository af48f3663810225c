"""Each trigger is pulled by what it says, with what conditions may ask about the change."""

import asyncio
from typing import Any

import pytest
from automations import URGENT, rule, runs, tag

from codex.automation.models import TIMED, Trigger
from codex.automation.policy import READABLE_SQL, may_read, readable
from codex.automation.reading import rules as listed
from codex.automation.triggers import TriggerConfig
from codex.classification import fields
from codex.classification.models import FieldType
from codex.kernel.actor import system
from codex.sla import policies
from codex.sla.clock_state import ClockKind
from codex.sla.policies import NewPolicy, Target
from codex.sla.sweep import announce_due
from codex.tickets import answers, assignment, lifecycle, messages, queries, triage
from codex.tickets.models import MessageType, TicketPriority, TicketStatus
from world import FOUNDED, World

pytestmark = pytest.mark.anyio


async def swept(world: World, at: str) -> None:
    async with world.work(as_=system("SLA"), now=at) as work:
        await announce_due(work, limit=10)


def changed(what: str) -> list[Any]:
    return [{"field": "changedField", "operator": "equals", "value": what}]


async def test_every_trigger_that_facts_pull(world: World) -> None:
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        asked = await fields.add(work, name="Floor", field_type=FieldType.NUMBER)
    made = {
        "created": await rule(world, tag("a")),
        "done": await rule(world, tag("b"), trigger=Trigger.STATUS_CHANGED, conditions=[
            {"field": "fromStatus", "operator": "equals", "value": "ASSIGNED"}],
            config=TriggerConfig(status=TicketStatus.RESOLVED)),
        "waiting": await rule(world, tag("c"), trigger=Trigger.STATUS_CHANGED,
                              config=TriggerConfig(status=TicketStatus.WAITING_ON_VENDOR)),
        "person": await rule(world, tag("d"), trigger=Trigger.ASSIGNMENT_CHANGED, conditions=changed("assignee")),
        "team": await rule(world, tag("e"), trigger=Trigger.ASSIGNMENT_CHANGED, conditions=changed("team")),
        "priority": await rule(world, tag("f"), trigger=Trigger.PRIORITY_CHANGED),
        "category": await rule(world, tag("g"), trigger=Trigger.CATEGORY_CHANGED),
        "field": await rule(world, tag("h"), trigger=Trigger.CUSTOM_FIELD_CHANGED,
                            conditions=changed(f"customField:{asked.id}")),
        "note": await rule(world, tag("i"), trigger=Trigger.MESSAGE_ADDED, conditions=changed("INTERNAL message")),
        "reply": await rule(world, tag("j"), trigger=Trigger.MESSAGE_ADDED, conditions=changed("PUBLIC message")),
    }  # fmt: skip
    ticket = await world.ticket(team=world.hr)
    async with world.work(as_=world.ona, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await assignment.transfer_to(work, held, world.it)
        await assignment.assign_to(work, held, world.amir.id)
        await triage.set_priority(work, held, TicketPriority.P2)
        await triage.set_category(work, held, world.categories["vpn"])
        await answers.change(work, held, {str(asked.id): 4})
        await messages.add(work, held, type=MessageType.INTERNAL, body="Look")
        await lifecycle.move(work, held, to=TicketStatus.RESOLVED)

    assert {name: len(await runs(world, each)) for name, each in made.items()} == {
        "created": 1, "done": 1, "waiting": 0, "person": 1, "team": 1, "priority": 1, "category": 1, "field": 1,
        "note": 1, "reply": 0,
    }  # fmt: skip
    assert await world.differences() == []


async def test_clocks_wake_rules_when_they_are_at_risk_and_when_late(world: World) -> None:
    target = Target(TicketPriority.P1, 1, 4)
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        new = NewPolicy(name="Round the clock", is_default=True, business_hours_only=False, targets=[target])
        await policies.add(work, new)
    near = await rule(world, tag("near"), trigger=Trigger.SLA_APPROACHING)
    late = await rule(world, URGENT, trigger=Trigger.SLA_BREACHED, config=TriggerConfig(clock=ClockKind.RESOLUTION))
    first = await rule(world, tag("first"), trigger=Trigger.SLA_BREACHED, conditions=changed("FIRST_RESPONSE"))
    await world.ticket(team=world.it, priority=TicketPriority.P1, at="2026-03-02T08:00Z")

    await swept(world, "2026-03-02T08:50Z")
    assert [len(await runs(world, each)) for each in (near, first, late)] == [1, 0, 0]
    await swept(world, "2026-03-02T12:30Z")
    assert [len(await runs(world, each)) for each in (first, late)] == [1, 1]
    assert (await runs(world, late))[0].conditions[0]["seen"] == "RESOLUTION"


def test_every_trigger_is_pulled_by_facts_or_by_time() -> None:
    pulled = {
        Trigger.TICKET_CREATED, Trigger.STATUS_CHANGED, Trigger.SLA_APPROACHING, Trigger.SLA_BREACHED,
        Trigger.MESSAGE_ADDED, Trigger.ASSIGNMENT_CHANGED, Trigger.PRIORITY_CHANGED, Trigger.CATEGORY_CHANGED,
        Trigger.CUSTOM_FIELD_CHANGED,
    }  # fmt: skip
    assert set(Trigger) == pulled | set(TIMED)


async def test_a_burst_of_changes_by_many_at_once_is_contained(world: World) -> None:
    up = await rule(world, URGENT, trigger=Trigger.PRIORITY_CHANGED, priority=1,
                    conditions=[{"field": "priority", "operator": "notEquals", "value": "P1"}])  # fmt: skip
    down = await rule(world, {"type": "set_priority", "priority": "P4"}, trigger=Trigger.PRIORITY_CHANGED, priority=2)
    bad = await rule(world, {"type": "set_status", "status": "REOPENED"}, trigger=Trigger.PRIORITY_CHANGED, priority=3)
    tickets = [await world.ticket(team=world.it) for _ in range(4)]

    async def click(n: int) -> None:
        async with world.work(as_=world.lena, now="2026-03-02T10:00Z") as work:
            held = await queries.visible(work, tickets[n % 4].id, lock=True)
            await triage.set_priority(work, held, (TicketPriority.P2, TicketPriority.P3)[n // 4 % 2])

    await asyncio.gather(*(click(n) for n in range(32)))

    assert {(await world.reload(ticket)).priority for ticket in tickets} == {TicketPriority.P4}
    assert [len(await runs(world, each)) for each in (up, down)] == [32, 32]
    assert all(run.success for run in await runs(world, down))
    assert 20 <= len(await runs(world, bad)) <= 32
    assert await world.differences() == []


async def test_who_reads_a_rule_is_the_same_in_python_and_in_sql(world: World) -> None:
    whose = {None: await rule(world, tag("x")), world.it.id: await rule(world, tag("x"), team=world.it),
             world.hr.id: await rule(world, tag("x"), team=world.hr)}  # fmt: skip
    for person in (world.rosa, world.amir, world.lena, world.tara, world.hana, world.otto, world.ona):
        actor = await world.actor(person)
        async with world.reading() as reader:
            rows = await reader.all(f"SELECT r.id FROM automation_rules r WHERE {READABLE_SQL}", readable(actor))
        assert {row[0] for row in rows} == {each.id for team, each in whose.items() if may_read(actor, team)}


async def test_a_list_of_rules_takes_as_many_statements_as_one_rule(world: World) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            await rule(world, {"type": "assign_team", "teamId": str(world.it.id)}, tag("x"),
                       conditions=[{"field": "team", "operator": "equals", "value": "it"}])  # fmt: skip
        ona = await world.actor(world.ona)
        async with world.database.reading(ona) as reader:
            await listed(reader, ona)
            counts.append(reader.statements)
    assert counts[0] == counts[1]


async def test_what_a_trigger_is_no_change_of_is_absent_for_its_rules(world: World) -> None:
    said = [
        ("fromStatus", "isNotSet", None), ("toStatus", "notEquals", "CLOSED"), ("changedField", "notContains", "x"),
        ("toStatus", "equals", "NEW"), ("changedField", "isSet", None),
    ]  # fmt: skip
    for field, operator, value in said:
        asked = {"field": field, "operator": operator, **({"value": value} if value else {})}
        await rule(world, tag(f"{field}-{operator}".lower()), conditions=[asked])
    ticket = await world.ticket(team=world.it)

    ran = [event.payload["tag"] for event in await world.events(ticket) if event.type == "TAG_ADDED"]
    assert ran == ["fromstatus-isnotset", "tostatus-notequals", "changedfield-notcontains"]
