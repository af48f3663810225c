"""What is unread: what others did, as far as one may see it, since one has read; and what one has put back."""

from typing import Any

import pytest
from scenes import act, follow, grant, move

from codex.kernel.errors import Forbidden, NotFound
from codex.tickets import drafts, listing, marks, messages, reading, triage
from codex.tickets.filters import Filters
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketPriority, TicketStatus
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio

PUBLIC, INTERNAL = MessageType.PUBLIC, MessageType.INTERNAL


def say(kind: MessageType = PUBLIC, body: str = "Hello") -> Any:
    return lambda work, ticket: messages.add(work, ticket, type=kind, body=body)


async def unread(world: World, ticket: Ticket, *names: str) -> set[str]:
    """To whom of these the ticket is unread; list and detail say the same."""
    found = set()
    for name in names:
        actor = await world.actor(getattr(world, name))
        async with world.database.reading(actor, now=instant(MORNING)) as reader:
            page = await listing.page(reader, actor, Filters(), now=instant(MORNING))
            detail, _ = await reading.detail(reader, actor, ticket.id, now=instant(MORNING))
        assert [row.is_unread for row in page.items if row.id == ticket.id] == [detail.is_unread]
        found |= {name} if detail.is_unread else set()
    return found


async def read(world: World, ticket: Ticket, *names: str, version: int | None = None) -> None:
    version = version or (await world.reload(ticket)).version
    async with world.reading() as reader:
        for name in names:
            actor = await world.actor(getattr(world, name))
            await marks.mark_read(reader, actor, ticket.id, version=version, now=instant(MORNING))


async def test_what_others_did_is_unread_and_what_one_did_oneself_is_not(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    assert await unread(world, ticket, "rosa", "amir", "lena") == {"amir", "lena"}
    await read(world, ticket, "amir", "lena")
    assert await unread(world, ticket, "rosa", "amir", "lena") == set()
    await act(world, world.amir, ticket, say())
    await act(world, world.lena, ticket, move(TicketStatus.WAITING_ON_REQUESTER))
    assert await unread(world, ticket, "rosa", "amir", "lena") == {"rosa", "amir", "lena"}
    await read(world, ticket, "rosa", "amir")
    await read(world, ticket, "rosa", version=1)
    assert await unread(world, ticket, "rosa", "amir", "lena") == {"lena"}, "who has read further stays there"


async def test_what_one_may_not_see_makes_nothing_unread(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await follow(world, ticket, world.otto)
    await grant(world, ticket, world.hr, AccessLevel.READ)
    everybody = ("rosa", "otto", "hana", "lena")
    await read(world, ticket, *everybody)
    await act(world, world.amir, ticket, say(INTERNAL))
    await act(world, world.amir, ticket, lambda w, t: triage.put_off(w, t, instant("2026-04-01T09:00Z")))
    assert await unread(world, ticket, *everybody) == {"hana", "lena"}
    await act(world, world.amir, ticket, lambda w, t: triage.set_priority(w, t, TicketPriority.P1))
    assert await unread(world, ticket, *everybody) == set(everybody)


async def test_what_was_put_back_is_unread_until_it_is_read(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    actor = await world.actor(world.rosa)
    async with world.reading() as reader:
        for _ in range(2):
            await marks.mark_unread(reader, actor, ticket.id, now=instant(MORNING))
    assert await unread(world, ticket, "rosa") == {"rosa"}
    await read(world, ticket, "rosa")
    assert await unread(world, ticket, "rosa") == set()


async def kept(world: World, ticket: Ticket, person: Any) -> str | None:
    async with world.reading() as reader:
        try:
            return (await drafts.draft(reader, await world.actor(person), ticket.id)).body
        except NotFound:
            return None


async def test_a_draft_is_ones_own_and_gone_once_one_writes(world: World) -> None:
    ticket = await world.ticket(team=world.it)

    def begin(body: str, kind: MessageType = PUBLIC) -> Any:
        return lambda work, found: drafts.keep(work, found, type=kind, body=body)

    for person, body in ((world.amir, "Whi"), (world.amir, "Which"), (world.lena, "Hm")):
        await act(world, person, ticket, begin(body))
    assert [await kept(world, ticket, p) for p in (world.amir, world.lena, world.rosa)] == ["Which", "Hm", None]
    await act(world, world.amir, ticket, say(INTERNAL))
    await act(world, world.lena, ticket, begin(" "))
    assert [await kept(world, ticket, p) for p in (world.amir, world.lena)] == [None, None]
    with pytest.raises(Forbidden):
        await act(world, world.rosa, ticket, begin("A note", INTERNAL))
    assert len(await world.events(ticket)) == 2, "a draft is no fact"
