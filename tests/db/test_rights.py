"""What the application's role may and may not do to the database it works on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from psycopg.types.json import Jsonb
from schema_rows import AT, GOOD, ROW, SEED, TEAM, insert

from codex.db.grants import APPEND_ONLY, READ_ONLY
from databases import FreshDatabase

REFUSED = (
    "UPDATE ticket_events SET payload = '{}'",
    "DELETE FROM ticket_events",
    "TRUNCATE ticket_events",
    "SELECT * FROM ticket_events FOR UPDATE",
    "INSERT INTO ticket_events SELECT * FROM ticket_events ON CONFLICT (id) DO UPDATE SET type = 'X'",
    "UPDATE admin_audit_events SET payload = '{}'",
    "DELETE FROM admin_audit_events",
    "TRUNCATE admin_audit_events",
    "UPDATE sla_policy_versions SET terms = '{}'",
    "DELETE FROM sla_policy_versions",
    "UPDATE sla_calendar_versions SET timezone = 'UTC'",
    "DELETE FROM sla_calendar_versions",
    "UPDATE alembic_version SET version_num = '0000'",
    "ALTER TABLE tickets ADD COLUMN colour text",
    "ALTER TABLE ticket_events DISABLE TRIGGER ALL",
    "ALTER TYPE ticket_status ADD VALUE 'LOST'",
    "ALTER SEQUENCE tickets_number_seq RESTART",
    "DROP TABLE ticket_events",
    "DROP INDEX ix_tickets_due_at",
    "DROP SCHEMA public",
    "CREATE TABLE mine (id int)",
    "CREATE INDEX mine ON tickets (subject)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE RULE mine AS ON INSERT TO ticket_events DO INSTEAD NOTHING",
    "CREATE SCHEMA mine",
    "SET ROLE codex_owner",
    "SET session_replication_role = replica",
    "COPY tickets TO '/tmp/tickets'",
)


@pytest.fixture(scope="module")
def app(
    make_database: Callable[[], AbstractContextManager[FreshDatabase]],
) -> Iterator[psycopg.Connection]:
    with make_database() as database, psycopg.connect(**database.all_seeing) as connection:
        for table, row in SEED:
            insert(connection, table, row)
        connection.commit()
        yield connection


@pytest.fixture
def connection(app: psycopg.Connection) -> Iterator[psycopg.Connection]:
    yield app
    app.rollback()


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_neither_rewrites_history_nor_changes_the_schema(
    connection: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_application_reads_and_changes_every_table_but_the_append_only_ones(
    connection: psycopg.Connection,
) -> None:
    rights = connection.execute("""
        SELECT relname, array_agg(wanted) FILTER (WHERE has_table_privilege(pg_class.oid, wanted))
        FROM pg_class, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS wanted
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        GROUP BY relname
    """).fetchall()

    assert len(rights) > 26
    for table, has in rights:
        expected = ["SELECT", "INSERT", "UPDATE", "DELETE"]
        if table in APPEND_ONLY:
            expected = ["SELECT", "INSERT"]
        if table in READ_ONLY:
            expected = ["SELECT"]
        assert has == expected, table


def test_history_is_added_to_and_read(connection: psycopg.Connection) -> None:
    insert(connection, "ticket_events", {"id": ROW, **GOOD["ticket_events"]})
    read = connection.execute("SELECT type FROM ticket_events WHERE id = %s", [ROW])
    assert read.fetchall() == [("TICKET_CREATED",)]


def test_a_team_that_served_nobody_is_deleted_and_what_was_done_to_it_is_still_told(
    connection: psycopg.Connection,
) -> None:
    event = {
        "id": TEAM,
        "type": "TEAM_CREATED",
        "payload": Jsonb({"slug": "it"}),
        "team_id": TEAM,
        "chain_day": AT[:10],
        "chain_position": 1,
        "hash": b"x",
        "created_at": AT,
    }
    insert(connection, "admin_audit_events", event)
    connection.execute("DELETE FROM teams WHERE id = %s", [TEAM])

    told = connection.execute("SELECT type, payload, team_id FROM admin_audit_events").fetchall()
    assert told == [("TEAM_CREATED", {"slug": "it"}, None)]
