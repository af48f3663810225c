"""Running clocks keep the version they began by until somebody applies the new one, having seen what it changes."""

import asyncio
from datetime import timedelta

import pytest
from at_once import somebody_waits
from promises import OFFICE, promised, recomputed, verdict

from codex.kernel.clock import iso
from codex.kernel.errors import Forbidden
from codex.sla import assignments, business_hours, policies, queries
from codex.sla.applying import Affected, Scope, apply, pending
from codex.sla.business_hours import OpeningHours
from codex.sla.clock_state import ClockKind
from codex.sla.clock_verdicts import State
from codex.sla.policies import NewPolicy, PolicyChanges, Target
from codex.tickets import lifecycle
from codex.tickets import queries as tickets
from codex.tickets.models import TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
P1, P2 = TicketPriority.P1, TicketPriority.P2
LATER = "2026-03-02T11:00Z"


async def changed(world: World, policy_id: object, **what: object) -> None:
    async with world.work(as_=world.ona, now=LATER) as work:
        policy = await queries.held_policy(work, policy_id)  # type: ignore[arg-type]
        await policies.change(work, policy, PolicyChanges(**what))  # type: ignore[arg-type]


async def waiting(world: World, who: object = None, **scope: object) -> list[Affected]:
    async with world.work(as_=who or world.ona, now=LATER) as work:  # type: ignore[arg-type]
        found, total = await pending(work, Scope(**scope))  # type: ignore[arg-type]
        assert total == len(found)
        return found


async def test_a_new_version_touches_no_running_clock_and_says_what_it_would_do(world: World) -> None:
    policy = await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at="2026-03-02T09:00Z")

    await changed(world, policy.id, targets=[Target(P2, 2, 16)])

    assert iso((await world.reload(ticket)).due_at) == "2026-03-03T09:00:00Z"
    (found,) = await waiting(world)
    assert (found.ticket_id, iso(found.resolution.old_due_at), iso(found.resolution.new_due_at)) == (
        ticket.id, "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"
    )  # fmt: skip
    assert (iso(found.first_response.old_due_at), iso(found.first_response.new_due_at)) == (
        "2026-03-02T13:00:00Z", "2026-03-02T11:00:00Z"
    )  # fmt: skip


async def test_applying_moves_what_was_shown_and_nothing_is_left_pending(world: World) -> None:
    policy = await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at="2026-03-02T09:00Z")
    await changed(world, policy.id, targets=[Target(P2, 2, 16)])
    (shown,) = await waiting(world)

    async with world.work(as_=world.ona, now=LATER) as work:
        assert await apply(work, Scope()) == (1, None)

    assert (await world.reload(ticket)).due_at == shown.resolution.new_due_at
    assert await waiting(world) == []
    assert await recomputed(world) == (1, [])


async def test_a_finished_verdict_never_changes(world: World) -> None:
    policy = await promised(world)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=P2, at="2026-03-02T08:00Z")
    async with world.work(as_=world.amir, now="2026-03-02T10:00Z") as work:
        await lifecycle.move(work, await tickets.visible(work, ticket.id, lock=True), to=TicketStatus.RESOLVED)

    await changed(world, policy.id, targets=[Target(P2, 0.5, 1)])

    assert await waiting(world) == []
    found = await verdict(world, ticket, ClockKind.RESOLUTION, LATER)
    assert (found.state, iso(found.due_at)) == (State.MET, "2026-03-02T16:00:00Z")


async def test_other_opening_hours_are_a_change_too(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at="2026-03-02T09:00Z")
    async with world.work(as_=world.ona, now=LATER) as work:
        day = {**OFFICE, "mon": [["09:00", "13:00"]]}
        await business_hours.put(work, None, OpeningHours(timezone="Europe/Berlin", schedule=day))

    (found,) = await waiting(world)

    assert iso(found.resolution.new_due_at) == "2026-03-03T13:00:00Z"
    async with world.work(as_=world.ona, now=LATER) as work:
        await apply(work, Scope())
    last = (await world.events(ticket))[-1]
    assert (last.type, last.payload["cause"]) == ("SLA_RETARGETED", "CALENDAR")
    assert await recomputed(world) == (1, [])


async def test_a_team_admin_sees_and_applies_for_their_team_only(world: World) -> None:
    policy = await promised(world)
    mine, other = [await world.ticket(team=team, priority=P2) for team in (world.it, world.hr)]
    await changed(world, policy.id, targets=[Target(P2, 2, 16)])

    assert [found.ticket_id for found in await waiting(world, world.tara)] == [mine.id]
    with pytest.raises(Forbidden):
        await waiting(world, world.tara, team_id=world.hr.id)
    for who in (world.rosa, world.amir, world.lena):
        with pytest.raises(Forbidden):
            await waiting(world, who)
    assert {found.ticket_id for found in await waiting(world)} == {mine.id, other.id}


async def test_a_policy_given_to_a_team_pends_for_its_open_tickets_only(world: World) -> None:
    await promised(world)
    mine, _ = [await world.ticket(team=team, priority=P1, at="2026-03-02T09:00Z") for team in (world.it, world.hr)]
    async with world.work(as_=world.ona, now=LATER) as work:
        strict = await policies.add(work, NewPolicy(name="Strict", targets=[Target(P1, 0.5, 1)]))
        await assignments.assign(work, world.it, strict.id)

    (found,) = await waiting(world, policy_id=strict.id)

    assert (found.ticket_id, found.resolution.new_state) == (mine.id, State.BREACHED)


async def test_who_applies_waits_for_whoever_changes_the_ticket_and_goes_on_from_there(world: World) -> None:
    policy = await promised(world)
    ticket = await world.ticket(team=world.it, priority=P2, at="2026-03-02T09:00Z")
    await changed(world, policy.id, targets=[Target(P2, 2, 16)])

    async def applied() -> tuple[int, object]:
        async with world.work(as_=world.ona, now=LATER) as work:
            return await apply(work, Scope())

    async with world.work(as_=world.lena, now=LATER) as work:
        await lifecycle.move(work, await tickets.visible(work, ticket.id, lock=True), to=TicketStatus.WAITING_ON_VENDOR)
        applying = asyncio.create_task(applied())
        await somebody_waits(world)

    assert await applying == (1, None)
    found = await verdict(world, ticket, ClockKind.RESOLUTION, "2026-03-02T12:00Z")
    assert (found.state, found.target) == (State.PAUSED, timedelta(hours=16))
    assert await recomputed(world) == (1, [])
    assert await world.differences() == []
