"""Merging and parting tickets through REST."""

import pytest
from api_answers import refused

from world import World

pytestmark = pytest.mark.anyio


async def test_the_survivor_answers_and_the_merged_one_says_where_it_went(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    path = f"/api/v1/tickets/{ticket.display_id}"
    for into in (survivor.number, str(survivor.number), survivor.display_id, str(survivor.id)):
        answer = await amir.post(f"{path}/merge", json={"into": into})
        assert (answer.status_code, answer.json()["id"]) == (200, str(survivor.id)), answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    merged = (await rosa.get(path)).json()
    assert (merged["status"], merged["mergedIntoId"]) == ("CLOSED", str(survivor.id))

    written = await rosa.post(f"{path}/messages", json={"type": "PUBLIC", "body": "Still?"})
    assert (written.status_code, written.json()["ticketId"]) == (201, str(survivor.id))
    refused(await amir.post(f"{path}/transition", json={"status": "REOPENED"}), 409)

    parted = (await amir.post(f"{path}/unmerge")).json()
    assert (parted["id"], parted["status"], "mergedIntoId" in parted) == (str(ticket.id), "NEW", False)
    assert [m["body"] for m in (await rosa.get(f"{path}/messages")).json()["items"]] == ["Still?"]
    refused(await amir.post(f"{path}/unmerge"), 409)


async def test_what_cannot_be_merged_is_refused_and_what_is_hidden_looks_absent(world: World) -> None:
    ticket, other, hidden = [await world.ticket(team=team) for team in (world.it, world.it, world.hr)]
    amir, otto = await world.client(world.amir), await world.client(world.otto)
    path = f"/api/v1/tickets/{ticket.id}/merge"
    answers = [await amir.post(path, json={"into": str(into)}) for into in (hidden.id, hidden.number, "HR-999", 99999)]
    assert len({refused(answer, 422, "into")["detail"] for answer in answers}) == 1
    refused(await amir.post(path, json={"into": str(ticket.id)}), 422, "into")
    refused(await amir.post(path, json={}), 400, "into")
    refused(await amir.post(path, json={"into": None}), 400, "into")
    refused(await (await world.client(world.rosa)).post(path, json={"into": str(other.id)}), 403)
    refused(await otto.post(path, json={"into": str(other.id)}), 404)
    refused(await otto.post(f"/api/v1/tickets/{ticket.id}/unmerge"), 404)


async def test_nothing_is_merged_into_what_was_deleted_and_a_reply_says_so(world: World) -> None:
    ticket, survivor = await world.ticket(team=world.it), await world.ticket(team=world.it)
    tara, rosa = await world.client(world.tara), await world.client(world.rosa)
    assert (await tara.post(f"/api/v1/tickets/{ticket.id}/merge", json={"into": str(survivor.id)})).status_code == 200
    assert (await tara.delete(f"/api/v1/tickets/{survivor.id}")).status_code == 204
    path = f"/api/v1/tickets/{ticket.id}"
    refused(await rosa.post(f"{path}/messages", json={"type": "PUBLIC", "body": "Hello?"}), 409)
    assert (await tara.post(f"{path}/unmerge")).status_code == 200
    assert (await rosa.post(f"{path}/messages", json={"type": "PUBLIC", "body": "Hello?"})).status_code == 201
    assert await world.differences() == []
