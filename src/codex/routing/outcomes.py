"""What became of a routing rule on new tickets: those that it took, and why it did not take one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, convert

from codex.db.database import Reader
from codex.db.page import Page, Place, after_instant, cut
from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import Vocabulary
from codex.kernel.criteria.tree import Finding
from codex.kernel.errors import NotFound
from codex.routing.choose import Rule
from codex.routing.conditions import of_new
from codex.routing.counting import COUNTS_SQL, Counts, counting
from codex.routing.decision import Decision, read
from codex.routing.explaining import Who, Words, looked_at
from codex.routing.keywords import first_in, heard
from codex.routing.reading import RoutingRuleRow, found, row_of
from codex.routing.terms import RuleTerms, rule_of
from codex.tickets.models import TicketStatus
from codex.tickets.policy import INTERNAL_SQL, VISIBLE_SQL, sight
from codex.tickets.queries import Ref, ref_sql
from codex.tickets.veil import veiled

WORDS_SHOWN = 500
"""So much of what the requester wrote is read where many tickets are listed."""


class Outcome(StrEnum):
    """What became of a rule on a new ticket. It TOOK it, or looked at it: DID_NOT_MATCH, or was passed over as BROKEN.
    Or it was not asked: an EARLIER_RULE took the ticket; it was OFF then; it was NOT_THERE_YET; TEAM_NAMED: whoever
    opened the ticket named the team, so that nothing was asked; IMPORTED: it came from elsewhere, with its team."""

    TOOK = "TOOK"
    DID_NOT_MATCH = "DID_NOT_MATCH"
    BROKEN = "BROKEN"
    EARLIER_RULE = "EARLIER_RULE"
    OFF = "OFF"
    NOT_THERE_YET = "NOT_THERE_YET"
    TEAM_NAMED = "TEAM_NAMED"
    IMPORTED = "IMPORTED"


class Winner(Struct, frozen=True, kw_only=True):
    """The rule that took a ticket, and its keyword that did it; null where conditions alone did."""

    id: UUID
    name: str
    keyword: str | None


class OutcomeRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A new ticket, and what became of a rule there, `at` the time of the decision. `version`: what the rule was then,
    `keywords` what it looked for, `keyword` the first of them that the ticket says, `conditions` what it saw, `broken`
    why it was passed over; `winner`: who took the ticket. `team`, `assignee`, `status`: as the ticket is now."""

    ticket_id: UUID
    display_id: str
    subject: str
    at: datetime
    outcome: Outcome
    version: int | None
    keyword: str | None
    keywords: list[str]
    conditions: list[Finding]
    broken: str | None
    winner: Winner | None
    team: Who | None
    assignee: Who | None
    status: TicketStatus


class Overview(Struct, frozen=True, kw_only=True):
    """A rule, how often it was asked and matched of late, the tickets that it took, newest first; and, where one was
    asked about, what became of it on a `ticket`, and its conditions then as they were `written`. None: there is no such
    ticket for the reader."""

    rule: RoutingRuleRow
    counts: Counts
    taken: Page[OutcomeRow]
    ticket: OutcomeRow | None
    written: list[Any]


async def overview(
    reader: Reader,
    actor: Actor,
    rule_id: UUID,
    *,
    now: datetime,
    since: datetime,
    ref: Ref | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Overview:
    """All that the page of a rule tells; `since`: from when on it is counted. Four statements at most.

    Raises NotFound, and Forbidden for who works for no team.
    """
    row = await found(reader, actor, rule_id, beside=COUNTS_SQL, params=counting(since))
    rows = await _taken(reader, actor, rule_id, now=now, limit=limit, cursor=cursor)
    about = await _about(reader, actor, rule_id, ref, now=now) if ref is not None else []
    words = await _words(reader, [*rows, *about], row[3])
    page = await _page(reader, actor, [_row(each, rule_id, words) for each in rows], limit)
    ticket = await veiled(reader, actor, [_row(each, rule_id, words) for each in about])
    return Overview(
        rule=row_of(row, actor, words), counts=Counts(*row[-2:]), taken=page, ticket=ticket[0] if ticket else None,
        written=about[0].terms["conditions"] if about and about[0].terms else [],
    )  # fmt: skip


async def taken(
    reader: Reader, actor: Actor, rule_id: UUID, *, now: datetime, limit: int = 50, cursor: str | None = None
) -> Page[OutcomeRow]:
    """The tickets that a rule took, of those whose internal side the actor sees, newest first. Raises as `overview`."""
    await found(reader, actor, rule_id)
    rows = await _taken(reader, actor, rule_id, now=now, limit=limit, cursor=cursor)
    words = await _words(reader, rows)
    return await _page(reader, actor, [_row(each, rule_id, words) for each in rows], limit)


async def on_ticket(reader: Reader, actor: Actor, rule_id: UUID, ref: Ref, *, now: datetime) -> OutcomeRow:
    """What became of a rule on one ticket. Raises as `overview`; NotFound for a ticket whose internal side the actor
    does not see."""
    await found(reader, actor, rule_id)
    rows = await _about(reader, actor, rule_id, ref, now=now)
    if not rows:
        raise NotFound("There is no such ticket.")
    (found_there,) = await veiled(reader, actor, [_row(rows[0], rule_id, await _words(reader, rows))])
    return found_there


class _Read(NamedTuple):
    """A ticket with its first event, what was decided, and the version of the rule that it is about."""

    ticket_id: UUID
    display_id: str
    subject: str
    status: str
    team: UUID | None
    team_name: str | None
    assignee: UUID | None
    assignee_name: str | None
    was_imported: bool
    opened_at: datetime
    wrote: str
    described: str
    requester: str
    decision: Mapping[str, Any] | None
    decided_at: datetime | None
    version_id: int | None
    version: int | None
    terms: Mapping[str, Any] | None


_SHAPE = f"""
    SELECT tickets.id, tickets.display_id, tickets.subject, tickets.status::text, t.id, t.name, u.id, u.display_name,
           o.actor_kind::text = 'import', o.created_at, o.payload->>'subject', {{described}},
           o.payload->>'requesterId', e.payload, {{decided}}, v.id, v.version, v.terms
    FROM {{of}}
    JOIN ticket_events o ON o.ticket_id = tickets.id AND o.version = 1
    LEFT JOIN LATERAL (
        SELECT r.payload, r.created_at FROM ticket_events r
        WHERE r.ticket_id = tickets.id AND r.type = 'ROUTED' ORDER BY r.version LIMIT 1) e ON true
    LEFT JOIN LATERAL ({{version}}) v ON true
    LEFT JOIN teams t ON t.id = tickets.assigned_team_id LEFT JOIN users u ON u.id = tickets.assignee_id
    WHERE {{where}} AND {VISIBLE_SQL} AND {INTERNAL_SQL}"""
_TAKEN = (
    _SHAPE.format(
        described=f"left(o.payload->>'description', {WORDS_SHOWN})",
        decided="d.decided_at", of="routing_decisions d JOIN tickets ON tickets.id = d.ticket_id",
        where="d.rule_id = %(rule)s AND {after}",
        version="SELECT w.id, w.version, w.terms FROM routing_rule_versions w WHERE w.id = d.version_id",
    )
    + " ORDER BY d.decided_at DESC, d.ticket_id DESC LIMIT %(limit)s"
)  # fmt: skip
_ABOUT = _SHAPE.format(
    described="o.payload->>'description'", decided="e.created_at", of="tickets", where="{which}",
    version="""
        SELECT w.id, w.version, w.terms FROM routing_rule_versions w
        WHERE w.rule_id = %(rule)s AND w.created_at <= COALESCE(e.created_at, o.created_at)
        ORDER BY COALESCE(e.payload->'looked' @> to_jsonb(w.id), false) DESC, w.version DESC LIMIT 1""",
)  # fmt: skip
"""The version that was looked at; if none was, the one that there was then."""


async def _taken(
    reader: Reader, actor: Actor, rule_id: UUID, *, now: datetime, limit: int, cursor: str | None
) -> list[_Read]:
    after = "(d.decided_at, d.ticket_id) < (%(after)s, %(after_id)s)" if cursor else "true"
    params = {**sight(actor, now), "rule": rule_id, "limit": limit + 1}
    params |= after_instant(cursor, sort="taken") if cursor else {}
    return [_Read(*row) for row in await reader.all(_TAKEN.format(after=after), params)]


async def _about(reader: Reader, actor: Actor, rule_id: UUID, ref: Ref, *, now: datetime) -> list[_Read]:
    params = {**sight(actor, now), "rule": rule_id, "ref": ref}
    return [_Read(*row) for row in await reader.all(_ABOUT.format(which=ref_sql(ref)), params)]


async def _words(reader: Reader, rows: Sequence[_Read], *more: object) -> Vocabulary:
    """What has to be known to read the conditions of all these, in one statement."""
    said = {row.version_id: row.terms["conditions"] for row in rows if row.terms}
    return await of_new(reader, [*more, *said.values()])


async def _page(reader: Reader, actor: Actor, rows: Sequence[OutcomeRow], limit: int) -> Page[OutcomeRow]:
    page = cut(rows, limit=limit, place=_place)
    return Page(await veiled(reader, actor, page.items), page.next_cursor)


def _place(row: OutcomeRow) -> Place:
    return Place("taken", row.at.isoformat(), row.ticket_id)


def _row(row: _Read, rule_id: UUID, words: Vocabulary) -> OutcomeRow:
    decision = read(row.decision) if row.decision is not None else None
    terms = convert(row.terms, RuleTerms) if row.terms is not None else None
    outcome = _outcome(row, decision, terms, rule_id)
    rule = None
    if terms is not None and row.version is not None and row.version_id is not None:
        rule = rule_of(rule_id, row.version, row.version_id, terms, words)
    keyword, conditions = _saw(row, decision, rule)
    return OutcomeRow(
        ticket_id=row.ticket_id, display_id=row.display_id, subject=row.subject, at=row.decided_at or row.opened_at,
        outcome=outcome, version=row.version, keyword=keyword, keywords=terms.keywords if terms else [],
        conditions=conditions, broken=decision.broken.get(str(row.version_id)) if decision else None,
        winner=_winner(decision),
        team=Who(row.team, row.team_name or "") if row.team else None,
        assignee=Who(row.assignee, row.assignee_name or "") if row.assignee else None,
        status=TicketStatus(row.status),
    )  # fmt: skip


def _outcome(row: _Read, decision: Decision | None, terms: RuleTerms | None, rule_id: UUID) -> Outcome:
    if decision is None:
        return Outcome.IMPORTED if row.was_imported else Outcome.TEAM_NAMED
    if decision.rule_id == rule_id:
        return Outcome.TOOK
    if row.version_id in decision.looked:
        return Outcome.BROKEN if str(row.version_id) in decision.broken else Outcome.DID_NOT_MATCH
    if terms is None:
        return Outcome.NOT_THERE_YET
    return Outcome.EARLIER_RULE if terms.is_active and decision.rule_id else Outcome.OFF


def _saw(row: _Read, decision: Decision | None, rule: Rule | None) -> tuple[str | None, list[Finding]]:
    """The keyword that is in the ticket's words, and the conditions with what they saw; nothing of a rule that was not
    looked at."""
    if decision is None or rule is None or rule.version_id not in decision.looked:
        return None, []
    wrote = Words(
        subject=row.wrote, description=row.described, requester_id=UUID(row.requester), at=row.opened_at
    )  # fmt: skip
    seen = looked_at(decision, [rule], wrote)[0]
    if seen.matched or seen.broken:
        return seen.keyword, seen.conditions
    said = first_in(heard(row.wrote, row.described), rule.keywords)
    return said.written if said else None, seen.conditions


def _winner(decision: Decision | None) -> Winner | None:
    if decision is None or decision.rule_id is None:
        return None
    return Winner(id=decision.rule_id, name=decision.rule or "", keyword=decision.keyword)
