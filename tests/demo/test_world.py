"""The world that other tests begin with."""

import pytest

from codex.kernel.actor import Scope, TeamRole, UserRole
from codex.kernel.errors import Forbidden
from codex.tickets import lifecycle, messages
from codex.tickets.models import MessageType, TicketStatus
from codex.tickets.queries import visible
from world import World, instant


async def test_everybody_has_the_rights_of_their_part(world: World) -> None:
    assert (await world.actor(world.rosa)).role is UserRole.EMPLOYEE
    assert (await world.actor(world.amir)).team_roles == {world.it.id: TeamRole.AGENT}
    assert (await world.actor(world.lena)).team_roles == {world.it.id: TeamRole.LEAD}
    assert (await world.actor(world.tara)).team_roles == {world.it.id: TeamRole.ADMIN}
    assert (await world.actor(world.hana)).team_roles == {world.hr.id: TeamRole.AGENT}
    assert (await world.actor(world.farid)).team_roles == {world.facilities.id: TeamRole.AGENT}
    assert not (await world.actor(world.otto)).is_agent
    assert (await world.actor(world.ona)).is_owner


async def test_a_ticket_is_made_by_the_commands(world: World) -> None:
    vpn = world.categories["vpn"]
    ticket = await world.ticket(
        requester=world.rosa, team=world.it, assignee=world.amir, status=TicketStatus.IN_PROGRESS, category=vpn
    )

    assert ticket.display_id == f"IT-{ticket.number}"
    assert [event.type for event in await world.events(ticket)] == [
        "TICKET_CREATED", "ASSIGNED", "STATUS_CHANGED", "STATUS_CHANGED",
    ]  # fmt: skip
    assert await world.differences() == []


async def test_a_work_acts_as_a_person_at_an_instant(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir, at="2026-03-02T09:00Z")

    async with world.work(as_=world.lena, now="2026-03-02T11:00Z") as work:
        await lifecycle.move(work, await visible(work, ticket.id, lock=True), to=TicketStatus.CLOSED)

    closed = await world.reload(ticket)
    assert closed.closed_at == instant("2026-03-02T11:00Z")
    assert (await world.events(ticket))[-1].created_by_id == world.lena.id


async def test_a_refusal_leaves_nothing_behind(world: World) -> None:
    ticket = await world.ticket(team=world.it)

    with pytest.raises(Forbidden):
        async with world.work(as_=world.rosa) as work:
            loaded = await visible(work, ticket.id, lock=True)
            await messages.add(work, loaded, type=MessageType.PUBLIC, body="Is anybody there?")
            await messages.add(work, loaded, type=MessageType.INTERNAL, body="I should not write notes.")

    assert await world.messages(ticket) == []


async def test_a_client_asks_the_web_application_as_somebody(world: World) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it)

    rosa, otto = await world.client(world.rosa, Scope.READ), await world.client(world.otto, Scope.READ)
    nobody = await world.client()

    assert (await rosa.get(f"/api/v1/tickets/{ticket.number}")).json()["displayId"] == ticket.display_id
    assert (await otto.get(f"/api/v1/tickets/{ticket.number}")).status_code == 404
    assert (await nobody.get(f"/api/v1/tickets/{ticket.number}")).status_code == 401
