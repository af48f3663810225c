"""The directory: who finds whom, and how much of them."""

from uuid import UUID

import pytest
from msgspec import UNSET, to_builtins

from codex.db.page import Place
from codex.identity import directory, people, queries, teams
from codex.identity.models import User
from codex.identity.teams import TeamChanges
from codex.kernel.actor import system
from codex.kernel.errors import Invalid, NotFound
from codex.kernel.ids import new_id
from codex.tickets import access
from codex.tickets import queries as ticket_queries
from codex.tickets.contacts import contacts
from codex.tickets.models import AccessLevel
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
NOW = instant(MORNING)
AWKWARD = (
    "ΟΔΥΣΣΕΥΣ", "Οδυσσεύς", "İbrahim", "ibrahim", "IBRAHIM", "Straße", "STRASSE", "ẞ", "ß", "Ǆ", "ǆ", "ﬁ", "\U0001f600",
    "a\u0301", "á", "K", "k", "Rosa Diaz", "rosa diaz", "100% _sure_", "back\\slash", "Z", "a",
)  # fmt: skip


async def found(world: World, by: User, q: str = "", **more: object) -> list[str]:
    actor = await world.actor(by)
    async with world.reading() as reader:
        page = await directory.people(reader, actor, contacts(actor, NOW), q=q, **more)  # type: ignore[arg-type]
    return [row.display_name for row in page.items]


async def seen(world: World, by: User, who: User | UUID) -> directory.PersonRow:
    actor = await world.actor(by)
    async with world.reading() as reader:
        return await directory.person(reader, actor, contacts(actor, NOW), who if isinstance(who, UUID) else who.id)


async def shut_out(world: World, user: User) -> None:
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, user.id, lock=True))


async def test_people_stand_in_the_order_of_their_names(world: World) -> None:
    assert await found(world, world.amir) == [
        "Amir Haddad", "Farid Karimi", "Hana Sato", "Lena Brandt", "Ona Okafor", "Otto Weiss", "Rosa Diaz",
        "Tara Lindqvist",
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_page_by_page_everybody_comes_once_whatever_their_name(world: World, limit: int) -> None:
    async with world.works.begin(system("Test")) as work:
        for number, name in enumerate(AWKWARD):
            await people.add(work, email=f"p{number}@acme.example", display_name=name)
    amir, ids, cursor = await world.actor(world.amir), list[UUID](), None
    async with world.reading() as reader:
        for _ in range(len(AWKWARD) + 9):
            page = await directory.people(reader, amir, contacts(amir, NOW), limit=limit, cursor=cursor)
            ids += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break

    assert cursor is None
    assert len(ids) == len(set(ids)) == len(AWKWARD) + 8


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("DIAZ", ["Rosa Diaz"]),
        ("  o", ["Ona Okafor", "Otto Weiss", "Rosa Diaz"]),
        ("lena@", ["Lena Brandt"]),
        ("farid@", []),
        ("@acme", ["Lena Brandt"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("' OR true --", []),
        ("ro\x00sa", ["Rosa Diaz"]),
        ("nobody", []),
    ],
)
async def test_agents_find_by_a_part_of_name_or_address(world: World, q: str, names: list[str]) -> None:
    among = {"Rosa Diaz", "Ona Okafor", "Otto Weiss", "Farid Karimi", "Lena Brandt"}

    assert [name for name in await found(world, world.amir, q) if name in among or q.startswith("\\")] == names


@pytest.mark.parametrize("name", AWKWARD)
async def test_everybody_is_found_by_their_own_name(world: World, name: str) -> None:
    async with world.works.begin(system("Test")) as work:
        await people.add(work, email="p@acme.example", display_name=name)

    assert name in await found(world, world.amir, name)


async def test_who_works_for_no_team_finds_by_name_and_sees_no_contacts(world: World) -> None:
    await world.ticket(requester=world.rosa, team=world.it, assignee=world.amir)

    assert await found(world, world.rosa, "amir") == ["Amir Haddad"]
    assert await found(world, world.rosa, "@acme") == ["Rosa Diaz"]
    other, own = await seen(world, world.rosa, world.amir), await seen(world, world.rosa, world.rosa)
    assert to_builtins(other) == {"id": str(world.amir.id), "displayName": "Amir Haddad"}
    assert (own.email, own.role) == ("rosa@acme.example", "EMPLOYEE")


async def test_who_is_shut_out_is_there_for_owners_only(world: World) -> None:
    await shut_out(world, world.otto)

    assert "Otto Weiss" not in await found(world, world.lena)
    assert "Otto Weiss" in await found(world, world.ona)
    assert (await seen(world, world.ona, world.otto)).is_active is False
    for hidden in (world.otto.id, new_id()):
        with pytest.raises(NotFound, match="no such person"):
            await seen(world, world.lena, hidden)


@pytest.mark.parametrize(
    "cursor", ["x", Place("created", 1, UUID(int=1)).encode(), Place("name", "\x00", UUID(int=1)).encode()]
)
async def test_a_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid):
        await found(world, world.amir, cursor=cursor)


async def test_a_teams_settings_are_for_its_members_and_owners(world: World) -> None:
    async with world.reading() as reader:
        seen = {
            name: (await directory.team(reader, await world.actor(getattr(world, name)), "it")).prefix
            for name in ("rosa", "hana", "amir", "tara", "ona")
        }

    assert seen == {"rosa": UNSET, "hana": UNSET, "amir": "IT", "tara": "IT", "ona": "IT"}


async def test_an_inactive_team_is_hidden_from_outsiders(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        it = await queries.team(work.session, world.it.id, lock=True)
        await teams.change(work, it, TeamChanges(is_active=False))
    rosa, amir, tara = [await world.actor(person) for person in (world.rosa, world.amir, world.tara)]
    async with world.reading() as reader:
        listed = {
            actor.name: [row.slug for row in (await directory.teams(reader, actor)).items]
            for actor in (rosa, amir, tara)
        }
        assert (await directory.team(reader, amir, world.it.id)).is_active is False
        for ref in (world.it.id, "it", "nothing", new_id()):
            with pytest.raises(NotFound, match="no such team"):
                await directory.team(reader, rosa, ref)

    assert listed == {
        "Rosa Diaz": ["facilities", "finance", "hr"],
        "Amir Haddad": ["facilities", "finance", "hr", "it"],
        "Tara Lindqvist": ["facilities", "finance", "hr", "it"],
    }


async def test_who_is_in_a_team(world: World) -> None:
    amir = contacts(await world.actor(world.amir), NOW)
    async with world.reading() as reader:
        first = await directory.members(reader, amir, world.it.id, limit=2)
        rest = await directory.members(reader, amir, world.it.id, limit=2, cursor=first.next_cursor)
        slugs = await directory.team_ids(reader, ["it", "hr", "nothing"])

    assert [(row.user.display_name, row.role) for row in (*first.items, *rest.items)] == [
        ("Amir Haddad", "AGENT"), ("Lena Brandt", "LEAD"), ("Tara Lindqvist", "ADMIN"),
    ]  # fmt: skip
    assert slugs == {"it": world.it.id, "hr": world.hr.id}


async def test_agents_see_the_contacts_of_their_teams_and_of_who_is_on_a_ticket_they_see(world: World) -> None:
    """Rosa asks IT, Otto asks facilities and is followed by nobody of IT: Amir knows Rosa, and not Otto."""
    await world.ticket(requester=world.rosa, team=world.it)
    farids = await world.ticket(requester=world.otto, team=world.facilities, assignee=world.farid)
    knows = {name: await _known(world, name) for name in ("amir", "farid", "hana", "ona", "otto")}

    assert knows == {
        "amir": {"amir", "lena", "tara", "rosa"},
        "farid": {"farid", "otto"},
        "hana": {"hana"},
        "ona": set(_CAST),
        "otto": {"otto"},
    }
    async with world.work(as_=world.ona) as work:
        ticket = await ticket_queries.visible(work, farids.id, lock=True)
        await access.grant(work, ticket, world.it, level=AccessLevel.READ)
    assert await _known(world, "amir") == {"amir", "lena", "tara", "rosa", "otto", "farid"}


async def test_who_may_not_see_an_address_cannot_try_it_out(world: World) -> None:
    """Each prefix of a hidden address answers like any other text that nobody's name contains."""
    for text in ("otto@acme.example", "otto@", "@acme.example", "o@"):
        assert world.otto.display_name not in await found(world, world.hana, text)
    assert await found(world, world.otto, "otto@acme.example") == ["Otto Weiss"]
    assert await found(world, world.ona, "otto@acme.example") == ["Otto Weiss"]


_CAST = ("rosa", "amir", "lena", "tara", "hana", "farid", "otto", "ona")


async def _known(world: World, by: str) -> set[str]:
    """Whose contact somebody sees; the list, the single person and the search agree."""
    known = {name for name in _CAST if (await seen(world, getattr(world, by), getattr(world, name))).email is not UNSET}
    by_search = {name for name in _CAST if await found(world, getattr(world, by), f"{name}@acme.example")}
    assert by_search == known
    return known
