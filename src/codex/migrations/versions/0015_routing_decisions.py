"""Which routing rule took which ticket, to be found by an index; failed webhooks of a rule; rule sets nothing names."""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Text, Uuid, text

revision = "0015"
down_revision = "0014"

_DECISIONS, _SETS = "routing_decisions", "automation_rule_sets"
_SEES_ALL = "(SELECT current_setting('codex.sees_all', true) = 'on')"


def upgrade() -> None:
    """Additive, but for an index that row-level security kept from being used: what takes JSON apart may leak."""
    op.create_table(
        _DECISIONS,
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
        Column("rule_id", Uuid),
        Column("version_id", BigInteger, ForeignKey("routing_rule_versions.id", ondelete="RESTRICT")),
        Column("keyword", Text),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        CheckConstraint("(rule_id IS NULL) = (version_id IS NULL)", name="version_id"),
        CheckConstraint("keyword IS NULL OR rule_id IS NOT NULL", name="keyword"),
    )
    op.execute(
        f"""
        INSERT INTO {_DECISIONS} (ticket_id, rule_id, version_id, keyword, decided_at)
        SELECT DISTINCT ON (e.ticket_id) e.ticket_id, v.rule_id, v.id,
               CASE WHEN v.id IS NOT NULL THEN e.payload->>'keyword' END, e.created_at
        FROM ticket_events e LEFT JOIN routing_rule_versions v
          ON v.rule_id = (e.payload->>'ruleId')::uuid AND v.version = (e.payload->>'version')::int
        WHERE e.type = 'ROUTED' ORDER BY e.ticket_id, e.version
        """
    )
    op.create_index(f"ix_{_DECISIONS}_rule_id_decided_at_ticket_id", _DECISIONS, ["rule_id", "decided_at", "ticket_id"])
    op.create_index(f"ix_{_DECISIONS}_version_id_decided_at", _DECISIONS, ["version_id", "decided_at"])
    # A scalar, as in 0007: for EXISTS all tickets may be read for their sight, which a log would wait for.
    seen = f"{_SEES_ALL} OR (SELECT true FROM tickets t WHERE t.id = ticket_id)"
    op.execute(f"ALTER TABLE {_DECISIONS} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY sight ON {_DECISIONS} TO codex_app USING ({seen}) WITH CHECK ({_SEES_ALL})")
    for table in ("automation_executions", "automation_evaluations", "webhook_deliveries"):
        op.execute(f"ALTER POLICY sight ON {table} USING ({seen})")
    op.drop_index("ix_ticket_events_routed_by", "ticket_events")
    op.create_index(
        "ix_webhook_deliveries_failed", "webhook_deliveries", ["rule_id", "created_at"],
        postgresql_where=text("status = 'FAILED'"),
    )  # fmt: skip
    op.add_column(_SETS, Column("unnamed_since", DateTime(timezone=True)))
    op.create_index(
        f"ix_{_SETS}_unnamed_since", _SETS, ["unnamed_since"], postgresql_where=text("unnamed_since IS NOT NULL")
    )
