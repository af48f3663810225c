"""`/queue`: the lists that agents work from."""

from litestar import Router, get

from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.web import desk
from codex.web.asking import PORTAL, Listing
from codex.web.rendering import Page, page, see, wants_fragment

_FOR_A_WHILE = {"Cache-Control": "private, max-age=30"}


@get("/queue")
async def show(request: Req, asked: Asking, worklist: Listing) -> Page:
    """The window with a list and no ticket open; for htmx the next rows alone."""
    if not asked.actor.is_agent:
        return see(request, PORTAL)
    async with asked.reading() as reader:
        if wants_fragment(request):
            shown = await desk.the_list(reader, asked, worklist)
            return page(request, "agent/rows.html", asked=asked, queue=desk.view(shown, asked, counts=None))
        window = await desk.window(reader, asked, worklist)
    return page(
        request, "agent/queue.html", asked=asked, shell=window.shell, queue=window.queue, ticket=None, details=None
    )


@get("/queue/views")
async def views(request: Req, asked: Asking, worklist: Listing) -> Page:
    """For htmx, after a page: its saved views with how much they hold. The browser keeps it for a little while, so that
    who leafs through the desk does not have all of it counted with each page."""
    if not wants_fragment(request):
        return see(request, worklist.href)
    async with asked.reading() as reader:
        group = await desk.views(reader, asked, worklist)
    return page(request, "agent/views.html", asked=asked, headers=_FOR_A_WHILE, group=group)


router = Router("/", route_handlers=[show, views], opt={"operation": Need.PERSON})
