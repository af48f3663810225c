"""`/tickets/{ref}/macro`: a prepared text and what goes with it, looked at and used."""

from uuid import UUID

from litestar import Router, post
from litestar.params import JSONBody

from codex.api.common import Body, TicketName
from codex.api.refusals import refusals
from codex.automation import macros
from codex.automation.macros import Macro, MacroApplied, MacroPreview
from codex.db.work import Work
from codex.httpkit.asked import Asking, Req, base_url
from codex.kernel.actor import Scope
from codex.kernel.errors import NotFound, Unprocessable
from codex.tickets import queries
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation


class MacroUse(Body):
    """Which text. `body`: what is sent as a public reply; without it nothing is sent, and the actions alone are
    done."""

    canned_response_id: UUID
    body: str | None = None


class MacroChoice(Body):
    """Which text."""

    canned_response_id: UUID


@post("/preview", summary="What a macro would do", status_code=200, opt={"scope": Scope.READ}, responses=refusals(422))
async def preview(request: Req, asked: Asking, ref: TicketName, data: JSONBody[MacroChoice]) -> MacroPreview:
    """Its text filled in, and what each of its actions would change, as of now and for whoever asks. Nothing is sent
    and nothing changes."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref))
        macro = await _macro(work, ticket, data.canned_response_id)
        return await macros.preview(work, ticket, macro, base_url=base_url(request))


@post("/", summary="Use a macro", status_code=200, responses=refusals(409, 422))
async def use(request: Req, asked: Asking, ref: TicketName, data: JSONBody[MacroUse]) -> MacroApplied:
    """The reply, if one is given, and all of its actions together or not at all, in one's own name and with one's own
    rights."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        macro = await _macro(work, ticket, data.canned_response_id)
        within = request.app.state.reopens_within
        return await macros.apply(work, ticket, macro, body=data.body, reopens_within=within)


async def _macro(work: Work, ticket: Ticket, response_id: UUID) -> Macro:
    try:
        return await macros.for_ticket(work, ticket, response_id)
    except NotFound as missing:
        raise Unprocessable(str(missing), path="cannedResponseId") from missing


router = Router(
    "/tickets/{ref:str}/macro", route_handlers=[preview, use], opt={"operation": Operation.NOTE}, tags=["tickets"]
)
