"""RoutingRule: where a new ticket goes; what each rule said from one save to the next; which rule took which ticket."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref
from codex.tickets.models import Ticket, after_ticket


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


class RoutingDecision(Base):
    """A new ticket that routing decided about, and the rule that took it, in its version; neither: none did.

    Beside the ROUTED event, which has all of it: row-level security lets no index be used for what stands in JSON. The
    rule may be gone by now.
    """

    __tablename__ = "routing_decisions"
    __table_args__ = (
        Index("ix_routing_decisions_rule_id_decided_at_ticket_id", "rule_id", "decided_at", "ticket_id"),
        Index("ix_routing_decisions_version_id_decided_at", "version_id", "decided_at"),
        CheckConstraint("(rule_id IS NULL) = (version_id IS NULL)", name="version_id"),
        CheckConstraint("keyword IS NULL OR rule_id IS NOT NULL", name="keyword"),
    )

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    rule_id: Mapped[UUID | None]
    version_id: Mapped[int | None] = ref("routing_rule_versions.id", index=False)
    keyword: Mapped[str | None]
    decided_at: Mapped[datetime]

    _ticket: Mapped[Ticket] = after_ticket("RoutingDecision.ticket_id")
