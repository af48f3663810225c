"""What is kept of rules that did not act goes in time, and the names of rule sets with the last that names them."""

from datetime import datetime, timedelta

from codex.db.database import Reader

FORGET_BATCH = 50_000
SETS_BATCH, ROWS_BATCH = 1_000, 50_000
"""So many sets are marked at a time, so many rows of sets removed."""
SURE = timedelta(hours=1)
"""No transaction is open for so long: who found a set before it was seen that nothing names it has named it by now."""


async def forget(reader: Reader, *, before: datetime, batch: int = FORGET_BATCH) -> int:
    """Forget what rules that did not act had seen before an instant; how many rows, at most `batch`."""
    rows = await reader.all(
        """DELETE FROM automation_evaluations WHERE id IN (
               SELECT id FROM automation_evaluations WHERE created_at < %(before)s ORDER BY created_at
               LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING 1""",
        {"before": before, "limit": batch},
    )
    return len(rows)


async def forget_sets(reader: Reader, *, now: datetime, batch: int = SETS_BATCH, rows: int = ROWS_BATCH) -> int:
    """Remove rule sets that no evaluation has named for SURE; how many rows of them, at most `rows`."""
    params = {"now": now, "sure": now - SURE}
    await reader.all(_UNMARK, params)
    removed = await reader.all(_REMOVE, {**params, "limit": rows})
    await reader.all(_MARK, {**params, "limit": batch})
    return len(removed)


_IS_NAMED = "EXISTS (SELECT FROM automation_evaluations v WHERE v.rule_set = s.rule_set)"
# First a set is marked, so that who names it from then on writes it out anew. Only once all are gone who may have met
# it unmarked is it removed, or, where one of them has named it, left. So no evaluation ever names what is not there.
_MARK = f"""
    UPDATE automation_rule_sets SET unnamed_since = %(now)s
    WHERE unnamed_since IS NULL AND rule_set IN (
        SELECT DISTINCT s.rule_set FROM automation_rule_sets s
        WHERE s.unnamed_since IS NULL AND NOT {_IS_NAMED} LIMIT %(limit)s) RETURNING 1"""
_UNMARK = f"""
    UPDATE automation_rule_sets s SET unnamed_since = NULL
    WHERE s.unnamed_since < %(sure)s AND {_IS_NAMED} RETURNING 1"""
_REMOVE = """
    DELETE FROM automation_rule_sets WHERE id IN (
        SELECT s.id FROM automation_rule_sets s WHERE s.unnamed_since < %(sure)s
        ORDER BY s.unnamed_since LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING 1"""
