"""Texts to answer with: whose they are, who keeps them, and what becomes of them for a ticket."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from api_answers import kinds, refused

from codex.classification import fields
from codex.classification.models import FieldType
from world import World

pytestmark = pytest.mark.anyio
PATH = "/api/v1/canned-responses"
TEXT = {"name": "Looking into it", "content": "Hello {{requester.firstName}}, {{ticket.displayId}} is with us."}


async def keep(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post(PATH, json={**TEXT, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_text_from_its_beginning_to_its_end(world: World) -> None:
    amir = await world.client(world.amir)
    made = await amir.post(PATH, json=TEXT)
    path = made.headers["location"]
    assert kinds(made.json()) == {
        "id": "id", "name": "str", "content": "str", "actions": [], "userId": "id", "teamId": "NoneType",
        "isGlobal": "bool", "broken": [], "createdAt": "instant", "updatedAt": "instant",
    }  # fmt: skip
    assert (await amir.get(path)).json() == made.json()
    assert (await amir.get(PATH)).json() == {"items": [made.json()], "nextCursor": None}

    changed = await amir.patch(path, json={"name": "We are on it"})
    assert (changed.json()["name"], changed.json()["content"]) == ("We are on it", TEXT["content"])
    assert (await amir.delete(path)).status_code == 204
    refused(await amir.get(path), 404)


async def test_every_change_of_it_is_on_record(world: World) -> None:
    lena = await world.client(world.lena)
    made = await keep(lena, teamId=str(world.it.id))
    await lena.patch(f"{PATH}/{made['id']}", json={"name": "We are on it"})
    await lena.patch(f"{PATH}/{made['id']}", json={"name": "We are on it"})
    await lena.delete(f"{PATH}/{made['id']}")
    async with world.reading() as reader:
        rows = await reader.all(
            """SELECT type, payload->'from', payload->'to', team_id FROM admin_audit_events
               WHERE payload->>'cannedResponseId' = %(id)s ORDER BY chain_day, chain_position""",
            {"id": made["id"]},
        )
    assert rows == [
        ("CANNED_RESPONSE_ADDED", None, None, world.it.id),
        ("CANNED_RESPONSE_CHANGED", {"name": "Looking into it"}, {"name": "We are on it"}, world.it.id),
        ("CANNED_RESPONSE_REMOVED", None, None, world.it.id),
    ]


async def test_who_keeps_what(world: World) -> None:
    """By the administration table of authorization.md: own, team's, everybody's."""
    table = {"rosa": "xxx", "amir": "Yxx", "lena": "YYx", "tara": "YYx", "hana": "Yxx", "ona": "YYY"}
    for name, cells in table.items():
        client = await world.client(getattr(world, name))
        whose: list[dict[str, Any]] = [{}, {"teamId": str(world.it.id)}, {"isGlobal": True}]
        answers = [await client.post(PATH, json={**TEXT, **one}) for one in whose]
        assert "".join({201: "Y", 403: "x"}[answer.status_code] for answer in answers) == cells, name


async def test_who_sees_what_and_may_change_it(world: World) -> None:
    """`Y` changes it, `x` sees it, `h` does not know of it: Amir's own, IT's, everybody's."""
    clients = {name: await world.client(getattr(world, name)) for name in ("amir", "lena", "tara", "hana", "ona")}
    texts = [
        await keep(clients["amir"]), await keep(clients["lena"], teamId=str(world.it.id)),
        await keep(clients["ona"], isGlobal=True),
    ]  # fmt: skip
    table = {"amir": "Yxx", "lena": "hYx", "tara": "hYx", "hana": "hhx", "ona": "YYY"}
    for name, cells in table.items():
        client, got = clients[name], ""
        listed = {item["id"] for item in (await client.get(PATH)).json()["items"]}
        for number, text in enumerate(texts):
            path, new = f"{PATH}/{text['id']}", {"name": f"By {name} {number}"}
            seen, changed = (await client.get(path)).status_code, (await client.patch(path, json=new)).status_code
            assert (text["id"] in listed) == (seen == 200)
            got += {(200, 200): "Y", (200, 403): "x", (404, 404): "h"}[seen, changed]
            removed = await client.delete(path) if got[-1] != "Y" else None
            assert removed is None or removed.status_code == changed
        assert got == cells, name

    rosa = await world.client(world.rosa)
    for answer in (await rosa.get(PATH), await rosa.get(f"{PATH}/{texts[2]['id']}")):
        refused(answer, 403)


async def test_the_list_goes_by_name_in_pages(world: World) -> None:
    amir = await world.client(world.amir)
    names = ["beta", "Alpha", "gamma", "Beta"]
    for name in names:
        await keep(amir, name=name)
    found, cursor = [], None
    for _ in range(2):
        page = (await amir.get(PATH, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        found += [item["name"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert (found, cursor) == (["Alpha", "beta", "Beta", "gamma"], None)
    refused(await amir.get(PATH, params={"cursor": "x"}), 400, "cursor")


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"content": "{{ticket.secret}}"}, 422, "content"),
        ({"content": "{{customField.No such field}}"}, 422, "content"),
        ({"content": " "}, 400, "content"),
        ({"content": "x" * 20_001}, 400, "content"),
        ({"name": ""}, 400, "name"),
        ({"actions": [{"type": "stop"}]}, 400, "actions[0].type"),
        ({"actions": [{"type": "call_webhook", "url": "https://x.example"}]}, 400, "actions[0].type"),
        ({"actions": [{"type": "apply_macro", "cannedResponseId": str(uuid4())}]}, 400, "actions[0].type"),
        ({"actions": [{"type": "unassign"}, {"type": "set_priority", "priority": "P9"}]}, 400, "actions[1].priority"),
        ({"actions": [{"type": "add_internal_note", "body": "{{ticket.secret}}"}]}, 400, "actions[0].body"),
        ({"actions": [{"type": "assign_team", "teamId": str(uuid4())}]}, 422, "actions[0].teamId"),
        ({"teamId": "00000000-0000-7000-8000-000000000000"}, 422, "teamId"),
        ({"teamId": "00000000-0000-7000-8000-000000000000", "isGlobal": True}, 422, "isGlobal"),
        ({"surprise": 1}, 400, "surprise"),
    ],
)
async def test_what_is_wrong_is_named(world: World, body: dict[str, Any], status: int, path: str) -> None:
    ona = await world.client(world.ona)
    refused(await ona.post(PATH, json={**TEXT, **body}), status, path)
    if path.startswith(("content", "name", "actions")):
        made = await keep(ona)
        refused(await ona.patch(f"{PATH}/{made['id']}", json=body), status, path)


async def render(client: httpx.AsyncClient, text: Any, ticket: object) -> httpx.Response:
    return await client.post(f"{PATH}/{text['id']}/render", json={"ticketId": str(ticket)})


async def test_everything_is_filled_in(world: World) -> None:
    amir = await world.client(world.amir)
    ticket = await world.ticket(requester=world.rosa, team=world.it, subject="VPN {{agent.name}}")
    nobodys = await world.ticket(requester=world.rosa)
    names = ["requester.firstName", "requester.displayName", "agent.firstName", "agent.displayName", "agent.name",
             "ticket.displayId", "ticket.subject", "ticket.url", "team.name"]  # fmt: skip
    text = await keep(amir, content="|".join(f"{{{{{name}}}}}" for name in names))

    for ref in (ticket.id, "IT-1", 1):
        assert (await render(amir, text, ref)).json()["content"].split("|") == [
            "Rosa", world.rosa.display_name, "Amir", world.amir.display_name, world.amir.display_name, "IT-1",
            "VPN {{agent.name}}", "http://codex.test/tickets/IT-1", "IT Support",
        ]  # fmt: skip
    ona = await world.client(world.ona)
    assert (await render(ona, text, nobodys.id)).json()["content"].endswith("|")


async def test_answers_to_custom_fields_are_filled_in(world: World) -> None:
    kinds_of = {"Floor": FieldType.NUMBER, "Asset tag": FieldType.TEXT, "Urgent": FieldType.CHECKBOX,
                "Boss": FieldType.USER, "Never answered": FieldType.TEXT}  # fmt: skip
    async with world.work(as_=world.ona) as work:
        made = {name: await fields.add(work, name=name, field_type=kind) for name, kind in kinds_of.items()}
    amir = await world.client(world.amir)
    given = {"Floor": 3, "Asset tag": "LT-88", "Urgent": True, "Boss": str(world.lena.id)}
    opened = await amir.post(
        "/api/v1/tickets",
        json={
            "subject": "VPN", "teamId": str(world.it.id),
            "customFields": {str(made[name].id): value for name, value in given.items()},
        },
    )  # fmt: skip
    assert opened.status_code == 201, opened.text
    text = await keep(amir, content=",".join(f"{{{{ customField.{name} }}}}" for name in kinds_of))

    filled = await render(amir, text, opened.json()["id"])
    assert filled.json() == {"content": f"3,LT-88,yes,{world.lena.display_name},"}


async def test_it_is_filled_in_for_who_sees_both(world: World) -> None:
    hana, amir = await world.client(world.hana), await world.client(world.amir)
    await world.ticket(team=world.it)
    own, foreign = await keep(hana), await keep(amir)
    refused(await render(hana, own, "IT-1"), 422, "ticketId")
    refused(await render(hana, foreign, "IT-1"), 404)
    refused(await render(hana, {"id": uuid4()}, "IT-1"), 404)
    refused(await render(await world.client(world.rosa), own, "IT-1"), 403)
