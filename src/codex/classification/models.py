"""Category and CustomField: how tickets are told apart and what is asked about them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref


class Category(Base):
    """A kind of request; categories form a tree. `default_team_id`: who gets tickets of it that no rule places."""

    __tablename__ = "categories"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    parent_id: Mapped[UUID | None] = ref("categories.id")
    default_team_id: Mapped[UUID | None] = ref("teams.id", ondelete="SET NULL")
    sort_order: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class FieldType(StrEnum):
    """What a custom field takes. A plain string in the database, held to these by a constraint."""

    TEXT = "TEXT"
    TEXTAREA = "TEXTAREA"
    NUMBER = "NUMBER"
    DROPDOWN = "DROPDOWN"
    MULTISELECT = "MULTISELECT"
    DATE = "DATE"
    CHECKBOX = "CHECKBOX"
    USER = "USER"


class RequiredWhen(StrEnum):
    """By when a required field is answered."""

    CREATE = "CREATE"
    RESOLVE = "RESOLVE"


class CustomField(Base):
    """A question asked about tickets, everywhere or only within a team or category.

    `retired_options`: options that old answers keep and no new answer may take.
    """

    __tablename__ = "custom_fields"
    __table_args__ = (
        CheckConstraint(f"field_type IN ({', '.join(repr(t.value) for t in FieldType)})", name="field_type"),
        CheckConstraint(
            "(field_type IN ('DROPDOWN', 'MULTISELECT')) = (options IS NOT NULL)"
            " AND (options IS NULL OR jsonb_typeof(options) = 'array')",
            name="options",
        ),
        CheckConstraint("required_when IN ('CREATE', 'RESOLVE')", name="required_when"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    field_type: Mapped[str]
    options: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    description: Mapped[str | None]
    retired_options: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    is_required: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    required_when: Mapped[str] = mapped_column(default=RequiredWhen.CREATE, server_default="CREATE")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    category_id: Mapped[UUID | None] = ref("categories.id", ondelete="CASCADE")
    sort_order: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
