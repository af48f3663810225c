"""What PostgreSQL itself says of a schema; alembic compares neither checks, nor predicates, nor enums."""

from dataclasses import dataclass
from typing import Any

import psycopg

COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
           pg_get_expr(adbin, adrelid)
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
      AND relname <> 'alembic_version'
    ORDER BY relname, attnum
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
      AND conrelid IS DISTINCT FROM to_regclass('alembic_version')
    ORDER BY 1, 2
"""
INDEXES = """
    SELECT indrelid::regclass::text, relname, pg_get_indexdef(indexrelid), indisunique,
           pg_get_expr(indpred, indrelid),
           ARRAY(SELECT coalesce(attname, '') FROM unnest(indkey::int[]) WITH ORDINALITY AS k (number, place)
                 LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place)::text[]
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indrelid IS DISTINCT FROM to_regclass('alembic_version')
    ORDER BY 1, 2
"""
ENUMS = """
    SELECT typname, array_agg(enumlabel::text ORDER BY enumsortorder)
    FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
    GROUP BY typname ORDER BY typname
"""
RIGHTS = """
    SELECT relname, relkind::text, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    ORDER BY relname
"""


@dataclass(frozen=True, slots=True)
class Column:
    table: str
    name: str
    type: str
    is_required: bool
    identity: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    table: str
    name: str
    kind: str
    definition: str


@dataclass(frozen=True, slots=True)
class Index:
    table: str
    name: str
    definition: str
    is_unique: bool
    predicate: str | None
    columns: list[str]

    def leads_with(self, column: str) -> bool:
        """Whether it finds the rows of a value of the column; not those without one, if need be."""
        return self.columns[0] == column and self.predicate in (None, f"({column} IS NOT NULL)")


@dataclass(frozen=True, slots=True)
class Schema:
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    indexes: tuple[Index, ...]
    enums: dict[str, tuple[str, ...]]


def read(conninfo: dict[str, Any]) -> Schema:
    """The schema of a database, but for alembic's table."""
    with psycopg.connect(**conninfo) as connection:
        ask = connection.execute
        return Schema(
            tuple(Column(*row) for row in ask(COLUMNS)),
            tuple(Constraint(*row) for row in ask(CONSTRAINTS)),
            tuple(Index(*row) for row in ask(INDEXES)),
            {name: tuple(values) for name, values in ask(ENUMS)},
        )
