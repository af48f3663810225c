"""What tickets do when something else happens."""

from uuid import UUID

from sqlalchemy import select

from codex.db.work import Work
from codex.identity import queries as people
from codex.identity.facts import MemberRemoved, PersonChanged
from codex.kernel.actor import system
from codex.kernel.facts import Fact
from codex.tickets import assignment
from codex.tickets.models import Ticket


async def react(work: Work, fact: Fact) -> None:
    """Who leaves a team, or the desk, is unassigned from what they worked on there (authorization.md, "In time")."""
    match fact:
        case MemberRemoved(team_id=UUID() as team_id, user_id=user_id):
            if not await people.is_active_member(work.session, team_id, user_id):
                await _give_back(work, user_id, team_id=team_id)
        case PersonChanged(user_id=user_id, new=new) if new.get("is_active") is False:
            await _give_back(work, user_id)
        case _:
            pass


async def _give_back(work: Work, user_id: UUID, *, team_id: UUID | None = None) -> None:
    query = select(Ticket).where(Ticket.assignee_id == user_id, Ticket.completed_at.is_(None))
    if team_id is not None:
        query = query.where(Ticket.assigned_team_id == team_id)
    tickets = (await work.session.scalars(query.order_by(Ticket.id).with_for_update())).all()
    async with work.step(system(), now=max([work.now, *(t.updated_at for t in tickets)])) as step:
        for ticket in tickets:
            await assignment.assign_to(step, ticket, None)
