"""The PostgreSQL of a run of the tests, and databases of one test's own. For fixtures see `conftest.py`."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from codex.db import embedded, migrate

_PREFIX = "codex-tests-"
_TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """A database of one test's own: arguments for `psycopg.connect`, as its owner and as the application."""

    name: str
    owner: dict[str, Any]
    app: dict[str, Any]

    @property
    def all_seeing(self) -> dict[str, Any]:
        """As the application on behalf of the product itself, from which row-level security hides nothing."""
        return {**self.app, "options": "-c codex.sees_all=on"}


def start(place: Path) -> embedded.Server:
    """The server of this run, in a hurry: what it holds need not survive a crash. Several may start it."""
    server = embedded.ensure(place)
    with superuser(server) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return server


def make_template(server: embedded.Server) -> str:
    """The name of an empty database with the whole schema. One worker makes it, the others wait."""
    with superuser(server) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone():
            embedded.drop_database(server, "draft")
            embedded.create_database(server, "draft")
            migrate.upgrade(server.conninfo(user=embedded.OWNER_ROLE, dbname="draft"))
            connection.execute(f"ALTER DATABASE draft RENAME TO {_TEMPLATE}")
    return _TEMPLATE


@contextmanager
def fresh(server: embedded.Server, template: str | None) -> Iterator[FreshDatabase]:
    """A copy of the template, or an empty database; dropped when left, whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    if template:
        # Copied as files: 16 ms in memory and 90 ms on a disk; the default, through the log, 105 and 170 ms.
        with superuser(server) as connection:
            connection.execute(
                f"CREATE DATABASE {name} OWNER {embedded.OWNER_ROLE} TEMPLATE {template} STRATEGY FILE_COPY"
            )
    else:
        embedded.create_database(server, name)
    try:
        yield FreshDatabase(
            name,
            owner=server.conninfo(user=embedded.OWNER_ROLE, dbname=name),
            app=server.conninfo(user=embedded.APP_ROLE, dbname=name),
        )
    finally:
        embedded.drop_database(server, name)


def superuser(server: embedded.Server, dbname: str = "postgres") -> psycopg.Connection:
    """A connection that may do everything; each statement stands for itself."""
    params: dict[str, Any] = server.conninfo(user="postgres", dbname=dbname)
    return psycopg.connect(**params, autocommit=True)


def new_place() -> Path:
    """A directory for the server of this run, in memory where there is enough of it."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_quickest()))


def end(place: Path) -> None:
    """Stop the server of a run and leave nothing of it behind."""
    if server := embedded.running(place):
        server.stop()
    shutil.rmtree(place, ignore_errors=True)


def end_orphans() -> None:
    """End what is left of runs that were killed."""
    for place in _quickest().glob(f"{_PREFIX}*"):
        pid = int(place.name.removeprefix(_PREFIX).partition("-")[0])
        if place.stat().st_uid == os.getuid() and not _is_alive(pid):
            end(place)


def _quickest() -> Path:
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3:
        return memory
    return Path(tempfile.gettempdir())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
