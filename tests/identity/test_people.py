"""People: added, changed, shut out; what is refused, and who may."""

import asyncio

import pytest
from sqlalchemy import select

from codex.db.work import Work
from codex.identity import people, queries, sessions, signin
from codex.identity.models import User
from codex.identity.people import PersonChanges
from codex.kernel import clock
from codex.kernel.actor import UserRole, system
from codex.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unprocessable
from codex.kernel.ids import new_id
from world import World, instant

pytestmark = pytest.mark.anyio
NOON = "2026-03-02T12:00Z"


async def reload(world: World, user: User) -> User:
    async with world.session() as session:
        return (await session.scalars(select(User).where(User.id == user.id))).one()


async def change(world: World, by: User, target: User, wanted: PersonChanges) -> User:
    async with world.work(as_=by, now=NOON) as work:
        await people.change(work, await queries.person(work.session, target.id, lock=True), wanted)
    return await reload(world, target)


async def add(work: Work, **more: object) -> User:
    given = {"email": "Nia@Acme.example ", "display_name": " Nia  Adams", **more}
    return await people.add(work, **given)  # type: ignore[arg-type] - whatever a test gives


async def test_an_owner_adds_somebody(world: World) -> None:
    async with world.work(as_=world.ona, now=NOON) as work:
        nia = await add(work, role=UserRole.AGENT, department=" IT ", location="", time_zone="Europe/Berlin",
                        primary_team_id=world.it.id)  # fmt: skip
    kept = await reload(world, nia)

    assert (kept.email, kept.display_name, kept.role, kept.is_active) == (
        "nia@acme.example", "Nia Adams", UserRole.AGENT, True,
    )  # fmt: skip
    assert (kept.department, kept.location, kept.time_zone) == ("IT", None, "Europe/Berlin")
    assert (kept.primary_team_id, kept.created_at, kept.updated_at) == (world.it.id, instant(NOON), instant(NOON))


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara"])
async def test_nobody_else_does(world: World, who: str) -> None:
    with pytest.raises(Forbidden, match="Only owners add people"):
        async with world.work(as_=getattr(world, who)) as work:
            await add(work)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"email": "nia"}, Invalid, "not a mail address"),
        ({"display_name": "\x00 "}, Invalid, "must not be empty"),
        ({"display_name": "x" * 201}, Invalid, "at most 200 characters"),
        ({"department": "x" * 201}, Invalid, "at most 200 characters"),
        ({"time_zone": "Berlin"}, Invalid, "not a time zone"),
        ({"email": "ROSA@acme.example"}, Conflict, "rosa@acme.example exists already"),
        ({"primary_team_id": new_id()}, Unprocessable, "no such team"),
        ({"role": UserRole.ADMIN}, Forbidden, "no longer given"),
    ],
)
async def test_who_cannot_be_added_is_refused(
    world: World, given: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        async with world.work(as_=world.ona) as work:
            await add(work, **given)


async def test_data_that_comes_with_the_deprecated_role_is_taken(world: World) -> None:
    async with world.works.begin(system("Import")) as work:
        nia = await add(work, role=UserRole.ADMIN, primary_team_id=world.it.id)

    assert (await world.actor(nia)).team_roles == (await world.actor(world.tara)).team_roles


async def test_what_cannot_be_kept_is_left_out(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        nia = await add(work, display_name="N\x00i\udcffa", department="\x00", location="Ber\x00lin")
    nia = await change(world, world.ona, nia, PersonChanges(department="I\x00T", location="\ud800"))

    assert (nia.display_name, nia.department, nia.location) == ("Nia", "IT", None)


async def test_everybody_changes_their_own_name_place_zone_and_theme(world: World) -> None:
    wanted = PersonChanges(display_name=" Rosa  D. ", department=None, location="Rome", time_zone="Europe/Rome",
                           theme="dark")  # fmt: skip
    rosa = await change(world, world.rosa, world.rosa, wanted)

    assert (rosa.display_name, rosa.department, rosa.location) == ("Rosa D.", None, "Rome")
    assert (rosa.time_zone, rosa.theme, rosa.updated_at) == ("Europe/Rome", "dark", instant(NOON))


@pytest.mark.parametrize(
    "wanted", [{"display_name": " "}, {"time_zone": "Mars"}, {"theme": "pink"}, {"location": "x" * 201}]
)
async def test_a_wrong_change_changes_nothing(world: World, wanted: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await change(world, world.rosa, world.rosa, PersonChanges(**wanted))

    assert (await reload(world, world.rosa)).updated_at == world.rosa.updated_at


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara"])
@pytest.mark.parametrize(
    "wanted", [{"role": UserRole.OWNER}, {"is_active": False}, {"primary_team_id": None}, {"role": UserRole.EMPLOYEE}]
)
async def test_what_one_may_is_not_ones_own_to_change(world: World, who: str, wanted: dict[str, object]) -> None:
    person = getattr(world, who)
    for target in (person, world.otto):
        with pytest.raises(Forbidden, match="Only owners"):
            await change(world, person, target, PersonChanges(**wanted))  # type: ignore[arg-type]


async def test_nobody_changes_another_ones_name(world: World) -> None:
    with pytest.raises(Forbidden):
        await change(world, world.tara, world.amir, PersonChanges(display_name="Amir H."))


async def test_not_even_owners_raise_or_lower_themselves(world: World) -> None:
    await change(world, world.ona, world.otto, PersonChanges(role=UserRole.OWNER))
    for role in set(UserRole) - {UserRole.OWNER}:
        with pytest.raises(Forbidden, match="Nobody changes their own role"):
            await change(world, world.ona, world.ona, PersonChanges(role=role))
    same = await change(world, world.ona, world.ona, PersonChanges(role=UserRole.OWNER))

    assert same.updated_at == world.ona.updated_at


async def test_the_deprecated_role_is_no_longer_given(world: World) -> None:
    with pytest.raises(Forbidden, match="ADMIN is no longer given"):
        await change(world, world.ona, world.otto, PersonChanges(role=UserRole.ADMIN))


async def test_another_role_counts_at_once(world: World) -> None:
    await change(world, world.ona, world.amir, PersonChanges(role=UserRole.EMPLOYEE))
    assert (await world.actor(world.amir)).team_roles == {}
    await change(world, world.ona, world.lena, PersonChanges(role=UserRole.TEAM_ADMIN, primary_team_id=world.hr.id))
    assert world.hr.id in (await world.actor(world.lena)).team_roles


async def test_the_last_active_owner_stays(world: World) -> None:
    with pytest.raises(Conflict, match="last active owner"):
        await change(world, world.ona, world.ona, PersonChanges(is_active=False))
    with pytest.raises(Conflict, match="last active owner"):
        async with world.works.begin(system("Operator")) as work:
            ona = await queries.person(work.session, world.ona.id, lock=True)
            await people.change(work, ona, PersonChanges(role=UserRole.AGENT))

    await change(world, world.ona, world.otto, PersonChanges(role=UserRole.OWNER))
    assert not (await change(world, world.ona, world.ona, PersonChanges(is_active=False))).is_active
    with pytest.raises(Conflict, match="last active owner"):
        await change(world, world.otto, world.otto, PersonChanges(is_active=False))


async def test_two_owners_who_leave_at_once_are_one_who_stays(world: World) -> None:
    await change(world, world.ona, world.otto, PersonChanges(role=UserRole.OWNER))

    async def leave(person: User) -> None:
        async with world.work(as_=system("Test")) as work:
            await people.deactivate(work, await queries.person(work.session, person.id))

    async with world.work(as_=system("Test")) as first:
        await people.deactivate(first, await queries.person(first.session, world.ona.id))
        second = asyncio.create_task(leave(world.otto))
    with pytest.raises(Conflict, match="last active owner"):
        await second


async def test_who_is_shut_out_is_nobody_at_once(world: World) -> None:
    secret, now = await world.token(world.amir), clock.now()
    async with world.works.begin(system("Test"), now=now) as work:
        amir = await queries.person(work.session, world.amir.id)
        used, link = await signin.make_link(work, amir), await signin.make_link(work, amir)
    async with world.works.begin(system("Test"), now=now) as work:
        session = await sessions.begin(work, await signin.use_link(work, used))
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, world.amir.id, lock=True))

    async with world.reading() as reader:
        assert await queries.credential(reader, queries.BY_TOKEN, secret, now=now) is None
        assert await queries.credential(reader, queries.BY_SESSION, session, now=now) is None
        with pytest.raises(NotFound):
            await queries.actor_of(reader, world.amir.id)
    async with world.works.begin(system("Test"), now=now) as work:
        assert not await queries.is_active_member(work.session, world.it.id, world.amir.id)
        with pytest.raises(Unauthenticated):
            await signin.link_owner(work, link)
        with pytest.raises(Unprocessable, match="Amir Haddad is deactivated"):
            await signin.make_link(work, await queries.person(work.session, world.amir.id))


async def test_a_person_is_found_by_address_in_any_case(world: World) -> None:
    async with world.works.begin(system("Test")) as work:
        assert (await queries.person_by_email(work.session, " ROSA@acme.example")).id == world.rosa.id
        assert await queries.count_people(work.session) == 8
        with pytest.raises(NotFound, match="Nobody has the address who@acme"):
            await queries.person_by_email(work.session, "who@acme.example")
        with pytest.raises(NotFound):
            await queries.person(work.session, new_id(), lock=True)
