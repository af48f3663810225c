"""docs/schema.md: every table, from the models."""

import inspect
from itertools import groupby

from sqlalchemy import CheckConstraint, Column, Enum, Index, Table, UniqueConstraint, create_engine
from sqlalchemy.schema import CreateIndex

from codex.db.base import Base
from codex.db.grants import APPEND_ONLY
from codex.tables import metadata

_POSTGRESQL = create_engine("postgresql+psycopg://").dialect
_INTRODUCTION = f"""\
The tables of the database, by the package that owns them. Every primary key is `id` unless said otherwise. A
reference says what happens to the row when what it refers to is deleted. The application may only read and
extend {" and ".join(f"`{table}`" for table in APPEND_ONLY)}.
"""
_HEADER = "| column | type | null | default | refers to |\n|---|---|---|---|---|"
_MODELS = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}


def page() -> str:
    """Every enum, and every table with its columns, constraints and indexes, by the package that owns it."""
    tables = sorted(metadata.tables.values(), key=_package)
    parts = ["# Schema\n", _INTRODUCTION, "## Enums\n", _enums(tables)]
    for package, owned in groupby(tables, key=_package):
        parts.append(f"## {package}\n")
        parts += [_table(table) for table in owned]
    return "\n".join(parts)


def _package(table: Table) -> str:
    return str(_MODELS[table].__module__).split(".")[1]


def _enums(tables: list[Table]) -> str:
    kinds = {kind.name: kind for table in tables for column in table.columns if (kind := _enum(column))}
    lines = [f"- `{name}`: {', '.join(kinds[name].enums)}" for name in sorted(map(str, kinds))]
    return "\n".join(lines) + "\n"


def _enum(column: Column[object]) -> Enum | None:
    kind = getattr(column.type, "item_type", column.type)
    return kind if isinstance(kind, Enum) else None


def _table(table: Table) -> str:
    about = inspect.cleandoc(_MODELS[table].__doc__ or "")
    lines = [f"### {table.name}\n\n{about}\n", _HEADER, *map(_column, table.columns), ""]
    rules = _keys(table) + _checks(table) + _indexes(table)
    return "\n".join([*lines, *rules, ""] if rules else lines)


def _column(column: Column[object]) -> str:
    key = next((f"{k.column.table.name}, {k.ondelete}" for k in column.foreign_keys), "")
    cells = (f"`{column.name}`", _type(column), "null" if column.nullable else "", _default(column), key)
    return f"| {' | '.join(cells)} |".replace("  ", " ")


def _type(column: Column[object]) -> str:
    name = column.type.compile(dialect=_POSTGRESQL)
    return {"TIMESTAMP WITH TIME ZONE": "timestamptz"}.get(name, name.lower())


def _default(column: Column[object]) -> str:
    if column.identity is not None:
        return "counts up"
    if column.server_default is None:
        return ""
    given = getattr(column.server_default, "arg", "")
    return f"`{given}`" if str(given) else "empty"


def _keys(table: Table) -> list[str]:
    primary = [column.name for column in table.primary_key.columns]
    unique = [
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    lines = [f"- primary key ({', '.join(primary)})"] if primary != ["id"] else []
    return lines + [f"- unique ({', '.join(columns)})" for columns in sorted(unique)]


def _checks(table: Table) -> list[str]:
    checks = [c for c in table.constraints if isinstance(c, CheckConstraint)]
    return [f"- `{c.name}`: `{c.sqltext}`" for c in sorted(checks, key=lambda c: str(c.name))]


def _indexes(table: Table) -> list[str]:
    return sorted(map(_index, table.indexes))


def _index(index: Index) -> str:
    assert index.table is not None
    sql = str(CreateIndex(index).compile(dialect=_POSTGRESQL))
    on = sql.split(f" ON {index.table.name} ")[1]
    return f"- {'unique ' if index.unique else ''}index {on}"
