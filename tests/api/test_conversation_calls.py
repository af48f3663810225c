"""Messages over the API: edited, redacted, for the team, calling people, too late; tickets opened whole, deleted."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_answers import kinds, refused

from codex.kernel import clock
from codex.tickets.models import Ticket, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"


async def _of_it(world: World, **more: Any) -> tuple[httpx.AsyncClient, Ticket, str]:
    ticket = await world.ticket(team=world.it, assignee=world.amir, **more)
    return await world.client(world.amir), ticket, f"/api/v1/tickets/{ticket.id}"


async def _write(client: httpx.AsyncClient, path: str, body: str, **more: Any) -> Any:
    answer = await client.post(f"{path}/messages", json={"type": "INTERNAL", "body": body, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_note_is_written_edited_and_taken_back(world: World) -> None:
    amir, _, path = await _of_it(world)
    note = await _write(amir, path, "See **@lena**", isTeamOnly=True)
    assert kinds(note) == {
        "id": "id", "ticketId": "id", "author": {"id": "id", "displayName": "str"}, "type": "str", "body": "str",
        "bodyHtml": "str", "attachments": [], "mentions": [{"id": "id", "displayName": "str"}], "createdAt": "instant",
        "editedAt": "NoneType", "isRedacted": "bool", "isTeamOnly": "bool", "delivery": "NoneType",
    }  # fmt: skip
    one = f"{path}/messages/{note['id']}"
    edited = (await amir.patch(one, json={"body": "Se@lena, look"})).json()
    assert (edited["body"], edited["mentions"], edited["editedAt"][-1]) == ("Se@lena, look", [], "Z")
    refused(await amir.patch(one, json={"body": ""}), 400, "body")
    refused(await (await world.client(world.lena)).patch(one, json={"body": "Hers"}), 403)

    gone = (await amir.post(f"{one}/redact", json={"reason": "Not nice"})).json()
    assert (gone["body"], gone["bodyHtml"], gone["isRedacted"], gone["mentions"]) == ("", "", True, [])
    assert (await amir.get(f"{path}/messages")).json()["items"] == [gone]
    told = (await amir.get(f"{path}/events")).json()["items"][-1]
    assert (told["type"], told["payload"]["reason"]) == ("MESSAGE_REDACTED", "Not nice")
    refused(await amir.patch(one, json={"body": "Again"}), 409)
    assert (await amir.post(f"{one}/redact", json={})).status_code == 200
    assert await world.differences() == []


async def test_a_message_is_found_on_its_ticket_by_who_sees_it(world: World) -> None:
    amir, _, path = await _of_it(world)
    _, _, elsewhere = await _of_it(world)
    note = await _write(amir, path, "A note")
    rosa, lena = await world.client(world.rosa), await world.client(world.lena)
    for client, where, message_id in (
        (rosa, path, note["id"]), (lena, elsewhere, note["id"]), (lena, path, _NOBODY), (lena, path, "x"),
    ):  # fmt: skip
        refused(await client.post(f"{where}/messages/{message_id}/redact", json={}), 404)
        refused(await client.patch(f"{where}/messages/{message_id}", json={"body": "Mine"}), 404)
    reply = await _write(rosa, path, "Hello", type="PUBLIC")
    assert "isTeamOnly" not in reply
    refused(await rosa.post(f"{path}/messages/{reply['id']}/redact", json={}), 403)
    refused(await amir.post(f"{path}/messages", json={"type": "PUBLIC", "body": "x", "isTeamOnly": True}), 400)


async def test_a_late_reply_answers_with_the_message_on_a_new_ticket(world: World) -> None:
    _, ticket, path = await _of_it(world, status=TicketStatus.CLOSED, at=clock.now() - timedelta(days=15))
    rosa = await world.client(world.rosa)
    body = {"type": "PUBLIC", "body": "It drops again."}
    refused(await rosa.post(f"{path}/messages", json={**body, "status": "REOPENED"}), 409)
    message = await _write(rosa, path, "It drops again.", type="PUBLIC")
    assert message["ticketId"] != str(ticket.id)
    new = f"/api/v1/tickets/{message['ticketId']}"
    assert (await rosa.get(f"{new}/messages")).json()["items"] == [message]
    (link,) = (await rosa.get(f"{new}/links")).json()["items"]
    assert (link["ticketId"], link["type"], link["status"]) == (str(ticket.id), "RELATED", "CLOSED")
    assert (await rosa.get("/api/v1/tickets")).json()["items"][0]["id"] in (message["ticketId"], str(ticket.id))
    assert await world.differences() == []


async def test_a_ticket_is_opened_with_all_that_hangs_on_it_or_not_at_all(world: World) -> None:
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    otto = str(world.otto.id)
    whole = {
        "subject": "VPN", "requesterId": str(world.rosa.id), "teamId": str(world.it.id), "tags": ["b", "A", "a"],
        "followerIds": [otto, otto], "attachmentIds": [], "assigneeId": str(world.amir.id),
        "message": {"type": "PUBLIC", "body": "@otto, we look."},
    }  # fmt: skip
    answer = await amir.post("/api/v1/tickets", json=whole)
    ticket = answer.json()
    assert (answer.status_code, ticket["tags"], [f["id"] for f in ticket["followers"]], ticket["status"]) == (
        201, ["a", "b"], [otto], "ASSIGNED",
    )  # fmt: skip
    (message,) = (await amir.get(f"/api/v1/tickets/{ticket['id']}/messages")).json()["items"]
    assert [person["id"] for person in message["mentions"]] == [otto]
    for name, value, status in (
        ("tags", ["a/b"], 400), ("followerIds", [_NOBODY], 422), ("attachmentIds", [_NOBODY], 422),
    ):  # fmt: skip
        refused(await amir.post("/api/v1/tickets", json={**whole, name: value}), status, name)
    own = {"subject": "VPN", "teamId": str(world.it.id)}
    refused(await rosa.post("/api/v1/tickets", json={**own, "tags": ["a"]}), 403)
    assert (await rosa.post("/api/v1/tickets", json={**own, "followerIds": [otto]})).status_code == 201
    assert (await amir.get("/api/v1/tickets/counts")).json()["total"] == 2
    assert await world.differences() == []


async def test_a_ticket_is_put_off_and_given_to_another_requester(world: World) -> None:
    amir, _, path = await _of_it(world)
    lena, rosa = await world.client(world.lena), await world.client(world.rosa)
    at = "2099-03-02T10:00:00+01:00"
    assert (await amir.patch(path, json={"followUpAt": at})).json()["followUpAt"] == "2099-03-02T09:00:00Z"
    assert "followUpAt" not in (await rosa.get(path)).json()
    refused(await amir.patch(path, json={"followUpAt": "2020-01-01T00:00:00Z"}), 422, "followUpAt")
    refused(await amir.patch(path, json={"followUpAt": "2099-01-01T00:00:00"}), 400, "followUpAt")
    assert (await amir.patch(path, json={"followUpAt": None})).json()["followUpAt"] is None
    refused(await amir.patch(path, json={"requesterId": str(world.otto.id)}), 403)
    refused(await lena.patch(path, json={"requesterId": _NOBODY}), 422, "requesterId")
    changed = (await lena.patch(path, json={"requesterId": str(world.otto.id)})).json()
    assert changed["requester"]["id"] == str(world.otto.id)
    refused(await rosa.get(path), 404)
    assert await world.differences() == []


async def test_a_ticket_is_deleted_listed_for_who_may_restore_it_and_restored(world: World) -> None:
    amir, ticket, path = await _of_it(world)
    tara = await world.client(world.tara)
    refused(await amir.delete(path), 403)
    refused(await tara.delete(path, headers={"If-Match": '"1"'}), 412)
    answer = await tara.delete(path, headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.content) == (204, b"")
    for client in (amir, tara):
        refused(await client.get(path), 404)
        assert (await client.get("/api/v1/tickets")).json()["items"] == []
    refused(await tara.delete(path), 404)
    assert [t["id"] for t in (await tara.get("/api/v1/tickets?deleted=true")).json()["items"]] == [str(ticket.id)]
    assert (await tara.get("/api/v1/tickets/counts?deleted=true")).json()["total"] == 1
    assert (await amir.get("/api/v1/tickets?deleted=true")).json()["items"] == []
    refused(await tara.get("/api/v1/tickets?deleted=yes"), 400, "deleted")
    refused(await amir.post(f"{path}/restore"), 404)
    restored = await tara.post(f"{path}/restore")
    assert (restored.status_code, restored.headers["etag"]) == (200, '"5"')
    assert (await amir.get(path)).json()["assignee"]["id"] == str(world.amir.id)
    assert (await tara.get("/api/v1/tickets?deleted=false")).json()["items"][0]["id"] == str(ticket.id)
    assert await world.differences() == []
