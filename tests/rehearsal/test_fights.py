"""Rules that would have fought the draft are named, each with what both set and whose value stays."""

from typing import Any

import pytest
from automations import SEAL, URGENT, rule
from rehearsals import ALWAYS

from codex.automation.models import Trigger
from codex.automation.rules import NewRule
from codex.desk import canned_responses
from codex.kernel.errors import CodexError
from codex.rehearsal import automation, drafts
from codex.rehearsal.answers import Clash, Conflict, Rehearsed
from codex.rehearsal.period import only_reading
from codex.tickets import messages, queries, triage
from codex.tickets.models import MessageType, Ticket, TicketPriority
from world import World

pytestmark = pytest.mark.anyio
CALM: dict[str, Any] = {"type": "set_priority", "priority": "P4"}


async def rehearse(world: World, **said: Any) -> Rehearsed:
    new = NewRule(**{"name": "Draft", "trigger": Trigger.TICKET_CREATED, "priority": 50, "actions": [URGENT], **said})
    async with only_reading(world.works, await world.actor(world.ona), now=ALWAYS.until) as work:
        return await automation.rehearse(work, await drafts.draft(work, new, None, seal=SEAL), ALWAYS)


def said(conflict: Conflict) -> tuple[str, Clash, str, Any, Any, str, int]:
    return (conflict.rule.name, conflict.kind, conflict.sets, conflict.draft, conflict.other, conflict.wins,
            conflict.count)  # fmt: skip


async def prioritise(world: World, ticket: Ticket, to: TicketPriority, at: str) -> None:
    async with world.work(as_=world.lena, now=at) as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), to)


async def test_two_rules_that_set_the_same_thing_at_one_event(world: World) -> None:
    for n in range(3):
        await world.ticket(team=world.it, subject=f"Fire {n}")
    await world.ticket(team=world.it, subject="Flood")
    fire = [{"field": "subject", "operator": "contains", "value": "fire"}]
    await rule(world, CALM, name="Before", priority=10, conditions=fire)
    await rule(world, CALM, name="After", priority=90, conditions=fire)
    await rule(world, URGENT, name="Of one mind", priority=20)
    await rule(world, {"type": "add_tag", "tag": "x"}, name="About something else", priority=20)
    await rule(world, CALM, name="Of another team", priority=20, team=world.hr)
    await rule(world, CALM, name="Asleep", priority=20, is_active=False)

    found = await rehearse(world)

    assert {said(each) for each in found.conflicts} == {
        ("Before", Clash.SAME_EVENT, "priority", "P1", "P4", "draft", 3),
        ("After", Clash.SAME_EVENT, "priority", "P1", "P4", "other", 3),
    }


async def test_a_rule_that_what_the_draft_does_wakes_and_that_undoes_it(world: World) -> None:
    await world.ticket(team=world.it)
    await world.ticket(team=world.it, priority=TicketPriority.P1)
    only = [{"field": "priority", "operator": "equals", "value": "P1"}]
    await rule(world, CALM, name="Calm down", trigger=Trigger.PRIORITY_CHANGED, conditions=only)
    never = [{"field": "priority", "operator": "equals", "value": "P2"}]
    await rule(world, CALM, name="Not for this", trigger=Trigger.PRIORITY_CHANGED, conditions=never)

    found = await rehearse(world)

    assert found.match_count == 2
    assert [said(each) for each in found.conflicts] == [
        ("Calm down", Clash.UNDONE, "priority", "P1", "P4", "other", 1)
    ]  # fmt: skip


async def test_a_rule_whose_doing_wakes_the_draft_which_undoes_it(world: World) -> None:
    calm = await rule(world, CALM, name="Calm down", trigger=Trigger.MESSAGE_ADDED)
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.lena, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await messages.add(work, held, type=MessageType.PUBLIC, body="We look into it")
    await prioritise(world, ticket, TicketPriority.P2, "2026-03-02T11:00Z")

    found = await rehearse(world, trigger=Trigger.PRIORITY_CHANGED)

    assert found.match_count == 2
    assert [said(each) for each in found.conflicts] == [
        ("Calm down", Clash.UNDOES, "priority", "P1", "P4", "draft", 1)
    ]  # fmt: skip
    assert found.conflicts[0].rule.id == calm.id


async def test_what_a_macro_does_counts_as_what_the_rule_does(world: World) -> None:
    await world.ticket(team=world.it)
    mail: dict[str, Any] = {"type": "send_email", "to": "x@acme.example", "subject": "x", "body": "x"}
    async with world.work(as_=world.ona) as work:
        said_in: dict[str, Any] = {"name": "Sorry", "content": "We are sorry", "actions": [URGENT, mail]}
        text = await canned_responses.add(work, **said_in, is_global=True)
    await rule(world, CALM, name="Calm down")

    found = await rehearse(world, actions=[{"type": "apply_macro", "cannedResponseId": str(text.id)}])

    assert (found.actions, found.mails_out) == ({"apply_macro": 1}, 1)
    assert [said(each)[:3] for each in found.conflicts] == [("Calm down", Clash.SAME_EVENT, "priority")]


async def test_a_draft_is_refused_as_it_is_when_saved(world: World) -> None:
    with pytest.raises(CodexError, match="at least one action"):
        await rehearse(world, actions=[])
