"""Rules that time wakes: a ticket has been so for so long. Each runs once for that stay, however many workers look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from codex.automation import active
from codex.automation.models import TIMED, Trigger
from codex.automation.running import Occasion, note_broken, run
from codex.automation.terms import Rule
from codex.db.work import Work, Works
from codex.kernel.actor import system
from codex.kernel.criteria.tree import explain
from codex.tickets.criteria import condition_sql
from codex.tickets.criteria_values import values_of
from codex.tickets.lifecycle import DONE
from codex.tickets.models import Ticket
from codex.tickets.policy import sight

EVERY = timedelta(minutes=1)
"""How often a rule is looked at."""
BATCH = 200
ACTOR = system("Automation")
log = structlog.get_logger("codex.automation")

SINCE = {Trigger.TIME_IN_STATUS: "status_since", Trigger.UNASSIGNED_FOR: "unassigned_since",
          Trigger.NO_ACTIVITY_FOR: "active_at"}  # fmt: skip
BEGAN = {
    Trigger.TIME_IN_STATUS: "e.type IN ('TICKET_CREATED', 'STATUS_CHANGED')",
    Trigger.UNASSIGNED_FOR: "e.type IN ('TICKET_CREATED', 'ASSIGNED')",
    Trigger.NO_ACTIVITY_FOR: "(e.type = 'TICKET_CREATED' OR e.actor_kind NOT IN ('rule', 'system'))",
}
"""Which event begins a stay; the last one of a ticket."""


async def sweep(works: Works, *, now: datetime | None = None, batch: int = BATCH) -> int:
    """Run timed rules on what is due for them, each ticket in a transaction of its own; how many were run.

    One rule after the other, each at most once in EVERY whoever looks, until one finds something. Who dies in between
    leaves nothing half done; what had not been run is found again.
    """
    while True:
        async with works.begin(ACTOR, now=now) as work:
            claimed = await _claim(work)
            found = await _due(work, claimed, limit=batch) if claimed is not None else []
        if claimed is None:
            return 0
        ran = 0
        for ticket_id, _ in found:
            try:
                async with works.begin(ACTOR, now=now) as work:
                    ran += await _run(work, claimed, ticket_id)
            except Exception:  # whatever is wrong with one ticket: the others have waited long enough
                log.exception("timed rule failed", rule=str(claimed.id), ticket=str(ticket_id))
        if ran and len(found) >= batch:  # where none could be run, they wait a minute, and the other rules do not
            async with works.begin(ACTOR, now=now) as work:
                await work.session.execute(_AGAIN, {"rule": claimed.id})
        if ran:
            return ran


async def look_anew(works: Works) -> None:
    """Let every rule be looked at now, however lately it was."""
    async with works.begin(ACTOR) as work:
        await work.session.execute(_ALL_AGAIN)


_BEGIN = text(
    """
    INSERT INTO automation_timers (rule_id, swept_at)
    SELECT r.id, 'epoch' FROM automation_rules r
    WHERE r.trigger = ANY(:timed) AND NOT EXISTS (SELECT FROM automation_timers t WHERE t.rule_id = r.id)
    ON CONFLICT DO NOTHING"""
)
_CLAIM = text(
    """
    UPDATE automation_timers SET swept_at = :now WHERE rule_id = (
        SELECT t.rule_id FROM automation_timers t JOIN automation_rules r ON r.id = t.rule_id
        WHERE r.is_active AND r.paused_at IS NULL AND r.trigger = ANY(:timed)
          AND (t.swept_at <= :last OR t.swept_at > :now)
        ORDER BY t.swept_at, t.rule_id LIMIT 1 FOR UPDATE OF t SKIP LOCKED)
    RETURNING rule_id"""
)
_ALL_AGAIN = text("UPDATE automation_timers SET swept_at = 'epoch'")
_AGAIN = text("UPDATE automation_timers SET swept_at = 'epoch' WHERE rule_id = :rule")


async def _claim(work: Work) -> Rule | None:
    """The rule that was not looked at for longest, of those that it is time for."""
    asked = {"now": work.now, "last": work.now - EVERY, "timed": [trigger.value for trigger in TIMED]}
    await work.session.execute(_BEGIN, asked)
    rule_id: UUID | None = await work.session.scalar(_CLAIM, asked)
    return await active.rule(await work.reader(), rule_id) if rule_id else None


async def _due(work: Work, rule: Rule, *, limit: int, only: UUID | None = None) -> Sequence[tuple[UUID, UUID]]:
    """The tickets that a rule is due on, the longest first, each with the event that began its stay."""
    if rule.broken and only is None:
        limit = 1  # one is enough to say so
    sql, params = due_sql(rule, work.now, only=only)
    rows = await (await work.reader()).all(sql, {**params, "limit": limit})
    return [(row[0], row[1]) for row in rows]


async def _run(work: Work, rule: Rule, ticket_id: UUID) -> bool:
    """Run a rule on a ticket if it still is due: whoever held the ticket in between may have run it, or changed it."""
    ticket = await work.session.get(Ticket, ticket_id, with_for_update={"skip_locked": True})
    if ticket is None:
        return False
    work.follow(ticket.updated_at)
    found = await _due(work, rule, limit=1, only=ticket_id)
    if not found:
        return False
    await work.see_beyond()
    stay_id = found[0][1]
    occasion = Occasion(rule.terms.trigger, ticket, ticket_id, stay_id, stay_id, stay_event_id=stay_id)
    if rule.broken:
        await note_broken(work, occasion, rule, "; ".join(problem.message for problem in rule.broken))
        return True
    values = await values_of(await work.reader(), ACTOR, [ticket_id], rule.conditions, now=work.now)
    await run(work, occasion, rule, explain(rule.conditions, values.get(ticket_id, {})))
    return True


def due_sql(rule: Rule, now: datetime, *, only: UUID | None = None) -> tuple[str, dict[str, object]]:
    """The statement that finds what a rule is due on: since long enough by an index, all conditions, not yet run."""
    terms, trigger = rule.terms, rule.terms.trigger
    params: dict[str, object] = {**sight(ACTOR, now), "rule": rule.id, "team": terms.team_id, "only": only}
    params["until"] = now - timedelta(hours=terms.trigger_config.hours or 0)
    statuses = sorted(rule.statuses)
    params["statuses"] = statuses[0].value if len(statuses) == 1 else [status.value for status in statuses]
    in_status = "= %(statuses)s::ticket_status" if len(statuses) == 1 else "= ANY(%(statuses)s::ticket_status[])"
    is_open = "" if rule.statuses.intersection(DONE) else "AND tickets.completed_at IS NULL"
    condition = "true" if rule.broken else condition_sql(rule.conditions, params)
    since = f"tickets.{SINCE[trigger]}"
    sql = f"""
        SELECT tickets.id, stay.id FROM tickets
        CROSS JOIN LATERAL (
            SELECT e.id FROM ticket_events e WHERE e.ticket_id = tickets.id AND {BEGAN[trigger]}
            ORDER BY e.version DESC LIMIT 1) stay
        WHERE {since} <= %(until)s AND tickets.status {in_status} {is_open}
          AND tickets.deleted_at IS NULL AND tickets.merged_into_id IS NULL
          {"AND tickets.assigned_team_id = %(team)s" if terms.team_id else ""}
          {"AND tickets.id = %(only)s" if only else ""}
          AND NOT EXISTS (SELECT FROM automation_executions x
                          WHERE x.rule_id = %(rule)s AND x.ticket_id = tickets.id AND x.stay_event_id = stay.id)
          AND {condition}
        ORDER BY {since}, tickets.id LIMIT %(limit)s"""
    return sql, params
