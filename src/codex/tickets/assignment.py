"""Whose a ticket is: the team that has it and the person who works on it."""

from uuid import UUID

from codex.db.work import Work
from codex.identity import queries as people
from codex.identity.models import Team
from codex.kernel.errors import Unprocessable, require
from codex.tickets.facts import Assigned, TeamChanged
from codex.tickets.lifecycle import NEED_ASSIGNEE, UNTOUCHED, shift
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.policy import Operation, may


async def assign_to(work: Work, ticket: Ticket, agent_id: UUID | None) -> None:
    """Give the ticket to an active member of its team, or to nobody (None).

    An untouched ticket becomes ASSIGNED; taking the person away from one that is worked on makes it TRIAGED.
    Raises Unprocessable when the person is no active member of the ticket's team.
    """
    taking = agent_id is not None and agent_id == work.actor.id and ticket.assignee_id != agent_id
    operation = Operation.TAKE if taking else Operation.ASSIGN
    require(may(work.actor, operation, ticket), "You may not assign this ticket.")
    if agent_id == ticket.assignee_id:
        return
    await _put_person(work, ticket, agent_id)


async def transfer_to(work: Work, ticket: Ticket, team: Team | None, *, agent_id: UUID | None = None) -> None:
    """Move the ticket to another team, to one of its members or to its queue; None: to no team, the global queue.

    The old team's sight ends with the transfer. Within the same team it is `assign_to`, and nobody is taken off.
    Raises Unprocessable for an inactive team or a person outside it.
    """
    team_id = team.id if team else None
    if team_id == ticket.assigned_team_id:
        await assign_to(work, ticket, agent_id or ticket.assignee_id)
        return
    require(may(work.actor, Operation.TRANSFER, ticket), "You may not move this ticket to another team.")
    if team is not None and not team.is_active:
        raise Unprocessable(f"The team {team.name} is not active.", path="teamId")
    if ticket.assignee_id is not None:
        await _put_person(work, ticket, None)
    old, ticket.assigned_team_id = ticket.assigned_team_id, team_id
    work.record(TeamChanged(ticket=ticket, old=old, new=team_id))
    if agent_id is not None:
        await _put_person(work, ticket, agent_id)


async def _put_person(work: Work, ticket: Ticket, agent_id: UUID | None) -> None:
    if agent_id is not None:
        team_id = ticket.assigned_team_id
        if team_id is None or not await people.is_active_member(work.session, team_id, agent_id):
            raise Unprocessable("The assignee must be an active member of the ticket's team.", path="assigneeId")
    old, ticket.assignee_id = ticket.assignee_id, agent_id
    work.record(Assigned(ticket=ticket, old=old, new=agent_id))
    if agent_id is not None and ticket.status in UNTOUCHED:
        shift(work, ticket, to=TicketStatus.ASSIGNED)
    elif agent_id is None and ticket.status in NEED_ASSIGNEE:
        shift(work, ticket, to=TicketStatus.TRIAGED)
