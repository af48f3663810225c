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
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0006"
down_revision = "0005"

Instant = DateTime(timezone=True)
_CHAIN_UP = """
    DO $$
    DECLARE
        last admin_audit_days := (NULL, 0, '');
        e admin_audit_events;
    BEGIN
        FOR e IN SELECT * FROM admin_audit_events ORDER BY created_at, id LOOP
            e.chain_day := (e.created_at AT TIME ZONE 'UTC')::date;
            e.chain_position := CASE WHEN e.chain_day = last.day THEN last.position + 1 ELSE 1 END;
            e.hash := sha256(last.hash || convert_to(jsonb_build_array(
                e.id, e.type, e.payload, e.team_id, e.created_by_id, e.actor_kind, e.actor_name, e.address,
                e.request_id, e.chain_day, e.chain_position, extract(epoch FROM e.created_at))::text, 'UTF8'));
            UPDATE admin_audit_events SET chain_day = e.chain_day, chain_position = e.chain_position, hash = e.hash
            WHERE id = e.id;
            last := (e.chain_day, e.chain_position, e.hash);
            INSERT INTO admin_audit_days VALUES (last.day, last.position, last.hash)
            ON CONFLICT (day) DO UPDATE SET position = excluded.position, hash = excluded.hash;
        END LOOP;
    END $$"""


def upgrade() -> None:
    """What was audited before becomes a chain too; the rest is additive."""
    op.add_column("admin_audit_events", Column("actor_kind", ENUM(name="actor_kind", create_type=False)))
    op.add_column("admin_audit_events", Column("actor_name", Text))
    op.add_column("admin_audit_events", Column("address", Text))
    op.add_column("admin_audit_events", Column("request_id", Text))
    op.add_column("admin_audit_events", Column("chain_day", Date))
    op.add_column("admin_audit_events", Column("chain_position", Integer))
    op.add_column("admin_audit_events", Column("hash", LargeBinary))
    op.create_table(
        "admin_audit_days",
        Column("day", Date, primary_key=True),
        Column("position", Integer, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    op.execute(_CHAIN_UP)
    for column in ("chain_day", "chain_position", "hash"):
        op.alter_column("admin_audit_events", column, nullable=False)
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
