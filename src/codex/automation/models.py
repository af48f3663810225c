"""AutomationRule, and AutomationExecution: what became of it on a ticket."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, ref


class Trigger(StrEnum):
    """What wakes a rule (rules.md). A plain string in the database, held to these by a constraint."""

    TICKET_CREATED = "TICKET_CREATED"
    STATUS_CHANGED = "STATUS_CHANGED"
    SLA_APPROACHING = "SLA_APPROACHING"
    SLA_BREACHED = "SLA_BREACHED"
    MESSAGE_ADDED = "MESSAGE_ADDED"
    ASSIGNMENT_CHANGED = "ASSIGNMENT_CHANGED"
    PRIORITY_CHANGED = "PRIORITY_CHANGED"
    CATEGORY_CHANGED = "CATEGORY_CHANGED"
    CUSTOM_FIELD_CHANGED = "CUSTOM_FIELD_CHANGED"
    TIME_IN_STATUS = "TIME_IN_STATUS"
    UNASSIGNED_FOR = "UNASSIGNED_FOR"
    NO_ACTIVITY_FOR = "NO_ACTIVITY_FOR"


class AutomationRule(Base):
    """When `trigger` happens and all conditions hold, do the actions. Without a team it is everybody's."""

    __tablename__ = "automation_rules"
    __table_args__ = (
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(f"trigger IN ({', '.join(repr(t.value) for t in Trigger)})", name="trigger"),
        CheckConstraint("jsonb_typeof(conditions) = 'array'", name="conditions"),
        CheckConstraint("jsonb_typeof(actions) = 'array'", name="actions"),
        CheckConstraint("priority >= 0", name="priority"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
    trigger: Mapped[str] = mapped_column(index=True)
    conditions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    actions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"), index=True)
    priority: Mapped[int]
    # Goes with its team: without one it would start to act on everybody's tickets.
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    created_by_id: Mapped[UUID] = ref("users.id")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class AutomationExecution(Base):
    """One run of a rule on a ticket. A failed one says why. The ticket's history outlives the rule."""

    __tablename__ = "automation_executions"
    __table_args__ = (
        Index("ix_automation_executions_rule_id_executed_at", "rule_id", "executed_at"),
        Index("ix_automation_executions_ticket_id_executed_at", "ticket_id", "executed_at"),
        CheckConstraint("success = (error IS NULL)", name="error"),
    )

    id: Mapped[Id]
    rule_id: Mapped[UUID] = ref("automation_rules.id", ondelete="CASCADE", index=False)
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    trigger: Mapped[str]
    success: Mapped[bool]
    error: Mapped[str | None]
    executed_at: Mapped[datetime]
