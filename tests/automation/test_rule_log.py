"""Why a rule ran and why not: kept with what it saw, told to who may read it, and forgotten in time."""

from dataclasses import replace
from typing import Any

import pytest
from automations import SEAL, URGENT, reply, rule, runs, tag
from sqlalchemy import select, text

from codex.audit.models import AdminAuditEvent
from codex.automation import forgetting, pausing, rules
from codex.automation.executions import ExecutionRow, executions, explained
from codex.automation.keeping import KEPT
from codex.automation.models import AutomationRule, Trigger
from codex.automation.rules import RuleChanges
from codex.classification import categories
from codex.db.database import Reader
from codex.identity import teams
from codex.kernel.actor import TeamRole
from codex.kernel.errors import Forbidden, NotFound
from codex.notifications.models import Notification
from codex.tickets import assignment, messages, queries, reading
from codex.tickets.models import MessageType, Ticket
from world import World, instant

pytestmark = pytest.mark.anyio
NOW = instant("2026-03-02T12:00Z")


async def log(world: World, made: AutomationRule, **asked: Any) -> list[ExecutionRow]:
    actor = replace(await world.actor(world.ona), team_roles={world.it.id: TeamRole.AGENT})  # nothing is veiled
    async with world.database.reading(actor) as reader:
        return list((await executions(reader, actor, made.id, now=NOW, **asked)).items)


async def write(world: World, ticket: Ticket, body: str, *, now: str = "2026-03-02T10:00Z") -> Any:
    async with world.work(as_=world.rosa, now=now) as work:
        held = await queries.visible(work, ticket.id, lock=True)
        return await messages.add(work, held, type=MessageType.PUBLIC, body=body)


async def test_a_rule_that_did_not_match_says_what_it_saw(world: World) -> None:
    made = await rule(world, URGENT, conditions=[
        {"field": "subject", "operator": "contains", "value": "flood"},
        {"any": [{"field": "priority", "operator": "in", "value": ["P1"]}, {"field": "tag", "operator": "isSet"}]},
    ])  # fmt: skip
    ticket = await world.ticket(team=world.it)

    (row,) = await log(world, made)

    assert (row.matched, row.success, row.error, row.ticket_id, row.rule_version) == (False, None, None, ticket.id, 1)
    assert [(f.field, f.seen, f.holds) for f in row.conditions] == [
        ("subject", "The printer is on fire", False), ("priority", "P3", False), ("tag", [], False)
    ]  # fmt: skip


async def test_the_log_is_narrowed_and_read_page_by_page(world: World) -> None:
    made = await rule(world, tag("x"), conditions=[{"field": "subject", "operator": "contains", "value": "fire"}])
    await rule(world, tag("y"), conditions=[{"field": "subject", "operator": "contains", "value": "nothing"}])
    tickets = [await world.ticket(team=world.it, subject=s, at=f"2026-03-02T0{n}:00Z")
               for n, s in enumerate(["fire", "no", "fire", "none"], 1)]  # fmt: skip

    assert [row.matched for row in await log(world, made)] == [False, True, False, True]
    assert [row.matched for row in await log(world, made, matched=False)] == [False, False]
    assert [row.ticket_id for row in await log(world, made, ticket_id=tickets[0].id)] == [tickets[0].id]
    actor, found, cursor = await world.actor(world.ona), [], None
    async with world.database.reading(actor) as reader:
        while True:
            page = await executions(reader, actor, made.id, now=NOW, limit=1, cursor=cursor)
            found += [row.ticket_id for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
    assert found == [ticket.id for ticket in reversed(tickets)]


async def test_many_rules_that_do_not_match_cost_one_row(world: World) -> None:
    made = [await rule(world, URGENT, conditions=[{"field": "subject", "operator": "equals", "value": f"{n}"}])
            for n in range(20)]  # fmt: skip
    for _ in range(3):
        await world.ticket(team=world.it)

    async with world.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM automation_evaluations")) == 3
        assert await session.scalar(text("SELECT count(*) FROM automation_rule_sets")) == 20
    assert [len(await log(world, each)) for each in made] == [3] * 20


async def test_a_ticket_explains_every_rule_that_looked_at_it(world: World) -> None:
    await rule(world, URGENT, {"type": "stop"}, name="Fire", priority=2,
               conditions=[{"field": "subject", "operator": "contains", "value": "fire"}])  # fmt: skip
    await rule(world, URGENT, name="Flood", priority=1,
               conditions=[{"field": "subject", "operator": "contains", "value": "flood"}])  # fmt: skip
    await rule(world, tag("x"), name="Late", priority=3)
    ticket = await world.ticket(team=world.it)

    actor = await world.actor(world.amir)
    async with world.database.reading(actor) as reader:
        seen = await reading.seen(reader, actor, ticket.id, now=NOW)
        told = {row.rule.name: row for row in await explained(reader, actor, seen)}

    assert {name: (row.matched, row.success) for name, row in told.items()} == {
        "Fire": (True, True), "Flood": (False, None), "Late": (False, None)
    }  # fmt: skip
    assert told["Late"].error == "The rule “Fire” said that no later rule runs."
    assert told["Flood"].conditions[0].seen == "The printer is on fire"
    rosa = await world.actor(world.rosa)
    async with world.database.reading(rosa) as reader:
        seen = await reading.seen(reader, rosa, ticket.id, now=NOW)
        with pytest.raises(Forbidden):
            await explained(reader, rosa, seen)


async def test_long_texts_are_kept_short_and_still_say_what_held(world: World) -> None:
    made = await rule(world, URGENT, conditions=[
        {"field": "description", "operator": "contains", "value": "needle"},
        {"field": "description", "operator": "notContains", "value": "hay"},
    ])  # fmt: skip
    await world.ticket(team=world.it, description="hay " * 5000 + "needle")

    (row,) = await log(world, made)

    assert [(len(str(f.seen)) <= 201, f.holds) for f in row.conditions] == [(True, True), (True, False)]


async def test_what_was_redacted_is_gone_from_the_log_too(world: World) -> None:
    conditions = [{"field": "anyText", "operator": "contains", "value": "password"}]
    matching = await rule(world, tag("seen"), trigger=Trigger.MESSAGE_ADDED, conditions=conditions)
    conditions = [*conditions, {"field": "priority", "operator": "equals", "value": "P1"}]
    silent = await rule(world, tag("no"), trigger=Trigger.MESSAGE_ADDED, conditions=conditions)
    ticket = await world.ticket(team=world.it)
    message = await write(world, ticket, "my password is tiger")
    assert "tiger" in str(await log(world, matching)) and "tiger" in str(await log(world, silent))

    async with world.work(as_=world.lena, now="2026-03-02T11:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await messages.redact(work, held, await messages.of(work, held, message.id))

    for made in (matching, silent):
        (row,) = await log(world, made)
        assert "tiger" not in str(row)
        assert row.conditions[0].holds
    async with world.session() as session:
        for table in ("automation_evaluations", "automation_executions"):
            assert not await session.scalar(text(f"SELECT bool_or(t::text LIKE '%tiger%') FROM {table} t"))


async def test_who_may_not_see_a_ticket_reads_nothing_of_it_in_the_log(world: World) -> None:
    made = await rule(world, URGENT, team=world.it, by=world.tara)
    ticket = await world.ticket(team=world.it)
    tara, otto = await world.actor(world.tara), await world.actor(world.otto)

    async with world.database.reading(tara) as reader:
        assert [r.ticket_id for r in (await executions(reader, tara, made.id, now=NOW)).items] == [ticket.id]
        async with world.work(as_=world.ona, now="2026-03-02T11:00Z") as work:
            await assignment.transfer_to(work, await queries.visible(work, ticket.id, lock=True), world.hr)
        assert (await executions(reader, tara, made.id, now=NOW)).items == []
    async with world.database.reading(otto) as reader:
        with pytest.raises((NotFound, Forbidden)):
            await executions(reader, otto, made.id, now=NOW)


async def test_a_rule_whose_team_is_gone_is_told_as_broken_and_skipped(world: World) -> None:
    made = await rule(world, {"type": "assign_team", "teamId": str(world.finance.id)}, tag("x"))
    async with world.work(as_=world.ona) as work:
        await teams.change(work, await work.session.get_one(type(world.finance), world.finance.id),
                           teams.TeamChanges(is_active=False))  # fmt: skip
    ticket = await world.ticket(team=world.it)

    assert ticket.assigned_team_id == world.it.id
    (row,) = await log(world, made)
    assert (row.matched, row.success, row.actions) == (False, False, [])
    assert row.error == "Skipped as broken: There is no such active team."


async def test_a_rule_whose_category_is_gone_never_matches_silently(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        gone = await categories.add(work, name="Gone", slug="gone")
    made = await rule(world, URGENT, conditions=[{"field": "category", "operator": "notEquals", "value": "gone"}])
    async with world.work(as_=world.ona) as work:
        await categories.remove(work, await work.session.get_one(type(gone), gone.id), has_tickets=False)
    ticket = await world.ticket(team=world.it)

    assert ticket.priority == "P3"
    (row,) = await log(world, made)
    assert row.error == "Skipped as broken: There is no category 'gone'."


async def test_a_rule_is_paused_after_twenty_failures_and_its_creator_is_told(world: World) -> None:
    made = await rule(world, {"type": "set_status", "status": "IN_PROGRESS"}, name="Hopeless", team=world.it,
                      by=world.tara)  # fmt: skip
    for _ in range(pausing.FAILURES + 3):
        await world.ticket(team=world.it)

    assert len(await runs(world, made)) == pausing.FAILURES
    async with world.session() as session:
        assert (await session.get_one(AutomationRule, made.id)).paused_at is not None
        (told,) = await session.scalars(select(Notification))
        kinds = list(await session.scalars(select(AdminAuditEvent.type).where(
            AdminAuditEvent.type == "AUTOMATION_RULE_PAUSED")))  # fmt: skip
    assert (told.user_id, told.title) == (world.tara.id, "The rule “Hopeless” is paused")
    assert kinds == ["AUTOMATION_RULE_PAUSED"]

    async with world.work(as_=world.tara) as work:
        held = await work.session.get_one(AutomationRule, made.id)
        await rules.change(work, held, RuleChanges(is_active=True), seal=SEAL)
    await world.ticket(team=world.it)
    assert len(await runs(world, made)) == pausing.FAILURES + 1


async def test_one_success_in_between_keeps_a_rule_at_work(world: World) -> None:
    made = await rule(world, {"type": "set_status", "status": "IN_PROGRESS"}, trigger=Trigger.MESSAGE_ADDED)
    free = await world.ticket(team=world.it)
    taken = await world.ticket(team=world.it, assignee=world.amir)
    for n in range(pausing.FAILURES - 1):
        await write(world, free, f"{n}", now=f"2026-03-02T10:{n:02}Z")
    await write(world, taken, "now", now="2026-03-02T10:50Z")
    await write(world, free, "again", now="2026-03-02T10:55Z")

    async with world.session() as session:
        assert (await session.get_one(AutomationRule, made.id)).paused_at is None


async def test_what_rules_saw_is_forgotten_in_time_and_what_they_did_is_not(world: World) -> None:
    silent = await rule(world, URGENT, conditions=[{"field": "subject", "operator": "equals", "value": "x"}])
    acted = await rule(world, reply("Hello"))
    await world.ticket(team=world.it)

    async def forget(at: str) -> int:
        async with world.work(as_=world.ona, now=at) as work:
            await work.see_beyond()
            reader: Reader = await work.reader()
            return await forgetting.forget(reader, before=work.now - KEPT)

    assert (await forget("2026-04-01T08:59Z"), len(await log(world, silent))) == (0, 1)
    assert (await forget("2026-04-01T09:01Z"), len(await log(world, silent)), len(await log(world, acted))) == (1, 0, 1)
