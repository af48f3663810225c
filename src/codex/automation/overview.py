"""A rule with all that its page tells of it, in few statements."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from codex.automation import executions
from codex.automation.active import read_rules
from codex.automation.deliveries import FAILED_SQL, FailedCall
from codex.automation.executions import ExecutionRow
from codex.automation.models import TIMED
from codex.automation.policy import may_set_webhooks
from codex.automation.reading import RuleRow, found, row_of
from codex.automation.references import broken
from codex.automation.tallies import TALLY_SQL, Tally, tally, tallying
from codex.automation.waiting import Waiting, standing
from codex.db.database import Reader
from codex.db.page import Page
from codex.kernel.actor import Actor
from codex.tickets.policy import VISIBLE_SQL, sight
from codex.tickets.queries import Ref, ref_sql


class Overview(Struct, frozen=True, kw_only=True):
    """A rule, how it fared of late, and its log, newest first; about one ticket, where one was asked about and is there
    for the reader: `ticket_id`. `failed_calls`: how many of its webhooks failed for good of late, none looked at beyond
    `deliveries.FAILED_MOST`; `calls`: those, for owners. `waiting`: how a rule that time wakes stands there."""

    rule: RuleRow
    tally: Tally
    failed_calls: int
    calls: list[FailedCall]
    log: Page[ExecutionRow]
    ticket_id: UUID | None
    waiting: Waiting | None


async def overview(
    reader: Reader, actor: Actor, rule_id: UUID, *, now: datetime, ref: Ref | None = None, cursor: str | None = None
) -> Overview:
    """All of it: four statements, and one more of a rule that applies a prepared text, two of one that time wakes about
    a ticket. Raises NotFound, and Forbidden
    for who leads no team."""
    ticket = f"(SELECT tickets.id FROM tickets WHERE {ref_sql(ref)} AND {VISIBLE_SQL})" if ref is not None else "NULL"
    row = await found(
        reader, actor, rule_id, beside=f"{TALLY_SQL}, {FAILED_SQL}, {ticket}",
        params={**tallying(now), **sight(actor, now), "ref": ref},
    )  # fmt: skip
    *fared, failed, ticket_id = row[8:]
    log = await executions.log(reader, actor, rule_id, now=now, ticket_id=ticket_id, cursor=cursor)
    rule, *versions = await read_rules(reader, [row[:3], *executions.versions_in(log.items)])
    (gone,) = await broken(reader, [rule])
    calls = [FailedCall(*each) for each in failed]
    is_timed = rule.terms.trigger in TIMED and ticket_id is not None
    waits = await standing(reader, actor, rule, ticket_id, now=now) if is_timed else None
    return Overview(
        waiting=waits,
        rule=row_of(actor, rule, gone, row), tally=tally(tuple(fared)), failed_calls=len(calls),
        calls=calls if may_set_webhooks(actor) else [], ticket_id=ticket_id,
        log=await executions.told(reader, actor, log, versions),
    )  # fmt: skip
