"""Clocks live with their ticket: each fact moves them in its own transaction, and the events alone give them again."""

from datetime import timedelta

import pytest
from promises import OFFICE, promised, recomputed, swept, verdict

from codex.kernel.clock import iso
from codex.sla import business_hours
from codex.sla.business_hours import OpeningHours
from codex.sla.clock_state import ClockKind
from codex.sla.clock_verdicts import State
from codex.tickets import assignment, deletion, lifecycle, merging, messages, queries, triage
from codex.tickets.models import MessageType, SlaState, Ticket, TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
P1, P2, P3 = TicketPriority.P1, TicketPriority.P2, TicketPriority.P3
FIRST, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
MONDAY_10 = "2026-03-02T09:00Z"
"""Ten in Berlin."""


async def moved(world: World, ticket: Ticket, to: TicketStatus, at: str) -> None:
    async with world.work(as_=world.amir, now=at) as work:
        await lifecycle.move(work, await queries.visible(work, ticket.id, lock=True), to=to)


async def said(world: World, who: object, ticket: Ticket, at: str, type: MessageType = MessageType.PUBLIC) -> None:
    async with world.work(as_=who, now=at) as work:  # type: ignore[arg-type]
        await messages.add(work, await queries.visible(work, ticket.id, lock=True), type=type, body="Here is news.")


async def kinds(world: World, ticket: Ticket) -> list[str]:
    return [event.type for event in await world.events(ticket)]


async def sla_kinds(world: World, ticket: Ticket) -> list[str]:
    return [kind for kind in await kinds(world, ticket) if kind.startswith("SLA_")]


async def test_without_a_policy_a_ticket_has_no_clocks(world: World) -> None:
    ticket = await world.ticket(team=world.it)

    assert (ticket.due_at, ticket.first_response_due_at, ticket.sla_state) == (None, None, None)
    assert await kinds(world, ticket) == ["TICKET_CREATED"]
    assert await recomputed(world) == (1, [])


async def test_opening_a_ticket_starts_both_clocks(world: World) -> None:
    await promised(world)

    ticket = await world.ticket(team=world.it, priority=P2, at=MONDAY_10)

    assert (iso(ticket.first_response_due_at), iso(ticket.due_at)) == ("2026-03-02T13:00:00Z", "2026-03-03T09:00:00Z")
    assert ticket.sla_state is SlaState.RUNNING
    assert await kinds(world, ticket) == ["TICKET_CREATED", "SLA_STARTED"]
    assert await recomputed(world) == (1, [])


async def test_a_holiday_without_a_name_hinders_no_clock(world: World) -> None:
    await promised(world)
    async with world.work(as_=world.ona, now=MONDAY_10) as work:
        hours = OpeningHours(timezone="Europe/Berlin", schedule=OFFICE, holidays=[{"date": "2026-03-03"}])
        await business_hours.put(work, None, hours)

    ticket = await world.ticket(team=world.it, priority=P2, at=MONDAY_10)

    assert iso(ticket.due_at) == "2026-03-04T09:00:00Z"
    assert await recomputed(world) == (1, [])


async def test_waiting_for_the_requester_pauses_and_their_reply_resumes(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at=MONDAY_10)

    await moved(world, ticket, TicketStatus.WAITING_ON_REQUESTER, "2026-03-02T10:00Z")
    waiting = await world.reload(ticket)
    await said(world, world.rosa, ticket, "2026-03-02T13:00Z")
    going = await world.reload(ticket)

    assert (waiting.due_at, iso(waiting.sla_paused_at), waiting.sla_state) == (
        None, "2026-03-02T10:00:00Z", SlaState.PAUSED
    )  # fmt: skip
    assert (iso(going.due_at), going.sla_paused_at, going.status) == (
        "2026-03-03T12:00:00Z", None, TicketStatus.IN_PROGRESS
    )  # fmt: skip
    assert await sla_kinds(world, ticket) == ["SLA_STARTED", "SLA_PAUSED", "SLA_RESUMED", "SLA_AT_RISK"]
    assert await recomputed(world) == (1, [])


async def test_only_the_first_public_words_of_who_works_on_it_meet_the_first_response(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at=MONDAY_10)

    await said(world, world.amir, ticket, "2026-03-02T09:10Z", MessageType.INTERNAL)
    await said(world, world.rosa, ticket, "2026-03-02T09:20Z")
    assert (await verdict(world, ticket, FIRST, "2026-03-02T09:30Z")).state is State.RUNNING
    await said(world, world.lena, ticket, "2026-03-02T09:40Z")

    found = await verdict(world, ticket, FIRST, "2026-03-02T12:00Z")
    assert (found.state, found.elapsed) == (State.MET, timedelta(minutes=40))
    assert await recomputed(world) == (1, [])


async def test_another_priority_counts_against_another_target_and_may_breach_at_once(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=P3, at="2026-03-02T08:00Z")

    async with world.work(as_=world.amir, now="2026-03-02T11:00Z") as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), P1)

    ticket = await world.reload(ticket)
    found = await verdict(world, ticket, FIRST, "2026-03-02T11:00Z")
    assert (iso(found.due_at), iso(found.breached_at), found.breach_cause) == (
        "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z", "TARGET_CHANGED"
    )  # fmt: skip
    assert (iso(ticket.due_at), ticket.sla_state) == ("2026-03-02T12:00:00Z", SlaState.BREACHED)
    assert await sla_kinds(world, ticket) == ["SLA_STARTED", "SLA_RETARGETED", "SLA_BREACHED"]
    assert await recomputed(world) == (1, [])


async def test_many_changes_at_once_are_recomputed_in_the_order_in_which_the_clocks_heard_of_them(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=P3, at="2026-03-02T08:00Z")

    async with world.work(as_=world.lena, now="2026-03-02T11:00Z") as work:
        mine = await queries.visible(work, ticket.id, lock=True)
        await triage.set_priority(work, mine, P1)
        await lifecycle.move(work, mine, to=TicketStatus.WAITING_ON_VENDOR)
        await messages.add(work, mine, type=MessageType.PUBLIC, body="We have ordered a new one.")

    found = await verdict(world, ticket, FIRST, "2026-03-02T12:00Z")
    assert (found.state, found.target, found.breach_cause) == (
        State.BREACHED_DONE, timedelta(hours=1), "TARGET_CHANGED"
    )  # fmt: skip
    assert await recomputed(world) == (1, [])


async def test_the_sweep_announces_what_fell_due_once_and_in_order(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at=MONDAY_10)

    found = [await swept(world, at) for at in ("2026-03-02T12:00Z", "2026-03-02T12:12Z", "2026-03-05T12:00Z") * 2]

    assert found == [0, 1, 1, 0, 0, 0]
    events = [event for event in await world.events(ticket) if event.type in ("SLA_AT_RISK", "SLA_BREACHED")]
    assert [(e.type, e.payload["clock"], e.payload["at"]) for e in events] == [
        ("SLA_AT_RISK", "FIRST_RESPONSE", "2026-03-02T12:12:00Z"),
        ("SLA_BREACHED", "FIRST_RESPONSE", "2026-03-02T13:00:00Z"),
        ("SLA_AT_RISK", "RESOLUTION", "2026-03-02T15:24:00Z"),
        ("SLA_BREACHED", "RESOLUTION", "2026-03-03T09:00:00Z"),
    ]
    assert await recomputed(world) == (1, [])


async def test_a_due_time_that_comes_back_is_announced_once(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P1, at=MONDAY_10)
    await said(world, world.amir, ticket, "2026-03-02T09:30Z")
    await moved(world, ticket, TicketStatus.WAITING_ON_VENDOR, "2026-03-02T14:00Z")
    for at, priority in (("2026-03-02T14:10Z", P3), ("2026-03-02T14:20Z", P1)):
        async with world.work(as_=world.amir, now=at) as work:
            await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), priority)

    await moved(world, ticket, TicketStatus.IN_PROGRESS, "2026-03-02T14:30Z")
    await swept(world, "2026-03-02T15:00Z")

    breaches = [event.payload for event in await world.events(ticket) if event.type == "SLA_BREACHED"]
    assert [(told["clock"], told["dueAt"]) for told in breaches] == [("RESOLUTION", "2026-03-02T13:00:00Z")]
    assert await recomputed(world) == (1, [])


async def test_a_late_answer_before_the_sweep_is_a_breach_all_the_same(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at=MONDAY_10)

    await said(world, world.amir, ticket, "2026-03-02T14:00Z")
    await swept(world, "2026-03-02T14:30Z")

    found = await verdict(world, ticket, FIRST, "2026-03-02T15:00Z")
    assert (found.state, iso(found.breached_at)) == (State.BREACHED_DONE, "2026-03-02T13:00:00Z")
    assert (await sla_kinds(world, ticket)).count("SLA_BREACHED") == 1
    assert await recomputed(world) == (1, [])


async def test_resolving_in_time_meets_and_reopening_goes_on(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at="2026-03-02T08:00Z")

    await moved(world, ticket, TicketStatus.RESOLVED, "2026-03-02T11:00Z")
    met = await world.reload(ticket)
    await moved(world, ticket, TicketStatus.REOPENED, "2026-03-03T09:00Z")
    again = await world.reload(ticket)

    assert met.sla_state is SlaState.MET
    assert (iso(again.due_at), again.sla_state) == ("2026-03-03T14:00:00Z", SlaState.RUNNING)
    assert await sla_kinds(world, ticket) == ["SLA_STARTED", "SLA_MET", "SLA_MET", "SLA_RESUMED"]
    assert await recomputed(world) == (1, [])


async def test_merged_and_deleted_tickets_have_cancelled_clocks_until_they_are_back(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at=MONDAY_10)
    other = await world.ticket(team=world.it, priority=P2, at=MONDAY_10)

    async with world.work(as_=world.lena, now="2026-03-02T10:00Z") as work:
        await merging.merge(work, ticket.id, into=other.id)
    merged = await world.reload(ticket)
    async with world.work(as_=world.lena, now="2026-03-02T11:00Z") as work:
        await merging.unmerge(work, ticket.id)
    back = await world.reload(ticket)
    async with world.work(as_=world.tara, now="2026-03-02T12:00Z") as work:
        await deletion.delete(work, await queries.visible(work, other.id, lock=True))

    assert (merged.sla_state, merged.due_at) == (SlaState.CANCELLED, None)
    assert (back.sla_state, iso(back.due_at)) == (SlaState.RUNNING, "2026-03-03T10:00:00Z")
    assert await swept(world, "2026-03-20T12:00Z") == 1
    assert await recomputed(world) == (2, [])


async def test_who_opens_a_ticket_for_somebody_with_an_answer_owes_no_first_response(world: World) -> None:
    await promised(world)
    async with await world.client(world.amir) as client:
        opened = await client.post("/api/v1/tickets", json={
            "subject": "Headset", "description": "By phone", "requesterId": str(world.rosa.id),
            "teamId": str(world.it.id), "message": {"type": "PUBLIC", "body": "It is on your desk tomorrow."},
        })  # fmt: skip

    assert opened.status_code == 201
    assert opened.json()["firstResponseDueAt"] is None
    assert opened.json()["dueAt"] is not None
    assert await recomputed(world) == (1, [])


async def test_a_transfer_counts_against_what_the_other_team_promises(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at=MONDAY_10)

    async with world.work(as_=world.amir, now="2026-03-02T10:00Z") as work:
        locked = await queries.visible(work, ticket.id, lock=True)
        await assignment.transfer_to(work, locked, world.facilities)

    assert await sla_kinds(world, ticket) == ["SLA_STARTED"]
    assert await recomputed(world) == (1, [])


async def test_where_nothing_is_promised_a_change_of_priority_says_nothing_of_clocks(world: World) -> None:
    ticket = await world.ticket(team=world.it, priority=P3, at=MONDAY_10)

    async with world.work(as_=world.amir, now="2026-03-02T10:00Z") as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), P1)

    assert await kinds(world, ticket) == ["TICKET_CREATED", "PRIORITY_CHANGED"]
    assert await recomputed(world) == (1, [])
