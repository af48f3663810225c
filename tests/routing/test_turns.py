"""Turns are fair, however many tickets come at once and whatever happens to people meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType

import pytest
from psycopg.conninfo import make_conninfo
from routes import hire, rule, set_columns
from sqlalchemy import select

from codex import reactions
from codex.db.database import Access, Database
from codex.db.work import Works
from codex.identity import people, queries, teams
from codex.identity.models import Team, User
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import UserRole
from codex.routing import intake, turns
from codex.tickets.models import Ticket
from databases import FreshDatabase
from world import World, instant

pytestmark = pytest.mark.anyio
CLIENTS, TICKETS = 16, 1_000
NOTHING: Mapping[int, Callable[[], Awaitable[None]]] = MappingProxyType({})


@asynccontextmanager
async def crowd(fresh: FreshDatabase) -> AsyncIterator[Works]:
    """As many connections as there are clients."""
    strings = {name: str(value) for name, value in fresh.app.items()}
    access = Access(make_conninfo("", **strings), called="of the test", assume_role=False, prepare=True)
    database = Database(access, max_connections=CLIENTS + 2)
    await database.open()
    try:
        yield reactions.works(database)
    finally:
        await database.close()


async def flood(
    world: World, works: Works, tickets: int, *, midway: Mapping[int, Callable[[], Awaitable[None]]] = NOTHING
) -> None:
    """So many tickets from all clients at once; what happens `midway`, just before which of them."""
    rosa, left = await world.actor(world.rosa), iter(range(tickets))

    async def client() -> None:
        for number in left:
            if number in midway:
                await midway[number]()
            async with works.begin(rosa) as work:
                await intake.receive(work, requester=None, subject=f"VPN {number}")

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def shares(world: World) -> Counter[str]:
    """How many routed tickets each person got, by name; "nobody" for the queue."""
    query = select(User.display_name).select_from(Ticket).outerjoin(User, User.id == Ticket.assignee_id)
    async with world.session() as session:
        names = await session.scalars(query.where(Ticket.assigned_team_id.is_not(None)))
        return Counter(name or "nobody" for name in names)


async def test_of_a_thousand_tickets_that_sixteen_clients_open_at_once_everybody_gets_as_many(
    world: World, world_database: FreshDatabase
) -> None:
    for number in range(4):
        await hire(world, f"Agent{number}", UserRole.AGENT, world.it)
    await hire(world, "Guest", UserRole.EMPLOYEE, world.it)
    await set_columns(world, "users", world.lena.id, away_until="2999-01-01T00:00Z")
    await rule(world, world.it, "VPN")
    async with crowd(world_database) as works:
        await flood(world, works, TICKETS)
    found = await shares(world)
    names = {world.amir.display_name, world.tara.display_name, *(f"Agent{number}" for number in range(4))}
    assert set(found) == names and sum(found.values()) == TICKETS
    assert max(found.values()) - min(found.values()) <= 1
    assert await world.differences() == []


async def test_who_stays_gets_as_many_while_one_is_away_for_a_time_and_one_leaves(
    world: World, world_database: FreshDatabase
) -> None:
    await rule(world, world.it, "VPN")
    roamer = await hire(world, "Roamer", UserRole.AGENT, world.it)
    leaver = await hire(world, "Leaver", UserRole.AGENT, world.it)
    ona = await world.actor(world.ona)

    async with crowd(world_database) as works:

        async def change(person: User, wanted: PersonChanges) -> None:
            async with works.begin(ona) as work:
                await people.change(work, await queries.person(work.session, person.id, lock=True), wanted)

        midway = {
            60: partial(change, roamer, PersonChanges(away_until=instant("2999-01-01T00:00Z"))),
            120: partial(change, leaver, PersonChanges(is_active=False)),
            180: partial(change, roamer, PersonChanges(away_until=None)),
        }
        await asyncio.wait_for(flood(world, works, 240, midway=midway), timeout=120)
    found = await shares(world)
    stayed = [count for name, count in found.items() if name not in ("Roamer", "nobody")]
    assert sum(found.values()) == 240 and "Leaver" not in found  # whose tickets are in the queue again
    assert len(stayed) == 3 and max(stayed) - min(stayed) <= 1
    assert 0 < found["Roamer"] < min(stayed) and 0 < found["nobody"] < min(stayed)
    assert await world.differences() == []


async def test_who_took_a_turn_already_waits_for_no_other_out_of_order(
    world: World, world_database: FreshDatabase
) -> None:
    """The next person gets it, and the turn stays where it is for whoever has it."""
    first, second = sorted((world.it, world.hr), key=lambda team: team.id)
    amir = await world.actor(world.amir)
    async with crowd(world_database) as works, works.begin(amir) as one, works.begin(amir) as other:
        mine, theirs = await one.session.get_one(Team, first.id), await other.session.get_one(Team, second.id)
        held = await turns.take(one, mine, whatever_strategy=True)
        await turns.take(other, theirs, whatever_strategy=True)

        given = await turns.take(other, await other.session.get_one(Team, first.id), whatever_strategy=True)
        assert given.person is not None and held.person is not None
        assert given.person.id == held.person.id
    async with world.session() as session:
        assert (await session.get_one(Team, first.id)).last_assigned_user_id == held.person.id


async def test_people_and_the_team_change_while_tickets_come_and_nobody_waits_for_ever(
    world: World, world_database: FreshDatabase
) -> None:
    await rule(world, world.it, "VPN")
    ona, done = await world.actor(world.ona), asyncio.Event()
    hands = [await hire(world, f"Agent{number}", UserRole.AGENT, world.it) for number in range(3)]

    async def staff(works: Works) -> None:
        number = 0
        while not done.is_set():
            number += 1
            person = hands[number % len(hands)]
            async with works.begin(ona) as work:
                user = await queries.person(work.session, person.id, lock=True)
                await people.change(work, user, PersonChanges(is_active=not user.is_active))
            async with works.begin(ona) as work:
                team = await queries.team(work.session, world.it.id, lock=True)
                await teams.change(work, team, TeamChanges(description=f"The {number}."))

    async with crowd(world_database) as works:
        busy = asyncio.create_task(staff(works))
        await asyncio.wait_for(flood(world, works, 150), timeout=120)
        done.set()
        await busy
    assert sum((await shares(world)).values()) == 150
    assert await world.differences() == []
