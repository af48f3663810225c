"""What became of rules on tickets, newest first: runs, and the times that a rule was asked and did not act."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert

from codex.automation.active import read_rules
from codex.automation.keeping import Seen, findings
from codex.automation.models import Trigger
from codex.automation.reading import found as readable
from codex.automation.terms import Rule
from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_instant, cut
from codex.kernel.actor import Actor
from codex.kernel.criteria.tree import Finding
from codex.kernel.errors import require
from codex.tickets.policy import VISIBLE_SQL, Operation, may, sight
from codex.tickets.reading import Seen as SeenTicket
from codex.tickets.veil import veiled

EXPLAINED_MOST = 500
"""So much of a ticket's log is explained: the newest of it."""


class ExecutionRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule that was asked about a ticket. `success` is null where it did not match, and so had nothing to do; `error`
    says why a run failed, or why the rule was passed over. `actions`: what each changed."""

    id: UUID
    rule_id: UUID
    rule_version: int
    ticket_id: UUID
    trigger: Trigger
    matched: bool
    success: bool | None
    error: str | None
    executed_at: datetime
    conditions: list[Finding]
    actions: list[dict[str, Any]]


class Named(Struct, frozen=True):
    """A rule by name."""

    id: UUID
    name: str


class ExplainedRule(Struct, frozen=True, kw_only=True):
    """A rule that looked at a ticket: whether it matched, by what it saw, and what it did."""

    rule: Named
    version: int
    trigger: Trigger
    at: datetime
    matched: bool
    success: bool | None
    error: str | None
    conditions: list[Finding]
    actions: list[dict[str, Any]]


_RAN = """
    SELECT x.id, x.rule_id, x.rule_version, x.ticket_id, x.trigger, x.matched, x.success, x.error, x.executed_at AS at,
           x.conditions, x.actions, NULL::jsonb AS seen
    FROM automation_executions x WHERE {where}"""
_SILENT = """
    SELECT v.id, s.rule_id, s.rule_version, v.ticket_id, v.trigger, v.matched, CASE WHEN v.matched THEN false END,
           v.reason, v.created_at AS at, NULL::jsonb, NULL::jsonb, v.seen
    FROM {of}"""
_TERMS = """CASE WHEN logged.seen IS NOT NULL THEN (
    SELECT w.terms FROM automation_rule_versions w
    WHERE w.rule_id = logged.rule_id AND w.version = logged.rule_version) END"""
"""Of what did not act it is kept what it saw; its conditions are those of its version."""
_AND_NOT_RUN = """NOT EXISTS (
    SELECT FROM automation_executions x WHERE x.event_id = v.event AND x.rule_id = s.rule_id)"""
_OF_RULE = """(
        SELECT DISTINCT m.rule_set, m.rule_id, m.rule_version FROM automation_rule_sets m WHERE m.rule_id = %(rule)s) s
    CROSS JOIN LATERAL (
        SELECT v.* FROM automation_evaluations v WHERE v.rule_set = s.rule_set AND {where}
        ORDER BY v.created_at DESC, v.id DESC LIMIT %(limit)s) v"""
"""Of each set that a rule was in, the newest, along their index."""
_OF_TICKET = """automation_evaluations v
    CROSS JOIN LATERAL (
        SELECT DISTINCT m.rule_id, m.rule_version FROM automation_rule_sets m WHERE m.rule_set = v.rule_set) s
    WHERE v.ticket_id = %(ticket)s AND {where}"""


async def executions(
    reader: Reader,
    actor: Actor,
    rule_id: UUID,
    *,
    now: datetime,
    matched: bool | None = None,
    ticket_id: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ExecutionRow]:
    """The log of a rule that the actor may read, on tickets that they may see; `matched`, `ticket_id`: only such.

    Raises NotFound, and Forbidden for who leads no team.
    """
    await readable(reader, actor, rule_id)
    page = await log(reader, actor, rule_id, now=now, matched=matched, ticket_id=ticket_id, limit=limit, cursor=cursor)
    read = await read_rules(reader, versions_in(page.items))
    return await told(reader, actor, page, read)


async def log(
    reader: Reader,
    actor: Actor,
    rule_id: UUID,
    *,
    now: datetime,
    matched: bool | None = None,
    ticket_id: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Row]:
    """The log of a rule, for `told` to read, once it is known that the actor may read it; one statement."""
    ran, silent = ["x.rule_id = %(rule)s", _visible("x")], [_AND_NOT_RUN, _visible("v")]
    params = {**sight(actor, now), "rule": rule_id, "matched": matched, "ticket": ticket_id, "limit": limit + 1}
    if matched is not None:
        ran, silent = [*ran, "x.matched = %(matched)s"], [*silent, "v.matched = %(matched)s"]
    if ticket_id is not None:
        ran, silent = [*ran, "x.ticket_id = %(ticket)s"], [*silent, "v.ticket_id = %(ticket)s"]
    if cursor is not None:
        ran.append("(x.executed_at, x.id) < (%(after)s, %(after_id)s)")
        silent.append("(v.created_at, v.id) < (%(after)s, %(after_id)s)")
        params |= after_instant(cursor, sort="executions")
    newest = _newest(_and(ran), _OF_RULE.format(where=_and(silent)))
    rows = await reader.all(f"SELECT logged.*, {_TERMS} FROM ({newest}) logged ORDER BY at DESC, id DESC", params)
    return cut(rows, limit=limit, place=lambda row: Place("executions", row[8].isoformat(), row[0]))


def versions_in(rows: Collection[Row]) -> list[Row]:
    """The versions of rules that a log names, for `read_rules`, each once."""
    return list({row[1:3]: (row[1], row[2], row[12]) for row in rows if row[12] is not None}.values())


async def told(reader: Reader, actor: Actor, page: Page[Row], read: Collection[Rule]) -> Page[ExecutionRow]:
    """A log, once the versions in it are read; an owner's one statement more."""
    rules = {(rule.id, rule.version): rule for rule in read}
    return Page(await veiled(reader, actor, [_row(row[:12], rules) for row in page.items]), page.next_cursor)


async def explained(reader: Reader, actor: Actor, ticket: SeenTicket) -> list[ExplainedRule]:
    """Every rule that looked at a ticket, oldest first, the last EXPLAINED_MOST times. Raises Forbidden for who does
    not see its internal side."""
    require(may(actor, Operation.SEE_INTERNAL, ticket), "You may not see which rules looked at this ticket.")
    rows = await reader.all(
        _newest("x.ticket_id = %(ticket)s", _OF_TICKET.format(where=_AND_NOT_RUN)),
        {"ticket": ticket.id, "limit": EXPLAINED_MOST},
    )
    rules = await _versions(reader, rows)
    return [_explained(_row(row, rules), rules) for row in reversed(rows)]


def _newest(ran: str, silent_of: str) -> str:
    """The newest of both: of runs by a condition, and of the other times out of where they are."""
    order = "ORDER BY at DESC, id DESC LIMIT %(limit)s"
    return f"""SELECT * FROM (
        ({_RAN.format(where=ran)} {order}) UNION ALL ({_SILENT.format(of=silent_of)} {order})) both_of {order}"""


def _and(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions)


def _visible(name: str) -> str:
    return f"EXISTS (SELECT FROM tickets WHERE tickets.id = {name}.ticket_id AND {VISIBLE_SQL})"


Versions = Mapping[tuple[UUID, int], Rule]


async def _versions(reader: Reader, rows: Collection[Row]) -> Versions:
    """The rules of a log, as they were."""
    wanted = {(row[1], row[2]) for row in rows}
    found = await reader.all(
        """SELECT v.rule_id, v.version, v.terms FROM automation_rule_versions v
           JOIN unnest(%(rules)s::uuid[], %(versions)s::int[]) w(rule_id, version)
             ON w.rule_id = v.rule_id AND w.version = v.version""",
        {"rules": [key for key, _ in wanted], "versions": [version for _, version in wanted]},
    )
    return {(rule.id, rule.version): rule for rule in await read_rules(reader, found)}


def _row(row: Row, rules: Versions) -> ExecutionRow:
    key, rule_id, version, ticket, trigger, matched, success, error, at, conditions, actions, seen = row
    saw = convert(conditions, list[Finding]) if seen is None else _saw(rules.get((rule_id, version)), seen)
    return ExecutionRow(
        id=key, rule_id=rule_id, rule_version=version, ticket_id=ticket, trigger=Trigger(trigger), matched=matched,
        success=success, error=error, executed_at=at, conditions=saw, actions=actions or [],
    )  # fmt: skip


def _saw(rule: Rule | None, kept: Any) -> list[Finding]:
    """What a rule saw then; nothing is told where its conditions can be read no more, or were not asked."""
    seen = convert(kept, Seen)
    return findings(rule.conditions, seen) if rule and not rule.broken and (seen.values or seen.held) else []


def _explained(row: ExecutionRow, rules: Versions) -> ExplainedRule:
    rule = rules.get((row.rule_id, row.rule_version))
    return ExplainedRule(
        rule=Named(row.rule_id, rule.terms.name if rule else ""), version=row.rule_version, trigger=row.trigger,
        at=row.executed_at, matched=row.matched, success=row.success, error=row.error, conditions=row.conditions,
        actions=row.actions,
    )  # fmt: skip
