"""`/tickets/{ref}/read` and `/draft`: what a person has read of a ticket, and begun to write. Nobody else sees it."""

from litestar import Response, Router, delete, get, put
from litestar.params import JSONBody

from codex.api.common import VERSION_ETAG, Body, IfMatch, TicketName
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.tickets import drafts, marks, queries, reading
from codex.tickets.drafts import DraftRow
from codex.tickets.models import MessageType
from codex.tickets.policy import Operation


class NewDraft(Body):
    """What is written so far."""

    type: MessageType
    body: str


@put("/read", summary="Mark a ticket as read", status_code=204, opt={"operation": Operation.VIEW})
async def mark_read(asked: Asking, ref: TicketName) -> None:
    """As it stands now; what others do from now on makes it unread again."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        await marks.mark_read(reader, asked.actor, ticket.id, version=ticket.version, now=asked.now)


@delete("/read", summary="Mark a ticket as unread", opt={"operation": Operation.VIEW})
async def mark_unread(asked: Asking, ref: TicketName) -> None:
    """Whoever changed it last."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        await marks.mark_unread(reader, asked.actor, ticket.id, now=asked.now)


@get("/draft", summary="What one has begun to write", opt={"operation": Operation.VIEW},
     response_headers=[VERSION_ETAG])  # fmt: skip
async def show_draft(asked: Asking, ref: TicketName) -> Response[DraftRow]:
    """One's own draft on the ticket; 404 when there is none."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        found = await drafts.draft(reader, asked.actor, ticket.id)
    return tagged(found, ticket.id, found.updated_at)


@put("/draft", summary="Keep what one has begun to write", status_code=204, opt={"operation": Operation.VIEW},
     responses=refusals(412))  # fmt: skip
async def keep_draft(asked: Asking, ref: TicketName, data: JSONBody[NewDraft], if_match: IfMatch = None) -> None:
    """One per person and ticket, gone once one writes a message there; an empty body is no draft."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref))
        if if_match is not None:
            refuse_stale(if_match, ticket.id, await drafts.kept_at(work, ticket.id))
        await drafts.keep(work, ticket, type=data.type, body=data.body)


@delete("/draft", summary="Forget what one has begun to write", opt={"operation": Operation.VIEW})
async def discard_draft(asked: Asking, ref: TicketName) -> None:
    """Where there is none, nothing happens."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref))
        await drafts.discard(work, ticket.id)


router = Router(
    "/tickets/{ref:str}", route_handlers=[mark_read, mark_unread, show_draft, keep_draft, discard_draft],
    tags=["tickets"],
)  # fmt: skip
