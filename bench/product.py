"""The product under measurement: its database, its web processes, its worker, and somebody who may use it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from bench.fill import Filled
from codex import reactions
from codex.cli.lifeline import LIFELINE
from codex.db import embedded
from codex.db.database import Access, Database
from codex.identity import queries, signin, tokens
from codex.kernel.actor import Scope, system

READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the agent of the benchmark proves who they are with."""

    token: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the product; `log` is what it wrote."""

    pid: int
    port: int
    log: Path


def superuser(server: embedded.Server) -> psycopg.Connection:
    """A connection that may do everything; each statement stands for itself."""
    return psycopg.connect(f"host={server.socket_dir} port={server.port} user=postgres dbname=codex", autocommit=True)


async def credentials(access: Access, desk: Filled) -> Credentials:
    """A token and a browser session of the agent, made by the product's own commands."""
    database = Database(access, max_connections=2)
    await database.open()
    try:
        async with reactions.works(database).begin(system("Benchmark")) as work:
            user = await queries.person_by_email(work.session, desk.agent_email)
            _, token = await tokens.issue(work, user, name="Benchmark", scope=Scope.WRITE)
            link = await signin.make_link(work, user)
        async with reactions.works(database).begin(system("Benchmark")) as work:
            cookie = await signin.use_link(work, link)
    finally:
        await database.close()
    return Credentials(token, cookie)


@contextmanager
def web(data_dir: Path, *, processes: int) -> Iterator[Running]:
    """The web server on a free port of the loopback, as `codex up` starts it."""
    port = free_port()
    with _child(data_dir, "web", ["codex.cli.serving", "127.0.0.1", str(port), str(processes)]) as (pid, log):
        _await_ready(port, pid, log)
        yield Running(pid, port, log)


@contextmanager
def worker(data_dir: Path) -> Iterator[Running]:
    """The worker, as `codex up` starts it."""
    with _child(data_dir, "worker", ["codex.cli.working"]) as (pid, log):
        yield Running(pid, 0, log)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _child(data_dir: Path, name: str, arguments: list[str]) -> Iterator[tuple[int, Path]]:
    """A process that ends with this block, or with us, however we end."""
    log = data_dir / f"{name}.log"
    reader, writer = os.pipe()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CODEX_") and k != "DATABASE_URL"}
    environment |= {"CODEX_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", LIFELINE: str(reader)}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, pass_fds=[reader], stdout=written,
            stderr=subprocess.STDOUT, cwd=data_dir, start_new_session=True,
        )  # fmt: skip
    try:
        yield process.pid, log
    finally:
        os.close(writer)
        _end(process)
        os.close(reader)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_ready(port: int, pid: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The web server did not become ready:\n{log.read_text(errors='replace')[-2000:]}")
