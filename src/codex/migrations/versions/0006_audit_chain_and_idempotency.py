"""An audit log whose days are chains, writes that may be repeated safely, canned responses that act."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

Instant = DateTime(timezone=True)


def upgrade() -> None:
    """Additive only: what was audited before has no place in a chain."""
    op.add_column("admin_audit_events", Column("address", Text))
    op.add_column("admin_audit_events", Column("request_id", Text))
    op.add_column("admin_audit_events", Column("chain_day", Date))
    op.add_column("admin_audit_events", Column("chain_position", Integer))
    op.add_column("admin_audit_events", Column("hash", LargeBinary))
    op.create_check_constraint(
        "chained", "admin_audit_events", "num_nonnulls(chain_day, chain_position, hash) IN (0, 3)"
    )
    op.create_unique_constraint(None, "admin_audit_events", ["chain_day", "chain_position"])
    op.create_table(
        "idempotency_keys",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("key", Text, nullable=False),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("headers", JSONB),
        Column("body", LargeBinary),
        Column("created_at", Instant, nullable=False, index=True),
        UniqueConstraint("user_id", "key"),
        CheckConstraint("length(key) BETWEEN 1 AND 255", name="key"),
    )
    op.add_column("canned_responses", Column("actions", JSONB, nullable=False, server_default=text("'[]'")))
    op.create_check_constraint("actions", "canned_responses", "jsonb_typeof(actions) = 'array'")
