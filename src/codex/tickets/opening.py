"""A ticket begins."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from codex.classification.models import Category
from codex.classification.queries import LINEAGE_SQL, asked_sql
from codex.db.work import Work
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

    Doors go through `routing.intake`, which decides first where nobody says which team. Everybody opens tickets for
    themselves; for others, those who work for a team. Without `team` the category's gets it. The display id starts with
    the team's prefix and never changes after. Raises Invalid, or Unprocessable for an
    inactive team, category or requester and for what is wrong with `custom_fields`.
    """
    requester_id = requester.id if requester else work.actor.id
    own = work.actor.id == requester_id
    require(own or not work.actor.is_person or work.actor.is_agent, "Only agents open tickets for somebody else.")
    subject, description = words_of(subject, description)
    if requester_id is None:
        raise Unprocessable("A ticket needs a requester.", path="requesterId")
    if requester is not None and not requester.is_active:
        raise Unprocessable(f"{requester.display_name} is deactivated.", path="requesterId")
    place = await _place(work, team, category)
    ticket = Ticket(
        id=new_id(), number=place.number, display_id=f"{place.prefix or NO_TEAM_PREFIX}-{place.number}",
        subject=subject, description=description, status=TicketStatus.NEW, priority=priority, channel=channel,
        requester_id=requester_id, assigned_team_id=place.team_id, assignee_id=None,
        category_id=category.id if category else None, version=0, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(ticket)
    work.record(_opened(ticket))
    await answers.begin(work, ticket, custom_fields, needed=place.needed)
    return ticket


def words_of(subject: str, description: str) -> tuple[str, str]:
    """Subject and description as a ticket has them. Raises Invalid."""
    with Checks() as check:
        subject = check.line("subject", subject, most=SUBJECT_MOST)
        description = check.text("description", description, most=DESCRIPTION_MOST)
    return subject, description


class _Place(NamedTuple):
    """Where a new ticket comes to be: its number, the team that gets it, what must be answered at once."""

    number: int
    team_id: UUID | None
    prefix: str | None
    needed: Sequence[tuple[UUID, str]]


_PLACE = f"""{LINEAGE_SQL}, retired AS (
        SELECT name FROM above WHERE NOT is_active ORDER BY distance LIMIT 1), gets AS (
        SELECT t.id, t.prefix FROM above JOIN teams t ON t.id = above.default_team_id AND t.is_active
        ORDER BY above.distance LIMIT 1)
    SELECT (SELECT name FROM retired), (SELECT id FROM gets), (SELECT prefix FROM gets),
           ARRAY(SELECT (f.id, f.name) FROM custom_fields f
                 WHERE {asked_sql("COALESCE(%(team)s::uuid, (SELECT id FROM gets))")}
                   AND f.is_required AND f.required_when = 'CREATE' ORDER BY f.sort_order, f.name, f.id),
           CASE WHEN NOT EXISTS (SELECT FROM retired) THEN nextval('tickets_number_seq') END AS nextval"""
"""All that has to be asked before a ticket can begin, in one statement; a category that is retired costs no number."""


async def _place(work: Work, team: Team | None, category: Category | None) -> _Place:
    """The team that is named gets it, else the category's."""
    if team is not None and not team.is_active:
        raise Unprocessable(f"The team {team.name} is not active.", path="teamId")
    params = {"category": category.id if category else None, "team": team.id if team else None}
    if category is not None and not category.is_active:
        raise _retired(category.name)
    row = await (await work.reader()).first(_PLACE, params)
    assert row is not None
    retired, team_id, prefix, needed, number = row
    if retired is not None:
        raise _retired(retired)
    return _Place(number, team.id, team.prefix, needed) if team else _Place(number, team_id, prefix, needed)


def _retired(category: str) -> Unprocessable:
    return Unprocessable(f"The category {category} is no longer in use.", path="categoryId")


def _opened(ticket: Ticket) -> TicketOpened:
    return TicketOpened(
        ticket=ticket, number=ticket.number, display_id=ticket.display_id or "", subject=ticket.subject,
        description=ticket.description, priority=ticket.priority, channel=ticket.channel,
        requester_id=ticket.requester_id, team_id=ticket.assigned_team_id, category_id=ticket.category_id,
    )  # fmt: skip
