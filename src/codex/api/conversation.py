"""`/tickets/{ref}/messages` and `/events`: what was said on a ticket, and what happened to it."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from codex.api.common import LIMIT, Body, Cursor, Limit, Listed, TicketName, listed
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.kernel.errors import Unprocessable
from codex.tickets import lifecycle, messages, queries, reading
from codex.tickets.models import MessageType, TicketStatus
from codex.tickets.rows import EventRow, MessageRow


class NewMessage(Body):
    """A message to be written; `status`, if given, is set in the same transaction."""

    type: MessageType
    body: str
    status: TicketStatus | None = None
    attachment_ids: list[UUID] = []  # noqa: RUF012 - msgspec copies it


@get("/messages", summary="The conversation")
async def list_messages(
    asked: Asking, ref: TicketName, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[MessageRow]:
    """Oldest first. Internal notes only for those who see a ticket's internal side."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return listed(await reading.messages(reader, asked.actor, ticket, limit=limit, cursor=cursor))


@post("/messages", summary="Reply, or write an internal note", responses=refusals(409, 422))
async def write(asked: Asking, ref: TicketName, data: JSONBody[NewMessage]) -> Response[MessageRow]:
    """A requester's reply puts a waiting ticket back to work and reopens a finished one."""
    if data.attachment_ids:
        raise Unprocessable("There is no such file.", path="attachmentIds")
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        message = await messages.add(work, ticket, type=data.type, body=data.body)
        if data.status is not None:
            await lifecycle.move(work, ticket, to=data.status)
    return Response(reading.written(message, asked.actor), status_code=201)


@get("/events", summary="The history")
async def list_events(asked: Asking, ref: TicketName, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[EventRow]:
    """Oldest first. Internal facts only for those who see a ticket's internal side."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return listed(await reading.events(reader, asked.actor, ticket, limit=limit, cursor=cursor))


router = Router("/tickets/{ref:str}", route_handlers=[list_messages, write, list_events], tags=["tickets"])
