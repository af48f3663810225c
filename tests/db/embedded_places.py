"""Data directories with real servers, and questions to them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

import databases
from codex.db.embedded import Server, ensure, processes


@contextmanager
def new_place() -> Iterator[Path]:
    """An empty directory, closed to all but its owner: as root, the server's user cannot cross it."""
    place = databases.new_place()
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def open_place() -> Iterator[Path]:
    """An empty directory that anybody can reach."""
    place = Path(tempfile.mkdtemp(prefix="codex-test-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        place.chmod(0o755)
        shutil.rmtree(place)


@contextmanager
def a_server(data_dir: Path) -> Iterator[Server]:
    try:
        yield ensure(data_dir)
    finally:
        end(data_dir)


def halt(data_dir: Path) -> None:
    tag = data_dir / "postgres" / "codex.lock"
    if tag.exists() and tag.read_text():
        processes.halt(tag.read_text())


def end(data_dir: Path) -> None:
    """Leave no process and no file (a database takes 40 MB)."""
    halt(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)


def keep_a_row(server: Server) -> None:
    run(server, "DROP TABLE IF EXISTS note; CREATE TABLE note AS SELECT 'kept' AS text")


def has_kept_it(server: Server) -> bool:
    return ask(server, "SELECT text FROM note") == "kept"


def connect(server: Server, user: str = "codex_owner", dbname: str = "codex") -> psycopg.Connection:
    return psycopg.connect(make_conninfo("", **server.conninfo(user=user, dbname=dbname)), autocommit=True)


def ask(server: Server, query: str, user: str = "codex_owner", dbname: str = "codex") -> object:
    with connect(server, user, dbname) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def run(server: Server, statement: str, user: str = "codex_owner") -> None:
    with connect(server, user) as connection:
        connection.execute(statement.encode())


def postmaster_of(server: Server) -> int:
    return int((server.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
