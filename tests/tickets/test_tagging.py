"""Tags on tickets: free to use, kept in one spelling, renamed and deleted everywhere with a fact on every ticket."""

import asyncio

import pytest
from scenes import act, grant, story, verdict

from codex.db.work import Work
from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from codex.tickets import deletion, tagging, tags
from codex.tickets.hanging_models import Tag
from codex.tickets.models import AccessLevel, Ticket
from codex.tickets.tags import TagChanges
from world import World

pytestmark = pytest.mark.anyio


def put(*names: str):  # type: ignore[no-untyped-def]
    return lambda work, ticket: tagging.add(work, ticket, *names)


def take(name: str):  # type: ignore[no-untyped-def]
    return lambda work, ticket: tagging.remove(work, ticket, name)


async def tags_of(world: World, ticket: Ticket) -> list[str]:
    amir = await world.client(world.amir)
    return (await amir.get(f"/api/v1/tickets/{ticket.id}")).json()["tags"]  # type: ignore[no-any-return]


async def created(world: World, name: str, **more: object) -> Tag:
    async with world.work(as_=world.ona) as work:
        return await tags.create(work, name=name, **more)  # type: ignore[arg-type]


async def test_a_tag_is_there_once_it_is_used_and_is_put_on_once(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    for names in (["  VPN "], ["vpn", "Remote  Access"], ["remote access"]):
        await act(world, world.amir, ticket, put(*names))
    assert await tags_of(world, ticket) == ["remote access", "vpn"]
    assert await story(world, ticket) == ["TICKET_CREATED", "TAG_ADDED", "TAG_ADDED"]

    for name in ("VPN", "vpn", "never", "no/tag", "\x00"):
        await act(world, world.amir, ticket, take(name))
    assert await tags_of(world, ticket) == ["remote access"]
    assert (await world.events(ticket))[-1].payload == {"tag": "vpn"}
    assert await world.differences() == []


@pytest.mark.parametrize("name", ["", " ", "a/b", "a,b", "x" * 51, "a\u200bb", "\ue000", "\x07", "\ud800"])
async def test_what_cannot_be_read_or_written_in_an_address_is_no_tag(world: World, name: str) -> None:
    ticket = await world.ticket(team=world.it)
    with pytest.raises(Invalid) as refused:
        await act(world, world.amir, ticket, put(name))
    assert refused.value.problems[0].path == "name"
    assert await tags_of(world, ticket) == []


@pytest.mark.parametrize("name", ["İstanbul", "ΟΔΟΣ", "ẞ", "c++", "50 %", "naïve", "日本語", "😀", "x" * 50])
async def test_words_of_any_language_are_tags(world: World, name: str) -> None:
    ticket = await world.ticket(team=world.it)
    await act(world, world.amir, ticket, put(name))
    assert len(await tags_of(world, ticket)) == 1


async def test_who_works_on_a_ticket_tags_it(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await grant(world, ticket, world.hr, AccessLevel.READ)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE)
    for person, expected in (
        ("rosa", "x"), ("hana", "x"), ("farid", "Y"), ("amir", "Y"), ("ona", "Y"), ("otto", "h"),
    ):  # fmt: skip
        actor = await world.actor(getattr(world, person))
        for command in (put("vpn"), take("vpn")):
            assert await verdict(world, actor, ticket, command) == expected, person


async def test_many_who_use_new_tags_at_once_make_each_once(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(6)]
    names = ["a", "b", "c", "d"]
    given = [names, names[::-1]] * 3
    await asyncio.gather(*(act(world, world.amir, t, put(*n)) for t, n in zip(tickets, given, strict=True)))
    assert [await tags_of(world, ticket) for ticket in tickets] == [names] * 6
    assert await world.differences() == []


async def rename(work: Work, tag: Tag, name: str) -> None:
    await tags.change(work, await tags.locked(work, tag.id), TagChanges(name=name))


@pytest.mark.parametrize("who", ["ona", "tara"])
async def test_renaming_a_tag_in_use_is_told_by_every_ticket_hidden_and_deleted_ones_too(
    world: World, who: str
) -> None:
    tag = await created(world, "vpn", team_id=world.it.id)
    tickets = [await world.ticket(team=team) for team in (world.it, world.hr, world.it)]
    for ticket in tickets:
        await act(world, system(), ticket, put("vpn", "other"))
    await act(world, world.tara, tickets[2], deletion.delete)
    async with world.work(as_=getattr(world, who)) as work:
        await rename(work, tag, "Remote access")

    for ticket in tickets:
        assert (await story(world, ticket))[-2:] == ["TAG_REMOVED", "TAG_ADDED"]
    assert await tags_of(world, tickets[0]) == ["other", "remote access"]
    assert await world.differences() == []
    async with world.work(as_=getattr(world, who)) as work:
        await rename(work, tag, "Remote ACCESS")
    assert len(await world.events(tickets[0])) == 5, "the same name changes nothing"


async def test_deleting_a_tag_takes_it_off_every_ticket(world: World) -> None:
    tag = await created(world, "vpn", team_id=world.it.id)
    tickets = [await world.ticket(team=team) for team in (world.it, world.hr)]
    for ticket in tickets:
        await act(world, system(), ticket, put("vpn"))
    async with world.work(as_=world.tara) as work:
        await tags.delete(work, await tags.locked(work, tag.id))
    assert await tags_of(world, tickets[0]) == []
    assert [(await story(world, ticket))[-1] for ticket in tickets] == ["TAG_REMOVED"] * 2
    assert await world.differences() == []


async def test_a_tag_on_too_many_tickets_is_not_renamed_in_one_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "CHANGED_AT_ONCE", 1)
    tag = await created(world, "vpn")
    for _ in range(2):
        await act(world, world.amir, await world.ticket(team=world.it), put("vpn"))
    with pytest.raises(Conflict):
        async with world.work(as_=world.ona) as work:
            await rename(work, tag, "other")
    assert await world.differences() == []


async def test_renaming_and_tagging_at_once_leave_history_and_tables_equal(world: World) -> None:
    tag = await created(world, "vpn")
    tickets = [await world.ticket(team=world.it) for _ in range(8)]
    for ticket in tickets[:4]:
        await act(world, world.amir, ticket, put("vpn"))

    async def renamed() -> None:
        async with world.work(as_=world.ona) as work:
            await rename(work, tag, "renamed")

    commands = [take("vpn"), put("vpn"), take("vpn"), put("x"), put("vpn"), put("vpn"), put("vpn"), put("vpn")]
    changes = [act(world, world.amir, t, c) for t, c in zip(tickets, commands, strict=True)]
    await asyncio.gather(*changes[::2], renamed(), *changes[1::2])
    assert await world.differences() == []


async def test_a_team_looks_after_its_own_tags_and_owners_after_all(world: World) -> None:
    own, everybodys = await created(world, "own", team_id=world.it.id), await created(world, "everybody's")
    for person in (world.amir, world.lena, world.hana):
        with pytest.raises(Forbidden):
            async with world.work(as_=person) as work:
                await rename(work, own, "mine")
    for tag, team_id in ((everybodys, world.it.id), (own, None), (own, world.hr.id)):
        with pytest.raises(Forbidden):
            async with world.work(as_=world.tara) as work:
                await tags.change(work, await tags.locked(work, tag.id), TagChanges(team_id=team_id))
    async with world.work(as_=world.tara) as work:
        await rename(work, own, "ours")
    with pytest.raises(NotFound):
        async with world.work(as_=world.rosa) as work:
            await tags.locked(work, own.id)


async def test_names_are_taken_and_teams_must_be_there(world: World) -> None:
    vpn, other = await created(world, "vpn"), await created(world, "other")
    with pytest.raises(Conflict):
        await created(world, " VPN")
    with pytest.raises(Conflict):
        async with world.work(as_=world.ona) as work:
            await rename(work, other, "vpn")
    with pytest.raises(Unprocessable):
        await created(world, "new", team_id=vpn.id)
