"""`/tickets/{ref}/replies`: an agent answers, or writes a note."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from litestar import Router, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from codex.db.work import Work
from codex.httpkit.asked import Asking, Req
from codex.tickets import answers, lifecycle, messages, queries
from codex.tickets.models import MessageType, TicketStatus
from codex.tickets.policy import Operation
from codex.web import texts
from codex.web.answering import Answered, answered
from codex.web.asking import Listing
from codex.web.present import refusals
from codex.web.present.refusals import REFUSALS
from codex.web.present.ticket import Refusal
from codex.web.rendering import Page
from codex.web.ticket import answer, changed


class Reply(Struct):
    """What the reply box sends. `status`: the one that a reply sets; a note sets none. `macro`: the id of a prepared
    text, where what goes with it is to be done along with a reply."""

    kind: Literal["reply", "note"]
    body: str = ""
    status: TicketStatus | None = None
    macro: str = ""


Form = URLEncodedBody[Reply]


@post("/tickets/{ref:str}/replies", opt={"operation": Operation.REPLY})
async def write(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: Form) -> Page:
    """Message, status and the answers that it needs together or not at all; what could not be sent comes back in the
    box."""
    said = await answered(request, asked)
    try:
        async with asked.work() as work:
            landed = await _write(work, ref, data, said, reopens_within=request.app.state.reopens_within)
    except REFUSALS as error:
        to = data.status if data.kind == "reply" else None
        chosen = await texts.again(asked, ref, data.macro)
        refusal = Refusal(refusals.of_message(error), data.kind, data.body, said.refused(error), to, chosen)
        status_code = refusals.status_code(error)
        return await answer(request, asked, worklist, ref, refusal=refusal, status_code=status_code)
    return await changed(request, asked, worklist, ref if landed is None else str(landed))


async def _write(work: Work, ref: str, data: Reply, said: Answered, *, reopens_within: timedelta) -> UUID | None:
    """Returns the new ticket that the reply has opened, if it has."""
    ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
    kind = MessageType.PUBLIC if data.kind == "reply" else MessageType.INTERNAL
    message = await messages.add(work, ticket, type=kind, body=data.body, reopens_within=reopens_within)
    if message.ticket_id not in (ticket.id, ticket.merged_into_id):
        return message.ticket_id
    if data.kind == "reply" and data.status is not None:
        if said.given:
            await answers.change(work, ticket, said.given)
        await lifecycle.move(work, ticket, to=data.status)
    if data.kind == "reply" and data.macro:
        await texts.act(work, ticket, data.macro)
    return None


router = Router("/", route_handlers=[write])
