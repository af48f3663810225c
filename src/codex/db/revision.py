"""Which schema a database has and which this code expects; without the machinery that migrates."""

from enum import StrEnum
from pathlib import Path

import psycopg

from codex.kernel.errors import SetupError

OLDEST_POSTGRESQL = 15
_VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


class SchemaState(StrEnum):
    """How the schema of a database stands to this code."""

    UP_TO_DATE = "up to date"
    BEHIND = "behind"


def known() -> tuple[str, ...]:
    """Every revision that this code knows, oldest first: what the names of the migrations begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py")))


def newest() -> str:
    """The revision that this code expects."""
    return known()[-1]


def missing(revision: str | None) -> tuple[str, ...]:
    """What a database at `revision` (None: an empty one) lacks. Raises SetupError when it is newer than this code."""
    if revision is None:
        return known()
    if revision not in known():
        raise SetupError(
            f"The database was made by a newer Codex (revision {revision}); update Codex or restore a backup."
        )
    return known()[known().index(revision) + 1 :]


def state_of(connection: psycopg.Connection) -> SchemaState:
    """Whether the schema is what this code expects; the application's role may ask too.

    Raises SetupError when the server is too old or the database was made by a newer Codex.
    """
    refuse_old(connection.info.server_version)
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return SchemaState.BEHIND
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return SchemaState.BEHIND if missing(row[0] if row else None) else SchemaState.UP_TO_DATE


def refuse_old(server_version: int) -> None:
    """Raise SetupError for a server older than OLDEST_POSTGRESQL (`server_version` as libpq has it: 150004)."""
    if server_version // 10_000 < OLDEST_POSTGRESQL:
        raise SetupError(
            f"Codex needs PostgreSQL {OLDEST_POSTGRESQL} or newer; this server is {server_version // 10_000}."
        )
