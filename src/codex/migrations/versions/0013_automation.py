"""Automation rules in versions, what became of them on tickets, webhooks; since when tickets are as they are."""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0013"
down_revision = "0012"

Instant = DateTime(timezone=True)
outbox_status = ENUM(name="outbox_status", create_type=False)
_RULES, _EXECUTIONS, _EVALUATIONS = "automation_rules", "automation_executions", "automation_evaluations"
_SEES_ALL = "(SELECT current_setting('codex.sees_all', true) = 'on')"
_UNDONE = text("completed_at IS NULL")


def upgrade() -> None:
    """Additive; rules that are there become version 1 of themselves, and tickets learn from their events."""
    _rules()
    _executions()
    _evaluations()
    _webhooks()
    for table in (_EVALUATIONS, "webhook_deliveries"):
        _secure(table)
    _tickets()


def _rules() -> None:
    op.add_column(_RULES, Column("trigger_config", JSONB, nullable=False, server_default=text("'{}'")))
    op.add_column(_RULES, Column("version", Integer, nullable=False, server_default=text("1")))
    op.add_column(_RULES, Column("paused_at", Instant))
    op.create_check_constraint("trigger_config", _RULES, "jsonb_typeof(trigger_config) = 'object'")
    op.create_check_constraint("version", _RULES, "version >= 1")
    op.create_table(
        "automation_rule_versions",
        Column("id", Uuid, primary_key=True),
        _of_rule(),
        Column("version", Integer, nullable=False),
        Column("terms", JSONB, nullable=False),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True),
        Column("created_at", Instant, nullable=False, server_default=func.now()),
        UniqueConstraint("rule_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
    )
    op.create_table(
        "automation_timers",
        Column("rule_id", Uuid, ForeignKey(f"{_RULES}.id", ondelete="CASCADE"), primary_key=True),
        Column("swept_at", Instant, nullable=False, index=True),
    )
    op.execute(
        """
        INSERT INTO automation_rule_versions (id, rule_id, version, terms, created_by_id, created_at)
        SELECT gen_random_uuid(), id, 1, jsonb_build_object(
                   'name', name, 'description', description, 'trigger', trigger, 'triggerConfig', '{}'::jsonb,
                   'conditions', conditions, 'actions', actions, 'isActive', is_active, 'priority', priority,
                   'teamId', team_id),
               created_by_id, updated_at
        FROM automation_rules
        """
    )


def _of_rule() -> Column[object]:
    return Column("rule_id", Uuid, ForeignKey(f"{_RULES}.id", ondelete="CASCADE"), nullable=False)


def _executions() -> None:
    op.add_column(_EXECUTIONS, Column("rule_version", Integer, nullable=False, server_default=text("1")))
    op.add_column(_EXECUTIONS, Column("matched", Boolean, nullable=False, server_default=true()))
    for column in ("event_id", "stay_event_id"):
        op.add_column(_EXECUTIONS, Column(column, Uuid))
        op.create_foreign_key(None, _EXECUTIONS, "ticket_events", [column], ["id"], ondelete="RESTRICT")
        op.create_index(f"ix_{_EXECUTIONS}_{column}", _EXECUTIONS, [column])
    for column in ("conditions", "actions"):
        op.add_column(_EXECUTIONS, Column(column, JSONB, nullable=False, server_default=text("'[]'")))
        op.create_check_constraint(column, _EXECUTIONS, f"jsonb_typeof({column}) = 'array'")
    op.create_check_constraint("matched", _EXECUTIONS, "matched OR NOT success")
    op.create_check_constraint("rule_version", _EXECUTIONS, "rule_version >= 1")
    op.create_unique_constraint(None, _EXECUTIONS, ["rule_id", "ticket_id", "stay_event_id"])


def _evaluations() -> None:
    op.create_table(
        "automation_rule_sets",
        Column("id", Uuid, primary_key=True),
        Column("rule_set", Uuid, nullable=False, index=True),
        _of_rule(),
        Column("rule_version", Integer, nullable=False),
        Index("ix_automation_rule_sets_rule_id", "rule_id", "rule_set"),
        CheckConstraint("rule_version >= 1", name="rule_version"),
    )
    op.create_table(
        _EVALUATIONS,
        Column("id", Uuid, primary_key=True),
        Column("event", Uuid, nullable=False),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        Column("rule_set", Uuid, nullable=False),
        Column("trigger", Text, nullable=False),
        Column("matched", Boolean, nullable=False, server_default=false()),
        Column("reason", Text),
        Column("seen", JSONB, nullable=False, server_default=text("'{}'")),
        Column("created_at", Instant, nullable=False),
        Index(f"ix_{_EVALUATIONS}_rule_set_created_at", "rule_set", "created_at"),
        Index(f"ix_{_EVALUATIONS}_ticket_id_created_at", "ticket_id", "created_at"),
        Index(f"ix_{_EVALUATIONS}_created_at", "created_at"),
        CheckConstraint("jsonb_typeof(seen) = 'object'", name="seen"),
    )


def _webhooks() -> None:
    unsent = text("status IN ('PENDING', 'PROCESSING')")
    op.create_table(
        "webhook_deliveries",
        Column("id", Uuid, primary_key=True),
        Column("rule_id", Uuid, ForeignKey(f"{_RULES}.id", ondelete="SET NULL"), index=True),
        Column("execution_id", Uuid, ForeignKey(f"{_EXECUTIONS}.id", ondelete="SET NULL"), index=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("url", Text, nullable=False),
        Column("sealed_secret", LargeBinary),
        Column("payload", JSONB, nullable=False),
        Column("status", outbox_status, nullable=False, server_default="PENDING"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("next_attempt_at", Instant, nullable=False),
        Column("last_status", Integer),
        Column("last_error", Text),
        Column("sent_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=func.now()),
        Column("updated_at", Instant, nullable=False, server_default=func.now()),
        Index("ix_webhook_deliveries_unsent", "status", "next_attempt_at", postgresql_where=unsent),
        Index("ix_webhook_deliveries_created_at_id", "created_at", "id"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("status <> 'FAILED' OR last_error IS NOT NULL", name="last_error"),
    )


def _secure(table: str) -> None:
    """As 0007 does with what hangs on a ticket."""
    seen = f"{_SEES_ALL} OR EXISTS (SELECT FROM tickets t WHERE t.id = ticket_id)"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY sight ON {table} TO codex_app USING ({seen}) WITH CHECK ({_SEES_ALL})")


def _tickets() -> None:
    """What timed rules are swept by."""
    for column in ("status_since", "unassigned_since", "active_at"):
        op.add_column("tickets", Column(column, Instant))
    op.execute(
        """
        UPDATE tickets SET status_since = e.status_since, active_at = e.active_at,
               unassigned_since = CASE WHEN tickets.assignee_id IS NULL THEN e.assignee_since END
        FROM (SELECT ticket_id,
                     max(created_at) FILTER (WHERE type IN ('TICKET_CREATED', 'STATUS_CHANGED')) AS status_since,
                     max(created_at) FILTER (WHERE type IN ('TICKET_CREATED', 'ASSIGNED')) AS assignee_since,
                     max(created_at) FILTER (
                         WHERE type = 'TICKET_CREATED' OR actor_kind NOT IN ('rule', 'system')) AS active_at
              FROM ticket_events GROUP BY ticket_id) e
        WHERE e.ticket_id = tickets.id
        """
    )
    op.create_index(
        "ix_tickets_status_since", "tickets", ["status", "status_since"], postgresql_where=text("status <> 'CLOSED'")
    )
    op.create_index(
        "ix_tickets_unassigned_since", "tickets", ["unassigned_since"],
        postgresql_where=text("completed_at IS NULL AND unassigned_since IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_tickets_active_at", "tickets", ["active_at"], postgresql_where=_UNDONE)
