"""SavedView and CannedResponse: a person's own, a team's, or everybody's (neither `user_id` nor `team_id`).

Their owners delete them with themselves: losing the owner alone would make them everybody's.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref

_ONE_OWNER = "num_nonnulls(user_id, team_id) <= 1"


class SavedView(Base):
    """A list of tickets worth keeping: its filters, by name."""

    __tablename__ = "saved_views"
    __table_args__ = (
        Index("uq_saved_views_default_of_user", "user_id", unique=True, postgresql_where=text("is_default")),
        Index("uq_saved_views_default_of_team", "team_id", unique=True, postgresql_where=text("is_default")),
        Index(
            "uq_saved_views_default_of_all", "is_default", unique=True,
            postgresql_where=text("is_default AND user_id IS NULL AND team_id IS NULL"),
        ),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("jsonb_typeof(filters) = 'object'", name="filters"),
        CheckConstraint(_ONE_OWNER, name="one_owner"),
    )  # fmt: skip

    id: Mapped[Id]
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    user_id: Mapped[UUID | None] = ref("users.id", ondelete="CASCADE")
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class CannedResponse(Base):
    """A text to answer with, `{{…}}` placeholders and all, and what is done to the ticket along with it."""

    __tablename__ = "canned_responses"
    __table_args__ = (
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("jsonb_typeof(actions) = 'array'", name="actions"),
        CheckConstraint(_ONE_OWNER, name="one_owner"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    content: Mapped[str]
    actions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    user_id: Mapped[UUID | None] = ref("users.id", ondelete="CASCADE")
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
