"""`/tickets/{ref}/why`: why a ticket's service targets stand as they do, for who works on it."""

from litestar import Router, get
from litestar.params import FromPath

from codex.httpkit.asked import Asking, Req
from codex.sla.clock_reading import explained
from codex.tickets import reading
from codex.tickets.policy import Operation, may
from codex.tickets.queries import parse_ref
from codex.web.asking import PORTAL, Listing
from codex.web.present.why import why
from codex.web.rendering import Page, page, see, wants_fragment


@get("/tickets/{ref:str}/why", opt={"operation": Operation.SEE_INTERNAL})
async def show(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str]) -> Page:
    """Both clocks' stories; for htmx they alone. Who does not see the internal side sees the ticket in the portal."""
    name = parse_ref(ref)
    async with asked.reading() as reader:
        seen = await reading.seen(reader, asked.actor, name, now=asked.now)
        if not may(asked.actor, Operation.SEE_INTERNAL, seen):
            return see(request, f"{PORTAL}/{name}")
        told = await explained(reader, seen.id, now=asked.now)
    template = "agent/_why.html" if wants_fragment(request) else "agent/why.html"
    return page(request, template, asked=asked, why=why(str(name), told, query=worklist.query))


router = Router("/", route_handlers=[show])
