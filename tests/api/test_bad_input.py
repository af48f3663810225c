"""Bodies that are wrong: one clear refusal that says where, never a 500, and nothing is kept."""

import json
from typing import Any

import httpx
import pytest
from api_answers import JSON, refused
from litestar import Litestar, post
from litestar.params import JSONBody

from codex.httpkit import problems
from codex.httpkit.admission import JsonRequest
from codex.kernel.actor import Scope
from codex.main import MAX_BODY_BYTES
from world import World

pytestmark = pytest.mark.anyio
_NOT_JSON: dict[str, bytes] = {
    "half": b'{"subject": "VPN"',
    "two": b'{"subject": "VPN"} {}',
    "words": b"subject=VPN",
    "a comment": b'{"subject": "VPN" /* ! */}',
    "a trailing comma": b'{"subject": "VPN",}',
    "NaN": b'{"subject": NaN}',
    "no UTF-8": b'{"subject": "\xff\xfe"}',
    "half a character": b'{"subject": "\\ud800"}',
    "the other half": b'{"subject": "a\\udc00b"}',
    "a half as bytes": b'{"subject": "\xed\xa0\x80"}',
    "a raw NUL": b'{"subject": "\x00"}',
}
_WRONG: list[tuple[Any, str]] = [
    (None, ""), ([], ""), ("VPN", ""), (1, ""), ({}, "subject"), ({"subject": None}, "subject"),
    ({"subject": 1}, "subject"), ({"subject": ["VPN"]}, "subject"), ({"subject": " \n\t"}, "subject"),
    ({"subject": "\x00"}, "subject"), ({"subject": "x" * 301}, "subject"), ({"subject": "x" * 1_000_000}, "subject"),
    ({"subject": "VPN", "description": "x" * 100_001}, "description"), ({"subject": "VPN", "urgent": True}, "urgent"),
    ({"subject": "VPN", "assigned_team": None}, "assigned_team"), ({"subject": "VPN", "priority": "P5"}, "priority"),
    ({"subject": "VPN", "priority": 1}, "priority"), ({"subject": "VPN", "priority": None}, "priority"),
    ({"subject": "VPN", "categoryId": "vpn"}, "categoryId"), ({"subject": "VPN", "teamId": 10**400}, "teamId"),
    ({"subject": "VPN", "channel": "FAX"}, "channel"), ({"subject": "VPN", "message": "hello"}, "message"),
    ({"subject": "VPN", "message": {"type": "PUBLIC"}}, "message.body"),
    ({"subject": "VPN", "message": {"type": "PUBLIC", "body": 1}}, "message.body"),
    ({"subject": "VPN", "message": {"type": "PUBLIC", "body": "a", "html": "b"}}, "message.html"),
]  # fmt: skip


async def test_what_is_not_json_is_refused_whole(world: World) -> None:
    rosa = await world.client(world.rosa)
    for name, body in _NOT_JSON.items():
        problem = refused(await rosa.post("/api/v1/tickets", content=body, headers=JSON), 400, "")
        assert "`$" not in problem["detail"], name
    refused(await rosa.post("/api/v1/tickets", content=b"", headers=JSON), 400, "")
    assert (await rosa.get("/api/v1/tickets")).json()["items"] == []


async def test_no_depth_of_json_is_too_much(world: World) -> None:
    rosa = await world.client(world.rosa)
    for body, path in (
        (b'{"subject": ' + b"[" * 100_000, "subject"),
        (b'{"message": ' + b'{"type": ' * 100_000, "message.type"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "a"),
    ):
        refused(await rosa.post("/api/v1/tickets", content=body, headers=JSON), 400, path)

    @post("/", request_class=JsonRequest, exception_handlers={Exception: problems.respond})
    async def takes_anything(data: JSONBody[dict[str, Any]]) -> None: ...

    transport = httpx.ASGITransport(Litestar([takes_anything]))
    async with httpx.AsyncClient(transport=transport, base_url="http://codex.test") as client:
        refused(await client.post("/", content=b'{"a": ' + b"[" * 100_000, headers=JSON), 400, "")


async def test_what_is_wrong_is_named_by_its_path(world: World) -> None:
    amir = await world.client(world.amir)
    for body, path in _WRONG:
        refused(await amir.post("/api/v1/tickets", json=body), 400, path)
    assert (await amir.get("/api/v1/tickets")).json()["items"] == []


async def test_several_wrong_values_are_named_at_once(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    team = {"name": " ", "slug": "No Slug", "prefix": "it"}
    refused(await ona.post("/api/v1/teams", json=team), 400, "name", "slug", "prefix")
    user = {"email": "nobody", "displayName": ""}
    refused(await ona.post("/api/v1/users", json=user), 400, "email", "displayName")
    refused(await ona.patch("/api/v1/me", json={"timeZone": "Mars", "theme": "pink"}), 400, "timeZone", "theme")


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_a_body_that_does_not_say_that_it_is_json_is_not_read(world: World, media_type: str | None) -> None:
    rosa = await world.client(world.rosa)
    headers = {"content-type": media_type} if media_type else {}
    answer = await rosa.post("/api/v1/tickets", content=b'{"subject": "VPN"}', headers=headers)
    refused(answer, 415)
    assert answer.headers["accept"] == "application/json"


async def test_json_may_name_its_charset(world: World) -> None:
    rosa = await world.client(world.rosa)
    for media_type in ("application/json; charset=utf-8", "Application/JSON"):
        body = '{"subject": "Grüße 🖨"}'.encode()
        answer = await rosa.post("/api/v1/tickets", content=body, headers={"content-type": media_type})
        assert (answer.status_code, answer.json()["subject"]) == (201, "Grüße 🖨")


async def test_too_much_is_refused_announced_or_not(world: World) -> None:
    rosa = await world.client(world.rosa)
    announced = await rosa.post("/api/v1/tickets", content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    refused(announced, 413)

    async def trickle() -> Any:
        for _ in range(11):
            yield b" " * (MAX_BODY_BYTES // 10)

    refused(await rosa.post("/api/v1/tickets", content=trickle(), headers=JSON), 413)


async def test_what_postgresql_cannot_keep_is_not_kept(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    opened = await ona.post("/api/v1/tickets", json={"subject": "V\x00PN", "description": "a\x00b"})
    assert (opened.json()["subject"], opened.json()["description"]) == ("VPN", "ab")
    message = {"type": "PUBLIC", "body": "a\x00b"}
    assert (await ona.post("/api/v1/tickets/1/messages", json=message)).json()["body"] == "ab"
    mine = {"displayName": "O\x00na", "department": "a\x00", "location": "\x00"}
    me = (await ona.patch("/api/v1/me", json=mine)).json()
    assert (me["displayName"], me["department"], me["location"]) == ("Ona", "a", None)
    team = (await ona.patch("/api/v1/teams/it", json={"name": "I\x00T", "description": "a\x00"})).json()
    assert (team["name"], team["description"]) == ("IT", "a")
    refused(await ona.patch("/api/v1/me", json={"timeZone": "UTC\x00"}), 400, "timeZone")
    refused(await ona.get("/api/v1/users?q=%00"), 400, "q")
    refused(await ona.get("/api/v1/tickets/%00"), 404)


async def test_of_a_name_given_twice_the_last_counts(world: World) -> None:
    rosa = await world.client(world.rosa)
    answer = await rosa.post("/api/v1/tickets", content=b'{"subject": "A", "subject": "B"}', headers=JSON)
    assert answer.json()["subject"] == "B"


async def test_a_value_of_the_wrong_kind_is_not_taken_for_the_right_one(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    ona = await world.client(world.ona, Scope.ADMIN)
    path = f"/api/v1/tickets/{ticket.id}"
    for version in ("1", 1.5, True, [1], None):
        refused(await ona.patch(path, json={"priority": "P1", "version": version}), 400, "version")
    for flag in ("true", "false", 1, 0, None):
        refused(await ona.patch("/api/v1/teams/it", json={"isConfidential": flag}), 400, "isConfidential")
    refused(await ona.post("/api/v1/me/tokens", json={"name": "x", "scope": "read", "expiresAt": 0}), 400, "expiresAt")


async def test_huge_numbers_are_just_wrong(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    amir = await world.client(world.amir)
    path = f"/api/v1/tickets/{ticket.id}"
    refused(await amir.patch(path, json={"version": 10**30}), 412)
    refused(await amir.patch(path, content=json.dumps({"version": 1e300}), headers=JSON), 400, "version")
    refused(await amir.patch(path, content=b'{"version": 1e400}', headers=JSON), 400, "version")
    for ref in (10**17, 10**18, 10**40):
        refused(await amir.get(f"/api/v1/tickets/{ref}"), 404)


async def test_only_the_methods_that_a_path_has_are_allowed_and_told(world: World) -> None:
    rosa = await world.client(world.rosa)
    answer = await rosa.delete("/api/v1/tickets/counts")
    refused(answer, 405)
    assert set(answer.headers["allow"].split(", ")) >= {"GET"}
    for path in ("/api/v1", "/api/v1/nothing", "/api/v1/tickets/1/nothing", "/api/nothing", "/api"):
        refused(await rosa.get(path), 404)
