"""How far clocks have come, in columns: for conditions that ask how much of a target has passed.

A worker fills in the openings of calendars that are there already; until then such conditions find nothing in them.
"""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Interval, Uuid

revision = "0011"
down_revision = "0010"

Instant = DateTime(timezone=True)


def upgrade() -> None:
    """Additive."""
    op.create_table(
        "sla_calendar_openings",
        Column(
            "calendar_version_id", Uuid, ForeignKey("sla_calendar_versions.id", ondelete="CASCADE"), primary_key=True
        ),
        Column("opens_at", Instant, primary_key=True),
        Column("closes_at", Instant, nullable=False),
        Column("open_before", Interval),
    )
    for clock in ("first_response", "resolution"):
        op.add_column("sla_instances", Column(f"{clock}_target", Interval))
        op.add_column("sla_instances", Column(f"{clock}_counted", Interval))
        op.add_column("sla_instances", Column(f"{clock}_counted_at", Instant))
