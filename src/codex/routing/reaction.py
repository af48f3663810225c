"""What routing does when something else happens."""

from codex.db.work import Work
from codex.kernel.actor import Actor, ActorKind, system
from codex.kernel.facts import Fact
from codex.routing.decision import PersonBy
from codex.routing.facts import Routed
from codex.tickets import assignment


async def react(work: Work, fact: Fact) -> None:
    """The person for whom a decision was made gets the ticket: from the rule that named them, or, in turn, from Codex.
    Here and not where it was decided, so that history says what it comes of."""
    match fact:
        case Routed(ticket=ticket, decision=decision) if decision.assignee_by in (PersonBy.RULE, PersonBy.TURN):
            by_rule = decision.assignee_by is PersonBy.RULE
            actor = Actor(ActorKind.RULE, decision.rule or "") if by_rule else system()
            async with work.step(actor, now=work.now) as step:
                await assignment.assign_to(step, ticket, decision.assignee_id)
        case _:
            return
