"""How a rule that time wakes stands with a ticket now. While its time has not come, or its conditions do not hold, no
log tells of it; so why it has not run is told as of now."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from codex.automation.active import read_rules
from codex.automation.models import TIMED
from codex.automation.reading import found
from codex.automation.terms import Rule
from codex.automation.timed import BEGAN, SINCE
from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.criteria.tree import Finding, explain
from codex.kernel.errors import NotFound, Unprocessable
from codex.tickets.criteria_values import values_of
from codex.tickets.models import TicketStatus
from codex.tickets.policy import INTERNAL_SQL, VISIBLE_SQL, sight
from codex.tickets.queries import Ref, ref_sql
from codex.tickets.veil import veiled


class Waiting(Struct, frozen=True, rename="camel", kw_only=True):
    """`since` when the ticket has been as the rule waits for; null: it is not, or is not the rule's. `dueAt`: from then
    on the rule runs, as soon as its `conditions` hold, null where it is off or broken; here is what they see now.
    `hasRun`: for this stay it has."""

    ticket_id: UUID
    since: datetime | None
    due_at: datetime | None
    has_run: bool
    conditions: list[Finding]


async def waiting(reader: Reader, actor: Actor, rule_id: UUID, ref: Ref, *, now: datetime) -> Waiting:
    """Raises NotFound for a rule that the actor may not read, and for a ticket whose internal side they do not see;
    Unprocessable for a rule that time does not wake."""
    (rule,) = await read_rules(reader, [(await found(reader, actor, rule_id))[:3]])
    if rule.terms.trigger not in TIMED:
        raise Unprocessable("This rule waits for something to happen, not for time to pass.")
    there = await standing(reader, actor, rule, ref, now=now)
    if there is None:
        raise NotFound("There is no such ticket.")
    return there


async def standing(reader: Reader, actor: Actor, rule: Rule, ref: Ref, *, now: datetime) -> Waiting | None:
    """The same of a rule that was read; None: there is no such ticket for the actor. Two statements."""
    row = await reader.first(
        f"""SELECT tickets.id, tickets.status::text, tickets.assigned_team_id, tickets.merged_into_id IS NULL,
                   tickets.{SINCE[rule.terms.trigger]}, EXISTS (
                       SELECT FROM automation_executions x WHERE x.rule_id = %(rule)s AND x.ticket_id = tickets.id
                          AND x.stay_event_id = stay.id)
            FROM tickets CROSS JOIN LATERAL (
                SELECT e.id FROM ticket_events e WHERE e.ticket_id = tickets.id AND {BEGAN[rule.terms.trigger]}
                ORDER BY e.version DESC LIMIT 1) stay
            WHERE {ref_sql(ref)} AND {VISIBLE_SQL} AND {INTERNAL_SQL}""",
        {**sight(actor, now), "ref": ref, "rule": rule.id},
    )
    if row is None:
        return None
    ticket_id, status, team_id, is_whole, since, has_run = row
    is_at_work = rule.terms.is_active and not rule.broken
    is_its = is_whole and TicketStatus(status) in rule.statuses and rule.team_id in (None, team_id)
    values = await values_of(reader, actor, [ticket_id], rule.conditions, now=now)
    waits = timedelta(hours=rule.terms.trigger_config.hours or 0)
    told = Waiting(
        ticket_id=ticket_id, since=since if is_its else None, has_run=has_run,
        due_at=since + waits if is_its and is_at_work and since else None,
        conditions=[] if rule.broken else explain(rule.conditions, values.get(ticket_id, {})),
    )  # fmt: skip
    return (await veiled(reader, actor, [told]))[0]
