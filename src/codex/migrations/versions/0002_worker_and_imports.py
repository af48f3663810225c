"""What the worker says of itself, and how far each imported incident got."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, Uuid

revision = "0002"
down_revision = "0001"

Instant = DateTime(timezone=True)


def upgrade() -> None:
    """Additive only."""
    op.create_table(
        "worker_heartbeats",
        Column("id", Uuid, primary_key=True),
        Column("host", Text, nullable=False),
        Column("process_id", Integer, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("beat_at", Instant, nullable=False, index=True),
    )
    op.create_table(
        "scheduled_jobs",
        Column("name", Text, primary_key=True),
        Column("next_run_at", Instant, nullable=False),
        Column("running_since", Instant),
        Column("running_worker_id", Uuid),
        Column("last_started_at", Instant),
        Column("last_finished_at", Instant),
        Column("last_result", Text),
        Column("last_error", Text),
    )
    op.create_table(
        "imported_tickets",
        Column("source", Text, primary_key=True),
        Column("external_key", Text, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="RESTRICT"), nullable=False, index=True),
        Column("rows_done", Integer, nullable=False),
    )
