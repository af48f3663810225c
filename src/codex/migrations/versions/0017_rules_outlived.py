"""What rules did outlives them; history says which rule acted; messages say who wrote them when no person did."""

from alembic import op
from sqlalchemy import Column, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ENUM

revision = "0017"
down_revision = "0016"

_RULES, _EXECUTIONS, _MESSAGES, _EVENTS = (
    "automation_rules", "automation_executions", "ticket_messages", "ticket_events",
)  # fmt: skip
actor_kind = ENUM(name="actor_kind", create_type=False)


def upgrade() -> None:
    """Additive, but for two keys: no rule goes with its team any more, and no run with its rule."""
    op.add_column(_RULES, Column("deleted_at", DateTime(timezone=True)))
    op.create_check_constraint("deleted_at", _RULES, "deleted_at IS NULL OR (NOT is_active AND team_id IS NULL)")
    _restrict(_RULES, "team_id", "teams")
    _restrict(_EXECUTIONS, "rule_id", _RULES)
    op.add_column(_EVENTS, Column("actor_rule_id", Uuid))
    op.add_column(_MESSAGES, Column("author_kind", actor_kind))
    op.add_column(_MESSAGES, Column("author_name", Text))
    # Of the facts of a run, RULE_RAN has the same cause and actor; where two rules of one name ran, nobody can tell any
    # more. What came of routing has ROUTED as its cause.
    op.execute(
        f"""
        UPDATE {_EVENTS} e SET actor_rule_id = ran.rule_id::uuid
        FROM (SELECT r.ticket_id, r.cause_id, r.actor_name, min(r.payload->>'ruleId') AS rule_id
              FROM {_EVENTS} r WHERE r.type = 'RULE_RAN'
              GROUP BY r.ticket_id, r.cause_id, r.actor_name HAVING count(DISTINCT r.payload->>'ruleId') = 1) ran
        WHERE e.actor_kind = 'rule' AND e.ticket_id = ran.ticket_id AND e.cause_id = ran.cause_id
          AND e.actor_name = ran.actor_name
        """
    )
    op.execute(
        f"""
        UPDATE {_EVENTS} e SET actor_rule_id = (r.payload->>'ruleId')::uuid FROM {_EVENTS} r
        WHERE r.type = 'ROUTED' AND e.cause_id = r.id AND e.actor_kind = 'rule'
        """
    )
    op.execute(
        f"""
        UPDATE {_MESSAGES} m SET author_kind = e.actor_kind, author_name = e.actor_name
        FROM {_EVENTS} e
        WHERE m.author_id IS NULL AND e.type = 'MESSAGE_ADDED' AND e.payload->>'messageId' = m.id::text
        """
    )


def _restrict(table: str, column: str, target: str) -> None:
    name = f"fk_{table}_{column}"
    op.drop_constraint(name, table, type_="foreignkey")
    op.create_foreign_key(name, table, target, [column], ["id"], ondelete="RESTRICT")
