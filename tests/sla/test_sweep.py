"""The sweep: whom the policy names is told, once, whoever else sweeps and whatever is wrong with one ticket."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from promises import promised, recomputed, swept
from sqlalchemy import select, text, update

from codex.kernel.actor import system
from codex.notifications.models import Notification
from codex.sla import assignments, team_policies
from codex.sla.hours import written
from codex.sla.models import SlaInstance, SlaNotifyRole
from codex.sla.sweep import sweep
from codex.tickets import lifecycle, messages, opening, queries, triage
from codex.tickets.models import MessageType, TicketEvent, TicketPriority, TicketStatus
from codex.worker.loop import Worker
from codex.worker.models import ScheduledJob
from world import World, instant

pytestmark = pytest.mark.anyio
P1 = TicketPriority.P1


async def told(world: World) -> list[tuple[str, str]]:
    async with world.session() as session:
        rows = await session.execute(select(Notification.title, Notification.user_id).order_by(Notification.id))
        people = {person.id: person.display_name.split()[0] for person in (
            world.rosa, world.amir, world.lena, world.tara, world.ona, world.otto)}  # fmt: skip
        return [(title, people[user_id]) for title, user_id in rows]


@pytest.mark.parametrize(
    ("roles", "who"),
    [
        ([SlaNotifyRole.AGENT], ["Amir"]),
        ([SlaNotifyRole.LEAD], ["Lena"]),
        ([SlaNotifyRole.MANAGER], ["Tara"]),
        ([SlaNotifyRole.OWNER], ["Ona"]),
        ([SlaNotifyRole.AGENT, SlaNotifyRole.LEAD], ["Amir", "Lena"]),
        ([], []),
    ],
)
async def test_a_breach_is_told_to_the_roles_that_the_policy_names(
    world: World, roles: list[SlaNotifyRole], who: list[str]
) -> None:
    await promised(world, breach_notify_roles=roles, escalation_enabled=False)
    await world.ticket(team=world.it, assignee=world.amir, priority=P1, at="2026-03-02T09:00Z")

    await swept(world, "2026-03-02T10:30Z")

    assert sorted(await told(world)) == [("First response of IT-1 is overdue", name) for name in who]


async def test_without_an_assignee_nobody_stands_in_for_them(world: World) -> None:
    await promised(world, breach_notify_roles=[SlaNotifyRole.AGENT])
    await world.ticket(team=world.it, priority=P1, at="2026-03-02T09:00Z")

    assert await swept(world, "2026-03-02T10:30Z") == 1
    assert await told(world) == []


async def test_a_breach_in_the_transaction_in_which_the_ticket_came_is_told(world: World) -> None:
    """As in an import: the notification is written after the ticket that it is about."""
    await promised(world)

    async with world.work(as_=system("Import"), now="2026-03-02T09:00Z") as work:
        ticket = await opening.open_ticket(
            work, requester=world.rosa, subject="Lived in one go", team=world.it, priority=P1
        )
        async with work.step(system("Import"), now=instant("2026-03-02T10:30Z")) as later:
            await lifecycle.move(later, ticket, to=TicketStatus.TRIAGED)

    assert [title for title, _ in await told(world)][-1] == "First response of IT-1 is overdue"
    assert await recomputed(world) == (1, [])


async def test_many_sweeping_at_once_tell_of_each_clock_once(world: World) -> None:
    await promised(world)
    for _ in range(30):
        await world.ticket(team=world.it, priority=P1, at="2026-03-02T09:00Z")

    async def until_nothing() -> int:
        done = 0
        while count := await sweep(world.works, batch=4):
            done += count
        return done

    counts = await asyncio.gather(*(until_nothing() for _ in range(4)))

    assert sum(counts) == 30
    async with world.session() as session:
        events = await session.execute(
            select(TicketEvent.ticket_id, TicketEvent.type, TicketEvent.payload).where(
                TicketEvent.type.in_(["SLA_AT_RISK", "SLA_BREACHED"])
            )
        )
        seen = Counter((ticket_id, kind, payload["clock"]) for ticket_id, kind, payload in events)
    assert set(seen.values()) == {1}
    assert Counter(kind for _, kind, _ in seen) == {"SLA_AT_RISK": 60, "SLA_BREACHED": 60}
    assert await recomputed(world) == (30, [])


async def test_a_ticket_whose_clocks_cannot_be_read_holds_nobody_up(world: World) -> None:
    await promised(world)
    broken, well = [await world.ticket(team=world.it, priority=P1, at="2026-03-02T09:00Z") for _ in range(2)]
    async with world.session() as session:
        await session.execute(
            update(SlaInstance).where(SlaInstance.ticket_id == broken.id).values(clocks={"what": "is this"})
        )

    while await sweep(world.works):
        pass

    assert [title for title, _ in await told(world)].count(f"Resolution of {well.display_id} is overdue") == 1
    async with world.session() as session:
        instance = await session.get_one(SlaInstance, broken.id)
        assert instance.next_due_at is not None
        row = await session.execute(text("SELECT now()"))
        assert instance.next_due_at > row.scalar_one() + timedelta(minutes=50)


async def test_a_worker_sweeps_and_says_so(world: World) -> None:
    await promised(world)
    await world.ticket(team=world.it, priority=P1, at="2026-03-02T09:00Z")

    assert await Worker(world.works).sweep() == 1

    async with world.works.begin(system("Test")) as work:
        job = await work.session.get_one(ScheduledJob, "sla-clocks")
        assert job.last_result == "1 announced"


async def test_a_risk_is_told_once_of_each_due_time_whatever_the_target_was_in_between(world: World) -> None:
    await promised(world)
    ticket = await world.ticket(team=world.it, priority=TicketPriority.P2, at="2026-03-02T08:00Z")
    await swept(world, "2026-03-02T11:15Z")
    for at, priority in (("2026-03-02T11:20Z", TicketPriority.P3), ("2026-03-02T11:30Z", TicketPriority.P2)):
        async with world.work(as_=world.lena, now=at) as work:
            await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), priority)

    await swept(world, "2026-03-02T11:40Z")

    assert [title for title, _ in await told(world)] == ["First response of IT-1 is at risk"]
    assert await recomputed(world) == (1, [])


async def test_whom_a_policy_names_is_told_also_when_the_teams_own_hours_are_gone(world: World) -> None:
    policy = await promised(world, breach_notify_roles=[SlaNotifyRole.OWNER], escalation_enabled=False)
    async with world.work(as_=world.ona, now="2026-03-02T08:00Z") as work:
        await assignments.assign(work, world.it, policy.id)
        await team_policies.put(work, world.it, P1, written(1, 4))
    await world.ticket(team=world.it, assignee=world.amir, priority=P1, at="2026-03-02T09:00Z")
    async with world.work(as_=world.ona, now="2026-03-02T09:30Z") as work:
        await team_policies.remove(work, world.it, P1)

    await swept(world, "2026-03-02T10:30Z")

    assert await told(world) == [("First response of IT-1 is overdue", "Ona")]


async def test_nobody_is_told_of_a_clock_that_the_same_change_answers(world: World) -> None:
    await promised(world, escalation_enabled=False)
    ticket = await world.ticket(team=world.it, assignee=world.amir, priority=TicketPriority.P2, at="2026-03-02T08:00Z")

    async with world.work(as_=world.lena, now="2026-03-02T12:30Z") as work:
        locked = await queries.visible(work, ticket.id, lock=True)
        await triage.set_priority(work, locked, P1)
        await messages.add(work, locked, type=MessageType.PUBLIC, body="We are on it.")

    assert {title for title, _ in await told(world)} == {"Resolution of IT-1 is overdue"}
    assert await recomputed(world) == (1, [])
