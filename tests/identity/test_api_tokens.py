"""Personal API tokens: kept as a hash, worth no more than who made them, and over when they are over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from codex.httpkit import asked
from codex.identity import people, queries, tokens
from codex.identity.models import PersonalToken, User
from codex.identity.queries import Credential
from codex.kernel.actor import Scope, TeamRole, UserRole, system
from codex.kernel.errors import Forbidden, Invalid, NotFound, Unprocessable
from codex.kernel.ids import new_id
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
HOUR = timedelta(hours=1)


async def issue(world: World, person: User, **more: Any) -> tuple[UUID, str]:
    async with world.work(as_=person) as work:
        user = await queries.person(work.session, person.id)
        token, secret = await tokens.issue(work, user, **{"name": "CI", "scope": Scope.WRITE, **more})
    return token.id, secret


async def who(world: World, secret: str, *, later: timedelta = timedelta(0)) -> Credential | None:
    async with world.reading() as reader:
        return await queries.credential(reader, queries.BY_TOKEN, secret, now=NOW + later)


async def revoke(world: World, by: User, token_id: UUID, *, later: timedelta = timedelta(0)) -> None:
    async with world.work(as_=by, now=NOW + later) as work:
        await tokens.revoke(work, token_id)


async def test_a_token_stands_for_its_owner_with_the_rights_of_now(world: World) -> None:
    token_id, secret = await issue(world, world.lena, scope=Scope.READ)
    found = await who(world, secret)

    assert found and (found.id, found.last_used_at, found.time_zone) == (token_id, None, "Europe/Berlin")
    assert found.actor == replace(await world.actor(world.lena), scope=Scope.READ)
    assert found.actor.team_roles == {world.it.id: TeamRole.LEAD}


async def test_the_secret_is_kept_nowhere(world: World) -> None:
    _, secret = await issue(world, world.amir)
    async with world.session() as session:
        token = (await session.scalars(select(PersonalToken))).one()
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.all():
            everything = await session.scalars(text(f"SELECT t::text FROM {table} t"))
            assert not any(secret in row for row in everything), table

    assert token.token_hash == queries.digest(secret)
    assert (token.hint, secret.startswith("cdx_"), len(secret)) == (secret[:8], True, 44)


async def test_no_two_secrets_are_the_same(world: World) -> None:
    assert len({(await issue(world, world.amir))[1] for _ in range(5)}) == 5


@pytest.mark.parametrize("secret", ["", "cdx_", "cdx_unknown", "' OR true --", "é" * 40])
async def test_what_is_no_token_is_nobody(world: World, secret: str) -> None:
    assert await who(world, secret) is None


async def test_a_token_ends_when_it_says(world: World) -> None:
    _, secret = await issue(world, world.amir, expires_at=NOW + HOUR)

    assert await who(world, secret, later=HOUR - timedelta(microseconds=1))
    assert await who(world, secret, later=HOUR) is None


@pytest.mark.parametrize("expires_at", [NOW, NOW - HOUR])
async def test_a_token_that_is_over_is_not_made(world: World, expires_at: object) -> None:
    with pytest.raises(Invalid, match="in the past"):
        await issue(world, world.amir, expires_at=expires_at)


@pytest.mark.parametrize("name", ["", " \x00", "x" * 101])
async def test_a_token_has_a_name(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        await issue(world, world.amir, name=name)


@pytest.mark.parametrize("own", Scope)
@pytest.mark.parametrize("wanted", Scope)
async def test_a_token_makes_none_with_more_scope(world: World, own: Scope, wanted: Scope) -> None:
    amir = replace(await world.actor(world.amir), scope=own)
    async with world.works.begin(amir) as work:
        user = await queries.person(work.session, world.amir.id)
        if own.covers(wanted):
            await tokens.issue(work, user, name="CI", scope=wanted)
        else:
            with pytest.raises(Forbidden, match="more scope"):
                await tokens.issue(work, user, name="CI", scope=wanted)


async def test_nobody_makes_a_token_of_somebody_else(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        with pytest.raises(Forbidden, match="only their own"):
            await tokens.issue(work, await queries.person(work.session, world.rosa.id), name="x", scope=Scope.READ)
    async with world.works.begin(system("Operator")) as work:
        await tokens.issue(work, await queries.person(work.session, world.rosa.id), name="x", scope=Scope.ADMIN)


async def test_who_is_shut_out_gets_none_and_has_none(world: World) -> None:
    _, secret = await issue(world, world.rosa)
    async with world.work(as_=world.ona) as work:
        rosa = await queries.person(work.session, world.rosa.id, lock=True)
        await people.deactivate(work, rosa)
    assert await who(world, secret) is None
    async with world.works.begin(system("Operator")) as work:
        with pytest.raises(Unprocessable, match="deactivated"):
            await tokens.issue(work, await queries.person(work.session, rosa.id), name="x", scope=Scope.READ)


async def test_a_revoked_token_is_over_and_revoking_again_changes_nothing(world: World) -> None:
    token_id, secret = await issue(world, world.rosa)
    await revoke(world, world.rosa, token_id)
    await revoke(world, world.rosa, token_id, later=HOUR)

    assert await who(world, secret) is None
    async with world.session() as session:
        assert await session.scalar(select(PersonalToken.revoked_at)) == NOW


@pytest.mark.parametrize("stranger", ["otto", "amir", "lena", "tara"])
async def test_anothers_token_is_as_if_there_were_none(world: World, stranger: str) -> None:
    token_id, secret = await issue(world, world.rosa)
    for unknown in (token_id, new_id()):
        with pytest.raises(NotFound, match="no such token"):
            await revoke(world, getattr(world, stranger), unknown)

    assert await who(world, secret)


async def test_an_owner_revokes_any(world: World) -> None:
    token_id, secret = await issue(world, world.rosa)
    await revoke(world, world.ona, token_id)

    assert await who(world, secret) is None


async def test_the_last_use_is_remembered(world: World) -> None:
    _, secret = await issue(world, world.rosa)
    found = await who(world, secret)
    assert found
    await asked.touch(world.works, found, now=NOW + HOUR, is_token=True)
    again = await who(world, secret)

    assert again and again.last_used_at == NOW + HOUR


@pytest.mark.parametrize("role", UserRole)
async def test_a_role_is_a_ceiling_for_teams_and_a_team_admin_has_the_primary_one(world: World, role: UserRole) -> None:
    it, hr = world.it.id, world.hr.id
    found = queries.team_roles(role, hr, {it: TeamRole.LEAD})
    admin = {hr: TeamRole.ADMIN} if role in (UserRole.TEAM_ADMIN, UserRole.ADMIN) else {}
    member = {UserRole.EMPLOYEE: {}, UserRole.AGENT: {it: TeamRole.AGENT}}.get(role, {it: TeamRole.LEAD})

    assert found == member | admin
    assert queries.team_roles(role, None, {}) == {}
