"""One change of many tickets through REST: each by itself, told one by one, undone as one."""

from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.tickets.models import Ticket, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
PATH = "/api/v1/tickets/bulk"
NOBODY = "00000000-0000-7000-8000-000000000000"


async def bulk(client: httpx.AsyncClient, tickets: list[Ticket], **changes: Any) -> Any:
    answer = await client.post(PATH, json={"ids": [str(ticket.id) for ticket in tickets], "changes": changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def undo(client: httpx.AsyncClient, answer: Any) -> Any:
    undone = await client.post(f"{PATH}/{answer['undoId']}/undo")
    assert undone.status_code == 200, undone.text
    return undone.json()["results"]


async def test_every_kind_of_change_is_made_on_each_ticket_and_undone(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(3)]
    lena = await world.client(world.lena)
    await lena.put(f"/api/v1/tickets/{tickets[0].id}/tags/old")
    before = [(await lena.get(f"/api/v1/tickets/{t.id}")).json() for t in tickets]
    answer = await bulk(
        lena, tickets, priority="P1", categoryId=str(world.categories["vpn"].id), addTags=["VPN", "later"],
        removeTags=["old"], assigneeId=str(world.amir.id), status="IN_PROGRESS",
    )  # fmt: skip
    assert answer["results"] == [{"id": str(t.id), "ok": True} for t in tickets]
    for ticket in tickets:
        row = (await lena.get(f"/api/v1/tickets/{ticket.id}")).json()
        assert (row["priority"], row["category"]["slug"], row["tags"]) == ("P1", "vpn", ["later", "vpn"])
        assert (row["assignee"]["id"], row["status"]) == (str(world.amir.id), "IN_PROGRESS")

    assert await undo(lena, answer) == [{"id": str(t.id), "ok": True} for t in tickets]
    counting = ("version", "updatedAt", "isUnread")
    for ticket, was in zip(tickets, before, strict=True):
        row = (await lena.get(f"/api/v1/tickets/{ticket.id}")).json()
        assert {k: v for k, v in row.items() if k not in counting} == {
            k: v for k, v in was.items() if k not in counting
        }
    assert await world.differences() == []


async def test_partial_success_is_told_and_a_refused_ticket_is_whole(world: World) -> None:
    mine, resolved = await world.ticket(team=world.it), await world.ticket(team=world.it, status=TicketStatus.RESOLVED)
    hidden = await world.ticket(team=world.hr)
    amir = await world.client(world.amir)
    ids = [str(mine.id), str(resolved.id), str(hidden.id), NOBODY, "no name", mine.display_id, str(mine.id)]
    answer = (await amir.post(PATH, json={"ids": ids, "changes": {"priority": "P1", "status": "TRIAGED"}})).json()
    told = {result["id"]: result for result in answer["results"]}
    assert list(told) == [str(mine.id), str(resolved.id), str(hidden.id), NOBODY, "NO NAME"]
    assert told[str(mine.id)] == {"id": str(mine.id), "ok": True}
    assert told[str(resolved.id)]["problem"]["status"] == 409
    assert told[str(resolved.id)]["problem"]["allowed"] == ["CLOSED", "REOPENED"]
    assert told[str(hidden.id)]["problem"] == told[NOBODY]["problem"]
    assert told[NOBODY]["problem"]["status"] == 404
    assert (await world.reload(resolved)).version == resolved.version, "its priority as well stays"


async def test_the_rights_are_those_to_each_step_on_each_ticket(world: World) -> None:
    rosas, lenas = await world.ticket(team=world.it), await world.ticket(team=world.it, assignee=world.lena)
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    results = (await bulk(amir, [rosas, lenas], assigneeId=None))["results"]
    assert [result["ok"] for result in results] == [True, False], "who is not the assignee takes nobody off"
    results = (await bulk(rosa, [rosas], priority="P1"))["results"]
    assert results[0]["problem"]["status"] == 403
    assert (await bulk(rosa, [rosas], status="CLOSED"))["results"] == [{"id": str(rosas.id), "ok": True}]


async def test_a_message_goes_to_each_and_stays_when_the_rest_is_undone(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(2)]
    amir = await world.client(world.amir)
    message = {"type": "PUBLIC", "body": "We are on it."}
    answer = await bulk(amir, tickets, message=message, status="WAITING_ON_VENDOR")
    assert [result["remains"] for result in await undo(amir, answer)] == [["message"]] * 2
    for ticket in tickets:
        assert [m.body for m in await world.messages(ticket)] == ["We are on it."]
        assert (await world.reload(ticket)).status is TicketStatus.NEW


async def test_a_merged_ticket_and_the_one_it_goes_on_as_are_both_changed_and_the_message_is_there_twice(
    world: World,
) -> None:
    survivor, merged = await world.ticket(team=world.it), await world.ticket(team=world.it)
    lena = await world.client(world.lena)
    into = {"into": str(survivor.id)}
    assert (await lena.post(f"/api/v1/tickets/{merged.id}/merge", json=into)).status_code == 200
    note = {"type": "INTERNAL", "body": "Both of you"}
    answer = await bulk(lena, [survivor, merged], priority="P1", message=note)

    assert [result["ok"] for result in answer["results"]] == [True, True]
    assert [(await world.reload(ticket)).priority for ticket in (survivor, merged)] == ["P1", "P1"]
    assert [message.body for message in await world.messages(survivor)] == ["Both of you"] * 2
    assert await world.differences() == []


async def test_a_canned_response_is_filled_in_for_each_ticket(world: World) -> None:
    tickets = [await world.ticket(team=world.it, subject=f"Fire {n}") for n in range(2)]
    amir, hana = await world.client(world.amir), await world.client(world.hana)
    text = {"name": "Hello", "content": "Hello {{requester.firstName}}, about {{ticket.subject}}."}
    made = await amir.post("/api/v1/canned-responses", json=text)
    await bulk(amir, tickets, cannedResponseId=made.json()["id"])
    assert [(await world.messages(t))[0].body for t in tickets] == [f"Hello Rosa, about Fire {n}." for n in range(2)]

    body = {"ids": [str(tickets[0].id)], "changes": {"cannedResponseId": made.json()["id"]}}
    refused(await hana.post(PATH, json=body), 422, "changes.cannedResponseId")
    body["changes"] = {"cannedResponseId": NOBODY}
    refused(await amir.post(PATH, json=body), 422, "changes.cannedResponseId")


async def test_a_transfer_comes_last_and_is_undone_by_who_still_sees_the_ticket(world: World) -> None:
    tickets = [await world.ticket(team=world.it, assignee=world.amir)]
    amir, ona = await world.client(world.amir), await world.client(world.ona)
    answer = await bulk(amir, tickets, teamId=str(world.facilities.id), priority="P1", addTags=["moved"])
    assert answer["results"][0]["ok"]
    assert (await undo(amir, answer))[0]["problem"]["status"] == 404, "it is somebody else's now"

    answer = await bulk(ona, tickets, teamId=str(world.it.id), assigneeId=str(world.lena.id))
    assert (await world.reload(tickets[0])).assignee_id == world.lena.id
    assert (await undo(ona, answer))[0]["ok"]
    row = await world.reload(tickets[0])
    assert (row.assigned_team_id, row.assignee_id, row.status) == (world.facilities.id, None, TicketStatus.TRIAGED)
    assert await world.differences() == []


async def test_a_ticket_of_no_team_goes_back_to_no_team(world: World) -> None:
    ticket = await world.ticket()
    ona = await world.client(world.ona)
    answer = await bulk(ona, [ticket], teamId=str(world.it.id), assigneeId=str(world.amir.id))
    assert (await undo(ona, answer))[0]["ok"]
    row = await world.reload(ticket)
    assert (row.assigned_team_id, row.assignee_id, row.status) == (None, None, TicketStatus.NEW)
    assert await world.differences() == []


async def test_only_what_has_not_changed_since_is_undone_and_only_once_and_by_the_same_person(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(2)]
    lena, amir = await world.client(world.lena), await world.client(world.amir)
    answer = await bulk(lena, tickets, priority="P1")
    await lena.patch(f"/api/v1/tickets/{tickets[0].id}", json={"subject": "Another"})
    path = f"{PATH}/{answer['undoId']}/undo"
    refused(await amir.post(path), 404)
    refused(await lena.post(f"{PATH}/{NOBODY}/undo"), 404)
    refused(await lena.post(f"{PATH}/x/undo"), 404)
    first, second = await undo(lena, answer)
    assert (first["ok"], first["problem"]["status"], second["ok"]) == (False, 409, True)
    assert [(await world.reload(t)).priority.value for t in tickets] == ["P1", "P3"]
    refused(await lena.post(path), 409)


async def test_stamps_are_those_of_before_when_a_reopening_is_undone(world: World) -> None:
    ticket = await world.ticket(team=world.it, status=TicketStatus.RESOLVED)
    lena = await world.client(world.lena)
    answer = await bulk(lena, [ticket], status="REOPENED")
    assert (await undo(lena, answer))[0]["ok"]
    row = await world.reload(ticket)
    assert (row.status, row.resolved_at, row.completed_at) == (ticket.status, ticket.resolved_at, ticket.completed_at)
    assert await world.differences() == []


NONSENSE: list[tuple[Any, str]] = [
    ({"ids": [], "changes": {"priority": "P1"}}, "ids"),
    ({"ids": [NOBODY] * 501, "changes": {"priority": "P1"}}, "ids"),
    ({"ids": [NOBODY], "changes": {}}, "changes"),
    ({"ids": [NOBODY], "changes": {"addTags": []}}, "changes"),
    ({"ids": [NOBODY], "changes": {"priority": "P9"}}, "changes.priority"),
    ({"ids": [NOBODY], "changes": {"colour": "red"}}, "changes.colour"),
    ({"ids": [NOBODY], "changes": {"addTags": ["a/b"]}}, "changes.addTags"),
    ({"ids": [NOBODY], "changes": {"message": {"type": "PUBLIC", "body": " "}}}, "changes.message.body"),
    ({"ids": [NOBODY]}, "changes"),
]


async def test_what_makes_no_sense_for_any_ticket_is_refused_as_a_whole(world: World) -> None:
    amir = await world.client(world.amir)
    for body, path in NONSENSE:
        refused(await amir.post(PATH, json=body), 400, path)


async def test_what_there_is_not_is_refused_as_a_whole(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    amir = await world.client(world.amir)
    for name in ("teamId", "categoryId"):
        body = {"ids": [str(ticket.id)], "changes": {name: NOBODY, "priority": "P1"}}
        refused(await amir.post(PATH, json=body), 422, f"changes.{name}")
    assert (await world.reload(ticket)).version == ticket.version


async def test_what_changes_nothing_writes_nothing_and_there_is_nothing_to_undo(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    lena = await world.client(world.lena)
    answer = await bulk(lena, [ticket], priority="P3", removeTags=["none"])
    assert answer["results"][0]["ok"] and (await world.reload(ticket)).version == ticket.version
    assert await undo(lena, answer) == []
