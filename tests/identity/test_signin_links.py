"""One-time links and the sessions that they open."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from codex.identity import queries, sessions, signin
from codex.identity.models import Session, SigninLink, User
from codex.identity.queries import Credential
from codex.kernel.actor import Scope, system
from codex.kernel.errors import Unauthenticated
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
INSTANT = timedelta(microseconds=1)


async def link(world: World, person: User) -> str:
    async with world.works.begin(system("Test"), now=NOW) as work:
        return await signin.make_link(work, await queries.person(work.session, person.id))


async def use(world: World, secret: str, *, later: timedelta = timedelta(0), user_agent: str | None = None) -> str:
    async with world.works.begin(system("Web"), now=NOW + later) as work:
        return await sessions.begin(work, await signin.use_link(work, secret), user_agent=user_agent)


async def who(world: World, secret: str, *, later: timedelta = timedelta(0)) -> Credential | None:
    async with world.reading() as reader:
        return await queries.credential(reader, queries.BY_SESSION, secret, now=NOW + later)


async def test_a_link_opens_a_session_of_its_person_with_every_scope(world: World) -> None:
    found = await who(world, await use(world, await link(world, world.lena)))

    assert found and found.actor == await world.actor(world.lena)
    assert (found.actor.scope, found.last_used_at) == (Scope.ADMIN, NOW)


async def test_a_link_works_once(world: World) -> None:
    secret = await link(world, world.rosa)
    await use(world, secret)
    with pytest.raises(Unauthenticated, match="has been used or is too old"):
        await use(world, secret)


async def test_a_link_that_two_follow_at_once_opens_one_session(world: World) -> None:
    secret = await link(world, world.rosa)

    async def follow() -> str:
        try:
            return f"session {len(await use(world, secret))}"
        except Unauthenticated:
            return "refused"

    assert Counter(await asyncio.gather(*(follow() for _ in range(4)))) == {"session 43": 1, "refused": 3}
    async with world.session() as session:
        assert await session.scalar(select(func.count()).select_from(Session)) == 1


async def test_looking_does_not_use_it_up(world: World) -> None:
    secret = await link(world, world.rosa)
    for _ in range(3):
        async with world.works.begin(system("Web"), now=NOW) as work:
            assert (await signin.link_owner(work, secret)).id == world.rosa.id

    assert await use(world, secret)


async def test_a_link_is_too_old_after_a_quarter_of_an_hour(world: World) -> None:
    first, second = await link(world, world.rosa), await link(world, world.rosa)
    assert await use(world, first, later=signin.LINK_LIVES - INSTANT)
    with pytest.raises(Unauthenticated):
        await use(world, second, later=signin.LINK_LIVES)


@pytest.mark.parametrize("secret", ["", "unknown", "é", "' OR true --"])
async def test_what_is_no_link_is_refused_in_the_same_words(world: World, secret: str) -> None:
    with pytest.raises(Unauthenticated, match="has been used or is too old"):
        await use(world, secret)


async def test_no_secret_is_kept(world: World) -> None:
    secret = await link(world, world.rosa)
    opened = await use(world, secret, user_agent="Firefox " * 100)
    async with world.session() as session:
        kept = (await session.scalars(select(SigninLink))).one()
        browser = (await session.scalars(select(Session))).one()

    assert (kept.token_hash, browser.token_hash) == (queries.digest(secret), queries.digest(opened))
    assert (kept.used_at, browser.expires_at, len(browser.user_agent or "")) == (NOW, NOW + sessions.SESSION_LIVES, 300)
    assert await who(world, secret) is None


async def test_a_session_ends_in_time_and_on_signing_out(world: World) -> None:
    opened = await use(world, await link(world, world.rosa))
    assert await who(world, opened, later=sessions.SESSION_LIVES - INSTANT)
    assert await who(world, opened, later=sessions.SESSION_LIVES) is None
    for _ in range(2):
        async with world.works.begin(system("Web"), now=NOW) as work:
            await sessions.sign_out(work, opened)

    assert await who(world, opened) is None


async def test_signing_out_ends_this_session_only(world: World) -> None:
    one, other = [await use(world, await link(world, world.rosa)) for _ in range(2)]
    async with world.works.begin(system("Web"), now=NOW) as work:
        await sessions.sign_out(work, one)

    assert await who(world, other)


async def test_what_has_been_over_for_a_day_is_forgotten(world: World) -> None:
    opened = await use(world, await link(world, world.rosa))
    day = timedelta(days=1)

    async def forgotten(later: timedelta) -> int:
        async with world.works.begin(system("Worker"), now=NOW + later) as work:
            return await signin.forget_expired(work)

    assert await forgotten(signin.LINK_LIVES + day) == 0
    assert await forgotten(signin.LINK_LIVES + day + INSTANT) == 1
    assert await who(world, opened)
    assert await forgotten(sessions.SESSION_LIVES + day + INSTANT) == 1
    assert await forgotten(sessions.SESSION_LIVES + day + INSTANT) == 0
