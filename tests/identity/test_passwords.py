"""Passwords: set by their owner, kept as a hash, compared as slowly for nobody as for anybody."""

import asyncio

import pytest
from sqlalchemy import func, select

from codex.identity import passwords, people, queries, sessions, signin
from codex.identity.models import Password, Session, SigninLink, User
from codex.kernel.actor import system
from codex.kernel.errors import Forbidden, Invalid, Unprocessable
from world import World

pytestmark = pytest.mark.anyio
GOOD, OTHER = "seven brown kettles", "a lamp behind the door"


async def put(world: World, person: User, password: str, *, by: User | None = None, keep: str | None = None) -> None:
    async with world.work(as_=by or person) as work:
        await passwords.put(work, await queries.person(work.session, person.id, lock=True), password, keep=keep)


async def fits(world: World, email: str, password: str) -> bool:
    async with world.works.begin(system("Test")) as work:
        hashed = await passwords.hash_of(work.session, email)
    return await passwords.fits(hashed, password)


async def test_a_password_fits_its_owner_only(world: World) -> None:
    await put(world, world.rosa, GOOD)

    assert await fits(world, "rosa@acme.example", GOOD)
    for email, password in (
        ("rosa@acme.example", GOOD.upper()), ("rosa@acme.example", ""), ("otto@acme.example", GOOD),
        ("who@acme.example", GOOD), ("rosa@acme.example", "\ud800"),
    ):  # fmt: skip
        assert not await fits(world, email, password)


async def test_the_last_one_set_counts_and_is_kept_as_argon2id(world: World) -> None:
    await put(world, world.rosa, GOOD)
    await put(world, world.rosa, OTHER)
    async with world.session() as session:
        kept = (await session.scalars(select(Password))).one()

    assert await fits(world, "rosa@acme.example", OTHER) and not await fits(world, "rosa@acme.example", GOOD)
    assert kept.hash.startswith("$argon2id$") and OTHER not in kept.hash


async def test_nobodys_password_costs_as_much_and_fits_nothing(world: World) -> None:
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODYS), "other parameters: another time"
    assert not await passwords.fits(passwords.NOBODYS, "nobody")


async def test_who_is_shut_out_has_none(world: World) -> None:
    await put(world, world.rosa, GOOD)
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, world.rosa.id, lock=True))

    assert not await fits(world, "rosa@acme.example", GOOD)
    with pytest.raises(Unprocessable, match="deactivated"):
        async with world.works.begin(system("Operator")) as work:
            await passwords.put(work, await queries.person(work.session, world.rosa.id), OTHER)


@pytest.mark.parametrize("by", ["otto", "amir", "tara", "ona"])
async def test_nobody_sets_anothers(world: World, by: str) -> None:
    with pytest.raises(Forbidden, match="only their own"):
        await put(world, world.rosa, GOOD, by=getattr(world, by))


async def test_a_weak_one_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        await put(world, world.rosa, "rosa-diaz-2026")

    assert [problem.path for problem in refused.value.problems] == ["password"]
    assert not await fits(world, "rosa@acme.example", "rosa-diaz-2026")


async def test_setting_one_ends_other_sessions_and_links_that_wait(world: World) -> None:
    async with world.works.begin(system("Test")) as work:
        rosa, otto = [await queries.person(work.session, person.id) for person in (world.rosa, world.otto)]
        stays, _ends = await sessions.begin(work, rosa), await sessions.begin(work, rosa)
        await sessions.begin(work, otto)
        await signin.make_link(work, rosa)
    await put(world, world.rosa, GOOD, keep=stays)

    async with world.session() as session:
        left = await session.scalars(select(Session.token_hash).where(Session.user_id == world.rosa.id))
        assert left.all() == [queries.digest(stays)]
        assert await session.scalar(select(func.count()).select_from(Session)) == 2
        assert await session.scalar(select(func.count()).select_from(SigninLink)) == 0


async def test_the_loop_goes_on_while_passwords_are_compared(world: World) -> None:
    turns, over = 0, asyncio.Event()

    async def turn() -> None:
        nonlocal turns
        while not over.is_set():
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(turn())
    await asyncio.gather(*(passwords.fits(passwords.NOBODYS, GOOD) for _ in range(3)))
    over.set()
    await other

    assert turns > 10
