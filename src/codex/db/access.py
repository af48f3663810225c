"""From settings to a database that is there, reachable, up to date, and entered as the application's role."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from codex.db import embedded
from codex.db.database import Access
from codex.db.revision import SchemaState, state_of
from codex.db.sight import APP_ROLE
from codex.kernel.errors import SetupError
from codex.settings import Settings

# Instants travel in UTC whatever the server is set to; libpq sends this with the connection, poolers know it.
os.environ["PGTZ"] = "UTC"


@contextmanager
def opened(settings: Settings) -> Iterator[Access]:
    """The database of an installation, as the application. Raises SetupError, in one sentence, when it is not ready.

    The built-in server is started if nobody has, and stopped by whoever leaves last.
    """
    if not settings.is_embedded:
        yield external(settings)
        return
    with server(settings) as running:
        found = Access(
            make_conninfo("", **_strings(running.conninfo(user=embedded.APP_ROLE)), application_name="codex"),
            called=f"in {settings.data_path}",
            assume_role=False,
            prepare=True,
        )
        with psycopg.connect(found.conninfo) as connection:
            _refuse_behind(connection, found.called)
        yield found


def external(settings: Settings) -> Access:
    """The database that DATABASE_URL names. Raises SetupError when it is unreachable, too old, or not migrated."""
    called = _called(settings.database_url)
    try:
        with psycopg.connect(settings.database_url, connect_timeout=10, prepare_threshold=None) as connection:
            _refuse_behind(connection, called)
            owns = _owns_tables(connection)
            if owns:
                connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
    except psycopg.errors.InsufficientPrivilege as error:
        raise SetupError(
            f"The login of the database {called} may not become {APP_ROLE}; name {APP_ROLE} itself in DATABASE_URL and "
            "the owner in DIRECT_URL, or run: codex migrate"
        ) from error
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0].rpartition("failed: ")[2].rstrip(".")
        raise SetupError(f"The database {called} cannot be reached: {reason}.") from None
    except psycopg.ProgrammingError:
        raise SetupError("DATABASE_URL is not an address that PostgreSQL understands.") from None
    conninfo = make_conninfo(settings.database_url, application_name="codex")
    return Access(conninfo, called=called, assume_role=owns, prepare=False)


def _refuse_behind(connection: psycopg.Connection, called: str) -> None:
    if state_of(connection) is not SchemaState.UP_TO_DATE:
        raise SetupError(f"The schema of the database {called} is not up to date; run: codex migrate")


def _owns_tables(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        """SELECT rolsuper OR EXISTS (SELECT FROM pg_class c WHERE c.oid = 'public.tickets'::regclass
                                      AND pg_has_role(c.relowner, 'USAGE'))
           FROM pg_roles WHERE rolname = current_user"""
    ).fetchone()
    return bool(row and row[0])


@contextmanager
def server(settings: Settings) -> Iterator[embedded.Server]:
    """The built-in server, started if need be. Whoever leaves last stops it, whoever started it."""
    with _among_users(settings.data_path / "database.users") as users:
        running = revive(settings)
        try:
            yield running
        finally:
            if _is_last(users):
                (embedded.running(settings.data_path) or running).stop()  # it may have been revived since


def revive(settings: Settings) -> embedded.Server:
    """The built-in server, started if it does not run, for who is among its users already."""
    try:
        return embedded.ensure(
            settings.data_path, bin_dir=Path(settings.postgres_bin) if settings.postgres_bin else None
        )
    except embedded.EmbeddedError as error:
        raise SetupError(str(error)) from error


@contextmanager
def _among_users(path: Path) -> Iterator[IO[str]]:
    """Hold a share of the lock that says that the server is in use; it goes with the process."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as refused:
        reason = os.strerror(refused.errno or 0).lower()
        raise SetupError(f"The data directory {path.parent} cannot be written to ({reason}).") from refused
    with handle:
        fcntl.flock(handle, fcntl.LOCK_SH)  # waits for somebody who is just stopping it
        yield handle


def _is_last(users: IO[str]) -> bool:
    """Whether nobody else uses the server; then nobody comes in before we are gone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _strings(parts: Mapping[str, str | int]) -> dict[str, str]:
    return {name: str(value) for name, value in parts.items()}


def _called(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path.lstrip('/') or 'postgres'} at {parts.hostname or 'the local socket'}"
