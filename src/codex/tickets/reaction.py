"""What tickets do when something else happens."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from codex.db.work import Work
from codex.identity import queries as people
from codex.identity.facts import MemberRemoved, PersonChanged
from codex.kernel.actor import system
from codex.kernel.facts import Fact
from codex.tickets import assignment
from codex.tickets.facts import StatusChanged
from codex.tickets.lifecycle import DONE
from codex.tickets.models import Ticket
from codex.tickets.queries import hold_merges

_DECIDE_RIGHTS = frozenset({"role", "primary_team_id", "is_active"})


async def react(work: Work, fact: Fact) -> None:
    """Who leaves a team, or the desk, is unassigned from what they worked on there (authorization.md, "In time"); what
    they had finished by then stays theirs, unless it comes back."""
    match fact:
        case MemberRemoved(team_id=UUID() as team_id, user_id=user_id):
            await _give_back(work, await _open_tickets(work, user_id, team_id=team_id))
        case PersonChanged(user_id=user_id, new=new) if _DECIDE_RIGHTS & new.keys():
            await _give_back(work, await _open_tickets(work, user_id))
        case StatusChanged(ticket=ticket, old=old, new=new) if old in DONE and new not in DONE:
            await _give_back(work, [ticket])
        case _:
            pass


async def _open_tickets(work: Work, user_id: UUID, *, team_id: UUID | None = None) -> Sequence[Ticket]:
    await hold_merges(work)
    query = select(Ticket).where(Ticket.assignee_id == user_id, Ticket.completed_at.is_(None))
    if team_id is not None:
        query = query.where(Ticket.assigned_team_id == team_id)
    return (await work.session.scalars(query.order_by(Ticket.id).with_for_update())).all()


async def _give_back(work: Work, tickets: Sequence[Ticket]) -> None:
    """Unassign, of these tickets, those whose assignee does not work for their team."""
    held = {(t.assigned_team_id, t.assignee_id) for t in tickets}
    kept = {
        (team, who) for team, who in held if team and who and await people.is_active_member(work.session, team, who)
    }
    lost = [t for t in tickets if t.assignee_id and (t.assigned_team_id, t.assignee_id) not in kept]
    if not lost:
        return
    async with work.step(system(), now=max([work.now, *(t.updated_at for t in lost)])) as step:
        for ticket in lost:
            await assignment.assign_to(step, ticket, None)
