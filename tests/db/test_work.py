"""`Work`: one actor, one instant, one transaction; all of it or nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from psycopg_pool import PoolTimeout
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from codex.audit.models import AdminAuditEvent
from codex.classification import categories
from codex.classification.models import Category
from codex.db.database import CONNECTION_LOST, Database
from codex.db.work import Work, Works
from codex.identity import people
from codex.kernel import clock
from codex.kernel.actor import importer, system
from codex.kernel.errors import Conflict, Forbidden
from codex.tickets import messages, queries, triage
from codex.tickets.models import MessageType, TicketPriority
from world import World, instant

pytestmark = pytest.mark.anyio
SOURCE = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"


async def count(world: World, model: type = Category) -> int:
    async with world.session() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def add(work: Work, slug: str = "chairs") -> Category:
    return await categories.add(work, name=slug.title(), slug=slug)


async def test_what_was_done_and_what_was_recorded_are_there_together(world: World) -> None:
    before = await count(world), await count(world, AdminAuditEvent)
    async with world.work(as_=world.ona) as work:
        await add(work)
        await add(work, "desks")
        assert (await count(world), await count(world, AdminAuditEvent)) == before

    assert (await count(world), await count(world, AdminAuditEvent)) == (before[0] + 2, before[1] + 2)


@pytest.mark.parametrize("error", [ValueError("bug"), Forbidden("no"), KeyboardInterrupt(), asyncio.CancelledError()])
async def test_an_exception_leaves_nothing_half_done(world: World, error: BaseException) -> None:
    before = await count(world), await count(world, AdminAuditEvent)
    with pytest.raises(type(error)):
        async with world.work(as_=world.ona) as work:
            await add(work)
            raise error

    assert (await count(world), await count(world, AdminAuditEvent)) == before


async def test_a_reaction_that_fails_takes_the_change_with_it(world: World) -> None:
    async def settle(work: Work) -> None:
        await work.session.execute(text("SELECT 1/0"))

    before = await count(world)
    with pytest.raises(Exception, match="division by zero"):
        async with Works(world.database, settle).begin(system("Test")) as work:
            await add(work)

    assert await count(world) == before


async def test_reactions_see_the_change_before_anybody_else_does(world: World) -> None:
    seen: list[tuple[int, int]] = []

    async def settle(work: Work) -> None:
        inside = await work.session.scalar(select(func.count()).select_from(Category)) or 0
        seen.append((inside, await count(world)))

    before = await count(world)
    async with Works(world.database, settle).begin(system("Test")) as work:
        await add(work)

    assert seen == [(before + 1, before)]


async def test_the_instant_is_data_and_otherwise_the_present(world: World) -> None:
    before = clock.now()
    async with world.works.begin(system("Test")) as present, world.work(as_=world.ona, now="2020-01-01T00:00Z") as past:
        assert before <= present.now <= clock.now()
        assert past.now == instant("2020-01-01T00:00Z")


async def test_two_who_add_the_same_at_once_are_one_and_a_conflict(world: World) -> None:
    async def second() -> None:
        async with world.work(as_=world.ona) as work:
            await add(work)

    async with world.work(as_=world.ona) as first:
        await add(first)
        task = asyncio.create_task(second())
    with pytest.raises(Conflict, match=r"exists already|just added the same"):
        await task
    assert await count(world) == len(world.categories) + 1


async def test_what_is_unique_at_the_commit_is_a_conflict_and_another_broken_truth_a_bug(world: World) -> None:
    def unchecked(slug: str) -> Category:
        return Category(name="Chairs", slug=slug, created_at=clock.now(), updated_at=clock.now())

    with pytest.raises(Conflict, match="look again"):
        async with world.work(as_=world.ona) as work:
            work.session.add_all([unchecked("chairs"), unchecked("chairs")])
    with pytest.raises(IntegrityError):
        async with world.work(as_=world.ona) as work:
            work.session.add(unchecked("No Slug"))


async def test_a_step_is_somebody_elses_doing_within_the_same_transaction(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    rosa, lena = await world.actor(world.rosa), await world.actor(world.lena)
    async with world.work(as_=lena, now="2026-03-02T12:00Z") as work:
        found = await queries.visible(work, ticket.id, lock=True)
        await triage.set_priority(work, found, TicketPriority.P1)
        async with work.step(rosa, now=instant("2026-03-02T13:00Z")) as step:
            await messages.add(step, found, type=MessageType.PUBLIC, body="Thank you")
        assert len(await world.events(ticket)) == 1

    told = [(e.type, e.actor_name, clock.iso(e.created_at)) for e in (await world.events(ticket))[1:]]
    assert told == [
        ("PRIORITY_CHANGED", "Lena Brandt", "2026-03-02T12:00:00Z"),
        ("MESSAGE_ADDED", "Rosa Diaz", "2026-03-02T13:00:00Z"),
    ]


async def test_a_step_that_fails_takes_everything_with_it(world: World) -> None:
    before = await count(world)
    with pytest.raises(Forbidden):
        async with world.work(as_=world.ona) as work:
            await add(work)
            async with work.step(await world.actor(world.rosa), now=work.now) as step:
                await people.add(step, email="x@acme.example", display_name="X")

    assert await count(world) == before


async def test_work_that_need_not_wait_for_the_disk_is_still_all_or_nothing(world: World) -> None:
    async with world.works.begin(importer("Log"), durable=False) as work:
        assert await work.session.scalar(text(SOURCE)) == "session"
        await add(work)
    async with world.works.begin(system()) as work:
        assert await work.session.scalar(text(SOURCE)) != "session"

    assert await count(world) == len(world.categories) + 1


@pytest.fixture
async def narrow(world: World) -> AsyncIterator[Database]:
    """One connection, whose login is more than the application may be."""
    database = Database(replace(world.database.access, assume_role=True), max_connections=1)
    await database.open()
    database.pool.timeout = 5
    yield database
    await database.close()


async def nothing(work: Work) -> None:
    """Nobody reacts."""


async def lose_connection(world: World, narrow: Database, do: Callable[[], Awaitable[object]]) -> None:
    async with narrow.reading() as reader:
        row = await reader.first("SELECT pg_backend_pid()")
    async with world.session() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": row[0] if row else 0})
    with pytest.raises(CONNECTION_LOST) as lost:
        await do()
    assert lost.type is not PoolTimeout


async def test_a_connection_that_was_lost_is_told_as_such_and_the_next_work_finds_another(
    world: World, narrow: Database
) -> None:
    works = Works(narrow, nothing)

    async def begin() -> None:
        async with works.begin(system("Test")):
            pytest.fail("it began")

    for _ in range(2):
        await lose_connection(world, narrow, begin)
    async with works.begin(system("Test")) as work:
        assert await work.session.scalar(text("SELECT current_user")) == "codex_app"


async def test_a_connection_that_is_lost_amid_a_work_is_replaced(world: World, narrow: Database) -> None:
    before = await count(world)
    for _ in range(2):
        with pytest.raises(CONNECTION_LOST) as lost:
            async with Works(narrow, nothing).begin(system("Test")) as work:
                await add(work)
                pid = await work.session.scalar(text("SELECT pg_backend_pid()"))
                async with world.session() as session:
                    await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        assert lost.type is not PoolTimeout

    async with Works(narrow, nothing).begin(system("Test")) as work:
        await add(work)
    assert await count(world) == before + 1
