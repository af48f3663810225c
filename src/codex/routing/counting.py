"""How many new tickets came as far as a routing rule, and how many it took."""

from datetime import datetime

from msgspec import Struct

MOST = 1_000
"""Counted so far; one more means that there are more."""


class Counts(Struct, frozen=True):
    """New tickets that whoever asks sees, each up to MOST + 1. `asked`: no rule before it took them, and it was
    active; `took`: it matched."""

    took: int
    asked: int


TOOK_SQL = """(SELECT count(*) FROM (
    SELECT FROM routing_decisions d WHERE d.rule_id = r.id AND d.decided_at >= %(since)s LIMIT %(most)s) counted)"""
_WHILE = "d.decided_at >= greatest(own.since, %(since)s) AND d.decided_at < COALESCE(own.until, 'infinity')"
# A decision does not say whom it asked where an index could find it. But whom it asked follows from what is kept of
# rules for good: those that were active then, up to the one that won, in the order that they had.
_ASKED = f"""(
    WITH placed AS MATERIALIZED (
        SELECT v.id, v.rule_id, (v.terms->>'priority')::int AS priority, first_value(v.created_at) OVER w AS born,
               v.created_at AS since, lead(v.created_at) OVER w AS until, v.terms->>'isActive' = 'true' AS is_active
        FROM routing_rule_versions v WINDOW w AS (
            PARTITION BY v.rule_id ORDER BY v.version ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
    SELECT count(*) FROM (
        SELECT FROM placed own CROSS JOIN LATERAL (
            SELECT FROM routing_decisions d WHERE d.version_id IS NULL AND {_WHILE}
            UNION ALL
            SELECT FROM placed won JOIN routing_decisions d ON d.version_id = won.id AND {_WHILE}
            WHERE (won.priority, won.born, won.rule_id) >= (own.priority, own.born, own.rule_id)) came
        WHERE own.rule_id = r.id AND own.is_active AND COALESCE(own.until, 'infinity') > %(since)s
        LIMIT %(most)s) counted)"""
COUNTS_SQL = f"{TOOK_SQL}, {_ASKED}"
"""Two columns, the `Counts` of `routing_rules r`."""


def counting(since: datetime) -> dict[str, object]:
    """The parameters of COUNTS_SQL and of TOOK_SQL."""
    return {"since": since, "most": MOST + 1}
