"""What routing does when something else happens."""

from datetime import datetime
from uuid import UUID

from codex.db.work import Work
from codex.kernel.actor import Actor, ActorKind, system
from codex.kernel.facts import Fact
from codex.routing.decision import Decision, PersonBy
from codex.routing.facts import Routed
from codex.routing.models import RoutingDecision
from codex.tickets import assignment


async def react(work: Work, fact: Fact) -> None:
    """The person for whom a decision was made gets the ticket: from the rule that named them, or, in turn, from Codex.
    Here and not where it was decided, so that history says what it comes of. Which rule took it is kept to be found."""
    match fact:
        case Routed(ticket=ticket, decision=decision):
            work.session.add(_kept(ticket.id, decision, at=work.now))
            if decision.assignee_by in (PersonBy.RULE, PersonBy.TURN):
                by_rule = decision.assignee_by is PersonBy.RULE
                actor = Actor(ActorKind.RULE, decision.rule or "", rule_id=decision.rule_id) if by_rule else system()
                async with work.step(actor, now=work.now) as step:
                    await assignment.assign_to(step, ticket, decision.assignee_id)
        case _:
            return


def _kept(ticket_id: UUID, decision: Decision, *, at: datetime) -> RoutingDecision:
    return RoutingDecision(
        ticket_id=ticket_id, rule_id=decision.rule_id, keyword=decision.keyword, decided_at=at,
        version_id=decision.looked[-1] if decision.rule_id else None,
    )  # fmt: skip
