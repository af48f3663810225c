"""A write with an Idempotency-Key that is sent again is carried out once, and answered the same."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_answers import refused

import databases
from codex.db import embedded
from codex.httpkit import answers
from codex.kernel import clock
from codex.kernel.actor import Scope, system
from codex.main import web_application
from codex.settings import Settings
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio
TICKETS = "/api/v1/tickets"
VPN: dict[str, Any] = {"subject": "VPN drops", "description": "Every ten minutes."}


def key(name: str = "k-1") -> dict[str, str]:
    return {"Idempotency-Key": name}


@pytest.fixture
async def rosa(world: World) -> httpx.AsyncClient:
    return await world.client(world.rosa)


async def count(world: World, what: str = "tickets") -> int:
    async with world.reading() as reader:
        return (await reader.all(f"SELECT count(*) FROM {what}"))[0][0]


async def age(world: World, by: timedelta, **changes: None) -> None:
    """Let all that is kept be older; `changes`: and what else is different."""
    more = "".join(f", {column} = NULL" for column in changes)
    async with world.reading() as reader:
        await reader.run(f"UPDATE idempotency_keys SET created_at = created_at - %(by)s{more}", {"by": by})


async def test_the_answer_is_the_same_and_says_that_it_is_kept(world: World, rosa: httpx.AsyncClient) -> None:
    first = await rosa.post(TICKETS, json=VPN, headers=key())
    again = await rosa.post(TICKETS, json=VPN, headers=key())

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    for header in ("location", "etag", "content-type"):
        assert first.headers[header] == again.headers[header]
    assert await count(world) == 1
    assert await world.differences() == []


async def test_another_request_under_the_same_key_is_refused(world: World, rosa: httpx.AsyncClient) -> None:
    await rosa.post(TICKETS, json=VPN, headers=key())
    others = [
        rosa.post(TICKETS, json={**VPN, "subject": "Printer"}, headers=key()),
        rosa.post(f"{TICKETS}?x=1", json=VPN, headers=key()),
        rosa.post(f"{TICKETS}/1/messages", json=VPN, headers=key()),
        rosa.patch(f"{TICKETS}/1", json=VPN, headers=key()),
        rosa.delete(f"{TICKETS}/1", headers=key()),
    ]
    for other in others:
        refused(await other, 422, "Idempotency-Key")
    assert (await rosa.post(TICKETS, json=VPN, headers=key("k-2"))).status_code == 201
    assert await count(world) == 2


async def test_keys_are_a_persons_own(world: World, rosa: httpx.AsyncClient) -> None:
    amir = await world.client(world.amir)
    for client in (rosa, amir):
        answer = await client.post(TICKETS, json=VPN, headers=key())
        assert answer.status_code == 201 and "idempotency-replayed" not in answer.headers
    assert await count(world) == 2


async def test_of_many_at_once_in_many_processes_one_is_carried_out(world: World, rosa: httpx.AsyncClient) -> None:
    other = httpx.AsyncClient(
        transport=httpx.ASGITransport(web_application(Settings(secret_key="t" * 64), world.database)),
        base_url="http://codex.test", headers=rosa.headers,
    )  # fmt: skip
    sent = [client.post(TICKETS, json=VPN, headers=key()) for client in (rosa, other) * 4]
    answers = await asyncio.gather(*sent)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await count(world) == 1


async def test_a_refusal_is_kept_too(world: World, rosa: httpx.AsyncClient) -> None:
    path = f"{TICKETS}/1/messages"
    before = refused(await rosa.post(path, json={"type": "PUBLIC", "body": "Hello"}, headers=key()), 404)
    await rosa.post(TICKETS, json=VPN)
    again = await rosa.post(path, json={"type": "PUBLIC", "body": "Hello"}, headers=key())
    assert refused(again, 404) == before and again.headers["idempotency-replayed"] == "true"


async def test_what_broke_on_our_side_may_be_sent_again(
    world: World, rosa: httpx.AsyncClient, server: embedded.Server, world_database: FreshDatabase
) -> None:
    with databases.superuser(server, world_database.name) as connection:
        connection.execute("REVOKE INSERT ON tickets FROM codex_app")
        assert (await rosa.post(TICKETS, json=VPN, headers=key())).status_code == 500
        connection.execute("GRANT INSERT ON tickets TO codex_app")
    assert (await rosa.post(TICKETS, json=VPN, headers=key())).status_code == 201


async def test_what_was_carried_out_by_a_process_that_died_is_not_carried_out_again(
    world: World, rosa: httpx.AsyncClient
) -> None:
    await rosa.post(TICKETS, json=VPN, headers=key())
    await age(world, timedelta(minutes=1), status=None, headers=None, body=None)

    problem = refused(await rosa.post(TICKETS, json=VPN, headers=key()), 409)
    assert "its answer is lost" in problem["detail"]
    assert await count(world) == 1


async def test_after_a_day_the_key_is_new(world: World, rosa: httpx.AsyncClient) -> None:
    await rosa.post(TICKETS, json=VPN, headers=key())
    await age(world, answers.KEPT + timedelta(minutes=1))
    again = await rosa.post(TICKETS, json=VPN, headers=key())
    assert again.status_code == 201 and "idempotency-replayed" not in again.headers
    assert await count(world) == 2
    assert (await rosa.post(TICKETS, json=VPN, headers=key())).content == again.content


async def test_what_is_a_day_old_is_forgotten(world: World, rosa: httpx.AsyncClient) -> None:
    for name in ("k-1", "k-2"):
        await rosa.post(TICKETS, json=VPN, headers=key(name))
    now = clock.now()
    for later, gone in ((timedelta(hours=23), 0), (timedelta(hours=25), 2), (timedelta(hours=25), 0)):
        async with world.works.begin(system("Test"), now=now + later) as work:
            assert await answers.forget_expired(work) == gone


async def test_a_secret_in_an_answer_is_not_readable_where_it_is_kept(world: World) -> None:
    rosa, new = await world.client(world.rosa, scope=Scope.ADMIN), {"name": "CI", "scope": "read"}
    first, again = [await rosa.post("/api/v1/me/tokens", json=new, headers=key()) for _ in range(2)]
    assert first.json()["token"] == again.json()["token"]
    async with world.reading() as reader:
        ((kept,),) = await reader.all("SELECT body FROM idempotency_keys")
    assert first.json()["token"].encode() not in kept


@pytest.mark.parametrize("bad", ["", "two words", "x" * 256, "ümlaut".encode()])
async def test_a_key_is_visible_ascii(rosa: httpx.AsyncClient, bad: str) -> None:
    refused(await rosa.post(TICKETS, json=VPN, headers={"Idempotency-Key": bad}), 400, "Idempotency-Key")


async def test_reads_and_strangers_are_as_ever(world: World, rosa: httpx.AsyncClient) -> None:
    assert (await rosa.get(TICKETS, headers=key())).status_code == 200
    refused(await (await world.client()).post(TICKETS, json=VPN, headers=key()), 401)
    reader = await world.client(world.rosa, scope=Scope.READ)
    refused(await reader.post(TICKETS, json=VPN, headers=key()), 403)
    refused(await rosa.post(TICKETS, content=b"x" * 10_000_001, headers=key()), 413)
    assert await count(world, "idempotency_keys") == 0


async def test_every_write_is_told_to_take_a_key(world: World) -> None:
    document = (await (await world.client()).get("/api/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            named = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert ("Idempotency-Key" in named) == (method != "get"), (method, path)
            if method != "get":
                assert {"409", "422"} <= operation["responses"].keys(), (method, path)
                done = [r for status, r in operation["responses"].items() if status < "300"]
                assert all("Idempotency-Replayed" in response["headers"] for response in done)
