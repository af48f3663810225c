"""AutomationRule in versions; what became of rules on tickets: AutomationExecution, AutomationEvaluation."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.notifications.models import OutboxStatus


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


TIMED = (Trigger.TIME_IN_STATUS, Trigger.UNASSIGNED_FOR, Trigger.NO_ACTIVITY_FOR)
"""Triggers that no fact pulls: time does."""


class AutomationRule(Base):
    """When `trigger` happens and all conditions hold, do the actions. Without a team it is everybody's.

    `version` counts its saves. `paused_at`: it failed too often in a row, and rests until it is saved again.
    `deleted_at`: it is gone, but for what became of it on tickets, which names it; nothing else may find it.
    """

    __tablename__ = "automation_rules"
    __table_args__ = (
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(f"trigger IN ({', '.join(repr(t.value) for t in Trigger)})", name="trigger"),
        CheckConstraint("jsonb_typeof(trigger_config) = 'object'", name="trigger_config"),
        CheckConstraint("jsonb_typeof(conditions) = 'array'", name="conditions"),
        CheckConstraint("jsonb_typeof(actions) = 'array'", name="actions"),
        CheckConstraint("priority >= 0", name="priority"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("deleted_at IS NULL OR (NOT is_active AND team_id IS NULL)", name="deleted_at"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
    trigger: Mapped[str] = mapped_column(index=True)
    trigger_config: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    conditions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    actions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"), index=True)
    priority: Mapped[int]
    # A rule must not vanish behind the back of who relies on it; a deleted one is in no team's way.
    team_id: Mapped[UUID | None] = ref("teams.id")
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    paused_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID] = ref("users.id")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class AutomationRuleVersion(Base):
    """What a rule said from one save to the next. Append-only; goes with its rule.

    `terms`: a `versions.RuleTerms`.
    """

    __tablename__ = "automation_rule_versions"
    __table_args__ = (
        UniqueConstraint("rule_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
    )

    id: Mapped[Id]
    rule_id: Mapped[UUID] = ref("automation_rules.id", ondelete="CASCADE", index=False)
    version: Mapped[int]
    terms: Mapped[dict[str, Any]]
    created_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]


class AutomationTimer(Base):
    """When a timed rule was last looked at; who is at it holds this row, and nobody waits."""

    __tablename__ = "automation_timers"

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("automation_rules.id", ondelete="CASCADE"), primary_key=True)
    swept_at: Mapped[datetime] = mapped_column(index=True)


class AutomationExecution(Base):
    """One run of a rule on a ticket. A failed one says why. It outlives the rule.

    `matched`: no for a rule that is broken, and so was passed over. `event_id`: the event that woke it; of a timed rule
    `stay_event_id`: the one that began what has lasted for so long, for which the rule runs once. `conditions`: a
    `criteria.tree.Finding` each; `actions`: a `doing.Done` each.
    """

    __tablename__ = "automation_executions"
    __table_args__ = (
        Index("ix_automation_executions_rule_id_executed_at", "rule_id", "executed_at"),
        Index("ix_automation_executions_ticket_id_executed_at", "ticket_id", "executed_at"),
        UniqueConstraint("rule_id", "ticket_id", "stay_event_id"),
        CheckConstraint("success = (error IS NULL)", name="error"),
        CheckConstraint("matched OR NOT success", name="matched"),
        CheckConstraint("rule_version >= 1", name="rule_version"),
        CheckConstraint("jsonb_typeof(conditions) = 'array'", name="conditions"),
        CheckConstraint("jsonb_typeof(actions) = 'array'", name="actions"),
    )

    id: Mapped[Id]
    rule_id: Mapped[UUID] = ref("automation_rules.id", index=False)
    rule_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    event_id: Mapped[UUID | None] = ref("ticket_events.id")
    stay_event_id: Mapped[UUID | None] = ref("ticket_events.id")
    trigger: Mapped[str]
    matched: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    success: Mapped[bool]
    error: Mapped[str | None]
    conditions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    actions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    executed_at: Mapped[datetime]


class AutomationRuleSet(Base):
    """Rules that were asked together, each in a version: a row for each. `rule_set` follows from what is in it.

    Two transactions that meet the same set for the first time may both write it out: better than that one waits.
    `unnamed_since`: no evaluation names the set any more; who names it from then on writes it out anew.
    """

    __tablename__ = "automation_rule_sets"
    __table_args__ = (
        Index("ix_automation_rule_sets_rule_set", "rule_set"),
        Index("ix_automation_rule_sets_rule_id", "rule_id", "rule_set"),
        Index(
            "ix_automation_rule_sets_unnamed_since", "unnamed_since",
            postgresql_where=text("unnamed_since IS NOT NULL"),
        ),
        CheckConstraint("rule_version >= 1", name="rule_version"),
    )  # fmt: skip

    id: Mapped[Id]
    rule_set: Mapped[UUID]
    rule_id: Mapped[UUID] = ref("automation_rules.id", ondelete="CASCADE", index=False)
    rule_version: Mapped[int]
    unnamed_since: Mapped[datetime | None]


class AutomationEvaluation(Base):
    """An event at which rules were asked: those of the set that have no execution for it did not act, for `reason`, or
    because their conditions did not hold. One row for any number of rules.

    `seen`: what they saw of the ticket, a `keeping.Seen`. `event` is no foreign key: rows are many, and go in time.
    """

    __tablename__ = "automation_evaluations"
    __table_args__ = (
        Index("ix_automation_evaluations_rule_set_created_at", "rule_set", "created_at"),
        Index("ix_automation_evaluations_ticket_id_created_at", "ticket_id", "created_at"),
        Index("ix_automation_evaluations_created_at", "created_at"),
        CheckConstraint("jsonb_typeof(seen) = 'object'", name="seen"),
    )

    id: Mapped[Id]
    event: Mapped[UUID]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    rule_set: Mapped[UUID]
    trigger: Mapped[str]
    matched: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    reason: Mapped[str | None]
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """A call of a webhook, written with what it tells of and sent by the worker after the commit.

    `sealed_secret`: what it is signed with, sealed for SIGNING; None: it is not signed. `next_attempt_at` is when it
    may be picked up, or of one that is being sent, when whoever does so is taken for dead; `last_status` the HTTP
    status of the last answer, `last_answer` how it begins.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_unsent", "status", "next_attempt_at",
            postgresql_where=text("status IN ('PENDING', 'PROCESSING')"),
        ),
        Index("ix_webhook_deliveries_created_at_id", "created_at", "id"),
        Index(
            "ix_webhook_deliveries_failed", "rule_id", "created_at", postgresql_where=text("status = 'FAILED'"),
        ),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("status <> 'FAILED' OR last_error IS NOT NULL", name="last_error"),
    )  # fmt: skip

    id: Mapped[Id]
    rule_id: Mapped[UUID | None] = ref("automation_rules.id", ondelete="SET NULL")
    execution_id: Mapped[UUID | None] = ref("automation_executions.id", ondelete="SET NULL")
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE")
    url: Mapped[str]
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    payload: Mapped[dict[str, Any]]
    status: Mapped[OutboxStatus] = mapped_column(
        pg_enum(OutboxStatus), default=OutboxStatus.PENDING, server_default="PENDING"
    )
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    next_attempt_at: Mapped[datetime]
    last_status: Mapped[int | None]
    last_answer: Mapped[str | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


SIGNING = "automation webhook"
"""The purpose for which secrets of webhooks are sealed."""
