"""The second factor: set up, confirmed, its codes spent once, lost, turned off."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from codex.audit.models import AdminAuditEvent
from codex.identity import queries, second_factor, totp
from codex.identity.models import RecoveryCode, SecondFactor, User
from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden, Invalid
from codex.kernel.seal import Seal
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
SEAL = Seal("k" * 40)
LATER = timedelta(minutes=5)


def code(secret: bytes, *, later: timedelta = timedelta(0)) -> str:
    return totp.code(secret, totp.step_at(NOW + later))


async def begin(world: World, person: User) -> bytes:
    async with world.work(as_=person) as work:
        return await second_factor.begin(work, await queries.person(work.session, person.id), SEAL)


async def confirm(world: World, person: User, given: str) -> list[str]:
    async with world.work(as_=person) as work:
        return await second_factor.confirm(work, await queries.person(work.session, person.id), SEAL, given)


async def spend(world: World, given: str, *, later: timedelta = LATER, seal: Seal = SEAL) -> bool:
    async with world.works.begin(system("Sign-in"), now=NOW + later) as work:
        return await second_factor.spend(work, await queries.person(work.session, world.rosa.id), seal, given)


async def is_on(world: World) -> bool:
    async with world.session() as session:
        return await second_factor.is_on(session, world.rosa.id)


async def on(world: World) -> tuple[bytes, list[str]]:
    secret = await begin(world, world.rosa)
    return secret, await confirm(world, world.rosa, code(secret))


async def audited(world: World) -> list[str]:
    async with world.session() as session:
        since = select(AdminAuditEvent.type).where(AdminAuditEvent.created_at >= NOW)
        return list(await session.scalars(since.order_by(AdminAuditEvent.id)))


async def test_it_counts_once_a_code_of_the_app_has_confirmed_it(world: World) -> None:
    first, secret = await begin(world, world.rosa), await begin(world, world.rosa)
    assert not await is_on(world)
    for wrong in ("", "000000", code(first)):
        with pytest.raises(Invalid, match="does not fit"):
            await confirm(world, world.rosa, wrong)
    given = f"{code(secret)[:3]} {code(secret)[3:]}"
    codes = await confirm(world, world.rosa, given)

    assert await is_on(world)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert await audited(world) == ["SECOND_FACTOR_ADDED"]


async def test_a_code_is_never_taken_twice_not_even_the_one_that_confirmed(world: World) -> None:
    secret, _ = await on(world)

    assert not await spend(world, code(secret), later=timedelta(0))
    assert await spend(world, code(secret, later=LATER))
    assert not await spend(world, code(secret, later=LATER))


async def test_of_two_who_bring_the_same_code_at_once_one_is_let_in(world: World) -> None:
    secret, codes = await on(world)
    for given in (code(secret, later=LATER), codes[0]):
        assert sorted(await asyncio.gather(*(spend(world, given) for _ in range(4)))) == [False, False, False, True]


async def test_a_recovery_code_works_once_however_it_is_typed(world: World) -> None:
    _, codes = await on(world)

    assert await spend(world, codes[0].upper().replace("-", " "))
    assert not await spend(world, codes[0])
    assert await spend(world, codes[1])
    assert await audited(world) == ["SECOND_FACTOR_ADDED", "RECOVERY_CODE_USED", "RECOVERY_CODE_USED"]


async def test_nothing_can_be_read_from_the_database(world: World) -> None:
    secret, codes = await on(world)
    async with world.session() as session:
        factor = (await session.scalars(select(SecondFactor))).one()
        hashes = (await session.scalars(select(RecoveryCode.code_hash))).all()

    assert secret not in factor.secret
    assert not any(code.replace("-", "").encode() in hash_ for code in codes for hash_ in hashes)


async def test_with_another_key_only_recovery_codes_help(world: World) -> None:
    secret, codes = await on(world)

    assert not await spend(world, code(secret, later=LATER), seal=Seal("j" * 40))
    assert await spend(world, codes[0], seal=Seal("j" * 40))


async def test_new_recovery_codes_end_the_old_ones(world: World) -> None:
    _, old = await on(world)
    async with world.work(as_=world.rosa) as work:
        new = await second_factor.renew_codes(work, await queries.person(work.session, world.rosa.id))

    assert not await spend(world, old[0])
    assert await spend(world, new[0])


async def test_one_that_is_on_is_removed_before_another_is_begun(world: World) -> None:
    secret, codes = await on(world)
    with pytest.raises(Conflict, match="remove it first"):
        await begin(world, world.rosa)
    with pytest.raises(Conflict, match="no second factor to be confirmed"):
        await confirm(world, world.rosa, code(secret))
    for _ in range(2):
        async with world.work(as_=world.rosa) as work:
            await second_factor.remove(work, await queries.person(work.session, world.rosa.id))

    assert not await is_on(world)
    assert not await spend(world, codes[0]) and not await spend(world, code(secret, later=LATER))
    assert await audited(world) == ["SECOND_FACTOR_ADDED", "SECOND_FACTOR_REMOVED"]
    with pytest.raises(Conflict, match="no second factor"):
        async with world.work(as_=world.rosa) as work:
            await second_factor.renew_codes(work, await queries.person(work.session, world.rosa.id))


@pytest.mark.parametrize("verb", [second_factor.begin, second_factor.confirm, second_factor.renew_codes])
@pytest.mark.parametrize("by", ["otto", "ona"])
async def test_nobody_sets_up_anothers(world: World, verb: Any, by: str) -> None:
    more = {second_factor.begin: (SEAL,), second_factor.confirm: (SEAL, "1")}.get(verb, ())
    with pytest.raises(Forbidden, match="only their own"):
        async with world.work(as_=getattr(world, by)) as work:
            await verb(work, await queries.person(work.session, world.rosa.id), *more)


async def test_owners_and_operators_turn_off_what_was_lost_and_nobody_else(world: World) -> None:
    for actor in (world.ona, system("Operator")):
        await on(world)
        async with world.work(as_=actor) as work:
            await second_factor.remove(work, await queries.person(work.session, world.rosa.id))
        assert not await is_on(world)
    await on(world)
    for other in (world.otto, world.tara):
        with pytest.raises(Forbidden):
            async with world.work(as_=other) as work:
                await second_factor.remove(work, await queries.person(work.session, world.rosa.id))
    assert await is_on(world)
