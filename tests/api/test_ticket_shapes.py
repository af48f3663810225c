"""The JSON of tickets, messages and events, name by name, as scripts rely on it (shapes.md)."""

import pytest
from api_answers import kinds

from codex.tickets import access, followers, queries
from codex.tickets.models import AccessLevel
from world import World

pytestmark = pytest.mark.anyio
_PERSON = {"id": "id", "displayName": "str"}
_CONTACT = {**_PERSON, "email": "str"}
_PLACE = {"id": "id", "name": "str", "slug": "str"}
ITEM = {
    "id": "id", "number": "int", "displayId": "str", "subject": "str", "status": "str", "priority": "str",
    "channel": "str", "requester": _CONTACT, "assignedTeam": _PLACE, "assignee": _PERSON, "category": _PLACE,
    "dueAt": "NoneType", "firstResponseDueAt": "NoneType", "firstResponseAt": "NoneType", "slaPausedAt": "NoneType",
    "resolvedAt": "NoneType", "closedAt": "NoneType", "completedAt": "NoneType", "createdAt": "instant",
    "updatedAt": "instant", "version": "int", "tags": [], "followUpAt": "NoneType", "isUnread": "bool",
}  # fmt: skip
INTERNAL = ("tags", "followUpAt", "access", "slaState")
_GRANT = {"teamId": "id", "accessLevel": "str", "expiresAt": "NoneType"}
WHOLE = {**ITEM, "description": "str", "customFields": [], "followers": [_PERSON], "access": [_GRANT],
         "slaState": {"firstResponse": "NoneType", "resolution": "NoneType"}}  # fmt: skip
MESSAGE = {
    "id": "id", "ticketId": "id", "author": _PERSON, "type": "str", "body": "str", "bodyHtml": "str",
    "attachments": [], "createdAt": "instant", "editedAt": "NoneType", "isRedacted": "bool", "mentions": [],
    "delivery": "NoneType",
}  # fmt: skip


async def _everything(world: World) -> str:
    ticket = await world.ticket(team=world.it, assignee=world.amir, category=next(iter(world.categories.values())))
    async with world.work(as_=world.amir) as work:
        found = await queries.visible(work, ticket.id, lock=True)
        await followers.add(work, found, world.otto)
        await access.grant(work, found, world.hr, AccessLevel.READ)
    return ticket.display_id or ""


async def test_a_ticket_has_these_names_and_kinds_of_values(world: World) -> None:
    ref = await _everything(world)
    amir = await world.client(world.amir)
    assert kinds((await amir.get(f"/api/v1/tickets/{ref}")).json()) == WHOLE
    listed = (await amir.get("/api/v1/tickets")).json()
    assert kinds(listed) == {"items": [ITEM], "nextCursor": "NoneType"}


async def test_what_one_may_not_see_is_left_out_rather_than_empty(world: World) -> None:
    ref = await _everything(world)
    for person, requester in ((world.rosa, _CONTACT), (world.otto, _PERSON)):
        client = await world.client(person)
        whole, item = (
            {**{name: kind for name, kind in shape.items() if name not in INTERNAL}, "requester": requester}
            for shape in (WHOLE, ITEM)
        )
        assert kinds((await client.get(f"/api/v1/tickets/{ref}")).json()) == whole
        assert kinds((await client.get("/api/v1/tickets")).json()["items"]) == [item]


async def test_nothing_is_null_where_there_is_nobody_and_nothing(world: World) -> None:
    await world.ticket()
    ticket = (await (await world.client(world.rosa)).get("/api/v1/tickets/1")).json()
    assert [ticket[name] for name in ("assignedTeam", "assignee", "category")] == [None, None, None]
    assert [ticket["customFields"], ticket["followers"], ticket["displayId"]] == [[], [], "TKT-1"]


async def test_instants_are_in_utc_with_z_whatever_the_zone_they_came_in(world: World) -> None:
    ticket = await world.ticket(at="2026-03-02T10:00:00.5+01:00")
    answer = await (await world.client(world.rosa)).get(f"/api/v1/tickets/{ticket.id}")
    assert answer.json()["createdAt"] == "2026-03-02T09:00:00.500000Z"


async def test_a_past_ticket_has_what_history_holds(world: World) -> None:
    ref = await _everything(world)
    amir = await world.client(world.amir)
    then = (await amir.get(f"/api/v1/tickets/{ref}", params={"asOf": "2027-01-01T00:00:00Z"})).json()
    assert kinds(then) == {name: kind for name, kind in WHOLE.items() if name not in ("isUnread", "slaState")}


async def test_a_message_has_these_names_when_written_and_when_read(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    amir = await world.client(world.amir)
    path = f"/api/v1/tickets/{ticket.number}/messages"
    written = await amir.post(path, json={"type": "PUBLIC", "body": "Have you **tried** it?<script>"})

    assert written.status_code == 201
    assert kinds(written.json()) == MESSAGE
    assert written.json()["bodyHtml"] == "<p>Have you <strong>tried</strong> it?&lt;script&gt;</p>\n"
    assert (await amir.get(path)).json() == {"items": [written.json()], "nextCursor": None}


async def test_an_event_has_these_names(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    answer = (await (await world.client(world.amir)).get(f"/api/v1/tickets/{ticket.id}/events")).json()

    assert [event["type"] for event in answer["items"]] == ["TICKET_CREATED", "ASSIGNED", "STATUS_CHANGED"]
    assert kinds(answer["items"][1:]) == [
        {
            "id": "id", "type": "str", "payload": {"from": "NoneType", "to": "id"},
            "actor": {"kind": "str", "id": "id", "name": "str"}, "cause": "NoneType", "version": "int",
            "createdAt": "instant",
        }
    ]  # fmt: skip
    assert answer["items"][1]["actor"] == {"kind": "person", "id": str(world.amir.id), "name": "Amir Haddad"}
    assert answer["items"][2]["payload"] == {"from": "NEW", "to": "ASSIGNED"}


async def test_counts_are_grouped_with_nobody_as_none(world: World) -> None:
    await world.ticket(team=world.it, assignee=world.amir)
    await world.ticket(team=world.it)
    await world.ticket(team=world.hr)
    counts = (await (await world.client(world.amir)).get("/api/v1/tickets/counts")).json()
    assert counts == {
        "total": 2, "byStatus": {"NEW": 1, "ASSIGNED": 1}, "byTeam": {str(world.it.id): 2},
        "byAssignee": {str(world.amir.id): 1, "none": 1},
        "bySlaState": {"none": 2},
    }  # fmt: skip
