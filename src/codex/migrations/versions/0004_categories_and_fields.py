"""A category's team and place; when a field must be answered, options that retire, answers that sort."""

from alembic import op
from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Integer, Text, Uuid, text, true

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Additive only."""
    op.add_column("categories", Column("default_team_id", Uuid))
    op.create_foreign_key(None, "categories", "teams", ["default_team_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_categories_default_team_id", "categories", ["default_team_id"])
    op.add_column("categories", Column("sort_order", Integer, nullable=False, server_default=text("0")))
    op.add_column("custom_fields", Column("description", Text))
    op.add_column("custom_fields", Column("required_when", Text, nullable=False, server_default="CREATE"))
    op.create_check_constraint("required_when", "custom_fields", "required_when IN ('CREATE', 'RESOLVE')")
    op.add_column("custom_fields", Column("retired_options", ARRAY(Text), nullable=False, server_default=text("'{}'")))
    op.add_column("custom_fields", Column("is_active", Boolean, nullable=False, server_default=true()))
    op.add_column("custom_field_values", Column("sort_value", Text(collation="C"), nullable=False, server_default=""))
    op.create_index(
        "ix_custom_field_values_sort_value", "custom_field_values", ["custom_field_id", "sort_value", "ticket_id"]
    )
    op.create_table(
        "custom_field_choices",
        Column("custom_field_id", Uuid, ForeignKey("custom_fields.id", ondelete="RESTRICT"), primary_key=True),
        Column("option", Text(collation="C"), primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True),
    )
    # How common an answer is among those to its own field decides which way to it is the shorter one.
    op.execute(
        "CREATE STATISTICS st_custom_field_values_answers (mcv) ON custom_field_id, sort_value FROM custom_field_values"
    )
    op.execute(
        "CREATE STATISTICS st_custom_field_choices_options (mcv) ON custom_field_id, option FROM custom_field_choices"
    )
