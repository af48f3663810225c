"""The ground every model stands on: names of constraints, column types, PostgreSQL enum types."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from codex.kernel.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all models. Relationships are not loaded lazily: queries say what they need."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - the name and the plain dict are SQLAlchemy's
        str: Text,
        UUID: PgUUID(as_uuid=True),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
"""The primary key: a UUID version 7 made by us, so that a command knows it before the flush."""

CreatedAt = Annotated[datetime, mapped_column(server_default=func.now())]
UpdatedAt = Annotated[datetime, mapped_column(server_default=func.now())]


def pg_enum(kind: type[StrEnum]) -> Enum:
    """The PostgreSQL enum type of a Python enum: snake_case name, exactly its values."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    return Enum(kind, name=name, values_callable=lambda k: [member.value for member in k], metadata=Base.metadata)


def ref(target: str, *, ondelete: str = "RESTRICT", index: bool = True) -> MappedColumn[Any]:
    """A foreign key column. `index=False` where a composite index or unique constraint already leads with it."""
    return mapped_column(ForeignKey(target, ondelete=ondelete), index=index)


__all__ = ["Base", "CreatedAt", "Id", "Mapped", "UpdatedAt", "pg_enum", "ref"]
