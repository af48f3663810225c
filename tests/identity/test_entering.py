"""Proving who one is by a password or a code: counted, and the same for who is not there."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from codex.identity import entering, passwords, people, queries, second_factor, totp
from codex.identity.attempts import LIMITS, Way
from codex.identity.models import SigninAttempt, User
from codex.kernel import clock
from codex.kernel.errors import TooOften, Unauthenticated
from codex.kernel.seal import Seal
from world import World

pytestmark = pytest.mark.anyio
GOOD, SEAL, HERE = "seven brown kettles", Seal("k" * 40), "192.0.2.1"


async def with_password(world: World, *members: User) -> None:
    for person in members:
        async with world.work(as_=person) as work:
            await passwords.put(work, await queries.person(work.session, person.id), GOOD)


async def shut_out(world: World, person: User) -> None:
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, person.id, lock=True))


async def refused(world: World, email: str, password: str) -> str:
    with pytest.raises(Unauthenticated) as error:
        await entering.by_password(world.works, email=email, password=password, address=HERE)
    return str(error.value)


async def outcomes(world: World) -> list[bool]:
    async with world.session() as session:
        return list(await session.scalars(select(SigninAttempt.succeeded).order_by(SigninAttempt.id)))


async def test_address_and_password_together_are_somebody(world: World) -> None:
    await with_password(world, world.rosa)
    found = await entering.by_password(world.works, email="rosa@acme.example", password=GOOD, address=HERE)

    assert found == world.rosa.id
    assert await outcomes(world) == [True]


async def test_nobody_learns_who_has_an_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words, the same statements, and one comparison by the same slow hash."""
    await with_password(world, world.rosa, world.hana)
    await shut_out(world, world.hana)
    said: list[str] = []
    compared: list[Any] = []

    @event.listens_for(world.database.engine.sync_engine, "before_cursor_execute")
    def hear(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    async def counting(hashed: str, password: str, fits: Any = passwords.fits) -> bool:
        compared.append(passwords.HASHER.check_needs_rehash(hashed))
        return bool(await fits(hashed, password))

    monkeypatch.setattr(passwords, "fits", counting)
    told = set()
    for email in ("rosa@acme.example", "otto@acme.example", "hana@acme.example", "who@acme.example"):
        said.clear()
        told.add((await refused(world, email, GOOD if email != "rosa@acme.example" else "wrong"), tuple(said)))

    assert len(told) == 1
    assert compared == [False] * 4


async def test_failures_count_and_hold_up_the_right_password_too(world: World) -> None:
    await with_password(world, world.rosa)
    for _ in range(LIMITS[Way.PASSWORD].per_account):
        await refused(world, "rosa@acme.example", "wrong")
    with pytest.raises(TooOften) as often:
        await entering.by_password(world.works, email="rosa@acme.example", password=GOOD, address=HERE)

    assert timedelta(minutes=14) < often.value.retry_after <= LIMITS[Way.PASSWORD].within


async def test_codes_count_too_and_a_spent_one_fails(world: World) -> None:
    async with world.work(as_=world.rosa, now=clock.now() - timedelta(hours=1)) as work:
        rosa = await queries.person(work.session, world.rosa.id)
        secret = await second_factor.begin(work, rosa, SEAL)
        codes = await second_factor.confirm(work, rosa, SEAL, totp.code(secret, totp.step_at(work.now)))
    await entering.by_code(world.works, SEAL, world.rosa.id, codes[0], address=HERE)
    for code in (codes[0], "000000", ""):
        with pytest.raises(Unauthenticated, match="does not fit"):
            await entering.by_code(world.works, SEAL, world.rosa.id, code, address=HERE)
    await shut_out(world, world.rosa)
    with pytest.raises(Unauthenticated, match="does not fit"):
        await entering.by_code(world.works, SEAL, world.rosa.id, codes[1], address=HERE)

    assert await outcomes(world) == [True, False, False, False, False]
