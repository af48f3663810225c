"""What one may not see answers exactly as what does not exist, through every door of the API."""

from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NOTHING = "00000000-0000-7000-8000-000000000000"
_CALLS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("GET", "?asOf=2026-03-02T09:00:00Z", None),
    ("GET", "/messages", None),
    ("GET", "/messages?cursor=x", None),
    ("GET", "/events", None),
    ("PATCH", "", {"priority": "P1"}),
    ("PATCH", "", {"subject": ""}),
    ("PATCH", "", {"categoryId": "00000000-0000-7000-8000-000000000000"}),
    ("PATCH", "", {"priority": "P1", "version": 1}),
    ("POST", "/transition", {"status": "CLOSED"}),
    ("POST", "/transition", {"status": "NEW"}),
    ("POST", "/assign", {"assigneeId": None}),
    ("POST", "/assign", {"teamId": "00000000-0000-7000-8000-000000000000"}),
    ("POST", "/messages", {"type": "PUBLIC", "body": "Let me in"}),
    ("POST", "/messages", {"type": "INTERNAL", "body": ""}),
    ("POST", "/merge", {"into": 1}),
    ("POST", "/unmerge", None),
    ("GET", "/visibility", None),
    ("GET", "/visibility?as=x", None),
    ("GET", "/explain", None),
    ("PATCH", f"/messages/{_NOTHING}", {"body": "Let me in"}),
    ("POST", f"/messages/{_NOTHING}/redact", {}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
    ("GET", "/followers", None),
    ("PUT", f"/followers/{_NOTHING}", None),
    ("DELETE", f"/followers/{_NOTHING}", None),
    ("GET", "/watchers", None),
    ("GET", "/access", None),
    ("PUT", f"/access/{_NOTHING}", {"accessLevel": "READ"}),
    ("DELETE", f"/access/{_NOTHING}", None),
    ("GET", "/tags", None),
    ("PUT", "/tags/vpn", None),
    ("DELETE", "/tags/vpn", None),
    ("GET", "/links", None),
    ("POST", "/links", {"ticketId": "1", "type": "RELATED"}),
    ("DELETE", f"/links/{_NOTHING}", None),
    ("PUT", "/read", None),
    ("DELETE", "/read", None),
    ("GET", "/draft", None),
    ("PUT", "/draft", {"type": "PUBLIC", "body": "x"}),
    ("DELETE", "/draft", None),
]


def _bare(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.json(), headers


async def test_a_ticket_of_others_is_no_ticket(world: World) -> None:
    ticket = await world.ticket(team=world.hr, assignee=world.hana)
    hidden = (str(ticket.id), str(ticket.number), str(ticket.display_id))
    absent = ("00000000-0000-7000-8000-000000000000", "999999", "HR-999999", "9" * 30, "-1", "x" * 3000)
    stale = {"If-Match": '"1"'}
    for person in (world.otto, world.tara):
        client = await world.client(person, Scope.ADMIN)
        for method, part, body in _CALLS:
            answers = [
                _bare(await client.request(method, f"/api/v1/tickets/{ref}{part}", json=body, headers=stale))
                for ref in (*hidden, *absent)
            ]
            assert answers == [answers[0]] * len(answers), (person.email, method, part)
            assert answers[0][0] == 404, (person.email, method, part)
    assert (await world.reload(ticket)).version == ticket.version


async def test_it_is_in_no_list_and_no_count(world: World) -> None:
    ticket = await world.ticket(team=world.hr, assignee=world.hana)
    amir = await world.client(world.amir)
    for query in ("", "team=hr", f"assignee={world.hana.id}", f"requester={world.rosa.id}", "status=ASSIGNED,NEW"):
        assert (await amir.get(f"/api/v1/tickets?{query}")).json() == {"items": [], "nextCursor": None}
        counts = (await amir.get(f"/api/v1/tickets/counts?{query}")).json()
        assert counts == {"total": 0, "byStatus": {}, "byTeam": {}, "byAssignee": {}, "bySlaState": {}}
    hana = await world.client(world.hana)
    assert [t["id"] for t in (await hana.get("/api/v1/tickets")).json()["items"]] == [str(ticket.id)]


async def test_a_requester_reads_no_note_and_no_internal_fact(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    path = f"/api/v1/tickets/{ticket.id}"
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    await amir.post(f"{path}/messages", json={"type": "INTERNAL", "body": "She is impatient."})
    await amir.post(f"{path}/messages", json={"type": "PUBLIC", "body": "On my way."})

    assert [m["body"] for m in (await rosa.get(f"{path}/messages")).json()["items"]] == ["On my way."]
    facts = (await rosa.get(f"{path}/events")).json()["items"]
    assert [fact["payload"]["type"] for fact in facts if fact["type"] == "MESSAGE_ADDED"] == ["PUBLIC"]
    assert "impatient" not in (await rosa.get(f"{path}/events")).text


async def test_deactivated_people_and_closed_teams_are_there_for_owners_only(world: World) -> None:
    ona, rosa = await world.client(world.ona, Scope.ADMIN), await world.client(world.rosa)
    otto, finance = f"/api/v1/users/{world.otto.id}", "/api/v1/teams/finance"
    for path in (otto, finance):
        assert (await ona.patch(path, json={"isActive": False})).json()["isActive"] is False
        refused(await rosa.get(path), 404)
        assert (await ona.get(path)).status_code == 200
    assert "Otto" not in (await rosa.get("/api/v1/users")).text
    assert "finance" not in (await rosa.get("/api/v1/teams")).text
    for nothing in ("00000000-0000-7000-8000-000000000000", "otto", "%00", "x%2Fy"):
        refused(await rosa.get(f"/api/v1/users/{nothing}"), 404)
        refused(await rosa.get(f"/api/v1/teams/{nothing}"), 404)
