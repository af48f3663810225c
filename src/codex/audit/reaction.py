"""Every administrative fact is kept."""

from codex.audit.models import AdminAuditEvent
from codex.db.work import Work
from codex.kernel.facts import AdminFact, Fact


async def react(work: Work, fact: Fact) -> None:
    """Append an AdminAuditEvent for an administrative fact; the event's team is whose admins may read it."""
    if not isinstance(fact, AdminFact):
        return
    work.session.add(
        AdminAuditEvent(
            type=fact.type, payload=fact.payload(), team_id=fact.team_id, created_by_id=work.actor.id,
            created_at=work.now,
        )
    )  # fmt: skip
