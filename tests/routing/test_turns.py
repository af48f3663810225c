"""Turns are fair, however many tickets come at once and whatever happens to people meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg.conninfo import make_conninfo
from routes import hire, rule, set_columns
from sqlalchemy import select

from codex import reactions
from codex.db.database import Access, Database
from codex.db.work import Works
from codex.identity import people, queries, teams
from codex.identity.models import User
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import UserRole
from codex.routing import intake
from codex.tickets.models import Ticket
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio
CLIENTS, TICKETS = 16, 1_000


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


async def flood(world: World, works: Works, tickets: int) -> None:
    """So many tickets from all clients at once."""
    rosa, left = await world.actor(world.rosa), iter(range(tickets))

    async def client() -> None:
        for number in left:
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
