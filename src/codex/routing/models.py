"""RoutingRule: where a new ticket goes."""

from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref


class RoutingRule(Base):
    """Sends new tickets that hold one of its keywords to a team. Lowest `priority` first, then the oldest."""

    __tablename__ = "routing_rules"
    __table_args__ = (
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(
            "array_position(keywords, NULL) IS NULL AND array_position(keywords, '') IS NULL", name="keywords"
        ),
        CheckConstraint("priority >= 0", name="priority"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    # A rule must not vanish, or lose its assignee, behind the back of who relies on it: RESTRICT, both.
    team_id: Mapped[UUID] = ref("teams.id")
    assignee_id: Mapped[UUID | None] = ref("users.id")
    priority: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
