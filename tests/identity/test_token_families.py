"""A token does not outlive the token that made it; nothing outlives its owner's deactivation."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from codex.identity import people, queries, sessions, signin, tokens
from codex.identity.people import PersonChanges
from codex.identity.tokens import Maker
from codex.kernel.actor import Scope, system
from codex.kernel.errors import Forbidden, Unauthenticated
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
DAY = timedelta(days=1)


async def issue(world: World, *, maker: Maker | None = None, **more: Any) -> tuple[UUID, str, datetime | None]:
    async with world.work(as_=world.amir) as work:
        user = await queries.person(work.session, world.amir.id)
        token, secret = await tokens.issue(work, user, name="CI", scope=Scope.READ, maker=maker, **more)
    return token.id, secret, token.expires_at


async def works(world: World, secret: str, *, sql: str = queries.BY_TOKEN) -> bool:
    async with world.reading() as reader:
        return await queries.credential(reader, sql, secret, now=NOW) is not None


async def set_active(world: World, active: bool) -> None:
    async with world.work(as_=world.ona) as work:
        amir = await queries.person(work.session, world.amir.id, lock=True)
        await people.change(work, amir, PersonChanges(is_active=active))


async def test_it_ends_no_later_and_without_an_end_of_its_own_together(world: World) -> None:
    parent, _, _ = await issue(world, expires_at=NOW + DAY)
    maker = Maker(parent, NOW + DAY)

    assert (await issue(world, maker=maker))[2] == NOW + DAY
    assert (await issue(world, maker=maker, expires_at=NOW + DAY / 2))[2] == NOW + DAY / 2
    with pytest.raises(Forbidden, match="outlives"):
        await issue(world, maker=maker, expires_at=NOW + 2 * DAY)
    endless, _, _ = await issue(world)
    assert (await issue(world, maker=Maker(endless, None)))[2] is None


async def test_it_is_revoked_together_through_generations(world: World) -> None:
    first, _, _ = await issue(world)
    second, secret, _ = await issue(world, maker=Maker(first, None))
    _, grandchild, _ = await issue(world, maker=Maker(second, None))
    _, stranger, _ = await issue(world)
    async with world.work(as_=world.amir) as work:
        await tokens.revoke(work, first)

    assert [await works(world, each) for each in (secret, grandchild, stranger)] == [False, False, True]
    with pytest.raises(Unauthenticated, match="revoked"):
        await issue(world, maker=Maker(first, None))


async def test_one_made_while_its_maker_is_revoked_is_revoked_too_or_not_made(world: World) -> None:
    parent, _, _ = await issue(world)

    async def make() -> str | None:
        try:
            return (await issue(world, maker=Maker(parent, None)))[1]
        except Unauthenticated:
            return None

    async def revoke() -> None:
        async with world.work(as_=world.amir) as work:
            await tokens.revoke(work, parent)

    made, _, also = await asyncio.gather(make(), revoke(), make())
    assert not any([await works(world, secret) for secret in (made, also) if secret])


async def test_who_is_shut_out_loses_every_way_in_for_good(world: World) -> None:
    _, token, _ = await issue(world)
    async with world.works.begin(system("Test"), now=NOW) as work:
        amir = await queries.person(work.session, world.amir.id)
        session, link = await sessions.begin(work, amir), await signin.make_link(work, amir)
    await set_active(world, False)
    await set_active(world, True)

    assert not await works(world, token) and not await works(world, session, sql=queries.BY_SESSION)
    async with world.works.begin(system("Test"), now=NOW) as work:
        with pytest.raises(Unauthenticated):
            await signin.link_owner(work, link)
    assert await works(world, (await issue(world))[1])


async def test_another_address_ends_links_to_the_old_one_and_no_session(world: World) -> None:
    async with world.works.begin(system("Test"), now=NOW) as work:
        amir = await queries.person(work.session, world.amir.id)
        session, link = await sessions.begin(work, amir), await signin.make_link(work, amir)
    async with world.work(as_=world.ona) as work:
        amir = await queries.person(work.session, world.amir.id, lock=True)
        await people.change(work, amir, PersonChanges(email="amir.haddad@acme.example"))

    assert await works(world, session, sql=queries.BY_SESSION)
    async with world.works.begin(system("Test"), now=NOW) as work:
        with pytest.raises(Unauthenticated):
            await signin.use_link(work, link)
