"""Whatever is merged and parted, and whatever is said in between: histories hold, and in the end all is as it was."""

import asyncio
from random import Random

import pytest
from merges import attach, join, part, say, whole
from scenes import follow

from codex.kernel.errors import CodexError, Conflict
from codex.tickets.merging import merge
from codex.tickets.models import Ticket
from world import World

pytestmark = pytest.mark.anyio


async def heap(world: World, random: Random) -> list[Ticket]:
    """Tickets of several people with something said, attached and followed."""
    tickets = []
    for n in range(5):
        requester = random.choice([world.rosa, world.otto])
        tickets.append(ticket := await world.ticket(requester=requester, team=world.it, subject=f"Ticket {n}"))
        for person in random.sample([world.otto, world.farid, world.hana, world.tara], random.choice((0, 1, 2))):
            await follow(world, ticket, person)
        message = await say(world, world.lena, ticket, f"Note {n}", internal=True)
        await attach(world, ticket, f"file {n}", random.choice([message, None]))
    return tickets


@pytest.mark.parametrize("seed", range(5))
async def test_after_any_merges_undone_in_any_order_all_is_as_it_was(world: World, seed: int) -> None:
    random = Random(seed)
    tickets = await heap(world, random)
    before = [await whole(world, ticket) for ticket in tickets]
    for _ in range(14):
        one, other = random.sample(tickets, 2)
        try:
            await (join(world, one, other) if random.random() < 0.7 else part(world, one))
        except Conflict:
            continue
    rows = [await world.reload(ticket) for ticket in tickets]
    merged = {row.id for row in rows if row.merged_into_id}
    assert merged and not merged & {row.merged_into_id for row in rows}, "no chains"
    assert await world.differences() == []

    for ticket in random.sample(tickets, len(tickets)):
        if (await world.reload(ticket)).merged_into_id:
            await part(world, ticket)
    assert [await whole(world, ticket) for ticket in tickets] == before
    assert await world.differences() == []


async def test_of_two_opposite_merges_at_once_exactly_one_wins(world: World) -> None:
    lena = await world.actor(world.lena)
    for _ in range(4):
        one, other = await world.ticket(team=world.it), await world.ticket(team=world.it)

        async def attempt(ticket: Ticket, into: Ticket) -> str:
            try:
                async with world.works.begin(lena) as work:
                    await merge(work, ticket.id, into=into.id)
            except CodexError as refused:
                return type(refused).__name__
            return "done"

        ended = await asyncio.gather(*(attempt(*pair) for pair in ((one, other), (other, one))))
        assert sorted(ended) == ["Conflict", "done"]
        assert len({(await world.reload(ticket)).merged_into_id for ticket in (one, other)} - {None}) == 1
    assert await world.differences() == []


async def test_merging_parting_and_writing_at_once_loses_nothing_and_nobody_waits_for_ever(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(3)]
    random = Random(7)

    async def something(n: int) -> str | None:
        one, other = random.sample(tickets, 2)
        try:
            match n % 4:
                case 0:
                    await join(world, one, other)
                case 1:
                    await part(world, one)
                case _:
                    await say(world, world.lena, one, f"Word {n}")
                    return f"Word {n}"
        except Conflict:
            pass
        return None

    words = [word for word in await asyncio.gather(*map(something, range(40))) if word]
    kept = [message.body for ticket in tickets for message in await world.messages(ticket)]
    assert sorted(kept) == sorted(words) and len(words) == 20
    assert await world.differences() == []
