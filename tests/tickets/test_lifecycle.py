"""The status machine: which ways there are, who may go them, and which times follow."""

from datetime import timedelta
from itertools import pairwise

import pytest
from scenes import act, move, standing, story, verdict

from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden
from codex.tickets import lifecycle
from codex.tickets.lifecycle import allowed_from
from codex.tickets.models import TicketStatus as S
from rights_oracle import MOVES, NEED_ASSIGNEE, REQUESTER_MOVES
from world import World, instant

pytestmark = pytest.mark.anyio


def test_the_machine_has_the_ways_of_the_table_and_none_back_to_new() -> None:
    assert {(old, new) for old, news in lifecycle.MOVES.items() for new in news} == MOVES
    assert set(lifecycle.MOVES) == set(S)


@pytest.mark.parametrize("status", S)
async def test_a_status_leads_where_the_table_says_and_else_a_conflict_names_the_ways(world: World, status: S) -> None:
    """Everybody's ticket in one status, with an assignee and without, tried towards each of the nine."""
    lena, product, rosa = await world.actor(world.lena), system("Test"), await world.actor(world.rosa)
    for assignee in (world.amir, None):
        if (assignee and status is S.NEW) or (not assignee and status in NEED_ASSIGNEE):
            continue
        ticket = await standing(world, status, assignee=assignee)
        ways = [to for to in S if (status, to) in MOVES and (assignee or to not in NEED_ASSIGNEE)]
        assert set(allowed_from(ticket)) == set(ways)
        for to in S:
            own = "Y" if (status, to) in REQUESTER_MOVES else "x"
            assert await verdict(world, rosa, ticket, move(to)) == own, to
            for actor in (lena, product):
                if to in (*ways, status):
                    assert await verdict(world, actor, ticket, move(to)) == "Y", to
                    continue
                with pytest.raises(Conflict) as refused:
                    await act(world, actor, ticket, move(to))
                assert set(refused.value.allowed) == set(ways)
        assert (await world.reload(ticket)).version == ticket.version


@pytest.mark.parametrize("status", [s for s in S if s not in NEED_ASSIGNEE])
async def test_moving_to_the_status_it_has_writes_nothing(world: World, status: S) -> None:
    ticket = await standing(world, status)
    again = await act(world, world.lena, ticket, move(status), now="2026-03-02T15:00Z")
    assert (again.version, again.updated_at) == (ticket.version, ticket.updated_at)


async def test_a_requester_is_refused_even_what_would_change_nothing_unless_it_is_their_own_way(world: World) -> None:
    ticket = await standing(world, S.CLOSED)
    with pytest.raises(Forbidden):
        await act(world, world.rosa, ticket, move(S.CLOSED))


async def test_a_way_that_only_lacks_an_assignee_says_so(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    with pytest.raises(Conflict, match="cannot become IN_PROGRESS while nobody is assigned"):
        await act(world, world.lena, ticket, move(S.IN_PROGRESS))
    with pytest.raises(Conflict, match=r"NEW cannot become REOPENED\."):
        await act(world, world.lena, ticket, move(S.REOPENED))


NINE, TEN, ELEVEN, NOON = (f"2026-03-02T{hour}:00Z" for hour in ("09", "10", "11", "12"))
LIVES = {
    "resolved, then closed": ([(S.RESOLVED, TEN), (S.CLOSED, ELEVEN)], (TEN, ELEVEN, TEN)),
    "closed at once": ([(S.CLOSED, TEN)], (None, TEN, TEN)),
    "resolved": ([(S.RESOLVED, TEN)], (TEN, None, TEN)),
    "resolved and reopened": ([(S.RESOLVED, TEN), (S.REOPENED, ELEVEN)], (None, None, None)),
    "closed and reopened": ([(S.CLOSED, TEN), (S.REOPENED, ELEVEN)], (None, None, None)),
    "both and reopened": ([(S.RESOLVED, TEN), (S.CLOSED, TEN), (S.REOPENED, ELEVEN)], (None, None, None)),
    "solved a second time": ([(S.RESOLVED, TEN), (S.REOPENED, ELEVEN), (S.RESOLVED, NOON)], (NOON, None, NOON)),
    "closed a second time": ([(S.RESOLVED, TEN), (S.REOPENED, TEN), (S.CLOSED, NOON)], (None, NOON, NOON)),
    "waiting": ([(S.WAITING_ON_VENDOR, TEN), (S.WAITING_ON_REQUESTER, ELEVEN)], (None, None, None)),
}


@pytest.mark.parametrize("life", LIVES)
async def test_times_are_set_and_cleared_with_the_status(world: World, life: str) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    steps, stamps = LIVES[life]
    for to, at in steps:
        ticket = await act(world, world.lena, ticket, move(to), now=at)

    expected = tuple(instant(at) if at else None for at in stamps)
    assert (ticket.resolved_at, ticket.closed_at, ticket.completed_at) == expected
    assert ticket.updated_at == instant(steps[-1][1])
    assert await world.differences() == []


async def test_each_move_is_one_event_that_names_from_to_who_and_when(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    ways = [S.NEW, S.TRIAGED, S.RESOLVED, S.REOPENED, S.WAITING_ON_VENDOR, S.CLOSED, S.REOPENED]
    for to in ways[1:]:
        ticket = await act(world, world.lena, ticket, move(to), now=TEN)
    events = (await world.events(ticket))[1:]

    assert [event.payload for event in events] == [{"from": old, "to": new} for old, new in pairwise(ways)]
    assert {(e.type, e.created_by_id, e.created_at) for e in events} == {
        ("STATUS_CHANGED", world.lena.id, instant(TEN))
    }
    assert ticket.version == len(ways)


async def test_what_is_done_at_an_earlier_instant_happens_after_what_was_done_before(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=TEN)
    ticket = await act(world, world.lena, ticket, move(S.CLOSED), now=NINE)
    after = instant(TEN) + timedelta(microseconds=1)
    assert (ticket.closed_at, ticket.updated_at) == (after, after)
    assert await story(world, ticket) == ["TICKET_CREATED", "STATUS_CHANGED"]
