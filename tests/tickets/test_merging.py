"""Two tickets go on as one; whoever looks at either finds what was said."""

import pytest
from merges import attach, files, followers, join, said, say
from scenes import act, follow, move, standing, story

from codex.kernel.errors import Conflict, Unprocessable
from codex.tickets import followers as following
from codex.tickets.merging import merge
from codex.tickets.models import Ticket
from codex.tickets.models import TicketStatus as S
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
LATER = "2026-03-02T12:00Z"


async def two(world: World) -> tuple[Ticket, Ticket]:
    """Rosa's two tickets about the same, both with IT Support."""
    return await world.ticket(team=world.it), await world.ticket(team=world.it, assignee=world.amir)


async def test_what_was_said_goes_on_at_the_survivor(world: World) -> None:
    ticket, survivor = await two(world)
    await say(world, world.rosa, ticket, "It burns", now="2026-03-02T09:01Z")
    await say(world, world.amir, survivor, "Which floor?", now="2026-03-02T09:02Z")
    message = await say(world, world.amir, ticket, "Third floor", internal=True, now="2026-03-02T09:03Z")
    await attach(world, ticket, "plan.txt")
    await attach(world, ticket, "fire.txt", message)

    await join(world, ticket, survivor, now=LATER)
    assert await said(world, survivor) == ["It burns", "Which floor?", "Third floor"]
    assert [m.merged_from_id for m in await world.messages(survivor)] == [ticket.id, None, ticket.id]
    assert await files(world, survivor) == {"plan.txt", "fire.txt"}
    assert (await said(world, ticket), await files(world, ticket)) == ([], set())
    assert await world.differences() == []


async def test_the_merged_ticket_is_closed_whatever_it_was(world: World) -> None:
    survivor = await world.ticket(team=world.it)
    for status in S:
        ticket = await standing(world, status, assignee=world.amir if status in (S.ASSIGNED, S.IN_PROGRESS) else None)
        merged = await join(world, ticket, survivor, now=LATER)

        assert (merged.status, merged.merged_into_id) == (S.CLOSED, survivor.id)
        assert merged.closed_at == (ticket.closed_at or instant(LATER))
        assert merged.resolved_at == ticket.resolved_at
        moved = [] if status is S.CLOSED else ["STATUS_CHANGED"]
        assert (await story(world, ticket))[-1 - len(moved) :] == ["MERGED", *moved]
    assert await world.differences() == []


async def test_both_histories_tell_of_it(world: World) -> None:
    ticket, survivor = await two(world)
    await join(world, ticket, survivor)
    told = {event.type: event.payload for t in (ticket, survivor) for event in await world.events(t)}
    assert told["MERGED"] == {"from": None, "to": str(survivor.id)}
    assert told["ABSORBED"] == {"ticketId": str(ticket.id)}


async def test_who_followed_the_one_follows_the_other_and_so_does_its_requester(world: World) -> None:
    ticket = await world.ticket(requester=world.otto, team=world.it)
    survivor = await world.ticket(team=world.it)
    for person in (world.farid, world.hana, world.rosa):
        await follow(world, ticket, person)
    await follow(world, survivor, world.hana)

    await join(world, ticket, survivor)
    assert await followers(world, survivor) == {p.display_name for p in (world.hana, world.farid, world.otto)}
    assert (await story(world, survivor)).count("FOLLOWER_ADDED") == 3
    assert await world.differences() == []


async def test_what_is_written_to_a_merged_ticket_is_on_its_survivor(world: World) -> None:
    ticket, survivor = await two(world)
    await act(world, world.lena, survivor, move(S.WAITING_ON_REQUESTER))
    await join(world, ticket, survivor)

    message = await say(world, world.rosa, ticket, "Still burning", now=LATER)
    assert (message.ticket_id, message.merged_from_id) == (survivor.id, ticket.id)
    assert (await world.reload(survivor)).status is S.IN_PROGRESS
    assert (await world.reload(ticket)).status is S.CLOSED
    assert await world.differences() == []


async def test_a_merged_requester_reopens_what_both_asked_for(world: World) -> None:
    ticket = await world.ticket(requester=world.otto, team=world.it)
    survivor = await standing(world, S.RESOLVED)
    await join(world, ticket, survivor)
    await say(world, world.otto, ticket, "Not for me", now=LATER)
    assert (await world.reload(survivor)).status is S.REOPENED


async def test_what_had_been_merged_goes_along_so_that_there_are_no_chains(world: World) -> None:
    first, second = await two(world)
    third = await world.ticket(team=world.it)
    await say(world, world.rosa, first, "First")
    await follow(world, first, world.otto)
    await join(world, first, second)
    await join(world, second, third)

    assert (await world.reload(first)).merged_into_id == (await world.reload(second)).merged_into_id == third.id
    assert [m.merged_from_id for m in await world.messages(third)] == [first.id]
    assert await followers(world, second) == set()
    assert await followers(world, third) == {world.otto.display_name}
    assert await world.differences() == []


async def test_merging_into_the_same_again_changes_nothing(world: World) -> None:
    ticket, survivor = await two(world)
    merged = await join(world, ticket, survivor)
    assert (await join(world, ticket, survivor)).version == merged.version


async def test_there_are_no_circles_and_nothing_goes_on_as_two(world: World) -> None:
    ticket, survivor = await two(world)
    third = await world.ticket(team=world.it)
    await join(world, ticket, survivor)
    for one, other, refusal in (
        (survivor, ticket, Conflict),
        (third, ticket, Conflict),
        (ticket, third, Conflict),
        (third, third, Unprocessable),
    ):
        with pytest.raises(refusal):
            await join(world, one, other)


async def test_a_merged_ticket_stays_closed_until_it_is_parted(world: World) -> None:
    ticket, survivor = await two(world)
    await join(world, ticket, survivor)
    with pytest.raises(Conflict, match="goes on as"):
        await act(world, world.lena, ticket, move(S.REOPENED))


async def test_a_follower_who_comes_by_a_merge_was_added_by_who_merged(world: World) -> None:
    ticket, survivor = await two(world)
    await follow(world, ticket, world.otto)
    async with world.work(as_=world.amir, now=MORNING) as work:
        found = await merge(work, ticket.number, into=survivor.display_id or "")
        assert found.id == survivor.id
    async with world.work(as_=world.amir, now=LATER) as work:
        await following.remove(work, await work.session.get_one(Ticket, survivor.id), world.otto.id)
    assert await followers(world, survivor) == set()
