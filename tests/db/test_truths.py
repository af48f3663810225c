"""What the business holds to be true, PostgreSQL refuses to have otherwise."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg
import pytest
import schema_catalog
from schema_lies import ALSO_GOOD, CHECKS, ONCE, Bad, Twice
from schema_rows import GOOD, OTHER_ROW, ROW, SEED, Row, insert

from databases import FreshDatabase


@dataclass(frozen=True, slots=True)
class Seeded:
    connection: psycopg.Connection
    database: FreshDatabase


@pytest.fixture(scope="module")
def seeded(make_database: Callable[[], AbstractContextManager[FreshDatabase]]) -> Iterator[Seeded]:
    with make_database() as database, psycopg.connect(**database.all_seeing) as connection:
        for table, row in SEED:
            insert(connection, table, row)
        connection.commit()
        yield Seeded(connection, database)


@pytest.fixture
def connection(seeded: Seeded) -> Iterator[psycopg.Connection]:
    yield seeded.connection
    seeded.connection.rollback()


@pytest.mark.parametrize("bad", CHECKS, ids=lambda bad: bad.sentence)
def test_a_row_that_is_not_true_is_refused(connection: psycopg.Connection, bad: Bad) -> None:
    good = {"id": ROW, **GOOD[bad.table]}
    with connection.transaction(force_rollback=True):
        insert(connection, bad.table, good)

    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        insert(connection, bad.table, good | bad.change)
    assert refusal.value.diag.constraint_name == bad.constraint


@pytest.mark.parametrize("twice", ONCE, ids=lambda twice: twice.sentence)
def test_what_there_is_once_is_not_there_twice(connection: psycopg.Connection, twice: Twice) -> None:
    insert(connection, twice.table, {"id": ROW, **GOOD[twice.table], **twice.after})

    with pytest.raises(psycopg.errors.UniqueViolation) as refusal:
        insert(connection, twice.table, {"id": OTHER_ROW, **GOOD[twice.table], **twice.change})
    assert refusal.value.diag.constraint_name == twice.constraint


@pytest.mark.parametrize(
    ("table", "first", "second"), [row[1:] for row in ALSO_GOOD], ids=[row[0] for row in ALSO_GOOD]
)
def test_what_is_true_is_kept(connection: psycopg.Connection, table: str, first: Row, second: Row) -> None:
    insert(connection, table, {"id": ROW, **GOOD[table], **first})
    insert(connection, table, {"id": OTHER_ROW, **GOOD[table], **second})


def test_every_check_and_every_unique_index_has_a_bad_row_here(seeded: Seeded) -> None:
    schema = schema_catalog.read(seeded.database.owner)
    checks = {c.name for c in schema.constraints if c.kind == "c"}
    sometimes_unique = {i.name for i in schema.indexes if i.is_unique and i.predicate}

    assert checks - {bad.constraint for bad in CHECKS} == set()
    assert sometimes_unique - {twice.constraint for twice in ONCE} == set()
