"""All that is in a database, down to where each row lies and who wrote it: the same, byte for byte, where it is equal.

Of every table the rows in the order in which they lie, with their place and the transactions that made and last locked
them; where every sequence stands; and, where pg_dump is beside the server, the dump of everything else.
"""

import subprocess
from hashlib import sha256

import psycopg
from psycopg import sql

import databases
from codex.db import embedded
from codex.db.embedded.binaries import find_bin_dir
from databases import FreshDatabase

_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"""
_SEQUENCES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' ORDER BY 1, 2"""
Whole = dict[str, tuple[int, str]]
"""Of each part how many bytes it has, and their digest."""


def whole(server: embedded.Server, database: FreshDatabase) -> Whole:
    """Everything, by part."""
    found: Whole = {}
    with databases.superuser(server, database.name) as connection:
        for name in [*connection.execute(_TABLES), *connection.execute(_SEQUENCES)]:
            query = sql.SQL("COPY (SELECT t.ctid, t.xmin, t.xmax, t.* FROM {} t ORDER BY t.ctid) TO STDOUT")
            found[".".join(name)] = _copied(connection, query.format(sql.Identifier(*name)))
    pg_dump = find_bin_dir() / "pg_dump"
    if pg_dump.exists():
        found["pg_dump"] = _digest(_dumped(str(pg_dump), server, database))
    return found


def _copied(connection: psycopg.Connection, query: sql.Composed) -> tuple[int, str]:
    with connection.cursor().copy(query) as rows:
        return _digest(b"".join(rows))


def _dumped(pg_dump: str, server: embedded.Server, database: FreshDatabase) -> bytes:
    at = server.conninfo(user="postgres", dbname=database.name)
    place = ["-h", str(at["host"]), "-p", str(at["port"]), "-U", "postgres", "-d", database.name]
    ran = subprocess.run([pg_dump, *place], capture_output=True, check=True, timeout=120)
    lines = ran.stdout.splitlines(keepends=True)
    return b"".join(
        line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict"))
    )  # a new key each time


def _digest(content: bytes) -> tuple[int, str]:
    return len(content), sha256(content).hexdigest()
