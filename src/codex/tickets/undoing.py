"""A ticket is put back to how it was at an earlier version, by the same commands as any change."""

from sqlalchemy import select

from codex.classification.queries import category
from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.errors import require
from codex.tickets import assignment, lifecycle, tagging, triage
from codex.tickets.hanging_models import Tag, TicketTag
from codex.tickets.history import TicketState, fold
from codex.tickets.models import Ticket, TicketEvent
from codex.tickets.policy import may_move


async def put_back(work: Work, ticket: Ticket, *, version: int) -> None:
    """Team, person, category, priority, tags and status, with its stamps, are as they were at that version.

    Other than by moving it, a ticket may become NEW again. Raises Forbidden, and Unprocessable for what is no longer
    in use.
    """
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.version <= version)
    then = fold((await work.session.scalars(query.order_by(TicketEvent.version))).all())
    await _place(work, ticket, then)
    await triage.set_priority(work, ticket, then.priority)
    if then.category_id != ticket.category_id:
        chosen = await category(work.session, then.category_id) if then.category_id else None
        await triage.set_category(work, ticket, chosen)
    now = await _tags(work, ticket)
    if missing := then.hanging.tags - now:
        await tagging.add(work, ticket, *missing)
    for name in sorted(now - then.hanging.tags):
        await tagging.remove(work, ticket, name)
    if then.status is not ticket.status:
        require(may_move(work.actor, ticket, to=then.status), "You may not move this ticket there.")
    lifecycle.put_back(work, ticket, to=then.status, resolved_at=then.resolved_at, closed_at=then.closed_at)


async def _place(work: Work, ticket: Ticket, then: TicketState) -> None:
    if then.assigned_team_id != ticket.assigned_team_id:
        team = await people.team(work.session, then.assigned_team_id) if then.assigned_team_id else None
        await assignment.transfer_to(work, ticket, team, agent_id=then.assignee_id)
    elif then.assignee_id != ticket.assignee_id:
        await assignment.assign_to(work, ticket, then.assignee_id)


async def _tags(work: Work, ticket: Ticket) -> set[str]:
    query = select(Tag.name).join(TicketTag, TicketTag.tag_id == Tag.id).where(TicketTag.ticket_id == ticket.id)
    return set(await work.session.scalars(query))
