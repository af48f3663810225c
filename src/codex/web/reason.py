"""`/tickets/{ref}/reason`: an owner says why they read a ticket of a confidential team."""

from litestar import Router, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from codex.audit import oversight
from codex.audit.oversight import ReasonNeeded
from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.tickets.queries import parse_ref
from codex.web.present.language import gettext as _
from codex.web.rendering import Page, see
from codex.web.wrong import ask_reason


class ReasonForm(Struct):
    """What the form sends."""

    reason: str = ""


@post("/tickets/{ref:str}/reason", opt={"operation": Need.OWNER})
async def give(request: Req, asked: Asking, ref: FromPath[str], data: URLEncodedBody[ReasonForm]) -> Page:
    """Put the reason on record and show the ticket."""
    name = parse_ref(ref)
    try:
        async with asked.work() as work:
            await oversight.read(work, name, reason=data.reason)
    except ReasonNeeded as missing:
        return ask_reason(request, missing, problem=_("Write why, in a few words."))
    return see(request, f"/tickets/{name}")


router = Router("/", route_handlers=[give])
