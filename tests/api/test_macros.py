"""Macros: what goes with a prepared text, looked at before, used on one ticket and on many, by people with rights."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from api_answers import refused
from sqlalchemy import select, text

from codex.identity.models import User
from codex.kernel.actor import Scope
from codex.notifications.models import Notification, NotificationOutbox
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
URGENT = {"type": "set_priority", "priority": "P1"}
VPN = {"type": "add_tag", "tag": "vpn"}
CONTENT = "Hello {{requester.firstName}}, {{agent.firstName}} is on {{ticket.displayId}}."
ON_TICKET = "/api/v1/tickets/{}/macro"


async def macro(world: World, *actions: dict[str, Any], by: User | None = None, **more: Any) -> str:
    """Everybody's, unless it is said whose."""
    client = await world.client(by or world.ona)
    whose = more or ({} if by else {"isGlobal": True})
    body = {"name": "On it", "content": CONTENT, "actions": list(actions), **whose}
    answer = await client.post("/api/v1/canned-responses", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def use(client: httpx.AsyncClient, ticket: Ticket, key: str, **more: Any) -> httpx.Response:
    return await client.post(ON_TICKET.format(ticket.id), json={"cannedResponseId": key, **more})


async def look(client: httpx.AsyncClient, ticket: Ticket, key: str) -> httpx.Response:
    return await client.post(ON_TICKET.format(ticket.id) + "/preview", json={"cannedResponseId": key})


async def everything(world: World) -> list[Any]:
    """What a preview could have changed, byte for byte."""
    tables = ("tickets", "ticket_events", "ticket_messages", "ticket_tags", "tags", "notifications", "teams",
              "notification_outbox", "automation_executions", "ticket_followers", "custom_field_values")  # fmt: skip
    async with world.session() as session:
        return [list((await session.execute(text(f"SELECT t::text FROM {t} t ORDER BY 1"))).scalars()) for t in tables]


async def test_a_preview_tells_what_would_change_and_changes_nothing(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    key = await macro(
        world, URGENT, VPN, {"type": "assign_round_robin"}, {"type": "add_internal_note", "body": "{{team.name}}"},
        {"type": "notify", "roles": ["TEAM"]}, {"type": "send_email", "to": "a@b.example", "subject": "S", "body": "B"},
        {"type": "set_status", "status": "IN_PROGRESS"}, {"type": "unassign"},
    )  # fmt: skip
    before = await everything(world)
    answer = await look(amir, ticket, key)
    told = answer.json()

    assert (answer.status_code, told["cannedResponseId"]) == (200, key)
    assert told["body"] == "Hello Rosa, Amir is on IT-1."
    assert [(step["type"], "error" in step) for step in told["actions"]] == [
        (kind, False) for kind in ("set_priority", "add_tag", "assign_round_robin", "add_internal_note", "notify",
                                   "send_email", "set_status", "unassign")
    ]  # fmt: skip
    assert told["actions"][0]["changed"] == [{"fact": "PRIORITY_CHANGED", "from": "P3", "to": "P1"}]
    assert [fact["fact"] for step in told["actions"][1:4] for fact in step["changed"]] == [
        "TAG_ADDED", "ASSIGNED", "STATUS_CHANGED", "MESSAGE_ADDED",
    ]  # fmt: skip
    assert await everything(world) == before
    assert (await look(amir, ticket, key)).json()["actions"][2] == told["actions"][2]  # no turn was taken


async def test_what_would_be_refused_is_told_before(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    key = await macro(world, URGENT, {"type": "assign_user", "userId": str(world.hana.id)}, VPN)
    steps = (await look(amir, ticket, key)).json()["actions"]

    assert [step["type"] for step in steps] == ["set_priority", "assign_user"]
    assert "active member of the ticket's team" in steps[1]["error"] and steps[1]["changed"] == []
    refused(await use(amir, ticket, key, body="Hello"), 422)
    after = await world.reload(ticket)
    assert (after.priority, await world.messages(ticket)) == (TicketPriority.P3, [])


async def test_a_macro_is_used_in_the_name_of_who_uses_it(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    key = await macro(world, URGENT, VPN, {"type": "add_internal_note", "body": "By {{agent.firstName}}"},
                      {"type": "set_status", "status": "WAITING_ON_REQUESTER"})  # fmt: skip
    answer = await use(amir, ticket, key, body="I wrote this {{myself}}.")
    told = answer.json()

    reply, note = await world.messages(ticket)
    assert answer.status_code == 200 and told["messageId"] == str(reply.id)
    assert (reply.type, reply.body, reply.author_id) == (
        MessageType.PUBLIC, "I wrote this {{myself}}.", world.amir.id
    )  # fmt: skip
    assert (note.type, note.body, note.author_id) == (MessageType.INTERNAL, "By Amir", world.amir.id)
    after = await world.reload(ticket)
    assert (after.priority, after.status) == (TicketPriority.P1, TicketStatus.WAITING_ON_REQUESTER)
    assert after.first_response_at is not None
    assert [step["type"] for step in told["actions"]] == ["set_priority", "add_tag", "add_internal_note", "set_status"]
    doers = {
        (event.actor_kind, event.created_by_id) for event in await world.events(ticket) if event.type == "TAG_ADDED"
    }
    assert doers == {("person", world.amir.id)}
    assert await world.differences() == []


async def test_nothing_is_sent_unless_it_is_asked_for(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    answer = await use(amir, ticket, await macro(world, URGENT))

    assert (answer.json()["messageId"], await world.messages(ticket)) == (None, [])
    assert (await world.reload(ticket)).priority is TicketPriority.P1
    refused(await use(amir, ticket, await macro(world, URGENT), body=" "), 400, "body")


async def test_each_step_needs_the_right_of_the_person(world: World) -> None:
    """An agent gives away what is theirs or free, and not what another has."""
    key = await macro(world, VPN, {"type": "assign_team", "teamId": str(world.facilities.id)})
    taken = await world.ticket(team=world.it, assignee=world.lena)
    amir, hana, rosa = [await world.client(person) for person in (world.amir, world.hana, world.rosa)]

    refused(await use(amir, taken, key), 403)
    assert (await look(amir, taken, key)).json()["actions"][1]["error"]
    refused(await use(hana, taken, key), 404)
    refused(await look(hana, taken, key), 404)
    for answer in (await use(rosa, taken, key), await look(rosa, taken, key)):
        refused(answer, 403)
    assert (await world.reload(taken)).assigned_team_id == world.it.id
    async with world.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM ticket_tags")) == 0
    free = await world.ticket(team=world.it)
    assert (await use(amir, free, key)).status_code == 200
    assert (await world.reload(free)).assigned_team_id == world.facilities.id


async def test_texts_of_others_and_none_at_all_are_the_same(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    of_lena, of_hr = await macro(world, VPN, by=world.lena), await macro(world, VPN, teamId=str(world.hr.id))
    for key in (of_lena, of_hr, str(uuid4())):
        refused(await use(amir, ticket, key), 422, "cannedResponseId")
        refused(await look(amir, ticket, key), 422, "cannedResponseId")
    lena = await world.client(world.lena)
    assert (await use(lena, ticket, of_lena)).status_code == 200


async def test_a_preview_needs_no_more_than_reading(world: World) -> None:
    ticket, key = await world.ticket(team=world.it), await macro(world, URGENT)
    reader = await world.client(world.amir, Scope.READ)

    assert (await look(reader, ticket, key)).status_code == 200
    refused(await use(reader, ticket, key), 403)


async def test_what_is_broken_is_shown_and_not_used(world: World) -> None:
    key = await macro(world, URGENT, {"type": "assign_team", "teamId": str(world.facilities.id)})
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    ona = await world.client(world.ona, Scope.ADMIN)
    path = f"/api/v1/canned-responses/{key}"
    assert (await amir.get(path)).json()["broken"] == []
    assert (await ona.patch(f"/api/v1/teams/{world.facilities.id}", json={"isActive": False})).status_code == 200

    said = [{"path": "actions[1].teamId", "message": "There is no such active team."}]
    assert (await amir.get(path)).json()["broken"] == said
    assert [row["broken"] for row in (await amir.get("/api/v1/canned-responses")).json()["items"]] == [said]
    assert (await use(amir, ticket, key)).status_code == 422
    assert (await world.reload(ticket)).priority is TicketPriority.P3


async def test_what_a_macro_tells_others_goes_the_way_of_rules(world: World) -> None:
    ticket, amir = await world.ticket(team=world.it), await world.client(world.amir)
    mail = {"type": "send_email", "to": "Pager@Acme.example", "subject": "{{ticket.displayId}}", "body": "Look."}
    key = await macro(world, {"type": "notify", "userIds": [str(world.lena.id)], "text": "See {{ticket.url}}"}, mail)
    assert (await use(amir, ticket, key)).status_code == 200

    async with world.session() as session:
        told = (await session.scalars(select(Notification).where(Notification.title.contains("On it")))).one()
        sent = (await session.scalars(select(NotificationOutbox).where(NotificationOutbox.subject == "IT-1"))).one()
    assert (told.user_id, told.title) == (world.lena.id, "IT-1: On it")
    assert (sent.to_email, sent.body) == ("pager@acme.example", "Look.")


async def test_a_macro_on_many_tickets_has_a_result_for_each_and_is_undone(world: World) -> None:
    tickets = [await world.ticket(team=world.it) for _ in range(3)]
    lenas = await world.ticket(team=world.it, assignee=world.lena)
    key = await macro(
        world, URGENT, VPN, {"type": "add_follower", "userId": str(world.otto.id)},
        {"type": "assign_user", "userId": str(world.amir.id)},
    )  # fmt: skip
    amir = await world.client(world.amir)
    body = {"ids": [str(t.id) for t in (*tickets, lenas)], "changes": {"cannedResponseId": key}}
    answer = (await amir.post("/api/v1/tickets/bulk", json=body)).json()

    assert [result["ok"] for result in answer["results"]] == [True, True, True, False]
    assert answer["results"][3]["problem"]["status"] == 403
    for ticket in tickets:
        after = await world.reload(ticket)
        assert (after.priority, after.assignee_id) == (TicketPriority.P1, world.amir.id)
        assert [m.body for m in await world.messages(ticket)] == [f"Hello Rosa, Amir is on {after.display_id}."]
    assert (await world.reload(lenas)).priority is TicketPriority.P3 and await world.messages(lenas) == []

    undone = (await amir.post(f"/api/v1/tickets/bulk/{answer['undoId']}/undo")).json()
    assert [(result["ok"], result["remains"]) for result in undone["results"]] == [(True, ["message", "followers"])] * 3
    for ticket in tickets:
        after = await world.reload(ticket)
        assert (after.priority, after.assignee_id) == (TicketPriority.P3, None)
    async with world.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM ticket_tags")) == 0
    assert await world.differences() == []
