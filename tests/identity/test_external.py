"""Who comes from an identity provider, and who that is here."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from codex.identity import external, people, queries
from codex.identity.external import Stranger
from codex.identity.models import ExternalIdentity, User
from codex.kernel.actor import UserRole, system
from codex.kernel.errors import CodexError, Unauthenticated
from world import World

pytestmark = pytest.mark.anyio
ROSA = Stranger("https://login.example", "4711", "Rosa@acme.example", "Rosa Elsewhere")


async def who(world: World, stranger: Stranger, *, may_add: bool = False) -> User:
    async with world.works.begin(system("Sign-in")) as work:
        return await external.person_of(work, stranger, may_add=may_add)


async def test_a_verified_address_links_and_the_link_outlasts_the_address(world: World) -> None:
    assert (await who(world, ROSA)).id == world.rosa.id
    assert (await who(world, replace(ROSA, email="married@acme.example"))).id == world.rosa.id
    assert (await who(world, replace(ROSA, email=""))).display_name == "Rosa Diaz"
    async with world.session() as session:
        assert await session.scalar(select(func.count()).select_from(ExternalIdentity)) == 1


@pytest.mark.parametrize("email", ["", "who@acme.example", "not an address"])
async def test_an_address_that_is_nobodys_or_not_verified_is_nobody(world: World, email: str) -> None:
    with pytest.raises(Unauthenticated, match="Nobody here has the address"):
        await who(world, replace(ROSA, email=email))


async def test_where_that_is_allowed_somebody_new_is_an_employee(world: World) -> None:
    new = await who(world, Stranger("https://login.example", "1", "Nia@acme.example", " "), may_add=True)

    assert (new.email, new.display_name, new.role) == ("nia@acme.example", "nia@acme.example", UserRole.EMPLOYEE)
    with pytest.raises(Unauthenticated):
        await who(world, Stranger("https://login.example", "2", "", "Nobody"), may_add=True)


async def test_an_address_that_passed_to_somebody_else_there_does_not_pass_the_account_on(world: World) -> None:
    await who(world, ROSA)
    with pytest.raises(Unauthenticated):
        await who(world, replace(ROSA, subject="4712"), may_add=True)
    assert (await who(world, replace(ROSA, issuer="https://other.example", subject="4712"))).id == world.rosa.id


async def test_who_is_shut_out_stays_out_linked_or_not(world: World) -> None:
    await who(world, ROSA)
    async with world.work(as_=world.ona) as work:
        for person in (world.rosa, world.otto):
            await people.deactivate(work, await queries.person(work.session, person.id, lock=True))
    for stranger in (ROSA, replace(ROSA, subject="1", email="otto@acme.example")):
        with pytest.raises(Unauthenticated, match="Nobody here has the address"):
            await who(world, stranger, may_add=True)


async def test_who_comes_twice_at_once_for_the_first_time_is_one_person(world: World) -> None:
    stranger = Stranger("https://login.example", "1", "nia@acme.example", "Nia")
    found = await asyncio.gather(*(who(world, stranger, may_add=True) for _ in range(3)), return_exceptions=True)
    again = await who(world, stranger)

    assert {user.id for user in found if isinstance(user, User)} == {again.id}
    assert all(isinstance(each, User | CodexError) for each in found)  # whoever comes second is told so, in words
