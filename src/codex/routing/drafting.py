"""Learned rules, kept as drafts: never active, each with how well it did; somebody has to switch one on."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from codex.db.work import Work
from codex.kernel import clock
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable, require
from codex.routing import rules
from codex.routing.learned import because, limits
from codex.routing.learning import By, Checked, Past, Proposal, check, propose
from codex.routing.models import RoutingRule
from codex.routing.rules import NewRoutingRule

MOST_TICKETS = 50_000
"""How many finished tickets are learned from and checked against, the newest."""
FIRST_PLACE, APART = 10_000, 10
"""Where in the order drafts come: behind what people wrote."""
_PAST = """
    SELECT t.created_at, t.assigned_team_id, e.payload->>'subject', left(e.payload->>'description', 2000),
           (e.payload->>'categoryId')::uuid
    FROM tickets t
    JOIN ticket_events e ON e.ticket_id = t.id AND e.version = 1
    JOIN teams ON teams.id = t.assigned_team_id AND teams.is_active
    WHERE t.completed_at IS NOT NULL AND t.deleted_at IS NULL AND t.merged_into_id IS NULL
    ORDER BY t.created_at DESC, t.id DESC LIMIT %(limit)s"""
_NAMES = """
    SELECT t.id, t.name FROM teams t UNION ALL
    SELECT c.id, concat_ws(' › ', above.name, c.name)
    FROM categories c LEFT JOIN categories above ON above.id = c.parent_id"""


class SignRow(Struct, frozen=True, rename="camel"):
    """A keyword, or the name of a category, with how many tickets of the team have it, and which share of all that
    have it the team solved."""

    said: str
    support: int
    precision: float


class ProposalRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A draft: to which team, by which keywords or categories, and how well it did on what it was learned from; of
    later tickets it matched `laterMatched` and agreed on `laterAgreed`. `because`: that in words. `ruleId`: the
    inactive rule that it is kept as, with these conditions."""

    rule_id: UUID | None
    name: str
    team_id: UUID
    keywords: list[SignRow]
    categories: list[SignRow]
    support: int
    precision: float
    conditions: list[Any] = []
    later_matched: int = 0
    later_agreed: int = 0
    because: str = ""


class LearnedRow(Struct, frozen=True, rename="camel", kw_only=True):
    """What was learned from the tickets up to an instant, and how that does on those since: of `tickets` the drafts
    `matched` so many and `agreed` on so many with the team that solved them; always saying the team that had solved
    most would agree on `guessed`, and saying so of what no draft matches on `withRest`. `limits`: in words."""

    until: datetime
    learned_from: int
    proposals: list[ProposalRow]
    tickets: int
    matched: int
    agreed: int
    guessed: int
    with_rest: int = 0
    limits: list[str] = []


async def learn(work: Work, *, until: datetime | None = None, keep: bool) -> LearnedRow:
    """Learn from the finished tickets opened up to an instant (None: the older half), and check on those since.

    `keep`: as drafts, in place of earlier ones that nobody switched on. For owners: it looks at all teams' tickets.
    Raises Unprocessable when there is nothing to learn from.
    """
    require(work.actor.is_owner or not work.actor.is_person, "Only owners let routing learn from all tickets.")
    if until is not None:
        with Checks() as checks:
            until = checks.instant("until", until)
    reader = await work.reader()
    rows = list(reversed(await reader.all(_PAST, {"limit": MOST_TICKETS})))
    if until is None and rows:
        until = rows[(len(rows) - 1) // 2][0]
    past = [Past(*row[1:]) for row in rows if until is not None and row[0] <= until]
    if until is None or not past:
        raise Unprocessable("There are no finished tickets to learn from.", path="until")
    later = [Past(*row[1:]) for row in rows if row[0] > until]
    found, checked = await asyncio.to_thread(_learned, past, later)  # some seconds of counting, beside the others
    names = {row[0]: row[1] for row in await reader.all(_NAMES)}
    drafts = [_row(each, names, how) for each, how in zip(found, checked.each, strict=True)]
    if keep:
        drafts = await _keep(work, drafts, checked, until)
    return LearnedRow(
        until=until, learned_from=len(past), proposals=drafts, tickets=checked.tickets, matched=checked.matched,
        agreed=checked.agreed, guessed=checked.guessed, with_rest=checked.with_rest,
        limits=limits(found, checked, len(past), names[checked.busiest], len({each.team_id for each in past})),
    )  # fmt: skip


def _learned(past: Sequence[Past], later: Sequence[Past]) -> tuple[list[Proposal], Checked]:
    found = propose(past)
    return found, check(found, past, later)


_HOW = {By.WORDS: "by words", By.CATEGORIES: "by categories", By.HABIT: "by what categories mostly are"}


def _row(each: Proposal, names: Mapping[Any, str], later: tuple[int, int]) -> ProposalRow:
    signs = [SignRow(names.get(s.said, str(s.said)), s.support, round(s.precision, 4)) for s in each.signs]
    team, said = names[each.team_id], [str(sign.said) for sign in each.signs]
    return ProposalRow(
        rule_id=None, name=f"Learned: {team} {_HOW[each.by]}", team_id=each.team_id,
        keywords=[] if each.are_categories else signs, categories=signs if each.are_categories else [],
        conditions=[{"field": "category", "operator": "in", "value": said}] if each.are_categories else [],
        support=each.support, precision=round(each.precision, 4), later_matched=later[0], later_agreed=later[1],
        because=because(each, team, [sign.said for sign in signs], later),
    )  # fmt: skip


async def _keep(work: Work, drafts: Sequence[ProposalRow], checked: Checked, until: datetime) -> list[ProposalRow]:
    await _forget(work)
    kept = []
    for place, draft in enumerate(drafts):
        new = NewRoutingRule(
            name=draft.name, team_id=draft.team_id, priority=FIRST_PLACE + APART * place, is_active=False,
            keywords=[sign.said for sign in draft.keywords], conditions=draft.conditions,
        )  # fmt: skip
        learned = {
            "until": clock.iso(until), "support": draft.support, "precision": draft.precision,
            "because": draft.because, "later": {"matched": draft.later_matched, "agreed": draft.later_agreed},
            "signs": [{"said": s.said, "support": s.support, "precision": s.precision}
                      for s in (*draft.keywords, *draft.categories)],
            "all": {"tickets": checked.tickets, "matched": checked.matched, "agreed": checked.agreed},
        }  # fmt: skip
        rule = await rules.add(work, new, learned=learned)
        kept.append(
            ProposalRow(**{name: getattr(draft, name) for name in draft.__struct_fields__} | {"rule_id": rule.id})
        )
    return kept


async def _forget(work: Work) -> None:
    """Remove the drafts that nobody switched on or changed."""
    drafts = select(RoutingRule).where(
        RoutingRule.learned.is_not(None), RoutingRule.is_active.is_(False), RoutingRule.version == 1
    )
    for rule in (await work.session.scalars(drafts.order_by(RoutingRule.id).with_for_update())).all():
        await rules.remove(work, rule)
    await work.session.flush()
