"""How often signing in may be tried: by account and by address, over all processes."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from codex.identity import attempts, signin
from codex.identity.attempts import LIMITS, Way
from codex.identity.models import SigninAttempt
from codex.kernel.actor import system
from codex.kernel.errors import TooOften
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
ROSA = "rosa@acme.example"


async def try_(
    world: World, way: Way = Way.PASSWORD, *, email: str = ROSA, address: str = "192.0.2.1",
    later: timedelta = timedelta(0), succeeds: bool = False,
) -> timedelta | None:  # fmt: skip
    """How long to wait; None: let in."""
    try:
        async with world.works.begin(system("Test"), now=NOW + later) as work:
            attempt = await attempts.begin(work, way, email=email, address=address)
        if succeeds:
            async with world.works.begin(system("Test"), now=NOW + later) as work:
                await attempts.succeed(work, attempt)
    except TooOften as often:
        return often.retry_after
    return None


@pytest.mark.parametrize("way", Way)
async def test_who_fails_often_waits_until_the_first_failure_is_long_ago(world: World, way: Way) -> None:
    limit = LIMITS[way]
    for second in range(limit.per_account):
        assert await try_(world, way, later=timedelta(seconds=second), address=f"192.0.2.{second}") is None

    at = timedelta(seconds=20)
    assert await try_(world, way, later=at) == limit.within - at
    assert await try_(world, way, later=limit.within - timedelta(seconds=1)) == timedelta(seconds=1)
    assert await try_(world, way, later=limit.within) is None
    assert await try_(world, way, later=limit.within) == timedelta(seconds=1), "the second failure counts on"


async def test_another_account_and_another_way_are_not_held_up(world: World) -> None:
    for _ in range(LIMITS[Way.CODE].per_account):
        await try_(world, Way.CODE)

    assert await try_(world, Way.CODE)
    assert await try_(world, Way.CODE, email="otto@acme.example") is None
    assert await try_(world, Way.PASSWORD) is None


async def test_an_address_that_tries_many_accounts_waits_too(world: World) -> None:
    most = LIMITS[Way.CODE].per_address
    waits = [await try_(world, Way.CODE, email=f"p{n}@acme.example") for n in range(most + 1)]

    assert waits == [None] * most + [LIMITS[Way.CODE].within]
    assert await try_(world, Way.CODE, email="p@acme.example", address="192.0.2.2") is None


async def test_what_succeeds_does_not_count(world: World) -> None:
    for _ in range(3 * LIMITS[Way.CODE].per_account):
        assert await try_(world, Way.CODE, succeeds=True) is None


async def test_who_is_held_up_does_not_make_it_longer_by_trying(world: World) -> None:
    for _ in range(LIMITS[Way.CODE].per_account + 7):
        await try_(world, Way.CODE)
    async with world.session() as session:
        assert await session.scalar(select(func.count()).select_from(SigninAttempt)) == LIMITS[Way.CODE].per_account


async def test_of_many_at_once_no_more_than_allowed_get_through(world: World) -> None:
    most = LIMITS[Way.CODE].per_account
    waits = await asyncio.gather(*(try_(world, Way.CODE) for _ in range(3 * most)))

    assert Counter(wait is None for wait in waits) == {True: most, False: 2 * most}


async def test_no_address_is_kept_in_the_clear_and_what_no_longer_counts_is_forgotten(world: World) -> None:
    await try_(world)
    async with world.session() as session:
        kept = (await session.scalars(select(SigninAttempt))).one()
    assert ROSA.encode() not in kept.account and kept.way == "password"

    for later, gone in ((attempts.KEPT, 0), (attempts.KEPT + timedelta(seconds=1), 1)):
        async with world.works.begin(system("Worker"), now=NOW + later) as work:
            assert await signin.forget_expired(work) == gone
