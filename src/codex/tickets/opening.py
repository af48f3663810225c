"""A ticket begins."""

from types import MappingProxyType

from sqlalchemy import text

from codex.classification import queries as classification
from codex.classification.models import Category
from codex.db.work import Work
from codex.identity import queries as people
from codex.identity.models import Team, User
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable, require
from codex.kernel.ids import new_id
from codex.tickets import answers
from codex.tickets.facts import TicketOpened
from codex.tickets.models import Ticket, TicketChannel, TicketPriority, TicketStatus

SUBJECT_MOST = 300
DESCRIPTION_MOST = 100_000
NO_TEAM_PREFIX = "TKT"
_NOTHING: answers.Given = MappingProxyType({})


async def open_ticket(
    work: Work,
    *,
    requester: User | None,
    subject: str,
    description: str = "",
    priority: TicketPriority = TicketPriority.P3,
    channel: TicketChannel = TicketChannel.PORTAL,
    team: Team | None = None,
    category: Category | None = None,
    custom_fields: answers.Given = _NOTHING,
) -> Ticket:
    """Open a ticket for a person (None: for the actor): NEW, in the team's queue, assigned to nobody.

    Everybody opens tickets for themselves; for others, those who work for a team. Without `team` the category's gets
    it. The display id starts with the team's prefix and never changes after. Raises Invalid, or Unprocessable for an
    inactive team, category or requester and for what is wrong with `custom_fields`.
    """
    requester_id = requester.id if requester else work.actor.id
    own = work.actor.id == requester_id
    require(own or not work.actor.is_person or work.actor.is_agent, "Only agents open tickets for somebody else.")
    with Checks() as check:
        subject = check.line("subject", subject, most=SUBJECT_MOST)
        description = check.text("description", description, most=DESCRIPTION_MOST)
    team = await _place(work, team, category)
    if requester_id is None:
        raise Unprocessable("A ticket needs a requester.", path="requesterId")
    if requester is not None and not requester.is_active:
        raise Unprocessable(f"{requester.display_name} is deactivated.", path="requesterId")
    number = await _next_number(work)
    ticket = Ticket(
        id=new_id(), number=number, display_id=f"{(team and team.prefix) or NO_TEAM_PREFIX}-{number}", subject=subject,
        description=description, status=TicketStatus.NEW, priority=priority, channel=channel,
        requester_id=requester_id, assigned_team_id=team.id if team else None, assignee_id=None,
        category_id=category.id if category else None, version=0, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(ticket)
    work.record(_opened(ticket))
    await answers.begin(work, ticket, custom_fields)
    return ticket


async def _next_number(work: Work) -> int:
    return await work.session.scalar(text("SELECT nextval('tickets_number_seq')")) or 0


async def _place(work: Work, team: Team | None, category: Category | None) -> Team | None:
    """The team that gets it: the one that is named, else the category's."""
    if category is not None:
        await classification.refuse_retired(work.session, category)
    if team is None and category is not None:
        team_id = await classification.default_team_id(work.session, category.id)
        return await people.team(work.session, team_id) if team_id else None
    if team is not None and not team.is_active:
        raise Unprocessable(f"The team {team.name} is not active.", path="teamId")
    return team


def _opened(ticket: Ticket) -> TicketOpened:
    return TicketOpened(
        ticket=ticket, number=ticket.number, display_id=ticket.display_id or "", subject=ticket.subject,
        description=ticket.description, priority=ticket.priority, channel=ticket.channel,
        requester_id=ticket.requester_id, team_id=ticket.assigned_team_id, category_id=ticket.category_id,
    )  # fmt: skip
