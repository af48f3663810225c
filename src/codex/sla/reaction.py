"""What clocks do when something happens to their ticket."""

from codex.db.work import Work
from codex.kernel.facts import Fact
from codex.sla import instances, selecting
from codex.sla.clock_facts import ClockFact
from codex.sla.facts import BusinessHoursChanged, SlaPolicyAssigned, SlaPolicyFact, TeamHoursChanged
from codex.sla.timeline import HEARD, occurrence
from codex.tickets.facts import CategoryChanged, PriorityChanged, TeamChanged, TicketFact, TicketOpened


async def react(work: Work, fact: Fact) -> None:
    """They start, pause, go on, stop, and count against another target (sla.md)."""
    match fact:
        case ClockFact():
            return
        case SlaPolicyFact() | SlaPolicyAssigned() | TeamHoursChanged() | BusinessHoursChanged():
            selecting.forget(work)
        case TicketOpened(ticket=ticket, team_id=team_id, priority=priority):
            await instances.begin(work, ticket, team_id=team_id, priority=priority)
        case PriorityChanged(ticket=ticket):
            await instances.reselect(work, ticket, "PRIORITY")
        case TeamChanged(ticket=ticket):
            await instances.reselect(work, ticket, "TEAM")
        case CategoryChanged(ticket=ticket):
            await instances.reselect(work, ticket, "CATEGORY")
        case TicketFact(ticket=ticket) if fact.type in HEARD:
            happened = occurrence(fact.type, fact.payload(), work.now)
            if happened is not None:
                await instances.take(work, ticket, happened)
        case _:
            return
