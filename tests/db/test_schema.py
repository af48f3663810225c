import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal

import psycopg
import pytest
import schema_catalog
import schema_overview as overview
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from schema_catalog import Schema
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from codex import tables
from codex.sla.models import SlaNotifyRole, SlaPolicyConfig, SlaPolicyConfigTarget
from codex.tickets.models import TicketPriority
from databases import FreshDatabase

NO_UUIDS = ("sla_business_hours_settings.id", "tickets.display_id", "admin_audit_events.request_id")


@pytest.fixture(scope="module")
def migrated(make_database: Callable[[], AbstractContextManager[FreshDatabase]]) -> Iterator[FreshDatabase]:
    with make_database() as database:
        yield database


@pytest.fixture(scope="module")
def schema(migrated: FreshDatabase) -> Schema:
    return schema_catalog.read(migrated.owner)


def test_migrations_lead_to_what_the_models_say(migrated: FreshDatabase) -> None:
    with engine_of(migrated).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_checks_predicates_defaults_and_enum_values_too_are_what_the_models_say(
    schema: Schema, empty_database: FreshDatabase
) -> None:
    tables.metadata.create_all(engine_of(empty_database))
    modelled = schema_catalog.read(empty_database.owner)

    assert set(schema.columns) == set(modelled.columns)  # a column that came later stands last
    assert schema.constraints == modelled.constraints
    assert schema.indexes == modelled.indexes
    assert schema.enums == modelled.enums


def test_every_foreign_key_says_what_a_deletion_does_and_has_an_index(schema: Schema) -> None:
    foreign = [c for c in schema.constraints if c.kind == "f"]
    keys = {(c.table, re.findall(r"FOREIGN KEY \((\w+)\)", c.definition)[0]) for c in foreign}

    assert [c.name for c in foreign if "ON DELETE" not in c.definition] == []
    assert [
        f"{table}.{key}"
        for table, key in keys
        if not any(index.table == table and index.leads_with(key) for index in schema.indexes)
    ] == []


def test_whatever_is_called_an_id_of_something_is_a_foreign_key(schema: Schema) -> None:
    keys = {
        (c.table, key)
        for c in schema.constraints
        if c.kind == "f"
        for key in re.findall(r"FOREIGN KEY \((\w+)\)", c.definition)
    }
    ids = {(c.table, c.name) for c in schema.columns if c.name.endswith("_id") and c.type == "uuid"}
    assert ids - keys == {
        ("routing_rule_versions", "rule_id"),  # what a rule said explains decisions longer than there is the rule
        ("routing_decisions", "rule_id"),  # and which rule it was
        ("ticket_events", "actor_rule_id"),  # of either kind, and longer than there is the rule
        (
            "scheduled_jobs",
            "running_worker_id",
        ),  # a job remembers its worker longer than the worker's heartbeat
    }


@pytest.mark.parametrize("table", overview.FIELDS)
def test_every_field_of_the_overview_exists(schema: Schema, table: str) -> None:
    assert set(overview.FIELDS[table].split()) <= {c.name for c in schema.columns if c.table == table}


def test_every_enum_of_the_overview_has_exactly_its_values(schema: Schema) -> None:
    beyond = {"actor_kind", "scope", "link_type", "reopen_mode", "sla_state"}
    assert {name: " ".join(v) for name, v in schema.enums.items() if name not in beyond} == overview.ENUMS


def test_fields_have_the_types_that_the_overview_gives_them(schema: Schema) -> None:
    types = {f"{c.table}.{c.name}": c.type for c in schema.columns}
    assert {name: types.get(name) for name in overview.TYPES} == overview.TYPES


def test_ids_are_uuids_times_know_their_zone_and_words_have_no_length(schema: Schema) -> None:
    columns = [c for c in schema.columns if c.table in overview.FIELDS]

    ids = {(f"{c.table}.{c.name}", c.type) for c in columns if c.name == "id" or c.name.endswith("_id")}
    others = {
        ("sla_business_hours_settings.id", "text"),
        ("tickets.display_id", "text"),
        ("admin_audit_events.request_id", "text"),
    }
    assert {(name, kind) for name, kind in ids if kind != "uuid"} == others
    assert {c.type for c in columns if c.name.endswith("_at")} == {"timestamp with time zone"}
    assert [c for c in columns if "char" in c.type or "without time zone" in c.type] == []


@pytest.mark.parametrize(("table", "columns"), overview.UNIQUE)
def test_every_unique_constraint_of_the_overview_exists(schema: Schema, table: str, columns: str) -> None:
    wanted = f"UNIQUE ({', '.join(columns.split())})"
    assert wanted in {c.definition for c in schema.constraints if c.table == table}


@pytest.mark.parametrize(("table", "columns"), overview.INDEXES)
def test_every_index_of_the_overview_exists(schema: Schema, table: str, columns: str) -> None:
    plain = {" ".join(i.columns) for i in schema.indexes if i.table == table and i.predicate is None}
    assert columns in plain


@pytest.mark.parametrize(("table", "columns", "predicate"), overview.PARTIAL_INDEXES)
def test_queues_have_an_index_of_their_own(schema: Schema, table: str, columns: str, predicate: str) -> None:
    assert (columns, predicate) in {(" ".join(i.columns), i.predicate) for i in schema.indexes if i.table == table}


def test_arrays_of_enums_and_fractions_of_hours_come_back_as_they_went_in(database: FreshDatabase) -> None:
    roles, hours = [SlaNotifyRole.LEAD, SlaNotifyRole.OWNER], Decimal("0.25")
    with Session(engine_of(database)) as session:
        policy = SlaPolicyConfig(name="Gold", breach_notify_roles=roles)
        session.add(policy)
        session.flush()
        session.add(
            SlaPolicyConfigTarget(policy_config_id=policy.id, priority=TicketPriority.P1, resolution_hours=hours)
        )
        session.commit()

        assert session.scalars(select(SlaPolicyConfig.breach_notify_roles)).one() == roles
        assert session.scalars(select(SlaPolicyConfigTarget.resolution_hours)).one() == hours


def engine_of(database: FreshDatabase) -> Engine:
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**database.owner))
