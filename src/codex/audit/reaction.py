"""Every administrative fact is kept."""

from codex.audit import chain
from codex.db.work import Work
from codex.kernel.facts import AdminFact, Fact


async def react(work: Work, fact: Fact) -> None:
    """Append an AdminAuditEvent for an administrative fact; the event's team is whose admins may read it."""
    if isinstance(fact, AdminFact):
        await chain.append(work, fact)
