"""The product under measurement: its database, its web processes, its worker, and somebody who asks."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from uuid import UUID

import psycopg

from bench.load import length_of
from codex import reactions
from codex.cli.lifeline import LIFELINE
from codex.db import embedded
from codex.db.database import Access, Database
from codex.db.work import Works
from codex.identity import queries, sessions, signin, tokens
from codex.kernel.actor import Scope, system

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the agent of the benchmark proves who they are with."""

    token: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Requests of the benchmark's agent as bytes, for a server on a port of the loopback."""

    port: int
    credentials: Credentials

    def get(self, path: str) -> bytes:
        """Of the API, by token."""
        return self._request("GET", path, f"Authorization: Bearer {self.credentials.token}\r\n")

    def page(self, path: str) -> bytes:
        """Of a page, by cookie."""
        return self._request("GET", path, f"Cookie: codex_session={self.credentials.cookie}\r\n")

    def post(self, path: str, **body: object) -> bytes:
        """Of the API, by token, with JSON."""
        data = json.dumps(body).encode()
        head = (
            f"Authorization: Bearer {self.credentials.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n"
        )
        return self._request("POST", path, head) + data

    def ask(self, request: bytes) -> bytes:
        """Send it over a connection of its own; the body of the answer. Raises RuntimeError unless it succeeds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            answer = b""
            while not (whole := length_of(answer)) or len(answer) < whole:
                part = connection.recv(262_144)
                if not part:
                    break
                answer += part
        if answer[9:10] != b"2":
            raise RuntimeError(f"{request[:100]!r} was answered with {answer[:1000]!r}")
        return answer.partition(b"\r\n\r\n")[2]

    def _request(self, method: str, path: str, head: str) -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{head}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Web:
    """A running web server: its first process, and who asks it."""

    pid: int
    asker: Asker


def superuser(server: embedded.Server) -> psycopg.Connection:
    """A connection that may do everything, and see `pg_stat_statements`; each statement stands for itself."""
    connection = psycopg.connect(
        f"host={server.socket_dir} port={server.port} user=postgres dbname=codex", autocommit=True
    )
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    return connection


@contextmanager
def configured(superuser: psycopg.Connection, **settings: str) -> Iterator[None]:
    """Other settings of the whole server inside the block; every process of it has heard."""
    _configure(superuser, [f"SET {name} = '{value}'" for name, value in settings.items()])
    try:
        yield
    finally:
        _configure(superuser, [f"RESET {name}" for name in settings])


async def credentials(access: Access, people: Iterable[UUID]) -> list[Credentials]:
    """A token and a browser session of each, made by the product's own commands."""
    database = Database(access, max_connections=2)
    await database.open()
    try:
        return [await _credentials(reactions.works(database), person) for person in people]
    finally:
        await database.close()


async def _credentials(works: Works, user_id: UUID) -> Credentials:
    async with works.begin(system("Benchmark")) as work:
        user = await queries.person(work.session, user_id)
        _, token = await tokens.issue(work, user, name="Benchmark", scope=Scope.WRITE)
        link = await signin.make_link(work, user)
    async with works.begin(system("Benchmark")) as work:
        cookie = await sessions.begin(work, await signin.use_link(work, link))
    return Credentials(token, cookie)


@contextmanager
def web(data_dir: Path, credentials: Credentials, *, processes: int) -> Iterator[Web]:
    """The web server on a free port of the loopback, as `codex up` starts it."""
    port = _free_port()
    with _child(data_dir, f"web{processes}", ["codex.cli.serving", "127.0.0.1", str(port), str(processes)]) as (
        pid,
        log,
    ):
        _await_ready(port, pid, log)
        yield Web(pid, Asker(port, credentials))


@contextmanager
def worker(data_dir: Path, *, name: str = "worker") -> Iterator[int]:
    """The worker, as `codex up` starts it: its pid."""
    with _child(data_dir, name, ["codex.cli.working"]) as (pid, _):
        yield pid


def _configure(superuser: psycopg.Connection, changes: list[str]) -> None:
    for change in changes:
        superuser.execute(f"ALTER SYSTEM {change}".encode())
    superuser.execute("SELECT pg_reload_conf()")
    time.sleep(0.1)


def _free_port() -> int:
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
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The web server did not become ready:\n{log.read_text(errors='replace')[-2000:]}")
