"""Opening, changing, moving and assigning tickets over the API: the way it goes, and each way it does not."""

import asyncio
from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from codex.tickets.models import Ticket, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"


async def _of_it(world: World, **more: Any) -> tuple[httpx.AsyncClient, Ticket, str]:
    ticket = await world.ticket(team=world.it, assignee=world.amir, **more)
    return await world.client(world.amir), ticket, f"/api/v1/tickets/{ticket.id}"


async def test_a_requester_opens_a_ticket_and_is_told_where_it_is(world: World) -> None:
    rosa = await world.client(world.rosa)
    answer = await rosa.post("/api/v1/tickets", json={"subject": "  VPN\ndrops ", "teamId": str(world.it.id)})

    assert answer.status_code == 201
    opened = answer.json()
    assert answer.headers["location"] == f"/api/v1/tickets/{opened['id']}"
    assert (opened["subject"], opened["status"], opened["priority"], opened["displayId"]) == (
        "VPN drops", "NEW", "P3", f"IT-{opened['number']}",
    )  # fmt: skip
    again = await rosa.get(answer.headers["location"])
    assert (again.json(), again.headers["etag"]) == (opened, answer.headers["etag"]) == (opened, '"1"')


async def test_an_agent_opens_assigns_and_writes_in_one_go(world: World) -> None:
    amir = await world.client(world.amir)
    whole = {
        "subject": "VPN", "requesterId": str(world.rosa.id), "teamId": str(world.it.id), "priority": "P1",
        "assigneeId": str(world.lena.id), "message": {"type": "INTERNAL", "body": "She called."},
        "categoryId": str(world.categories["vpn"].id), "channel": "EMAIL",
    }  # fmt: skip
    opened = (await amir.post("/api/v1/tickets", json=whole)).json()
    assert (opened["status"], opened["requester"]["displayName"], opened["assignee"]["displayName"]) == (
        "ASSIGNED", "Rosa Diaz", "Lena Brandt",
    )  # fmt: skip
    notes = (await amir.get(f"/api/v1/tickets/{opened['id']}/messages")).json()["items"]
    assert [(note["type"], note["body"]) for note in notes] == [("INTERNAL", "She called.")]

    impossible = {**whole, "assigneeId": str(world.otto.id)}
    refused(await amir.post("/api/v1/tickets", json=impossible), 422, "assigneeId")
    assert (await amir.get("/api/v1/tickets/counts")).json()["total"] == 1, "all of it or nothing"


async def test_an_agent_tags_and_describes_what_routing_sends_beyond_their_sight(world: World) -> None:
    amir, hana = await world.client(world.amir), await world.client(world.hana)
    ona = await world.client(world.ona, Scope.ADMIN)
    rule = {"name": "Pay", "priority": 1, "keywords": ["salary"], "teamId": str(world.hr.id)}
    assert (await ona.post("/api/v1/routing-rules", json=rule)).status_code == 201
    told = {
        "subject": "My salary", "requesterId": str(world.rosa.id), "tags": ["pay"],
        "message": {"type": "INTERNAL", "body": "She called."},
    }  # fmt: skip
    opened = await amir.post("/api/v1/tickets", json=told)

    assert opened.status_code == 201
    where = opened.headers["location"]
    refused(await amir.get(where), 404)
    assert (await hana.get(where)).json()["tags"] == ["pay"]
    (note,) = (await hana.get(f"{where}/messages")).json()["items"]
    assert (note["type"], note["body"]) == ("INTERNAL", "She called.")


async def test_what_names_nothing_that_is_there_is_unprocessable(world: World) -> None:
    amir = await world.client(world.amir)
    for name in ("teamId", "requesterId", "categoryId"):
        refused(await amir.post("/api/v1/tickets", json={"subject": "VPN", name: _NOBODY}), 422, name)
    _, _, path = await _of_it(world)
    refused(await amir.patch(path, json={"categoryId": _NOBODY}), 422, "categoryId")
    refused(await amir.post(f"{path}/assign", json={"teamId": _NOBODY}), 422, "teamId")
    refused(await amir.post(f"{path}/assign", json={"assigneeId": _NOBODY}), 422, "assigneeId")
    refused(await amir.post(f"{path}/assign", json={}), 400, "")


async def test_what_is_for_agents_is_forbidden_to_others(world: World) -> None:
    rosa = await world.client(world.rosa)
    for more in (
        {"requesterId": str(world.otto.id)},
        {"assigneeId": str(world.amir.id), "teamId": str(world.it.id)},
        {"message": {"type": "INTERNAL", "body": "A note"}},
    ):
        refused(await rosa.post("/api/v1/tickets", json={"subject": "VPN", **more}), 403)
    _, _, path = await _of_it(world)
    refused(await rosa.patch(path, json={"priority": "P1"}), 403)
    refused(await rosa.post(f"{path}/assign", json={"assigneeId": str(world.amir.id)}), 403)
    refused(await rosa.post(f"{path}/transition", json={"status": "RESOLVED"}), 403)
    refused(await rosa.post(f"{path}/messages", json={"type": "INTERNAL", "body": "A note"}), 403)


async def test_only_what_is_sent_changes_and_nothing_at_all_writes_nothing(world: World) -> None:
    amir, ticket, path = await _of_it(world)
    changed = await amir.patch(path, json={"priority": "P1", "categoryId": str(world.categories["vpn"].id)})
    assert (changed.json()["priority"], changed.json()["category"]["slug"]) == ("P1", "vpn")
    assert (changed.json()["subject"], changed.headers["etag"]) == (ticket.subject, '"5"')

    same = await amir.patch(path, json={"priority": "P1", "subject": ticket.subject})
    assert (same.json(), same.headers["etag"]) == (changed.json(), '"5"')
    assert (await amir.patch(path, json={"categoryId": None})).json()["category"] is None
    assert (await amir.patch(path, json={})).headers["etag"] == '"6"'


@pytest.mark.parametrize("call", ["", "/transition", "/assign"])
async def test_a_change_based_on_an_older_version_is_refused(world: World, call: str) -> None:
    amir, _, path = await _of_it(world)
    body = {"": {"priority": "P1"}, "/transition": {"status": "RESOLVED"}, "/assign": {"assigneeId": None}}[call]
    method = "POST" if call else "PATCH"
    for stale in ('"2"', 'W/"2"', '"99"', '"1", "2"', "2", '"two"', ""):
        refused(await amir.request(method, path + call, json=body, headers={"If-Match": stale}), 412)
    assert (await amir.get(path)).headers["etag"] == '"3"', "nothing has happened"

    answer = await amir.request(method, path + call, json=body, headers={"If-Match": '"1", "3"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{answer.json()["version"]}"')
    assert (await amir.request(method, path + call, json=body, headers={"If-Match": "*"})).status_code == 200


async def test_the_body_may_say_the_version_too(world: World) -> None:
    amir, _, path = await _of_it(world)
    refused(await amir.patch(path, json={"priority": "P1", "version": 2}), 412)
    assert (await amir.patch(path, json={"priority": "P1", "version": 3})).status_code == 200


async def test_of_two_who_change_the_same_version_one_is_told(world: World) -> None:
    amir, _, path = await _of_it(world)
    seen = {"If-Match": '"3"'}
    answers = await asyncio.gather(*(amir.patch(path, json={"priority": p}, headers=seen) for p in ("P1", "P2")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_an_impossible_move_names_the_possible_ones(world: World) -> None:
    amir, _, path = await _of_it(world, status=TicketStatus.RESOLVED)
    problem = refused(await amir.post(f"{path}/transition", json={"status": "TRIAGED"}), 409)
    assert problem["allowed"] == ["CLOSED", "REOPENED"]
    assert "CLOSED, REOPENED" in problem["detail"]
    assert (await amir.post(f"{path}/transition", json={"status": "REOPENED"})).json()["status"] == "REOPENED"


async def test_who_gives_a_ticket_away_may_lose_sight_of_it(world: World) -> None:
    amir, _, path = await _of_it(world)
    answer = await amir.post(f"{path}/assign", json={"teamId": str(world.hr.id)})
    assert (answer.status_code, answer.content) == (204, b"")
    refused(await amir.get(path), 404)
    moved = (await (await world.client(world.hana)).get(path)).json()
    assert (moved["assignedTeam"]["slug"], moved["assignee"], moved["status"]) == ("hr", None, "TRIAGED")


async def test_a_reply_and_its_status_happen_together_or_not_at_all(world: World) -> None:
    amir, _, path = await _of_it(world)
    reply = {"type": "PUBLIC", "body": "Done.", "status": "RESOLVED"}
    assert (await amir.post(f"{path}/messages", json=reply)).status_code == 201
    assert (await amir.get(path)).json()["status"] == "RESOLVED"
    refused(await amir.post(f"{path}/messages", json={**reply, "status": "TRIAGED"}), 409)
    assert len((await amir.get(f"{path}/messages")).json()["items"]) == 1
    refused(await amir.post(f"{path}/messages", json={"type": "PUBLIC", "body": " \n"}), 400, "body")


async def test_a_ticket_answers_to_its_id_its_number_and_its_display_id(world: World) -> None:
    amir, ticket, path = await _of_it(world)
    whole = (await amir.get(path)).json()
    for ref in (ticket.number, ticket.display_id, str(ticket.display_id).lower(), str(ticket.id).upper()):
        assert (await amir.get(f"/api/v1/tickets/{ref}")).json() == whole
    before = await amir.get(path, params={"asOf": "2026-03-02T08:59:59Z"})
    refused(before, 404)
