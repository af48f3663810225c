"""For every rule of the demo world, and any ticket: why it acted or did not names what it saw, or why it was not asked.

Told by what the pages of rules and `/tickets/{ref}/explain` read.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from loaded import NOW, load
from sqlalchemy import select

from codex import reactions
from codex.automation import naming
from codex.automation.executions import ExecutionRow, ExplainedRule, explained
from codex.automation.overview import overview
from codex.automation.reading import RuleRow
from codex.automation.reading import rules as automation_rules
from codex.db.database import Reader
from codex.db.work import Works
from codex.demo import conversations
from codex.demo.habits import HABITS
from codex.demo.routes import ROUTES
from codex.identity import queries as people
from codex.identity.models import Team, User
from codex.kernel.actor import Actor, TeamRole
from codex.kernel.criteria.tree import Finding
from codex.routing import intake, outcomes
from codex.routing.explaining import DecisionRow, decision_of
from codex.routing.outcomes import Outcome, OutcomeRow
from codex.routing.reading import RoutingRuleRow
from codex.routing.reading import rules as routing_rules
from codex.tickets import reading
from codex.tickets.models import TicketPriority
from codex.web.present import rule_log, rule_routing
from codex.web.present.rule_views import AnswerView
from databases import FreshDatabase
from world import opened

SUBJECTS = (*(route.keywords[0] for route in ROUTES), "The whole office is dark", "Nothing in particular")
LATER = NOW + timedelta(hours=1)


class Sent(NamedTuple):
    """What became of a routing rule on a ticket; beside it what the ticket itself says was decided."""

    rule: RoutingRuleRow
    became: OutcomeRow
    decision: DecisionRow | None
    answer: AnswerView


class Acted(NamedTuple):
    """What is kept of an automation rule on a ticket, beside what the ticket itself tells of it."""

    rule: RuleRow
    log: list[ExecutionRow]
    told: list[ExplainedRule]
    answer: AnswerView


class Looked(NamedTuple):
    sent: list[Sent]
    acted: list[Acted]


@pytest.fixture(scope="module")
def looked(make_database: Callable[[], AbstractContextManager[FreshDatabase]]) -> Iterator[Looked]:
    with make_database() as database:
        asyncio.run(load(database, conversations.read()[:8]))
        yield asyncio.run(look(database))


async def look(database: FreshDatabase) -> Looked:
    async with opened(database.app) as found:
        await send(reactions.works(found))
        async with found.reading() as reader:
            (ona,) = await reader.all("SELECT id FROM users WHERE email = 'ona@acme.example'")
            teams = await reader.all("SELECT id FROM teams")
            owner = await people.actor_of(reader, ona[0])
        actor = replace(owner, team_roles={row[0]: TeamRole.ADMIN for row in teams})  # so that nothing is veiled
        async with found.reading(actor) as reader:
            old = await reader.all(
                "SELECT id FROM tickets WHERE created_at < %(now)s ORDER BY id LIMIT 5", {"now": NOW}
            )
            new = await reader.all("SELECT id FROM tickets WHERE created_at >= %(now)s ORDER BY id", {"now": NOW})
            tickets = [row[0] for row in (*old, *new)]
            sends, acts = await routing_rules(reader, actor), await automation_rules(reader, actor)
            sent = [await routed(reader, actor, rule, ticket) for rule in sends.items for ticket in tickets]
            acted = [await ran(reader, actor, rule, ticket) for rule in acts.items for ticket in tickets]
    return Looked(sent, acted)


async def send(works: Works) -> None:
    """New tickets, whose requesters name no team, of every subject one from Lisbon and one, urgent, from Berlin; and
    one for a team by name."""
    for city, priority in (("Lisbon", TicketPriority.P3), ("Berlin", TicketPriority.P1)):
        for place, subject in enumerate(SUBJECTS):
            async with works.database.reading() as reader:
                found = await reader.all(
                    "SELECT id FROM users WHERE location = %(city)s ORDER BY email", {"city": city}
                )
                requester = await people.actor_of(reader, found[place % len(found)][0])
            async with works.begin(requester, now=LATER) as work:
                user = await work.session.scalar(select(User).where(User.id == requester.id))
                text = "A laptop, and the network too."
                await intake.receive(work, requester=user, subject=subject, description=text, priority=priority)
    async with works.begin(requester, now=LATER) as work:
        team = await work.session.scalar(select(Team).where(Team.slug == "it"))
        await intake.receive(work, requester=None, subject="For IT", team=team)


async def routed(reader: Reader, actor: Actor, rule: RoutingRuleRow, ticket: UUID) -> Sent:
    became = await outcomes.overview(reader, actor, rule.id, now=LATER, since=NOW, ref=ticket)
    assert became.ticket is not None
    view = rule_routing.answer(became, str(ticket), {}, now=LATER, zone=ZoneInfo("UTC"))
    return Sent(rule, became.ticket, await decision_of(reader, actor, ticket), view)


async def ran(reader: Reader, actor: Actor, rule: RuleRow, ticket: UUID) -> Acted:
    found = await overview(reader, actor, rule.id, now=LATER, ref=ticket)
    seen = await reading.seen(reader, actor, ticket, now=LATER)
    told = [each for each in await explained(reader, actor, seen) if each.rule.id == rule.id]
    names = await naming.names(reader, actor, [ticket], now=LATER)
    view = rule_log.answer(rule, names[str(ticket)], "", found.log.items, names, now=LATER, zone=ZoneInfo("UTC"))
    return Acted(rule, list(found.log.items), told, view)


def is_a_sentence(said: str) -> bool:
    return len(said.split()) > 4 and said[-1] in ".:”" and "{" not in said and "None" not in said


def names_what_it_saw(view: AnswerView) -> bool:
    return bool(view.conditions) and all(each.words and each.seen and not each.holds for each in view.conditions)


def test_every_rule_was_met_by_every_ticket(looked: Looked) -> None:
    assert len({sent.rule.id for sent in looked.sent}) == len(ROUTES)
    assert len({acted.rule.id for acted in looked.acted}) == len(HABITS)
    assert {len(looked.sent) / len(ROUTES), len(looked.acted) / len(HABITS)} == {6.0 + 2 * len(SUBJECTS)}


def test_every_routing_rule_says_why_it_did_or_did_not_take_any_ticket(looked: Looked) -> None:
    for rule, became, _decision, view in looked.sent:
        assert is_a_sentence(view.sentence), (rule.name, became.display_id, view.sentence)
        if became.outcome is Outcome.DID_NOT_MATCH:
            assert names_what_it_saw(view), (rule.name, became.display_id)
        else:
            assert view.conditions == ()
        if became.outcome in (Outcome.TOOK, Outcome.EARLIER_RULE):
            assert became.winner is not None and (became.winner.keyword or "held") in view.sentence
    met = Counter(sent.became.outcome for sent in looked.sent)
    assert all(met[each] for each in (Outcome.TOOK, Outcome.DID_NOT_MATCH, Outcome.EARLIER_RULE, Outcome.TEAM_NAMED))
    off = {sent.became.outcome for sent in looked.sent if not sent.rule.is_active and sent.decision is not None}
    assert off == {Outcome.OFF}


def test_what_a_rule_tells_of_a_ticket_is_what_the_ticket_tells_of_the_rule(looked: Looked) -> None:
    for rule, became, decision, _view in looked.sent:
        row = next((each for each in decision.rules if each.rule_id == rule.id), None) if decision else None
        assert (row is not None) is (became.outcome in (Outcome.TOOK, Outcome.DID_NOT_MATCH, Outcome.BROKEN))
        assert (decision is None) is (became.outcome is Outcome.TEAM_NAMED)
        if row is not None:
            assert (row.matched, row.conditions) == (became.outcome is Outcome.TOOK, became.conditions)
            assert row.keyword in (None, became.keyword)
    for acted in looked.acted:
        assert [(one.matched, one.conditions) for one in reversed(acted.told)] == [
            (one.matched, one.conditions) for one in acted.log
        ]


def test_every_automation_rule_says_why_it_did_or_did_not_act_on_any_ticket(looked: Looked) -> None:
    for rule, log, _told, view in looked.acted:
        assert is_a_sentence(view.sentence), (rule.name, view.sentence)
        if log and not log[0].matched and not log[0].error:
            assert names_what_it_saw(view), (rule.name, view.sentence)
            assert all(isinstance(each, Finding) for each in log[0].conditions)
    answers = [acted.answer.sentence for acted in looked.acted]
    for said in ("did nothing, since this did not hold:", "It did run on", "has not been asked about",
                 "it is switched off.", "what wakes it has not happened there"):  # fmt: skip
        assert any(said in each for each in answers), said
