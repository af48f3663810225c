"""Two tickets that went on as one part again, and each is as if they never had."""

from datetime import timedelta

import pytest
from merges import attach, files, followers, join, part, said, say, whole
from scenes import act, follow, move, standing, story

from codex.identity import people
from codex.identity.queries import person
from codex.kernel.errors import Conflict
from codex.tickets import assignment
from codex.tickets import followers as following
from codex.tickets.models import TicketStatus as S
from world import World, instant

pytestmark = pytest.mark.anyio
TEN, NOON = "2026-03-02T10:00Z", "2026-03-02T12:00Z"


async def test_everything_is_back(world: World) -> None:
    survivor = await world.ticket(requester=world.otto, team=world.it)
    for status in S:
        ticket = await standing(world, status, assignee=world.amir if status in (S.ASSIGNED, S.IN_PROGRESS) else None)
        message = await say(world, world.lena, ticket, "On it", internal=True)
        await attach(world, ticket, "note.txt", message)
        await follow(world, ticket, world.farid)
        before = [await whole(world, each) for each in (ticket, survivor)]

        await join(world, ticket, survivor, now=TEN)
        await part(world, ticket, now=NOON)
        assert [await whole(world, each) for each in (ticket, survivor)] == before, status
    assert await world.differences() == []


async def test_the_past_of_a_ticket_put_back_is_told_as_it_was(world: World) -> None:
    ticket = await standing(world, S.RESOLVED)
    await join(world, ticket, await world.ticket(team=world.it), now=TEN)
    await part(world, ticket, now=NOON)
    told = (await world.events(ticket))[-1].payload
    assert told == {"from": "CLOSED", "to": "RESOLVED", "resolvedAt": "2026-03-02T09:00:00Z", "closedAt": None}


async def test_what_was_written_to_it_meanwhile_comes_with_it(world: World) -> None:
    ticket, survivor = await standing(world, S.WAITING_ON_REQUESTER), await world.ticket(team=world.it)
    await join(world, ticket, survivor)
    message = await say(world, world.rosa, ticket, "For the first", now=TEN)
    await attach(world, survivor, "photo.txt", message)
    await say(world, world.rosa, survivor, "For the second", now=TEN)

    parted = await part(world, ticket, now=NOON)
    assert (await said(world, ticket), await said(world, survivor)) == (["For the first"], ["For the second"])
    assert (await files(world, ticket), await files(world, survivor)) == ({"photo.txt"}, set())
    assert parted.status is S.TRIAGED, "the requester has spoken"
    assert await world.differences() == []


async def test_a_first_response_given_meanwhile_is_the_one_of_the_ticket_it_was_given_to(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    await join(world, ticket, survivor)
    await say(world, world.rosa, ticket, "Hello?", now=TEN)
    await say(world, world.amir, ticket, "Coming", now="2026-03-02T10:30Z")
    await say(world, world.amir, ticket, "Here", now="2026-03-02T11:00Z")

    parted = await part(world, ticket, now=NOON)
    assert parted.first_response_at == instant("2026-03-02T10:30Z")
    assert (await world.reload(survivor)).first_response_at is None
    assert await world.differences() == []


async def test_who_was_added_anew_or_followed_before_goes_on_following(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    for person_ in (world.otto, world.farid, world.hana):
        await follow(world, ticket, person_)
    await follow(world, survivor, world.hana)
    await join(world, ticket, survivor)
    await act(world, world.lena, survivor, lambda work, t: following.remove(work, t, world.farid.id))
    await follow(world, survivor, world.farid)

    await part(world, ticket)
    assert await followers(world, survivor) == {world.hana.display_name, world.farid.display_name}
    assert await followers(world, ticket) == {p.display_name for p in (world.otto, world.farid, world.hana)}


async def test_whom_two_merges_bring_stays_until_both_are_undone(world: World) -> None:
    first, second, survivor = [await world.ticket(team=world.it) for _ in range(3)]
    for ticket in (first, second):
        await follow(world, ticket, world.otto)
        await join(world, ticket, survivor)
    await part(world, first)
    assert await followers(world, survivor) == {world.otto.display_name}
    await part(world, second)
    assert await followers(world, survivor) == set()
    assert await world.differences() == []


async def test_what_went_along_comes_back_along(world: World) -> None:
    first, second, third = [await world.ticket(team=world.it) for _ in range(3)]
    await say(world, world.rosa, first, "First")
    await follow(world, first, world.otto)
    await join(world, first, second)
    joined = await whole(world, second)
    await join(world, second, third)

    await part(world, second, now=TEN)
    assert await whole(world, second) == joined
    assert (await world.reload(first)).merged_into_id == second.id
    assert (await said(world, third), await followers(world, third)) == ([], set())
    await part(world, first, now=NOON)
    assert (await said(world, first), await said(world, second)) == (["First"], [])
    assert await world.differences() == []


async def test_what_left_in_between_does_not_come_back_along(world: World) -> None:
    first, second, third = [await world.ticket(team=world.it) for _ in range(3)]
    await join(world, first, second)
    await join(world, second, third)
    await part(world, first)
    await join(world, first, third)
    await part(world, second)
    assert (await world.reload(first)).merged_into_id == third.id


async def test_it_is_not_put_back_to_somebody_who_has_left(world: World) -> None:
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    await join(world, ticket, await world.ticket(team=world.it))
    async with world.work(as_=world.ona, now=TEN) as work:
        await people.deactivate(work, await person(work.session, world.amir.id, lock=True))

    parted = await part(world, ticket, now=NOON)
    assert (parted.status, parted.assignee_id) == (S.TRIAGED, None)
    assert await world.differences() == []


async def test_it_is_put_back_unassigned_where_it_was_unassigned_meanwhile(world: World) -> None:
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    await join(world, ticket, await world.ticket(team=world.it))
    await act(world, world.lena, ticket, lambda work, t: assignment.assign_to(work, t, None))
    assert (await part(world, ticket)).status is S.TRIAGED


async def test_only_what_is_merged_is_parted_and_once(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    for each in (ticket, survivor):
        with pytest.raises(Conflict, match="not merged"):
            await part(world, each)
    await join(world, ticket, survivor)
    await part(world, ticket)
    with pytest.raises(Conflict, match="not merged"):
        await part(world, ticket)
    assert (await story(world, survivor))[-2:] == ["ABSORBED", "RELEASED"]


async def test_a_long_closed_survivor_answers_a_reply_with_a_new_ticket(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    await join(world, ticket, survivor)
    await act(world, world.lena, survivor, move(S.CLOSED))
    late = instant(NOON) + timedelta(days=30)
    message = await say(world, world.rosa, ticket, "Again!", now=late.isoformat())
    assert message.ticket_id not in (ticket.id, survivor.id)
    assert message.merged_from_id is None
    await part(world, ticket, now=late.isoformat())
    assert await said(world, ticket) == []
    assert await world.differences() == []
