"""One set of tickets on every road, for everybody of a random desk: what lists, queries, counts and exports hold is
what can be read one by one, and that is what the words of authorization.md say."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from whole_lists import whole

from codex.identity import people
from codex.identity import queries as identity
from codex.identity.models import TeamMember, User
from codex.kernel.actor import Scope, TeamRole, UserRole, system
from codex.kernel.errors import Conflict
from codex.tickets import deletion, merging
from codex.tickets.hanging_models import TicketFollower
from codex.tickets.models import Ticket
from codex.tickets.queries import visible
from crowd import NOW, Crowd, gather
from world import World

pytestmark = pytest.mark.anyio
WHY = {"X-Access-Reason": "The works council asked us to"}
_RANK = {UserRole.EMPLOYEE: 0, UserRole.AGENT: 1, UserRole.LEAD: 2, UserRole.TEAM_ADMIN: 3, UserRole.OWNER: 3}
_TEAM_RANK = {TeamRole.AGENT: 1, TeamRole.LEAD: 2, TeamRole.ADMIN: 3}


async def test_every_road_leads_to_the_same_tickets(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    random = Random(50)
    crowd = await gather(world, 50, tickets=45, newcomers=50, until=_long_ago_or_far_off)
    await _delete_and_merge(world, crowd, random)
    leads = await _leads(world)
    clients = {person.id: await world.client(person, Scope.ADMIN) for person in crowd.people}
    gone = await _deactivate(world, crowd, random)

    assert {team.is_confidential for team in (world.hr, world.it)} == {True, False}
    for person in crowd.people:
        client = clients[person.id]
        client.headers.update(WHY if person.role is UserRole.OWNER else {})
        if person.id in gone:
            assert [(await client.get(f"/api/v1/tickets{road}")).status_code for road in ROADS] == [401] * len(ROADS)
            continue
        expected = {str(ticket.id) for ticket in crowd.tickets if crowd.sees(person, ticket)}
        led = {
            str(t.id) for t in crowd.tickets if person.role is UserRole.OWNER or t.assigned_team_id in leads[person.id]
        }
        assert await _agree(client, crowd.tickets) == expected, person.display_name
        assert await _exported(client) == (led if leads[person.id] or person.role is UserRole.OWNER else None)
    record_property("cells of rights", len(crowd.people) * len(crowd.tickets) * 5)
    assert len(gone) >= 5 and len(crowd.people) >= 58


ROADS = ("", "/counts", "/export.csv")


async def _agree(client: httpx.AsyncClient, tickets: list[Ticket]) -> set[str]:
    """What every road leads to; that it is the same."""
    listed = await whole(client, "/api/v1/tickets", limit=20)
    asked = await whole(client, "/api/v1/tickets/query", {"conditions": []}, limit=20)
    counts = (await client.get("/api/v1/tickets/counts")).json()
    read = {str(t.id) for t in tickets if (await client.get(f"/api/v1/tickets/{t.id}")).status_code == 200}
    assert sorted(listed) == sorted(asked) == sorted(read)
    assert counts["total"] == len(read)
    for name in ("byStatus", "byTeam", "byAssignee", "bySlaState"):
        assert sum(counts[name].values()) == len(read), name
    return read


async def _exported(client: httpx.AsyncClient) -> set[str] | None:
    """What an export holds; None: there is none for this person."""
    answer = await client.get("/api/v1/tickets/export.csv")
    if answer.status_code == 403:
        return None
    assert answer.status_code == 200
    return {row["id"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))}


def _long_ago_or_far_off(random: Random) -> object:
    return random.choice((None, NOW, NOW - timedelta(days=1), NOW + timedelta(days=3650)))


async def _delete_and_merge(world: World, crowd: Crowd, random: Random) -> None:
    """Some tickets are gone, some go on as others: their followers follow those."""
    gone = random.sample(crowd.tickets, 6)
    for ticket in gone:
        async with world.work(as_=system("Test")) as work:
            await deletion.delete(work, await visible(work, ticket.id, lock=True))
    crowd.tickets = [ticket for ticket in crowd.tickets if ticket not in gone]
    for _ in range(8):
        one, two = random.sample(crowd.tickets, 2)
        try:
            async with world.work(as_=system("Test")) as work:
                await merging.merge(work, one.id, into=two.id)
        except Conflict:
            continue
    async with world.session() as session:
        rows = await session.execute(select(TicketFollower.ticket_id, TicketFollower.user_id))
        crowd.followers = {(ticket_id, user_id) for ticket_id, user_id in rows}


async def _deactivate(world: World, crowd: Crowd, random: Random) -> set[UUID]:
    gone = {person.id for person in random.sample(crowd.people[8:], 6) if person.role is not UserRole.OWNER}
    for user_id in gone:
        async with world.work(as_=world.ona) as work:
            await people.deactivate(work, await identity.person(work.session, user_id, lock=True))
    return gone


async def _leads(world: World) -> dict[UUID, set[UUID]]:
    """The teams in which each is at least LEAD: by the lower of the two roles, or as admin of the primary team."""
    async with world.session() as session:
        users = list(await session.scalars(select(User)))
        members = list(await session.scalars(select(TeamMember)))
    found: dict[UUID, set[UUID]] = {user.id: set() for user in users}
    roles = {user.id: user.role for user in users}
    for member in members:
        if min(_RANK[roles[member.user_id]], _TEAM_RANK[member.role]) >= 2:
            found[member.user_id].add(member.team_id)
    for user in users:
        if user.role is UserRole.TEAM_ADMIN and user.primary_team_id:
            found[user.id].add(user.primary_team_id)
    return found
