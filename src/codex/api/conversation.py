"""`/tickets/{ref}/messages` and `/events`: what was said on a ticket, and what happened to it."""

from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.params import JSONBody
from msgspec import field

from codex.api.common import LIMIT, Body, Cursor, Limit, Listed, MessageId, TicketName, id_of, listed
from codex.api.refusals import refusals
from codex.httpkit.asked import Asked, Asking, Req
from codex.kernel.errors import Conflict, Unprocessable
from codex.tickets import lifecycle, messages, queries, reading
from codex.tickets.models import MessageType, TicketStatus
from codex.tickets.policy import Operation
from codex.tickets.rows import EventRow, MessageRow


class NewMessage(Body):
    """A message to be written; `status`, if given, is set in the same transaction.

    `isTeamOnly`: a note that teams with a READ grant do not see.
    """

    type: MessageType
    body: str
    status: TicketStatus | None = None
    attachment_ids: list[UUID] = field(default_factory=list)
    is_team_only: bool = False


class OtherWords(Body):
    """A note in other words."""

    body: str


class Redaction(Body):
    """Why the words of a message go."""

    reason: str | None = None


@get("/messages", summary="The conversation", opt={"operation": Operation.VIEW})
async def list_messages(
    asked: Asking, ref: TicketName, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[MessageRow]:
    """Oldest first. Internal notes only for those who see a ticket's internal side."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return listed(await reading.messages(reader, asked.actor, ticket, limit=limit, cursor=cursor))


@post(
    "/messages",
    summary="Reply, or write an internal note",
    responses=refusals(409, 422),
    opt={"operation": Operation.REPLY},
)
async def write(request: Req, asked: Asking, ref: TicketName, data: JSONBody[NewMessage]) -> Response[MessageRow]:
    """A requester's reply puts a waiting ticket back to work and reopens a finished one. On one that was closed too
    long ago it opens a new ticket, related to the old: `ticketId` names it. `@name` calls somebody who may see the
    message."""
    if data.attachment_ids:
        raise Unprocessable("There is no such file.", path="attachmentIds")
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        message = await messages.add(
            work, ticket, type=data.type, body=data.body, is_team_only=data.is_team_only,
            reopens_within=request.app.state.reopens_within,
        )  # fmt: skip
        if data.status is not None and message.ticket_id != ticket.id:
            raise Conflict("This message goes to another ticket; leave the status out.")
        if data.status is not None:
            await lifecycle.move(work, ticket, to=data.status)
    return Response(await _written(asked, message.id), status_code=201)


@patch(
    "/messages/{messageId:str}",
    summary="Put one's own note in other words",
    responses=refusals(409),
    opt={"operation": Operation.NOTE},
)
async def edit(asked: Asking, ref: TicketName, message_id: MessageId, data: JSONBody[OtherWords]) -> MessageRow:
    """One's own internal note, for 15 minutes."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        message = await messages.of(work, ticket, id_of(message_id))
        await messages.edit(work, ticket, message, data.body)
    return await _written(asked, message.id)


@post(
    "/messages/{messageId:str}/redact",
    summary="Remove the words of a message for good",
    status_code=200,
    opt={"operation": Operation.REDACT},
)
async def redact(asked: Asking, ref: TicketName, message_id: MessageId, data: JSONBody[Redaction]) -> MessageRow:
    """The team's leads and owners any message, agents their own for 15 minutes. The words are kept nowhere; that there
    was a message, who removed its words and why, stays."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        message = await messages.of(work, ticket, id_of(message_id))
        await messages.redact(work, ticket, message, reason=data.reason)
    return await _written(asked, message.id)


@get("/events", summary="The history", opt={"operation": Operation.VIEW})
async def list_events(asked: Asking, ref: TicketName, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[EventRow]:
    """Oldest first. Internal facts only for those who see a ticket's internal side."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return listed(await reading.events(reader, asked.actor, ticket, now=asked.now, limit=limit, cursor=cursor))


async def _written(asked: Asked, message_id: UUID) -> MessageRow:
    async with asked.reading() as reader:
        return await reading.written(reader, message_id)


router = Router(
    "/tickets/{ref:str}", route_handlers=[list_messages, write, edit, redact, list_events], tags=["tickets"]
)
