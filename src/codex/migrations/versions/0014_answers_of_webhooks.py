"""What webhooks answered; and how often routing rules matched, without reading through all of history."""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Additive."""
    op.add_column("webhook_deliveries", Column("last_answer", Text))
    op.create_index(
        "ix_ticket_events_routed_by", "ticket_events", [text("(payload->>'ruleId')"), "created_at"],
        postgresql_where=text("type = 'ROUTED'"),
    )  # fmt: skip
