"""Why a ticket is where it is: from what was recorded, with what brought it about."""

import pytest
from scenes import act, assign

from codex.identity import people
from codex.identity.queries import person
from codex.tickets import assignment
from world import World

pytestmark = pytest.mark.anyio


async def test_each_time_that_it_came_to_a_team_or_a_person_is_told_with_by_whom(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    await act(world, world.lena, ticket, lambda work, t: assignment.transfer_to(work, t, world.hr))
    await act(world, world.hana, ticket, assign(world.hana))
    told = (await (await world.client(world.hana)).get(f"/api/v1/tickets/{ticket.id}/explain")).json()

    routing = told["routing"]
    assert (routing["team"]["name"], routing["assignee"]["id"]) == ("HR", str(world.hana.id))
    assert (routing["rule"], told["rules"], told["sla"]) == (None, [], {"firstResponse": None, "resolution": None})
    assert [
        (step["type"], step["from"] and step["from"]["name"], step["to"] and step["to"]["name"], step["actor"]["name"])
        for step in routing["steps"]
    ] == [
        ("TICKET_CREATED", None, "IT Support", world.rosa.display_name),
        ("ASSIGNED", None, world.amir.display_name, world.amir.display_name),
        ("ASSIGNED", world.amir.display_name, None, world.lena.display_name),
        ("TEAM_CHANGED", "IT Support", "HR", world.lena.display_name),
        ("ASSIGNED", None, world.hana.display_name, world.hana.display_name),
    ]


async def test_what_brought_it_about_is_named(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    events = await world.events(ticket)
    await act(world, world.lena, ticket, lambda work, t: assignment.assign_to(work, t, None))
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await person(work.session, world.amir.id, lock=True))
    told = (await (await world.client(world.lena)).get(f"/api/v1/tickets/{ticket.id}/explain")).json()
    assert [step["cause"] for step in told["routing"]["steps"]] == [None] * 3
    assert [step["id"] for step in told["routing"]["steps"]][:2] == [str(event.id) for event in events[:2]]


async def test_a_ticket_given_back_when_it_was_reopened_says_so(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    lena = await world.client(world.lena)
    path = f"/api/v1/tickets/{ticket.id}"
    await lena.post(f"{path}/transition", json={"status": "RESOLVED"})
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await person(work.session, world.amir.id, lock=True))
    await lena.post(f"{path}/transition", json={"status": "REOPENED"})
    last = (await lena.get(f"{path}/explain")).json()["routing"]["steps"][-1]
    assert (last["to"], last["actor"]["kind"], last["cause"]["type"]) == (None, "system", "STATUS_CHANGED")


async def test_a_ticket_of_nobody_says_nothing_of_anybody(world: World) -> None:
    ticket = await world.ticket()
    routing = (await (await world.client(world.ona)).get(f"/api/v1/tickets/{ticket.id}/explain")).json()["routing"]
    assert (routing["team"], routing["assignee"], len(routing["steps"])) == (None, None, 1)
