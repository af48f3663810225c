"""Who sees a ticket, and what each may do with it: as the policy says, on random desks."""

import pytest

from codex.identity.models import User
from codex.kernel.actor import Actor, system
from codex.tickets import reading
from codex.tickets.models import Ticket, Ties
from codex.tickets.policy import Operation, may
from codex.tickets.visibility import onlookers, powers
from crowd import NOW, Crowd, gather
from world import World

pytestmark = pytest.mark.anyio


async def near(world: World, crowd: Crowd, person: User, ticket: Ticket) -> Actor:
    """The person as an actor whose ties to the ticket it knows."""
    ticket.ties[person.id] = Ties((ticket.id, person.id) in crowd.followers, crowd.grant(person, ticket))
    return await world.actor(person)


@pytest.mark.parametrize("seed", [1, 2])
async def test_whom_it_names_is_who_sees_the_ticket(world: World, seed: int) -> None:
    crowd = await gather(world, seed, tickets=30)
    async with world.reading() as reader:
        for ticket in crowd.tickets:
            seen = await reading.seen(reader, system(), ticket.id, now=NOW)
            found = {row.user.id: row for row in await onlookers(reader, system(), seen, now=NOW)}
            expected = [person for person in crowd.people if crowd.sees(person, ticket)]
            assert found.keys() == {person.id for person in expected}
            for person in expected:
                row, actor = found[person.id], await near(world, crowd, person, ticket)
                assert row.may_reply is may(actor, Operation.REPLY, ticket)
                assert row.may_see_notes is may(actor, Operation.SEE_INTERNAL, ticket)
                assert row.via and ("FOLLOWER" in row.via) is ((ticket.id, person.id) in crowd.followers)


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_it_says_that_somebody_may_is_what_they_may(world: World, seed: int) -> None:
    crowd = await gather(world, seed, tickets=10)
    async with world.reading() as reader:
        for ticket in crowd.tickets:
            seen = await reading.seen(reader, system(), ticket.id, now=NOW)
            for person in crowd.people:
                actor = await near(world, crowd, person, ticket)
                told = await powers(reader, system(), seen, person.id, now=NOW)
                allowed = {operation: verdict.allowed for operation, verdict in told.items()}
                assert allowed == {operation: may(actor, operation, ticket) for operation in Operation}, actor.name
                assert all(verdict.because.endswith(".") for verdict in told.values())
