"""Bring the schema up to date with this code, as its owner. Forward only."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from codex.db import grants
from codex.db.base import Base
from codex.db.revision import missing, newest, refuse_old
from codex.kernel.errors import SetupError

Conninfo = Mapping[str, Any] | str
"""A PostgreSQL address (`postgresql://…` or `host=… dbname=…`), or its parts by libpq's names."""

_SCRIPTS = Path(__file__).parents[1] / "migrations"
_STARTERS = 0x0C0DE0  # the advisory lock of those who migrate; held by transaction, for a pooler's sake
_PATIENCE = "10min"  # for another starter's migration: `lock_timeout` counts for advisory locks too
_LOCK_TIMEOUT = "5s"


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """What an upgrade did: the revision before it (None: nothing there), the one after, those applied."""

    before: str | None
    after: str
    applied: tuple[str, ...]


def upgrade(conninfo: Conninfo) -> MigrationResult:
    """Apply what is missing, each migration in its own transaction; then set the application role's rights.

    Several starters may call it at once. It waits at most 5 s for a table that is in use. Raises SetupError
    when the database cannot be reached, is too old, was made by a newer Codex, or lacks a right or extension.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config()
    with _engine(conninfo) as engine:
        with _turn(engine) as connection:
            before = _revision(connection)
            lacking = missing(before)
            grants.ensure_role(connection)
        applied = tuple(revision for revision in lacking if _apply(engine, config, revision))
        with _turn(engine) as connection:
            grants.grant(connection)
    return MigrationResult(before, newest(), applied)


def _apply(engine: Engine, config: Config, revision: str) -> bool:
    with _turn(engine) as connection:
        if revision not in missing(_revision(connection)):  # another starter was faster
            return False
        config.attributes.update(connection=connection, metadata=Base.metadata)
        command.upgrade(config, revision)
        return True


@contextmanager
def _turn(engine: Engine) -> Iterator[Connection]:
    """A transaction that overlaps with no other starter's."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL search_path = public; SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _STARTERS})
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        yield connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM public.alembic_version"))
    return found


@contextmanager
def _engine(conninfo: Conninfo) -> Iterator[Engine]:
    """An engine on the database; what PostgreSQL refuses inside becomes a SetupError."""
    params = _params(conninfo)
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: _connect(params), pool_size=1, use_native_hstore=False
    )
    try:
        yield engine
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error) and (sentence := _in_words(error.orig)):
            raise SetupError(sentence) from error
        raise
    finally:
        engine.dispose()


def _params(conninfo: Conninfo) -> dict[str, Any]:
    try:
        given = conninfo_to_dict(conninfo) if isinstance(conninfo, str) else dict(conninfo)
    except psycopg.ProgrammingError:
        # Its text quotes the address, password and all.
        raise SetupError("The address of the database is not one that PostgreSQL understands.") from None
    return {"connect_timeout": 10, "application_name": "codex migrate", "prepare_threshold": None, **given}


def _connect(params: Mapping[str, Any]) -> psycopg.Connection:
    try:
        connection = psycopg.connect(**params)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0].removeprefix("connection failed: ").rstrip(".")
        raise SetupError(f"The database {params.get('dbname', '')} cannot be reached: {reason}.") from None
    try:
        refuse_old(connection.info.server_version)
    except SetupError:
        connection.close()
        raise
    return connection


def _in_words(error: psycopg.Error) -> str | None:
    """A sentence for what the setup of the database explains; None for what only a bug does."""
    said = error.diag.message_primary or ""
    match error:
        case errors.InsufficientPrivilege():
            return f"The migrating role lacks a right ({said}); migrate as the owner of the database."
        case errors.LockNotAvailable():
            return "Something else keeps a table of the database busy; end it, then migrate again."
        case errors.DuplicateTable() | errors.DuplicateObject():
            return f"The database holds what is not Codex's ({said}); give Codex a database of its own."
        case errors.UndefinedFile() | errors.FeatureNotSupported():
            return f"The server lacks an extension ({said}); install PostgreSQL's contrib package."
        case errors.OperationalError():
            return "The connection to the database was lost while migrating; start again to go on."
        case _:
            return None
