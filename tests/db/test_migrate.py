"""Migrations as an operator meets them: what works, and one sentence for each thing that cannot."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import schema_catalog
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine

import databases
from codex.db import embedded, grants, migrate, revision
from codex.db.revision import SchemaState
from codex.kernel.errors import SetupError
from databases import FreshDatabase

SCRIPTS = ScriptDirectory(str(Path(migrate.__file__).parents[1] / "migrations"))
CODE = tuple(script.revision for script in SCRIPTS.walk_revisions())[::-1]


@pytest.fixture
def outsider(server: embedded.Server) -> Iterator[str]:
    """A role of the server that may log in and make roles, and nothing else."""
    name = f"outsider_{secrets.token_hex(4)}"
    with databases.superuser(server) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE")
        yield name
        connection.execute(f"DROP ROLE {name}")


def current_state(conninfo: dict[str, Any]) -> SchemaState:
    with psycopg.connect(**conninfo) as connection:
        return revision.state_of(connection)


def test_an_empty_database_gets_everything_and_the_second_upgrade_changes_nothing(
    empty_database: FreshDatabase,
) -> None:
    assert current_state(empty_database.owner) == SchemaState.BEHIND

    first = migrate.upgrade(empty_database.owner)
    before = everything(empty_database)
    second = migrate.upgrade(empty_database.owner)

    assert (first.before, first.after, first.applied) == (None, CODE[-1], CODE)
    assert (second.before, second.after, second.applied) == (CODE[-1], CODE[-1], ())
    assert everything(empty_database) == before
    assert current_state(empty_database.owner) == SchemaState.UP_TO_DATE


def test_an_older_database_gets_what_it_lacks(empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(revision, "known", lambda: CODE[:1])
        assert migrate.upgrade(empty_database.owner).applied == CODE[:1]

    assert current_state(empty_database.owner) == SchemaState.BEHIND
    assert migrate.upgrade(empty_database.owner).applied == CODE[1:]


def test_the_application_may_ask_how_the_schema_stands(database: FreshDatabase) -> None:
    assert current_state(database.app) == SchemaState.UP_TO_DATE


def test_a_database_of_a_newer_codex_is_refused(database: FreshDatabase) -> None:
    with psycopg.connect(**database.owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    words = r"^The database was made by a newer Codex \(revision 9999\); update Codex or restore a backup\.$"
    for ask in (migrate.upgrade, current_state):
        with pytest.raises(SetupError, match=words):
            ask(database.owner)


def test_starters_that_race_all_succeed_and_each_migration_is_applied_once(
    empty_database: FreshDatabase,
) -> None:
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(migrate.upgrade, [empty_database.owner] * 3))

    assert sorted(revision for result in results for revision in result.applied) == sorted(CODE)
    assert current_state(empty_database.app) == SchemaState.UP_TO_DATE


def test_rights_that_went_wrong_are_put_right(database: FreshDatabase) -> None:
    with psycopg.connect(**database.owner) as connection:
        connection.execute("GRANT ALL ON ticket_events, tickets TO codex_app")
        connection.execute("GRANT UPDATE (payload) ON admin_audit_events TO codex_app")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    migrate.upgrade(database.owner)

    with psycopg.connect(**database.all_seeing, autocommit=True) as connection:
        for statement in (
            b"DELETE FROM ticket_events",
            b"TRUNCATE tickets",
            b"UPDATE admin_audit_events SET payload = '{}'",
            b"CREATE TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_database_of_somebody_else_is_left_as_it_is(empty_database: FreshDatabase) -> None:
    with psycopg.connect(**empty_database.owner) as connection:
        connection.execute("CREATE TABLE tickets (id int)")

    with pytest.raises(SetupError, match=r'^The database holds .*"tickets" already exists.*of its own\.$'):
        migrate.upgrade(empty_database.owner)
    with psycopg.connect(**empty_database.owner) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == [
            ("tickets",)
        ]


def test_a_table_that_is_busy_for_too_long_is_named_as_the_cause(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "50ms")
    with psycopg.connect(**database.owner) as busy:
        busy.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SetupError, match=r"^Something else keeps a table of the database busy; .*\.$"):
            migrate.upgrade(database.owner)


def test_a_role_without_rights_on_the_database_is_told_so(empty_database: FreshDatabase, outsider: str) -> None:
    with pytest.raises(SetupError, match=r"^The migrating role lacks a right \(permission denied .*\); .*\.$"):
        migrate.upgrade({**empty_database.owner, "user": outsider})


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://codex:s3cret@127.0.0.1:1/codex",
        "postgresql://codex:s3cret@[::nowhere/codex",
        {"host": "/nowhere", "user": "codex", "password": "s3cret", "dbname": "codex"},
    ],
)
def test_a_database_out_of_reach_is_one_sentence_without_the_password(address: str | dict[str, Any]) -> None:
    with pytest.raises(SetupError) as refusal:
        migrate.upgrade(address)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


def test_postgresql_14_is_too_old() -> None:
    revision.refuse_old(150_000)
    with pytest.raises(SetupError, match=r"^Codex needs PostgreSQL 15 or newer; this server is 14\.$"):
        revision.refuse_old(140_012)


def test_who_may_not_make_roles_learns_what_an_administrator_must_run(
    empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "APP_ROLE", "codex_missing")
    with pytest.raises(SetupError) as refusal:
        migrate.upgrade(empty_database.owner)
    assert str(refusal.value).endswith(
        "must run: CREATE ROLE codex_missing NOLOGIN; GRANT codex_missing TO codex_owner;"
    )


def test_who_may_make_roles_makes_the_missing_one_and_can_step_down_to_it(
    empty_database: FreshDatabase, outsider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"app_{secrets.token_hex(4)}"
    monkeypatch.setattr(grants, "APP_ROLE", role)
    with engine({**empty_database.owner, "user": outsider}).connect() as connection:
        for _ in range(2):
            grants.ensure_role(connection)
        connection.exec_driver_sql(f"SET ROLE {role}")
        assert connection.exec_driver_sql("SELECT current_user").scalar() == role
        connection.rollback()


def test_a_role_that_an_administrator_made_must_be_granted_by_one(
    server: embedded.Server, empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"app_{secrets.token_hex(4)}"
    monkeypatch.setattr(grants, "APP_ROLE", role)
    with databases.superuser(server) as superuser:
        superuser.execute(f"CREATE ROLE {role} NOLOGIN")
        with engine(empty_database.owner).connect() as connection:
            with pytest.raises(SetupError, match=f"must run: GRANT {role} TO codex_owner;$"):
                grants.ensure_role(connection)
            superuser.execute(f"GRANT {role} TO codex_owner")
            grants.ensure_role(connection)
        superuser.execute(f"DROP ROLE {role}")


def everything(database: FreshDatabase) -> object:
    with psycopg.connect(**database.owner) as connection:
        return schema_catalog.read(database.owner), connection.execute(schema_catalog.RIGHTS).fetchall()


def engine(params: dict[str, Any]) -> Engine:
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**params))


def test_the_names_of_the_migrations_are_their_revisions() -> None:
    assert revision.known() == CODE
