"""Who goes away ends their rehearsal or export, at the real server: nothing runs on, all connections are free."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import anyio
import httpx
import psycopg
import pytest
from rehearsal_drafts import KINDS, MARCH, drafts

import databases
from codex.db import embedded
from codex.kernel.actor import Scope
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio
LINES = {"accept": "application/x-ndjson"}
POOL = 10
"""How many connections the server has."""


def url(parts: dict[str, Any]) -> str:
    rest = {name: value for name, value in parts.items() if name not in ("user", "dbname")}
    return f"postgresql://{quote(parts['user'])}@/{quote(parts['dbname'])}?{urlencode(rest)}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the server says."""
    return tmp_path / "server.log"


@pytest.fixture
async def address(world_database: FreshDatabase, tmp_path: Path, log: Path) -> AsyncIterator[str]:
    """Where the web server of the product listens, on this world."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {"DATABASE_URL": url(world_database.app), "CODEX_SECRET_KEY": "t" * 64, "CODEX_DATA_DIR": str(tmp_path)}
    with started(port, told, log):
        await until(lambda: answers(f"http://127.0.0.1:{port}/health/ready"), "the server listens")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(port: int, told: dict[str, str], log: Path) -> Iterator[None]:
    arguments = [sys.executable, "-m", "codex.cli.serving", "127.0.0.1", str(port), "1"]
    with log.open("wb") as out:
        server = subprocess.Popen(arguments, env={**os.environ, **told}, cwd=log.parent, stdout=out, stderr=out)
    try:
        yield
    finally:
        server.terminate()
        server.wait(20)


def answers(path: str) -> bool:
    try:
        return httpx.get(path).status_code == 200
    except httpx.TransportError:
        return False


async def until(holds: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not await anyio.to_thread.run_sync(holds):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        await anyio.sleep(0.02)


async def logged(log: Path, path: str, *, times: int) -> str:
    """The log, once so many requests are in it: a line is written when an answer is out."""
    await until(lambda: log.read_text().count(path) >= times, f"{path} is in the log {times} times")
    return await anyio.Path(log).read_text()


@contextmanager
def held_up(database: FreshDatabase) -> Iterator[None]:
    """No rehearsal gets beyond the first tickets that it reads: their events are not to be had."""
    with psycopg.connect(**database.owner) as connection:
        connection.execute("LOCK TABLE ticket_events IN ACCESS EXCLUSIVE MODE")
        yield


@dataclass(frozen=True)
class Watch:
    """What the application does in a database, or has not finished."""

    operator: psycopg.Connection[Any]
    name: str

    def under_way(self) -> list[str]:
        """Statements of transactions that are not over."""
        rows = self.operator.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = %s AND usename = %s AND state <> 'idle'",
            [self.name, embedded.APP_ROLE],
        )
        return [row[0] for row in rows]

    def waits_for_events(self) -> bool:
        return any("FROM ticket_events" in query for query in self.under_way())

    def is_over(self) -> bool:
        return not self.under_way()


@pytest.fixture
def watch(server: embedded.Server, world_database: FreshDatabase) -> Iterator[Watch]:
    with databases.superuser(server) as operator:
        yield Watch(operator, world_database.name)


@pytest.fixture
async def ona(world: World, address: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {await world.token(world.ona, Scope.ADMIN)}"}
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, timeout=60) as client:
        yield client


async def ask_and_leave(
    client: httpx.AsyncClient, kind: str, asked: dict[str, Any], watch: Watch, *, in_lines: bool
) -> None:
    """Ask, close the connection once the replay waits for events, and see it end."""
    async with anyio.create_task_group() as group:

        async def ask() -> None:
            headers = LINES if in_lines else {}
            async with client.stream("POST", f"/{kind}/rehearse", json=asked, headers=headers) as answer:
                assert in_lines and answer.status_code == 200
                async for line in answer.aiter_lines():
                    assert line.startswith('{"progress":'), line

        group.start_soon(ask)
        await until(watch.waits_for_events, "the replay waits")
        group.cancel_scope.cancel()
    await until(watch.is_over, "nothing runs")


@pytest.mark.parametrize("in_lines", [True, False])
async def test_who_leaves_ends_the_replay_where_it_stands_and_frees_its_connection(
    world: World, world_database: FreshDatabase, watch: Watch, ona: httpx.AsyncClient, log: Path, in_lines: bool
) -> None:
    """The events stay locked until all have left: a replay that went on would still be waiting for them."""
    for n in range(3):
        await world.ticket(team=world.it, at=f"2026-03-02T09:0{n}Z")
    asked = {kind: {"rule": draft, **MARCH} for kind, draft in drafts(world.it).items()}
    rounds = POOL + 2
    with held_up(world_database):
        for turn in range(rounds):
            kind = KINDS[turn % len(KINDS)]
            await ask_and_leave(ona, kind, asked[kind], watch, in_lines=in_lines)
    for kind in KINDS:
        answer = await ona.post(f"/{kind}/rehearse", json=asked[kind])
        assert answer.status_code == 200 and answer.json()["eventsExamined"] > 0, answer.text
    text = await logged(log, "/rehearse", times=rounds + len(KINDS))
    told = [line for line in text.splitlines() if "/rehearse" in line]
    assert len(told) == rounds + len(KINDS) and "Traceback" not in text, text
    assert sum("status=499" in line for line in told) == (0 if in_lines else rounds)


async def leave_an_export(client: httpx.AsyncClient, watch: Watch) -> None:
    """Ask for all tickets, close the connection once that waits for tags, and see it end."""

    def waits() -> bool:
        return any("FROM ticket_tags" in query for query in watch.under_way())

    async with anyio.create_task_group() as group:

        async def ask() -> None:
            async with client.stream("GET", "/tickets/export.csv") as answer:
                assert answer.status_code == 200
                await answer.aread()

        group.start_soon(ask)
        await until(waits, "the export waits")
        group.cancel_scope.cancel()
    await until(watch.is_over, "nothing runs")


async def test_who_leaves_an_export_ends_it_and_its_connection_is_kept(
    world: World, world_database: FreshDatabase, watch: Watch, ona: httpx.AsyncClient, log: Path
) -> None:
    await world.ticket(team=world.it)
    rounds = POOL + 2
    with psycopg.connect(**world_database.owner) as connection:
        connection.execute("LOCK TABLE ticket_tags IN ACCESS EXCLUSIVE MODE")
        for _ in range(rounds):
            await leave_an_export(ona, watch)
    answer = await ona.get("/tickets/export.csv")
    assert answer.status_code == 200 and answer.text.count("\r\n") == 2, answer.text
    text = await logged(log, "/tickets/export.csv", times=rounds + 1)
    assert text.count("/tickets/export.csv") == rounds + 1, text
    assert "closing connection" not in text and "Traceback" not in text, text
