"""RoutingRule: where a new ticket goes; and what each rule said from one save to the next."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref


class RoutingRule(Base):
    """Sends new tickets that hold one of its keywords, and fit its conditions, to a team. Lowest `priority` first, then
    the oldest. `version` counts its saves; `learned`: how well it did on past tickets, of a rule that was proposed.
    """

    __tablename__ = "routing_rules"
    __table_args__ = (
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(
            "array_position(keywords, NULL) IS NULL AND array_position(keywords, '') IS NULL", name="keywords"
        ),
        CheckConstraint("jsonb_typeof(conditions) = 'array'", name="conditions"),
        CheckConstraint("priority >= 0", name="priority"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_routing_rules_priority", "priority", "created_at", "id"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    conditions: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    # A rule must not vanish, or lose its assignee, behind the back of who relies on it: RESTRICT, both.
    team_id: Mapped[UUID] = ref("teams.id")
    assignee_id: Mapped[UUID | None] = ref("users.id")
    priority: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    learned: Mapped[dict[str, Any] | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class RoutingRuleVersion(Base):
    """What a rule said from one save to the next; kept when the rule is gone. Append-only.

    `id` is a short number: a decision names every version that it looked at.
    """

    __tablename__ = "routing_rule_versions"
    __table_args__ = (
        UniqueConstraint("rule_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    rule_id: Mapped[UUID]
    version: Mapped[int]
    terms: Mapped[dict[str, Any]]
    created_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]
