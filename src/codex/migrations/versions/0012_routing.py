"""Routing rules with conditions, in versions."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

_RULES = "routing_rules"


def upgrade() -> None:
    """Additive; what is there already becomes version 1 of itself."""
    op.add_column(_RULES, Column("conditions", JSONB, nullable=False, server_default=text("'[]'")))
    op.add_column(_RULES, Column("version", Integer, nullable=False, server_default=text("1")))
    op.add_column(_RULES, Column("learned", JSONB))
    op.create_check_constraint("conditions", _RULES, "jsonb_typeof(conditions) = 'array'")
    op.create_check_constraint("version", _RULES, "version >= 1")
    op.create_index(f"ix_{_RULES}_priority", _RULES, ["priority", "created_at", "id"])
    op.create_table(
        "routing_rule_versions",
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("rule_id", Uuid, nullable=False),
        Column("version", Integer, nullable=False),
        Column("terms", JSONB, nullable=False),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        UniqueConstraint("rule_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
    )
    op.execute(
        """
        INSERT INTO routing_rule_versions (rule_id, version, terms, created_at)
        SELECT id, 1, jsonb_build_object(
                   'name', name, 'keywords', to_jsonb(keywords), 'conditions', '[]'::jsonb, 'teamId', team_id,
                   'assigneeId', assignee_id, 'priority', priority, 'isActive', is_active),
               updated_at
        FROM routing_rules ORDER BY created_at, id
        """
    )
