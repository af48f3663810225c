"""Who may merge and part: the right on both tickets, a lead's where the requesters differ."""

import pytest
from merges import join, part
from scenes import follow, grant, hire, standing

from codex.kernel.actor import TeamRole, UserRole
from codex.kernel.errors import CodexError, Forbidden, NotFound, Unprocessable
from codex.tickets.models import AccessLevel, Ticket
from codex.tickets.models import TicketStatus as S
from rights_oracle import TABLE
from world import World

pytestmark = pytest.mark.anyio


async def pair(world: World, *, across: bool) -> tuple[Ticket, Ticket]:
    """Two tickets that are the same to everybody: something else to each of the cast."""
    tickets = []
    for requester in (world.rosa, world.otto if across else world.rosa):
        ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir) if requester is world.rosa else (
            await world.ticket(requester=requester, team=world.it, assignee=world.amir)
        )  # fmt: skip
        await grant(world, ticket, world.hr, AccessLevel.READ)
        await grant(world, ticket, world.facilities, AccessLevel.WRITE)
        tickets.append(ticket)
    return tickets[0], tickets[1]


async def ended(world: World, person, ticket: Ticket, into: Ticket) -> str:  # type: ignore[no-untyped-def]
    """`Y`, `x` or `h`; what was done is undone."""
    try:
        await join(world, ticket, into, by=person)
        await part(world, ticket, by=person)
    except Forbidden:
        return "x"
    except NotFound:
        return "h"
    return "Y"


@pytest.mark.parametrize("operation", ["MERGE", "MERGE_ACROSS"])
async def test_who_merges_and_parts_is_who_the_table_says(world: World, operation: str) -> None:
    one, other = await pair(world, across=operation == "MERGE_ACROSS")
    agent = await hire(world, "Mara", UserRole.AGENT, {world.it.id: TeamRole.AGENT})
    nobody = await hire(world, "Nils", UserRole.EMPLOYEE)
    people = {"REQ": world.rosa, "ASG": world.amir, "MA": agent, "ML": world.lena, "MT": world.tara,
              "GR": world.hana, "GW": world.farid, "U": nobody, "OW": world.ona}  # fmt: skip
    for relation, person in people.items():
        assert await ended(world, person, one, other) == TABLE[operation][relation], relation
    follower = await hire(world, "Fola", UserRole.EMPLOYEE)
    for ticket in (one, other):
        await follow(world, ticket, follower)
    assert await ended(world, follower, one, other) == TABLE[operation]["FOL"]


async def test_the_right_on_one_of_the_two_is_not_enough(world: World) -> None:
    own, foreign = await world.ticket(team=world.it), await world.ticket(team=world.hr)
    with pytest.raises(Unprocessable, match="no such ticket"):
        await join(world, own, foreign)
    await grant(world, foreign, world.it, AccessLevel.WRITE)
    for one, other in ((own, foreign), (foreign, own)):
        with pytest.raises(Forbidden):
            await join(world, one, other)
    await join(world, own, foreign, by=world.ona)
    with pytest.raises(Forbidden):
        await part(world, own)
    await part(world, own, by=world.ona)
    assert await world.differences() == []


async def test_a_refused_merge_leaves_both_as_they_were(world: World) -> None:
    ticket, other = await world.ticket(team=world.it), await world.ticket(team=world.it, requester=world.otto)
    with pytest.raises(CodexError):
        await join(world, ticket, other, by=world.amir)
    assert ((await world.reload(ticket)).version, (await world.reload(other)).version) == (1, 1)
