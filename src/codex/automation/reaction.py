"""What rules do when something happens to a ticket."""

from uuid import UUID

from sqlalchemy import text

from codex.automation import evaluating
from codex.automation.active import active_rules
from codex.automation.running import Occasion, settle
from codex.automation.triggers import pulled_by
from codex.db.work import Work
from codex.kernel.facts import Fact
from codex.tickets.facts import MessageRedacted


async def react(work: Work, fact: Fact) -> None:
    """Let the rules that a fact wakes act: everybody's and those of the ticket's team."""
    if isinstance(fact, MessageRedacted):
        await _forget_words(work, fact.ticket.id)
    pulled = pulled_by(fact)
    if pulled is None or work.cause_id is None:
        return
    ticket = pulled.ticket
    asked = (await active_rules(work)).asked(pulled.trigger, ticket.assigned_team_id)
    if not asked.rules or ticket.deleted_at is not None:
        return
    await work.see_beyond()
    occasion = Occasion(pulled.trigger, ticket, ticket.id, work.cause_id, work.root_id or work.cause_id)
    await settle(work)
    await evaluating.ask(work, occasion, asked, pulled.change)


async def _forget_words(work: Work, ticket_id: UUID) -> None:
    """What was redacted is gone from what rules saw as well."""
    await work.see_beyond()
    for statement in _FORGET:
        await work.session.execute(statement, {"ticket": ticket_id})


_FORGET = (
    text("UPDATE automation_evaluations SET seen = seen #- '{values,anyText}' WHERE ticket_id = :ticket"),
    text("""
        UPDATE automation_executions SET conditions = (
            SELECT jsonb_agg(CASE WHEN c->>'field' = 'anyText' THEN jsonb_set(c, '{seen}', '[]') ELSE c END ORDER BY n)
            FROM jsonb_array_elements(conditions) WITH ORDINALITY AS x(c, n))
        WHERE ticket_id = :ticket AND conditions @> '[{"field": "anyText"}]'"""),
)
