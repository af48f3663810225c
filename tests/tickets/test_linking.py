"""Links: told from both ends, seen by who sees both, and never a ticket that is a part of itself."""

import asyncio
from typing import Any

import pytest
from scenes import act, grant, story

from codex.kernel.errors import Conflict, Forbidden, NotFound, Unprocessable
from codex.tickets import deletion, linking, reading
from codex.tickets.linking import OTHER_END, LinkKind
from codex.tickets.models import AccessLevel, Ticket
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio

K = LinkKind


async def link(world: World, one: Ticket, other: Ticket, kind: LinkKind, *, as_: Any = None) -> linking.LinkRow:
    async with world.work(as_=as_ or world.amir) as work:
        return await linking.link(work, one.id, other.display_id or "", kind)


async def links(world: World, ticket: Ticket, *, as_: Any = None) -> list[tuple[LinkKind, str]]:
    actor = await world.actor(as_ or world.amir)
    async with world.reading() as reader:
        seen = await reading.seen(reader, actor, ticket.id, now=instant(MORNING))
        found = await linking.links(reader, actor, seen, now=instant(MORNING))
    return [(row.type, row.display_id) for row in found]


async def told(world: World, ticket: Ticket, *, as_: Any) -> dict[str, Any]:
    """What the last event of the ticket says to somebody."""
    actor = await world.actor(as_)
    async with world.reading() as reader:
        seen = await reading.seen(reader, actor, ticket.id, now=instant(MORNING))
        return (await reading.events(reader, actor, seen, now=instant(MORNING))).items[-1].payload


async def some(world: World, count: int) -> list[Ticket]:
    return [await world.ticket(team=world.it) for _ in range(count)]


@pytest.mark.parametrize("kind", LinkKind)
async def test_a_link_is_told_from_both_ends(world: World, kind: LinkKind) -> None:
    one, other = await some(world, 2)
    made = await link(world, other, one, kind)
    assert (made.type, made.display_id) == (kind, one.display_id)
    assert await links(world, other) == [(kind, one.display_id)]
    assert await links(world, one) == [(OTHER_END[kind], other.display_id)]
    for ticket, far, told in ((other, one, kind), (one, other, OTHER_END[kind])):
        event = (await world.events(ticket))[-1]
        assert (event.type, event.payload) == ("LINKED", {"ticketId": str(far.id), "type": told})

    again = await link(world, one, other, OTHER_END[kind])
    assert again.id == made.id and len(await world.events(one)) == 2, "it is there already"
    async with world.work(as_=world.amir) as work:
        await linking.unlink(work, one.id, made.id)
    assert await links(world, one) == await links(world, other) == []
    assert (await story(world, one))[-1] == (await story(world, other))[-1] == "UNLINKED"
    with pytest.raises(NotFound):
        async with world.work(as_=world.amir) as work:
            await linking.unlink(work, one.id, made.id)
    assert await world.differences() == []


@pytest.mark.parametrize("kind", [K.DUPLICATE, K.PARENT, K.CAUSED_BY])
async def test_what_contradicts_a_link_is_refused(world: World, kind: LinkKind) -> None:
    one, other = await some(world, 2)
    await link(world, one, other, kind)
    with pytest.raises(Conflict):
        await link(world, other, one, kind)
    await link(world, one, other, K.RELATED)
    assert len(await links(world, one)) == 2


async def test_no_ticket_is_a_part_of_itself(world: World) -> None:
    top, middle, bottom, aside = await some(world, 4)
    await link(world, top, middle, K.PARENT)
    await link(world, bottom, middle, K.CHILD)
    await link(world, aside, bottom, K.PARENT)
    for one, other, kind in ((bottom, top, K.PARENT), (top, bottom, K.CHILD), (bottom, aside, K.PARENT)):
        with pytest.raises(Conflict):
            await link(world, one, other, kind)
    with pytest.raises(Unprocessable):
        await link(world, top, top, K.RELATED)
    assert await world.differences() == []


async def test_a_circle_through_a_ticket_that_one_may_not_see_is_none_either(world: World) -> None:
    one, other = await some(world, 2)
    hidden = await world.ticket(team=world.hr)
    await link(world, one, hidden, K.PARENT, as_=world.ona)
    await link(world, hidden, other, K.PARENT, as_=world.ona)
    with pytest.raises(Conflict):
        await link(world, other, one, K.PARENT)
    assert await links(world, one) == []


async def test_circles_do_not_close_in_two_places_at_once(world: World) -> None:
    for _ in range(3):
        ring = await some(world, 4)
        await link(world, ring[0], ring[1], K.PARENT)
        await link(world, ring[2], ring[3], K.PARENT)
        closing = (link(world, ring[1], ring[2], K.PARENT), link(world, ring[3], ring[0], K.PARENT))
        ended = await asyncio.gather(*closing, return_exceptions=True)
        assert sorted(type(one).__name__ for one in ended) == ["Conflict", "LinkRow"]


async def test_opposite_links_at_once_are_one(world: World) -> None:
    one, other = await some(world, 2)
    pairs = [(one, other), (other, one)] * 3
    ended = await asyncio.gather(*(link(world, a, b, K.RELATED) for a, b in pairs))
    assert len({row.id for row in ended}) == 1
    assert await story(world, one) == ["TICKET_CREATED", "LINKED"]
    assert await world.differences() == []


async def test_who_sees_both_links_the_one_that_they_work_on(world: World) -> None:
    ours = await world.ticket(team=world.it)
    theirs = await world.ticket(team=world.hr)
    for person, refusal in ((world.rosa, Forbidden), (world.hana, NotFound), (world.amir, Unprocessable)):
        with pytest.raises(refusal):
            await link(world, ours, theirs, K.RELATED, as_=person)
    await grant(world, theirs, world.it, AccessLevel.READ)
    with pytest.raises(Forbidden):
        await link(world, theirs, ours, K.RELATED)
    await link(world, ours, theirs, K.RELATED)


async def test_a_link_to_what_one_may_not_see_is_not_there(world: World) -> None:
    ours = await world.ticket(team=world.it)
    theirs = await world.ticket(team=world.hr)
    made = await link(world, ours, theirs, K.CAUSED_BY, as_=world.ona)
    assert await links(world, ours) == []
    assert await links(world, theirs, as_=world.hana) == []
    assert await told(world, ours, as_=world.amir) == {"type": "CAUSED_BY"}
    assert await told(world, ours, as_=world.ona) == {"type": "CAUSED_BY", "ticketId": str(theirs.id)}
    assert await links(world, ours, as_=world.rosa) == [(K.CAUSED_BY, theirs.display_id)], "both are hers"
    with pytest.raises(NotFound):
        async with world.work(as_=world.amir) as work:
            await linking.unlink(work, ours.id, made.id)

    await act(world, world.ona, theirs, deletion.delete)
    assert await links(world, ours, as_=world.ona) == []
    async with world.work(as_=world.ona) as work:
        await deletion.restore(work, theirs.id)
    assert await links(world, ours, as_=world.ona) == [(K.CAUSED_BY, theirs.display_id)]
    assert await world.differences() == []
