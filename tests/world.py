"""The cast on a fresh database, and short ways to act as any of them: what most tests begin with.

    async def test_closing_stamps_the_ticket(world: World) -> None:
        ticket = await world.ticket(requester=world.rosa, team=world.it, assignee=world.amir, at="2026-03-02T09:00Z")

        async with world.work(as_=world.lena, now="2026-03-02T11:00Z") as work:
            await lifecycle.move(work, await visible(work, ticket.id, lock=True), to=TicketStatus.CLOSED)

        assert (await world.reload(ticket)).closed_at == instant("2026-03-02T11:00Z")

The world is prepared once per run as a database of its own; a test gets a copy.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import application
import databases
from codex import reactions
from codex.classification.models import Category
from codex.db import embedded
from codex.db.database import Access, Database, Reader
from codex.db.work import Work, Works
from codex.demo import foundations
from codex.demo.cast import CAST
from codex.identity import queries as people
from codex.identity import tokens
from codex.identity.models import Team, User
from codex.kernel import clock
from codex.kernel.actor import Actor, Scope, system
from codex.settings import Settings
from codex.tickets import assignment, lifecycle, opening, queries
from codex.tickets.models import Ticket, TicketEvent, TicketMessage, TicketStatus
from codex.tickets.verify import Difference, verify
from databases import FreshDatabase

FOUNDED = clock.parse("2026-01-05T08:00Z")
"""When the world's people and teams began to exist."""
MORNING = "2026-03-02T09:00Z"
"""When things happen unless a test says otherwise: a Monday, in winter time."""
SETTINGS = Settings(secret_key="t" * 64)
"""Of the application that a world's clients talk to."""
_TEMPLATE = "world"
_PLENTY = 3650 * timedelta(days=1)


class World:
    """Eight people, four teams, the categories, no tickets."""

    rosa: User
    amir: User
    lena: User
    tara: User
    hana: User
    farid: User
    otto: User
    ona: User
    it: Team
    hr: Team
    facilities: Team
    finance: Team

    def __init__(self, database: Database) -> None:
        self.database = database
        self.works: Works = reactions.works(database)
        self.categories: dict[str, Category] = {}

    async def actor(self, person: User) -> Actor:
        """Somebody with the rights they have right now."""
        async with self.database.reading() as reader:
            return await people.actor_of(reader, person.id)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session that sees and writes everything, whatever the rules."""
        async with self.works.begin(system("Test")) as work:
            yield work.session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reader]:
        """A connection for reads that sees everything."""
        async with self.database.reading(system("Test")) as reader:
            yield reader

    @asynccontextmanager
    async def work(self, *, as_: User | Actor, now: str | datetime = MORNING) -> AsyncIterator[Work]:
        """One change in somebody's name; it commits when left."""
        actor = as_ if isinstance(as_, Actor) else await self.actor(as_)
        async with self.works.begin(actor, now=instant(now)) as work:
            yield work

    async def ticket(
        self,
        *,
        requester: User | None = None,
        team: Team | None = None,
        assignee: User | None = None,
        status: TicketStatus | None = None,
        at: str | datetime = MORNING,
        **more: Any,
    ) -> Ticket:
        """A ticket opened by its requester (Rosa), taken by its assignee, moved to a status, all at one instant.

        `more` goes to `opening.open_ticket`: subject, description, priority, channel, category.
        """
        requester = requester or self.rosa
        async with self.work(as_=requester, now=at) as work:
            given = {"subject": "The printer is on fire", **more}
            ticket = await opening.open_ticket(work, requester=requester, team=team, **given)
        if assignee is not None:
            async with self.work(as_=assignee, now=at) as work:
                await assignment.assign_to(work, await queries.visible(work, ticket.id, lock=True), assignee.id)
        if status is not None:
            async with self.work(as_=system("Test"), now=at) as work:
                await lifecycle.move(work, await queries.visible(work, ticket.id, lock=True), to=status)
        return await self.reload(ticket)

    async def reload(self, ticket: Ticket) -> Ticket:
        """The ticket's row as it is now."""
        async with self.session() as session:
            return (await session.scalars(select(Ticket).where(Ticket.id == ticket.id))).one()

    async def events(self, ticket: Ticket) -> list[TicketEvent]:
        """The ticket's history, oldest first."""
        query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.version)
        async with self.session() as session:
            return list(await session.scalars(query))

    async def messages(self, ticket: Ticket) -> list[TicketMessage]:
        """The ticket's conversation, oldest first, notes included."""
        query = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id)
        async with self.session() as session:
            return list(await session.scalars(query.order_by(TicketMessage.created_at, TicketMessage.id)))

    async def differences(self) -> list[Difference]:
        """Where any ticket is not what its history says: nowhere, after whatever a test has done."""
        async with self.works.begin(system("Test")) as work:
            return [difference async for _, found in verify(work) for difference in found]

    async def token(self, person: User, scope: Scope = Scope.WRITE) -> str:
        """The secret of a new API token of a person."""
        async with self.work(as_=person, now=clock.now()) as work:
            user = await people.person(work.session, person.id)
            _, secret = await tokens.issue(work, user, name="Test", scope=scope, expires_at=work.now + _PLENTY)
        return secret

    async def client(self, person: User | None = None, scope: Scope = Scope.WRITE) -> httpx.AsyncClient:
        """A client of the web application on this world, as a person with a new token, or as nobody."""
        headers = {"authorization": f"Bearer {await self.token(person, scope)}"} if person else {}
        transport = httpx.ASGITransport(application.on(self.database, SETTINGS))
        return httpx.AsyncClient(transport=transport, base_url="http://codex.test", headers=headers)


def instant(at: str | datetime) -> datetime:
    """An instant from ISO 8601 text with a zone, or as it is."""
    return clock.parse(at) if isinstance(at, str) else at


@pytest.fixture(scope="session")
def world_template(server: embedded.Server, template_database: str) -> str:
    """The name of a database with the world in it, to be copied. One worker makes it, the others wait."""
    with databases.superuser(server) as connection:
        connection.execute("SELECT pg_advisory_lock(2)")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone():
            _make(server, connection, template_database)
    return _TEMPLATE


@pytest.fixture
def world_database(server: embedded.Server, world_template: str) -> Iterator[FreshDatabase]:
    """A fresh database with the cast, teams and categories in it."""
    with databases.fresh(server, world_template) as fresh:
        yield fresh


@pytest.fixture
async def world(world_database: FreshDatabase) -> AsyncIterator[World]:
    """The world, to act in."""
    async with opened(world_database.app) as database:
        world = await known(database)
        yield world


async def known(database: Database) -> World:
    """The world that is in a database, everybody and everything by name."""
    world = World(database)
    async with database.session() as session:
        users = {user.email: user for user in await session.scalars(select(User))}
        vars(world).update({member.key: users[member.email] for member in CAST})
        vars(world).update({team.slug: team for team in await session.scalars(select(Team))})
        world.categories = {category.slug: category for category in await session.scalars(select(Category))}
    return world


@asynccontextmanager
async def opened(conninfo: dict[str, str | int]) -> AsyncIterator[Database]:
    """The database behind a conninfo, as the application uses it."""
    strings = {name: str(value) for name, value in conninfo.items()}
    access = Access(make_conninfo("", **strings), called="of the test", assume_role=False, prepare=True)
    database = Database(access, max_connections=4)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def _make(server: embedded.Server, connection: psycopg.Connection[Any], template: str) -> None:
    embedded.drop_database(server, "world_draft")
    connection.execute(f"CREATE DATABASE world_draft OWNER {embedded.OWNER_ROLE} TEMPLATE {template}")
    asyncio.run(_found(server.conninfo(user=embedded.APP_ROLE, dbname="world_draft")))
    connection.execute(f"ALTER DATABASE world_draft RENAME TO {_TEMPLATE}")


async def _found(conninfo: dict[str, str | int]) -> None:
    async with opened(conninfo) as database, reactions.works(database).begin(system("Test"), now=FOUNDED) as work:
        await foundations.lay(work, CAST, at=FOUNDED)
