"""What other teams may do with a ticket: grants, for a time or for good."""

from datetime import datetime

from sqlalchemy import select

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable, require
from codex.tickets.hanging_facts import AccessGranted, AccessRevoked
from codex.tickets.hanging_models import TicketAccess
from codex.tickets.models import AccessLevel, Ticket
from codex.tickets.policy import Operation, may

_NEEDED = {AccessLevel.READ: Operation.GRANT_READ, AccessLevel.WRITE: Operation.GRANT_WRITE}


async def grant(
    work: Work,
    ticket: Ticket,
    team: Team,
    level: AccessLevel,
    *,
    expires_at: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Let another team see the ticket, or work on it, in place of what it may so far.

    Raises Unprocessable for an inactive team, the ticket's own, or a grant that would be over already.
    """
    found = await _grant_of(work, ticket, team)
    for each in {level, found.access_level if found else level}:
        require(may(work.actor, _NEEDED[each], ticket), f"You may not change {each} grants on this ticket.")
    with Checks() as check:
        reason = check.note("reason", reason)
    if not team.is_active:
        raise Unprocessable(f"The team {team.name} is not active.", path="teamId")
    if team.id == ticket.assigned_team_id:
        raise Unprocessable(f"The ticket is {team.name}'s own.", path="teamId")
    if expires_at is not None and expires_at <= work.now:
        raise Unprocessable("This grant would be over already.", path="expiresAt")
    if found is not None and (found.access_level, found.expires_at, found.reason) == (level, expires_at, reason):
        return
    if found is None:
        found = TicketAccess(ticket_id=ticket.id, team_id=team.id, created_at=work.now)
        work.session.add(found)
    found.access_level, found.expires_at, found.reason, found.granted_by_id = level, expires_at, reason, work.actor.id
    work.record(AccessGranted(ticket=ticket, team_id=team.id, level=level, expires_at=expires_at, reason=reason))


async def revoke(work: Work, ticket: Ticket, team: Team) -> None:
    """Take a grant away; where there is none, nothing happens."""
    found = await _grant_of(work, ticket, team)
    level = found.access_level if found else AccessLevel.READ
    require(may(work.actor, _NEEDED[level], ticket), f"You may not revoke {level} grants on this ticket.")
    if found is None:
        return
    await work.session.delete(found)
    work.record(AccessRevoked(ticket=ticket, team_id=team.id))


async def _grant_of(work: Work, ticket: Ticket, team: Team) -> TicketAccess | None:
    query = select(TicketAccess).where(TicketAccess.ticket_id == ticket.id, TicketAccess.team_id == team.id)
    found: TicketAccess | None = await work.session.scalar(query)
    return found
