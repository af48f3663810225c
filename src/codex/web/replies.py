"""`/tickets/{ref}/replies`: an agent answers, or writes a note."""

from typing import Literal

from litestar import Router, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from codex.db.work import Work
from codex.httpkit.asked import Asking, Req
from codex.tickets import lifecycle, messages, queries
from codex.tickets.models import MessageType, TicketStatus
from codex.web.asking import Listing
from codex.web.present import refusals
from codex.web.present.refusals import REFUSALS
from codex.web.present.ticket import Refusal
from codex.web.rendering import Page
from codex.web.ticket import answer, changed


class Reply(Struct):
    """What the reply box sends. `status`: the one that a reply sets; a note sets none."""

    kind: Literal["reply", "note"]
    body: str = ""
    status: TicketStatus | None = None


Form = URLEncodedBody[Reply]


@post("/tickets/{ref:str}/replies")
async def write(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: Form) -> Page:
    """Message and status together or not at all; what could not be sent comes back in the box."""
    try:
        async with asked.work() as work:
            await _write(work, ref, data)
    except REFUSALS as error:
        refusal = Refusal(refusals.of_message(error), data.kind, data.body)
        status_code = refusals.status_code(error)
        return await answer(request, asked, worklist, ref, refusal=refusal, status_code=status_code)
    return await changed(request, asked, worklist, ref)


async def _write(work: Work, ref: str, data: Reply) -> None:
    ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
    kind = MessageType.PUBLIC if data.kind == "reply" else MessageType.INTERNAL
    await messages.add(work, ticket, type=kind, body=data.body)
    if data.kind == "reply" and data.status is not None:
        await lifecycle.move(work, ticket, to=data.status)


router = Router("/", route_handlers=[write])
