"""Indexes set aside while rows are poured in, and built again in one go, which takes a fraction of the time."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# Primary keys stay, since foreign keys lean on them; rows come in their order.
_FOUND = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname,
           pg_get_constraintdef(c.oid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary ORDER BY 2"""


@contextmanager
def set_aside(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Without the secondary indexes of `tables` inside the block, with all of them after it."""
    found = connection.execute(_FOUND, [tables]).fetchall()
    for table, index, _, constraint, _ in found:
        drop = f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}"
        connection.execute(drop.encode())
    yield
    for table, _, definition, constraint, said in found:
        make = f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {said}' if constraint else definition
        connection.execute(make.encode())
