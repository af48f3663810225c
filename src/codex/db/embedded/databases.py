"""Roles and databases of the embedded server."""

import time
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from codex.db.embedded import processes
from codex.db.embedded.errors import EmbeddedError, disk_full
from codex.db.embedded.server import Server

OWNER_ROLE = "codex_owner"  # Owns the database and its schema; migrations run as it.
APP_ROLE = "codex_app"  # Owns nothing; the product runs as it.
DATABASE = "codex"
_SUPERUSER = "postgres"
_MAINTENANCE = "postgres"
_DRAFT = "codex_draft"
_RECOVERY_SECONDS = 60.0
_ROLES: tuple[LiteralString, ...] = (OWNER_ROLE, APP_ROLE)


def create_database(server: Server, name: str, *, template: str | None = None) -> None:
    """Make a database of `codex_owner` with pg_trgm and unaccent, or a copy of `template`.

    Nobody may be connected to the template meanwhile.
    """
    with _connect(server, _MAINTENANCE) as connection:
        _create(server, connection, name, template)


def drop_database(server: Server, name: str) -> None:
    """Drop the database if it exists; whoever is connected to it is disconnected."""
    with _connect(server, _MAINTENANCE) as connection:
        _drop(connection, name)


def provide(server: Server) -> None:
    """Make the roles and the database that the product expects, where they are absent."""
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while True:
        try:
            return _provide(server)
        except psycopg.Error as error:
            if not _may_pass(error) or time.monotonic() > deadline or not processes.postmasters(server.tag):
                raise EmbeddedError(_sentence(error, server)) from error
        time.sleep(0.02)


def _provide(server: Server) -> None:
    with _connect(server, _MAINTENANCE) as connection:
        for role in _ROLES:
            _provide_role(connection, role)
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            # Under its final name only when it is complete: we may be killed at any line.
            _drop(connection, _DRAFT)
            _create(server, connection, _DRAFT, None)
            _run(connection, "ALTER DATABASE {} RENAME TO {}", _DRAFT, DATABASE)


def _may_pass(error: psycopg.Error) -> bool:
    """The server is recovering from a dead backend, or full of clients; it comes back by itself."""
    # Class 57 is "operator intervention"; a connection that was refused or cut has no state at all.
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "57").startswith("57")


def _sentence(error: psycopg.Error, server: Server) -> str:
    if isinstance(error, psycopg.errors.DiskFull):
        return disk_full(server.data_dir)
    reason = str(error).partition("\n")[0].rstrip(".")
    return f"The database in {server.data_dir} could not be prepared: {reason}."


def _provide_role(connection: psycopg.Connection, role: LiteralString) -> None:
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        _run(connection, "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", role)


def _create(server: Server, connection: psycopg.Connection, name: str, template: str | None) -> None:
    if template:
        _run(connection, "CREATE DATABASE {} OWNER {} TEMPLATE {}", name, OWNER_ROLE, template)
        return
    _run(connection, "CREATE DATABASE {} OWNER {} TEMPLATE template0", name, OWNER_ROLE)
    with _connect(server, name) as inside:
        for extension in ("pg_trgm", "unaccent"):
            _run(inside, "CREATE EXTENSION {}", extension)
        _run(inside, "ALTER SCHEMA public OWNER TO {}", OWNER_ROLE)
        _run(inside, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _drop(connection: psycopg.Connection, name: str) -> None:
    _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _connect(server: Server, database: str) -> psycopg.Connection:
    conninfo = make_conninfo("", **server.conninfo(user=_SUPERUSER, dbname=database))
    return psycopg.connect(conninfo, autocommit=True)


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
