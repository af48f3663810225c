"""A rehearsal leaves the database as it was, byte for byte: of all kinds, answered, refused or left midway."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from api_answers import refused
from msgspec import json
from rehearsal_drafts import FIRE, KINDS, MARCH, drafts
from sqlalchemy import text
from whole_database import whole

from codex.db import embedded
from codex.kernel.actor import Scope
from codex.rehearsal import period, reading
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio
API = "/api/v1"
LINES = {"accept": "application/x-ndjson"}
_TIMED = {**FIRE, "trigger": "UNASSIGNED_FOR", "triggerConfig": {"hours": 1}}


@pytest.fixture
async def ona(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with await world.client(world.ona, Scope.ADMIN) as client:
        yield client


async def stored(world: World, ona: httpx.AsyncClient) -> dict[str, str]:
    """Five tickets, and a rule or policy of each kind, at work or not, by their ids."""
    for n in range(5):
        await world.ticket(team=world.it, at=f"2026-03-02T09:0{n}Z")
    made = {}
    for kind, draft in drafts(world.it).items():
        answer = await ona.post(f"{API}/{kind}", json=draft)
        assert answer.status_code == 201, answer.text
        made[kind] = answer.json()["id"]
    await ona.get(f"{API}/me")  # a token notes every few minutes that it is in use
    return made


async def leave(client: httpx.AsyncClient, kind: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask for lines and go away when the first one is there; what was sent by then."""
    app, said, gone = client._transport.app, list[bytes](), asyncio.Event()  # type: ignore[attr-defined]  # is ASGI
    body = iter([{"type": "http.request", "body": json.encode(asked), "more_body": False}])
    headers = {**client.headers, **LINES, "content-type": "application/json"}

    async def receive() -> Any:
        if (message := next(body, None)) is None:
            await gone.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Any) -> None:
        said.append(message.get("body", b""))
        if message.get("body"):
            gone.set()
            await asyncio.Event().wait()  # nobody takes it: the answer stands here until its client is gone

    await app(
        {"type": "http", "method": "POST", "path": f"{API}/{kind}/rehearse", "query_string": b"", "http_version": "1.1",
         "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "scheme": "http",
         "server": ("codex.test", 80), "client": ("127.0.0.1", 1), "raw_path": f"{API}/{kind}/rehearse".encode(),
         "root_path": "", "asgi": {"version": "3.0"}},
        receive, send,
    )  # fmt: skip
    return [json.decode(line) for line in b"".join(said).splitlines()]


@pytest.mark.parametrize("headers", [{}, LINES])
async def test_what_is_rehearsed_to_the_end_writes_nothing(
    world: World, server: embedded.Server, world_database: FreshDatabase, ona: httpx.AsyncClient,
    headers: dict[str, str],
) -> None:  # fmt: skip
    ids = await stored(world, ona)
    before = whole(server, world_database)
    for kind, draft in drafts(world.it).items():
        for body in ({"rule": draft}, {"id": ids[kind]}, {"rule": draft, "id": ids[kind]}):
            answer = await ona.post(f"{API}/{kind}/rehearse", json={**body, **MARCH}, headers=headers)
            told = json.decode(answer.text.splitlines()[-1])
            assert told.get("result", told)["eventsExamined"] >= 5, (kind, told)
    answer = await ona.post(f"{API}/automation-rules/rehearse", json={"rule": _TIMED, **MARCH}, headers=headers)
    assert '"matchCount":5' in answer.text
    assert whole(server, world_database) == before


async def test_what_is_refused_at_once_midway_or_for_want_of_a_client_writes_nothing(
    world: World, server: embedded.Server, world_database: FreshDatabase, ona: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ids = await stored(world, ona)
    monkeypatch.setattr(reading, "CHUNK", 2)
    before = whole(server, world_database)
    for kind in KINDS:
        for asked in ({"rule": drafts(world.it)[kind], **MARCH}, {"id": ids[kind], **MARCH}):
            assert [[*line] for line in await leave(ona, kind, asked)] == [["progress"]]
    monkeypatch.setattr(period, "MOST_EVENTS", 3)
    for kind in KINDS:
        for asked in ({"rule": drafts(world.it)[kind], **MARCH}, {"id": ids[kind], **MARCH}):
            refused(await ona.post(f"{API}/{kind}/rehearse", json=asked), 422, "to")
            assert '"problem"' in (await ona.post(f"{API}/{kind}/rehearse", json=asked, headers=LINES)).text
        refused(await ona.post(f"{API}/{kind}/rehearse", json=MARCH), 422, "rule")
    assert whole(server, world_database) == before


async def test_whoever_writes_anything_at_all_is_found_out(
    world: World, server: embedded.Server, world_database: FreshDatabase
) -> None:
    """That the comparison can fail: by a row that is locked, one written as it was, and a number that is taken."""
    seen = [whole(server, world_database)]
    for said in (
        "SELECT FROM teams FOR UPDATE",
        "UPDATE teams SET name = name",
        "SELECT nextval('tickets_number_seq')",
    ):
        async with world.session() as session:
            await session.execute(text(said))
            await session.commit()
        seen.append(whole(server, world_database))
    assert all(one != other for one, other in pairwise(seen))
