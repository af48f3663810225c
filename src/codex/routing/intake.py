"""New tickets come in here, through whichever door: routing decides where they go, unless somebody says so."""

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

from codex.classification.models import Category
from codex.db.work import Work
from codex.identity.models import Team, User
from codex.routing.deciding import ask, decide
from codex.routing.drafts import Draft
from codex.routing.facts import Routed
from codex.tickets import answers, opening, tagging
from codex.tickets.models import Ticket, TicketChannel, TicketPriority

_NOTHING: answers.Given = MappingProxyType({})


async def receive(
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
    tags: Sequence[str] = (),
    assignee_id: UUID | None = None,
) -> Ticket:
    """Open a ticket as `opening.open_ticket` does, with tags; refuses what that refuses.

    With `team` it goes to that team's queue and nothing is decided. Without, the first rule that matches says which
    team, and perhaps which person; else the category does; else it waits in the triage queue. In a team that works in
    turns the next person gets it. The decision is kept. `assignee_id`: whom the caller is about to give the ticket to.
    """
    tags = [tagging.name_of(tag, path="tags") for tag in tags]
    asked, chosen = None, team
    if team is None and (requester_id := requester.id if requester else work.actor.id) is not None:
        subject, description = opening.words_of(subject, description)
        draft = Draft(
            requester_id=requester_id, subject=subject, description=description, priority=priority, channel=channel,
            category=category, tags=tags, custom_fields=custom_fields,
        )  # fmt: skip
        asked = await ask(work, draft)
        chosen = await work.session.get_one(Team, w.rule.team_id) if (w := asked.choice.winner) else None
    ticket = await opening.open_ticket(
        work, requester=requester, subject=subject, description=description, priority=priority, channel=channel,
        team=chosen, category=category, custom_fields=custom_fields,
    )  # fmt: skip
    if tags:
        await tagging.add(work, ticket, *tags, path="tags", opens=True)
    if asked is not None:
        team = chosen or await _team(work, ticket)
        work.record(Routed(ticket=ticket, decision=await decide(work, asked, team, category, named=assignee_id)))
    return ticket


async def _team(work: Work, ticket: Ticket) -> Team | None:
    return await work.session.get(Team, ticket.assigned_team_id) if ticket.assigned_team_id else None
