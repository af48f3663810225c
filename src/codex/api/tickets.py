"""`/tickets`: open, read, list, count, change."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, UnsetType, field

from codex.api.common import (
    ETAG,
    LIMIT,
    LOCATION,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    TicketName,
    etag,
    expected_versions,
    listed,
)
from codex.api.refusals import NO_LONGER_SEEN, refusals
from codex.api.ticket_filters import PARAMETERS, filters_of
from codex.api.whole_ticket import whole_ticket
from codex.classification.queries import category
from codex.db.work import Work
from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.identity import queries as people
from codex.identity.models import Team, User
from codex.kernel import clock
from codex.kernel.actor import system
from codex.kernel.errors import Invalid, NotFound, Problem, Unprocessable, require
from codex.routing import intake
from codex.tickets import (
    answers,
    assignment,
    followers,
    lifecycle,
    listing,
    messages,
    queries,
    reading,
    triage,
)
from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.past import detail_as_of
from codex.tickets.policy import Operation
from codex.tickets.rows import CountsRow, TicketDetail, TicketRow


class FirstMessage(Body):
    """A message to begin the conversation with; for agents."""

    type: MessageType
    body: str


class NewTicket(Body):
    """A ticket to be opened; without `teamId` routing decides where it goes. `requesterId`, `assigneeId` and `message`
    are for agents."""

    subject: str
    description: str = ""
    priority: TicketPriority = TicketPriority.P3
    category_id: UUID | None = None
    team_id: UUID | None = None
    requester_id: UUID | None = None
    assignee_id: UUID | None = None
    channel: TicketChannel = TicketChannel.PORTAL
    message: FirstMessage | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)
    follower_ids: list[UUID] = field(default_factory=list)
    attachment_ids: list[UUID] = field(default_factory=list)


class TicketChanges(Body):
    """What is to change; what is not sent stays. `version`: as If-Match, the version that the change is based on."""

    subject: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    category_id: UUID | None | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    requester_id: UUID | UnsetType = UNSET
    follow_up_at: datetime | None | UnsetType = UNSET
    version: int | UnsetType = UNSET


class Transition(Body):
    """The status to go to."""

    status: TicketStatus


class Assignment(Body):
    """Whose the ticket is to be; `assigneeId: null` unassigns, another `teamId` transfers."""

    team_id: UUID | UnsetType = UNSET
    assignee_id: UUID | None | UnsetType = UNSET


_SORTS = f"One of {', '.join(listing.SORTS)}; `-` is descending."
Sort = Annotated[str | None, QueryParameter(name="sort", description=_SORTS)]


AsOf = Annotated[
    str | None, QueryParameter(name="asOf", description="The ticket as it was then (ISO 8601 with zone), not as it is.")
]


@get("/", summary="Tickets that one may see", responses=refusals(422), opt={"operation": Need.PERSON})
async def list_tickets(
    request: Req, asked: Asking, sort: Sort = None, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[TicketRow]:
    """Narrowed by any filters together; newest change first unless `sort` or the view says otherwise.

    `customField.<id>=value` narrows by the answers to a custom field, `sort=customField.<id>` sorts by them; tickets
    without an answer come last.
    """
    async with asked.reading() as reader:
        filters = await filters_of(request, reader, asked.actor)
        return listed(
            await listing.page(reader, asked.actor, filters, now=asked.now, sort=sort, limit=limit, cursor=cursor)
        )


@get("/counts", summary="How many tickets one may see", responses=refusals(422), opt={"operation": Need.PERSON})
async def count_tickets(request: Req, asked: Asking) -> CountsRow:
    """By status, team and assignee, under the same filters as the list."""
    async with asked.reading() as reader:
        return await listing.counts(reader, asked.actor, await filters_of(request, reader, asked.actor), now=asked.now)


@post(
    "/",
    summary="Open a ticket",
    responses=refusals(422),
    response_headers=[ETAG, LOCATION],
    opt={"operation": Need.PERSON},
)
async def create(asked: Asking, data: JSONBody[NewTicket]) -> Response[TicketDetail]:
    """For oneself or, as an agent, for somebody else. Everything in it happens together or not at all."""
    async with asked.work() as work:
        ticket = await _open(work, data)
    async with asked.works.database.reading(system("New ticket"), now=asked.now) as reader:  # it may be beyond them now
        row = await whole_ticket(reader, asked.actor, ticket.id, now=asked.now, just_opened=True)
    return Response(
        row, status_code=201, headers={"ETag": etag(row.version), "Location": f"/api/v1/tickets/{ticket.id}"}
    )


@get(
    "/{ref:str}",
    summary="One ticket, by id, number or display id",
    response_headers=[ETAG],
    opt={"operation": Operation.VIEW},
)
async def show(asked: Asking, ref: TicketName, as_of: AsOf = None) -> Response[TicketDetail]:
    """404 when it does not exist or is not visible to the reader: the two are not told apart."""
    if as_of is None:
        return await _answer(asked, queries.parse_ref(ref))
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return Response(await detail_as_of(reader, asked.actor, ticket, _instant(as_of)))


@patch("/{ref:str}", summary="Change what a ticket is about, how urgent and whose it is", responses=refusals(412, 422),
       response_headers=[ETAG], opt={"operation": Operation.CHANGE})  # fmt: skip
async def change(
    asked: Asking, ref: TicketName, data: JSONBody[TicketChanges], if_match: IfMatch = None
) -> Response[TicketDetail]:
    """Honours If-Match; a change that changes nothing writes nothing."""
    stated = data.version if isinstance(data.version, int) else None
    async with asked.work() as work:
        ticket = await _locked(work, ref, versions=expected_versions(if_match, stated=stated))
        await _apply(work, ticket, data)
    return await _answer(asked, ticket.id)


@post("/{ref:str}/transition", summary="Move a ticket to another status", status_code=200,
      responses=refusals(409, 412, 422), response_headers=[ETAG], opt={"operation": Operation.CHANGE})  # fmt: skip
async def transition(
    asked: Asking, ref: TicketName, data: JSONBody[Transition], if_match: IfMatch = None
) -> Response[TicketDetail]:
    """409 names the allowed statuses when the move is impossible, 422 the custom fields that must be answered first."""
    async with asked.work() as work:
        ticket = await _locked(work, ref, versions=expected_versions(if_match))
        await lifecycle.move(work, ticket, to=data.status)
    return await _answer(asked, ticket.id)


@post("/{ref:str}/assign", summary="Assign, unassign or transfer a ticket", status_code=200,
      responses={**refusals(412, 422), **NO_LONGER_SEEN}, response_headers=[ETAG],
      opt={"operation": Operation.ASSIGN})  # fmt: skip
async def assign(
    asked: Asking, ref: TicketName, data: JSONBody[Assignment], if_match: IfMatch = None
) -> Response[TicketDetail]:
    """The assignee must be an active member of the team (422). Who transfers a ticket may lose sight of it: 204."""
    if data.team_id is UNSET and data.assignee_id is UNSET:
        raise Invalid(Problem("", "Send teamId, assigneeId or both."))
    async with asked.work() as work:
        ticket = await _locked(work, ref, versions=expected_versions(if_match))
        agent_id = data.assignee_id if data.assignee_id is not UNSET else None
        stays = data.team_id == ticket.assigned_team_id and data.assignee_id is not UNSET
        if data.team_id is UNSET or stays:
            await assignment.assign_to(work, ticket, agent_id)
        else:
            await assignment.transfer_to(work, ticket, await _team(work, data.team_id), agent_id=agent_id)
    try:
        return await _answer(asked, ticket.id)
    except NotFound:
        return Response(None, status_code=204)  # type: ignore[arg-type]


async def _open(work: Work, data: NewTicket) -> Ticket:
    requester = await _requester(work, data.requester_id)
    team = await _team(work, data.team_id) if data.team_id else None
    chosen = await category(work.session, data.category_id) if data.category_id else None
    if data.attachment_ids:
        raise Unprocessable("There is no such file.", path="attachmentIds")
    for_agents = data.assignee_id is not None or data.message is not None
    require(not for_agents or work.actor.is_agent, "Only agents assign, or write a first message.")
    ticket = await intake.receive(
        work, requester=requester, subject=data.subject, description=data.description, priority=data.priority,
        channel=data.channel, team=team, category=chosen, custom_fields=data.custom_fields, tags=data.tags,
        assignee_id=data.assignee_id,
    )  # fmt: skip
    for user_id in dict.fromkeys(data.follower_ids):
        await followers.add(work, ticket, await _person(work, user_id, "followerIds"))
    if data.assignee_id is not None:
        await assignment.assign_to(work, ticket, data.assignee_id)
    if data.message is not None:
        await messages.add(work, ticket, type=data.message.type, body=data.message.body, opens=True)
    return ticket


def _instant(text: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as bad:
        raise Invalid(Problem("asOf", f"{text!r} is not an instant such as 2026-03-02T09:00:00Z.")) from bad


async def _requester(work: Work, requester_id: UUID | None) -> User | None:
    if requester_id in (None, work.actor.id):
        return None
    return await _person(work, requester_id, "requesterId")


async def _person(work: Work, user_id: UUID, path: str) -> User:
    try:
        return await people.person(work.session, user_id)
    except NotFound as missing:
        raise Unprocessable("There is no such person.", path=path) from missing


async def _team(work: Work, team_id: UUID) -> Team:
    try:
        return await people.team(work.session, team_id)
    except NotFound as missing:
        raise Unprocessable("There is no such team.", path="teamId") from missing


async def _apply(work: Work, ticket: Ticket, data: TicketChanges) -> None:
    if data.subject is not UNSET:
        await triage.set_subject(work, ticket, data.subject)
    if data.description is not UNSET:
        await triage.set_description(work, ticket, data.description)
    if data.priority is not UNSET:
        await triage.set_priority(work, ticket, data.priority)
    if data.category_id is not UNSET:
        chosen = await category(work.session, data.category_id) if data.category_id else None
        await triage.set_category(work, ticket, chosen)
    if data.custom_fields is not UNSET:
        await answers.change(work, ticket, data.custom_fields)
    if data.requester_id is not UNSET:
        await triage.set_requester(work, ticket, await _person(work, data.requester_id, "requesterId"))
    if data.follow_up_at is not UNSET:
        await triage.put_off(work, ticket, data.follow_up_at)


async def _locked(work: Work, ref: str, *, versions: Collection[int] | None) -> Ticket:
    return await queries.visible(work, queries.parse_ref(ref), lock=True, versions=versions)


async def _answer(asked: Asking, ref: queries.Ref) -> Response[TicketDetail]:
    async with asked.reading() as reader:
        ticket = await whole_ticket(reader, asked.actor, ref, now=asked.now)
    return Response(ticket, headers={"ETag": etag(ticket.version)})


narrowed = Router("/", route_handlers=[list_tickets, count_tickets], parameters=PARAMETERS)
router = Router("/tickets", route_handlers=[narrowed, create, show, change, transition, assign], tags=["tickets"])
