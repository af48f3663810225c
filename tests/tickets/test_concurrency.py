"""Many at once on one ticket: nothing is lost, nobody overwrites, nobody waits for ever."""

import asyncio
from collections import Counter

import psycopg
import pytest
from scenes import Command, act, assign, move, standing, team_of

from codex.identity import people, teams
from codex.identity.queries import person
from codex.kernel.errors import CodexError
from codex.tickets import assignment, messages, opening, triage
from codex.tickets.models import MessageType, Ticket, TicketPriority
from codex.tickets.models import TicketStatus as S
from codex.tickets.queries import visible
from databases import FreshDatabase
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio

MANY = 20


async def at_once(world: World, ticket: Ticket, *commands: Command, versions: set[int] | None = None) -> Counter[str]:
    """Everybody at the same time, Lena's name on each; how they ended."""
    lena = await world.actor(world.lena)

    async def one(command: Command) -> str:
        try:
            async with world.works.begin(lena, now=instant(MORNING)) as work:
                await command(work, await visible(work, ticket.id, lock=True, versions=versions))
        except CodexError as refused:
            return type(refused).__name__
        return "done"

    return Counter(await asyncio.gather(*map(one, commands)))


def say(body: str) -> Command:
    return lambda work, ticket: messages.add(work, ticket, type=MessageType.PUBLIC, body=body)


def prioritise(priority: TicketPriority) -> Command:
    return lambda work, ticket: triage.set_priority(work, ticket, priority)


async def test_no_message_is_lost_and_one_of_them_is_the_first_response(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    ended = await at_once(world, ticket, *(say(f"Answer {n}") for n in range(MANY)))

    assert ended == {"done": MANY}
    assert {message.body for message in await world.messages(ticket)} == {f"Answer {n}" for n in range(MANY)}
    events = await world.events(ticket)
    assert [event.version for event in events] == list(range(1, MANY + 2))
    assert [event.payload["firstResponse"] for event in events[1:]] == [True] + [False] * (MANY - 1)
    assert await world.differences() == []


async def test_of_many_who_saw_the_same_version_one_changes_it(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    priorities = [TicketPriority.P1, TicketPriority.P2, TicketPriority.P4] * 7
    ended = await at_once(world, ticket, *map(prioritise, priorities), versions={1})
    assert ended == {"done": 1, "StaleVersion": len(priorities) - 1}
    assert (await world.reload(ticket)).version == 2


async def test_the_same_change_by_many_is_one_fact(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    assert await at_once(world, ticket, *[prioritise(TicketPriority.P1)] * MANY) == {"done": MANY}
    assert [event.type for event in await world.events(ticket)] == ["TICKET_CREATED", "PRIORITY_CHANGED"]


async def test_opposite_moves_follow_each_other_and_none_starts_from_what_is_no_more(world: World) -> None:
    ticket = await standing(world, S.RESOLVED)
    ended = await at_once(world, ticket, *[move(S.REOPENED), move(S.CLOSED), move(S.TRIAGED), move(S.RESOLVED)] * 5)

    assert ended["done"] + ended["Conflict"] == MANY
    moves = [e.payload for e in (await world.events(ticket))[1:]]
    assert [now["from"] for now in moves] == ["NEW", *(before["to"] for before in moves[:-1])]
    assert await world.differences() == []


async def test_a_close_is_the_last_word_whichever_comes_first(world: World) -> None:
    ticket = await standing(world, S.ASSIGNED, assignee=world.amir)
    for _ in range(5):
        ended = await at_once(world, ticket, move(S.CLOSED), move(S.WAITING_ON_VENDOR))
        assert ended in ({"done": 2}, {"done": 1, "Conflict": 1})
        ticket = await world.reload(ticket)
        assert ticket.status is S.CLOSED
        ticket = await act(world, world.lena, ticket, move(S.REOPENED))


async def test_everybody_takes_it_and_one_has_it(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    takers = [await world.actor(p) for p in (world.amir, world.lena, world.tara)] * 5

    async def take(actor):  # type: ignore[no-untyped-def]
        async with world.works.begin(actor, now=instant(MORNING)) as work:
            await assignment.assign_to(work, await visible(work, ticket.id, lock=True), actor.id)

    await asyncio.gather(*map(take, takers))
    last = (await world.events(ticket))[-1]
    assert str((await world.reload(ticket)).assignee_id) == last.payload["to"]
    assert await world.differences() == []


async def test_tickets_opened_at_once_have_numbers_of_their_own(world: World) -> None:
    rosa = await world.actor(world.rosa)

    async def one() -> int:
        async with world.works.begin(rosa) as work:
            return (await opening.open_ticket(work, requester=None, subject="Help", team=world.it)).number

    assert len(set(await asyncio.gather(*(one() for _ in range(MANY))))) == MANY
    assert await world.differences() == []


async def test_leaving_gives_tickets_back_while_others_work_on_them(world: World) -> None:
    tickets = [await world.ticket(team=world.it, assignee=world.amir) for _ in range(6)]

    async def leave() -> None:
        async with world.work(as_=world.ona) as work:
            await people.deactivate(work, await person(work.session, world.amir.id, lock=True))

    await asyncio.gather(leave(), *(at_once(world, t, say("Hello"), move(S.IN_PROGRESS)) for t in reversed(tickets)))
    assert {(await world.reload(ticket)).assignee_id for ticket in tickets} == {None}
    assert await world.differences() == []


async def test_who_is_shut_out_while_writing_finishes_or_is_refused_and_nobody_waits_for_ever(world: World) -> None:
    tickets = [await world.ticket(team=world.it, assignee=world.amir) for _ in range(8)]
    amir = await world.actor(world.amir)

    async def write(ticket: Ticket) -> None:
        async with world.works.begin(amir, now=instant(MORNING)) as work:
            await say("Hello")(work, await visible(work, ticket.id, lock=True))
            await asyncio.sleep(0.01)

    async def shut_out() -> None:
        async with world.work(as_=world.ona) as work:
            await people.deactivate(work, await person(work.session, world.amir.id, lock=True))

    await asyncio.gather(*map(write, tickets[:4]), shut_out(), *map(write, tickets[4:]))
    assert {(await world.reload(ticket)).assignee_id for ticket in tickets} == {None}
    assert await world.differences() == []


@pytest.mark.parametrize("locked", ["users WHERE id = %s", "team_members WHERE user_id = %s"])
async def test_nobody_leaves_between_being_assigned_and_the_commit(
    world: World, world_database: FreshDatabase, locked: str
) -> None:
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.lena) as work:
        await assign(world.amir)(work, await visible(work, ticket.id, lock=True))
        with (
            psycopg.connect(**world_database.all_seeing) as other,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            other.execute(f"SELECT FROM {locked} FOR UPDATE NOWAIT".encode(), [world.amir.id])


async def test_who_leaves_while_being_assigned_ends_with_no_ticket(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(8)]

    async def leave() -> None:
        async with world.work(as_=world.ona) as work:
            team = await team_of(work, world.it.id)
            await teams.remove_member(work, team, await person(work.session, world.amir.id))

    ended = await asyncio.gather(*(at_once(world, t, assign(world.amir)) for t in tickets[:4]), leave(),
                                 *(at_once(world, t, assign(world.amir)) for t in tickets[4:]))  # fmt: skip
    assert {next(iter(e)) for e in ended if e} <= {"done", "Unprocessable"}
    assert {(await world.reload(ticket)).assignee_id for ticket in tickets} == {None}
    assert await world.differences() == []
