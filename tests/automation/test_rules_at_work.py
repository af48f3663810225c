"""Rules act on what happens: in their order, each seeing what earlier ones did, within their scope, contained."""

from typing import Any

import pytest
from automations import URGENT, facts, reply, rule, runs, tag
from sqlalchemy import text

from codex.automation import doing
from codex.automation.models import Trigger
from codex.kernel.actor import importer
from codex.kernel.errors import Conflict
from codex.tickets import assignment, lifecycle, messages, opening, queries, triage
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio


async def tags(world: World, ticket: Ticket) -> list[str]:
    async with world.session() as session:
        sql = "SELECT g.name FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = :t ORDER BY 1"
        return list(await session.scalars(text(sql), {"t": ticket.id}))


async def prioritise(world: World, ticket: Ticket, priority: TicketPriority, *, now: str) -> None:
    async with world.work(as_=world.lena, now=now) as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), priority)


async def test_a_rule_acts_on_a_new_ticket_and_history_says_so(world: World) -> None:
    made = await rule(world, URGENT, tag("fire"), conditions=[
        {"field": "subject", "operator": "contains", "value": "FIRE"}], name="Fire!")  # fmt: skip

    ticket = await world.ticket(team=world.it)

    assert (ticket.priority, await tags(world, ticket)) == (TicketPriority.P1, ["fire"])
    assert await facts(world, ticket) == ["PRIORITY_CHANGED", "TAG_ADDED", "RULE_RAN"]
    events = await world.events(ticket)
    assert {event.actor_name for event in events if event.actor_kind == "rule"} == {"Fire!"}
    opened = next(event for event in events if event.type == "TICKET_CREATED")
    ran_fact = next(event for event in events if event.type == "RULE_RAN")
    assert (ran_fact.cause_id, ran_fact.payload["actions"]) == (opened.id, ["set_priority", "add_tag"])
    (ran,) = await runs(world, made)
    assert (ran.success, ran.matched, ran.event_id, ran.rule_version) == (True, True, opened.id, 1)
    assert ran.conditions == [
        {"field": "subject", "operator": "contains", "value": "FIRE", "seen": "The printer is on fire", "holds": True}
    ]
    assert ran.actions[0] == {
        "type": "set_priority", "changed": [{"fact": "PRIORITY_CHANGED", "from": "P3", "to": "P1"}]
    }  # fmt: skip
    assert await world.differences() == []


async def test_a_rule_whose_conditions_do_not_hold_does_nothing(world: World) -> None:
    made = await rule(world, URGENT, conditions=[{"field": "subject", "operator": "contains", "value": "flood"}])

    ticket = await world.ticket(team=world.it)

    assert (ticket.priority, await runs(world, made)) == (TicketPriority.P3, [])


async def test_rules_run_in_order_and_each_sees_what_earlier_ones_did(world: World) -> None:
    await rule(world, tag("third"), conditions=[{"field": "tag", "operator": "equals", "value": "second"}], priority=30)
    await rule(world, tag("second"), conditions=[{"field": "priority", "operator": "equals", "value": "P1"}],
               priority=20)  # fmt: skip
    await rule(world, URGENT, priority=10)

    ticket = await world.ticket(team=world.it)

    assert await tags(world, ticket) == ["second", "third"]


async def test_stop_ends_the_rules_of_the_event(world: World) -> None:
    await rule(world, tag("first"), {"type": "stop"}, priority=1)
    late = await rule(world, tag("late"), priority=2)

    ticket = await world.ticket(team=world.it)

    assert (await tags(world, ticket), await runs(world, late)) == (["first"], [])


async def test_a_teams_rule_is_asked_about_its_teams_tickets_alone(world: World) -> None:
    made = await rule(world, URGENT, team=world.it, by=world.tara)

    theirs, other = await world.ticket(team=world.it), await world.ticket(team=world.hr)

    assert (theirs.priority, other.priority) == (TicketPriority.P1, TicketPriority.P3)
    assert [run.ticket_id for run in await runs(world, made)] == [theirs.id]


async def test_a_failing_rule_is_undone_and_told_while_the_click_and_later_rules_succeed(world: World) -> None:
    bad = await rule(world, tag("undone"), URGENT, {"type": "set_status", "status": "IN_PROGRESS"}, priority=1)
    await rule(world, tag("later"), priority=2)

    ticket = await world.ticket(team=world.it)

    assert (ticket.priority, await tags(world, ticket)) == (TicketPriority.P3, ["later"])
    (failed,) = await runs(world, bad)
    assert not failed.success
    assert failed.error == "A ticket that is NEW cannot become IN_PROGRESS while nobody is assigned."
    assert failed.actions[-1] == {"type": "set_status", "changed": [], "error": failed.error}
    assert all(action["changed"] == [] for action in failed.actions)
    assert await facts(world, ticket) == ["TAG_ADDED", "RULE_RAN"]
    assert await world.differences() == []


async def test_a_failure_of_the_database_is_contained_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def divide(work: Any, *_: object) -> None:
        await work.session.execute(text("SELECT 1 / 0"))

    monkeypatch.setattr(doing.tagging, "add", divide)
    bad = await rule(world, URGENT, tag("never"), priority=1)
    await rule(world, {"type": "set_priority", "priority": "P2"}, priority=2)

    ticket = await world.ticket(team=world.it)

    assert ticket.priority is TicketPriority.P2
    (failed,) = await runs(world, bad)
    assert failed.error == "Something went wrong on our side (DataError); it has been logged."
    assert await world.differences() == []


async def test_the_person_may_go_on_with_the_ticket_after_a_rule_failed(world: World) -> None:
    await rule(world, URGENT, {"type": "assign_user", "userId": str(world.hana.id)}, trigger=Trigger.MESSAGE_ADDED)
    ticket = await world.ticket(team=world.it, assignee=world.amir)

    async with world.work(as_=world.amir, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await messages.add(work, held, type=MessageType.PUBLIC, body="On it")
        await lifecycle.move(work, held, to=TicketStatus.RESOLVED)

    assert (await world.reload(ticket)).status is TicketStatus.RESOLVED
    assert await world.differences() == []


async def test_what_a_rule_does_wakes_other_rules(world: World) -> None:
    await rule(world, URGENT)
    woken = await rule(world, tag("escalated"), trigger=Trigger.PRIORITY_CHANGED, conditions=[
        {"field": "changedField", "operator": "equals", "value": "priority"}])  # fmt: skip

    ticket = await world.ticket(team=world.it)

    assert await tags(world, ticket) == ["escalated"]
    (ran,) = await runs(world, woken)
    cause = next(event for event in await world.events(ticket) if event.id == ran.event_id)
    assert (cause.type, cause.actor_kind) == ("PRIORITY_CHANGED", "rule")


async def test_two_rules_that_undo_each_other_run_once_each_for_one_click(world: World) -> None:
    up = await rule(world, URGENT, trigger=Trigger.PRIORITY_CHANGED, name="up", priority=1,
                    conditions=[{"field": "priority", "operator": "notEquals", "value": "P1"}])  # fmt: skip
    down = await rule(world, {"type": "set_priority", "priority": "P4"}, trigger=Trigger.PRIORITY_CHANGED, name="down",
                      priority=2, conditions=[{"field": "priority", "operator": "equals", "value": "P1"}])  # fmt: skip
    ticket = await world.ticket(team=world.it)

    await prioritise(world, ticket, TicketPriority.P2, now="2026-03-02T10:00Z")

    assert [(len(await runs(world, each)), (await runs(world, each))[0].success) for each in (up, down)] == [
        (1, True), (1, True)
    ]  # fmt: skip
    assert (await world.reload(ticket)).priority is TicketPriority.P4
    async with world.session() as session:
        cut = await session.scalars(text("SELECT reason FROM automation_evaluations WHERE matched"))
        assert set(cut) == {"Cut off: this rule has already run for the same original event."}


async def test_a_rule_that_wakes_itself_runs_once(world: World) -> None:
    made = await rule(world, reply("Thank you"), trigger=Trigger.MESSAGE_ADDED)
    ticket = await world.ticket(team=world.it)

    async with world.work(as_=world.rosa, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await messages.add(work, held, type=MessageType.PUBLIC, body="Still burning")

    assert [m.body for m in await world.messages(ticket)] == ["Still burning", "Thank you"]
    assert len(await runs(world, made)) == 1


async def test_rules_wake_each_other_four_deep_and_what_is_cut_off_is_kept(world: World) -> None:
    order = ["P1", "P2", "P3", "P4"]
    for place in range(6):
        await rule(
            world, {"type": "set_priority", "priority": order[place % 4]}, tag(f"level{place + 1}"),
            trigger=Trigger.PRIORITY_CHANGED if place else Trigger.TICKET_CREATED,
            conditions=[{"field": "tag", "operator": "contains", "value": f"level{place}"}] if place else None,
            priority=60 - place * 10,
        )  # fmt: skip

    ticket = await world.ticket(team=world.it, priority=TicketPriority.P4)

    assert await tags(world, ticket) == ["level1", "level2", "level3", "level4"]
    async with world.session() as session:
        reasons = set(await session.scalars(text("SELECT reason FROM automation_evaluations WHERE matched")))
    assert "Cut off: rules that woke each other were 4 deep by then." in reasons
    assert await world.differences() == []


async def test_clocks_hear_what_rules_do_in_the_order_of_history(world: World) -> None:
    await rule(world, {"type": "set_status", "status": "WAITING_ON_VENDOR"}, trigger=Trigger.ASSIGNMENT_CHANGED,
               conditions=[{"field": "changedField", "operator": "equals", "value": "assignee"}])  # fmt: skip
    ticket = await world.ticket(team=world.it)

    async with world.work(as_=world.amir, now="2026-03-02T10:00Z") as work:
        await assignment.assign_to(work, await queries.visible(work, ticket.id, lock=True), world.amir.id)

    kinds = [(e.type, e.payload.get("to")) for e in await world.events(ticket) if e.type == "STATUS_CHANGED"]
    assert kinds == [("STATUS_CHANGED", "ASSIGNED"), ("STATUS_CHANGED", "WAITING_ON_VENDOR")]
    assert await world.differences() == []


async def test_a_teams_rule_may_not_touch_a_ticket_that_it_has_just_given_away(world: World) -> None:
    made = await rule(world, {"type": "assign_team", "teamId": str(world.hr.id)}, URGENT, team=world.it, by=world.tara)

    ticket = await world.ticket(team=world.it)

    assert (ticket.assigned_team_id, ticket.priority) == (world.it.id, TicketPriority.P3)
    (failed,) = await runs(world, made)
    assert failed.error is not None and failed.error.startswith("The team of this rule may not do this to the ticket")


async def test_later_rules_of_a_team_that_lost_the_ticket_are_not_asked(world: World) -> None:
    await rule(world, {"type": "assign_team", "teamId": str(world.hr.id)}, priority=1)
    made = await rule(world, URGENT, team=world.it, by=world.tara, priority=2)

    ticket = await world.ticket(team=world.it)

    assert (ticket.assigned_team_id, ticket.priority) == (world.hr.id, TicketPriority.P3)
    assert await runs(world, made) == []


async def test_what_is_imported_wakes_rules_like_anything_else(world: World) -> None:
    made = await rule(world, URGENT)
    async with world.work(as_=importer("History", world.rosa.id)) as work:
        await opening.open_ticket(work, requester=world.rosa, team=world.it, subject="From long ago")

    assert len(await runs(world, made)) == 1


async def test_a_persons_own_refusal_is_still_theirs(world: World) -> None:
    await rule(world, URGENT, trigger=Trigger.STATUS_CHANGED)
    ticket = await world.ticket(team=world.it)

    with pytest.raises(Conflict):
        async with world.work(as_=world.lena, now="2026-03-02T10:00Z") as work:
            await lifecycle.move(work, await queries.visible(work, ticket.id, lock=True), to=TicketStatus.IN_PROGRESS)
