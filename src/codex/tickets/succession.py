"""A ticket goes on as a new one, because it was finished too long ago to come back."""

from sqlalchemy import select

from codex.classification import queries as classification
from codex.classification.models import Category
from codex.db.work import Work
from codex.identity.models import Team, User
from codex.kernel.actor import ActorKind, system
from codex.kernel.errors import Unprocessable
from codex.tickets import linking, opening
from codex.tickets.linking import LinkKind
from codex.tickets.models import Ticket, TicketChannel


async def open_successor(work: Work, ticket: Ticket) -> Ticket:
    """Open a ticket about the same for the actor, who spoke as the old one's requester, related to it.

    Codex does it, not the requester: nobody is there to be asked what a new ticket otherwise asks for. Team and
    category are those of the old one where they are still in use; its people, status and answers are not.
    """
    by_mail = work.actor.kind is ActorKind.MAIL
    async with work.step(system(), now=work.now) as step:
        new = await opening.open_ticket(
            step, requester=await step.session.get_one(User, work.actor.id), subject=ticket.subject,
            priority=ticket.priority, team=await _team(step, ticket), category=await _category(step, ticket),
            channel=TicketChannel.EMAIL if by_mail else TicketChannel.PORTAL,
        )  # fmt: skip
        await linking.tie(step, new, ticket, LinkKind.RELATED)
    return new


async def _team(work: Work, ticket: Ticket) -> Team | None:
    query = select(Team).where(Team.id == ticket.assigned_team_id, Team.is_active)
    found: Team | None = await work.session.scalar(query)
    return found


async def _category(work: Work, ticket: Ticket) -> Category | None:
    found = await work.session.get(Category, ticket.category_id) if ticket.category_id else None
    try:
        if found is not None:
            await classification.refuse_retired(work.session, found)
    except Unprocessable:
        return None
    return found
