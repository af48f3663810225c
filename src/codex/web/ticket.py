"""`/tickets/{ref}`: a ticket in the agents' window, whole or as the pane alone."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath, QueryParameter
from msgspec.structs import replace

from codex.db.database import Reader
from codex.httpkit.asked import Asked, Asking, Req
from codex.tickets import marks, queries, reading, surroundings, thread
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import TicketDetail
from codex.tickets.surroundings import Surroundings
from codex.tickets.thread import Happened, Thread
from codex.web import desk
from codex.web.asking import PORTAL, Listing, zone_of
from codex.web.present.conversation import Reading
from codex.web.present.desk_views import DetailsView, TicketView
from codex.web.present.details import category_names, details
from codex.web.present.queue import row
from codex.web.present.sentences import named_in
from codex.web.present.ticket import Beside, Refusal, ticket
from codex.web.present.worklist import Worklist
from codex.web.rendering import Page, page, see, wants_fragment

Before = Annotated[str | None, QueryParameter(name="before")]


@dataclass(frozen=True, slots=True)
class Read:
    """All that is read for the pane of a ticket."""

    found: TicketDetail
    seen: Seen
    thread: Thread
    around: Surroundings


@get("/tickets/{ref:str}", opt={"operation": Operation.VIEW})
async def show(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], before: Before = None) -> Page:
    """The ticket beside its list; its requester and followers see it in the portal."""
    return await answer(request, asked, worklist, ref, before=before)


async def answer(
    request: Req,
    asked: Asked,
    worklist: Worklist,
    ref: str,
    *,
    before: str | None = None,
    refusal: Refusal | None = None,
    status_code: int = 200,
) -> Page:
    """The page, or for htmx the pane, as the ticket stands now; with `refusal`, why it does not stand otherwise."""
    async with asked.reading() as reader:
        found, seen = await reading.detail(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        if not may(asked.actor, Operation.SEE_INTERNAL, seen):
            return see(request, f"{PORTAL}/{found.display_id}")
        if found.is_unread:
            await marks.mark_read(reader, asked.actor, seen.id, version=seen.version, now=asked.now)
            found = replace(found, is_unread=False)
        read = await _read(reader, asked, found, seen, before)
        if wants_fragment(request):
            shown = await desk.the_list(reader, asked, worklist, open=found)
            template, view = "agent/pane.html", _pane(asked, read, shown, refusal)
            view["row"] = row(
                found, shown.worklist, now=asked.now, zone=zone_of(asked), is_current=True,
                clocks=shown.clocks.get(found.id),
            )  # fmt: skip
        else:
            window = await desk.window(reader, asked, worklist, open=found)
            template, view = "agent/queue.html", _pane(asked, read, window.shown, refusal)
            view |= {"shell": window.shell, "queue": window.queue}
    return page(request, template, asked=asked, status_code=status_code, **view)


async def changed(request: Req, asked: Asked, worklist: Worklist, ref: str) -> Page:
    """After a change: htmx gets the pane, a plain form is sent on to the ticket's page."""
    if wants_fragment(request):
        return await answer(request, asked, worklist, ref)
    return see(request, f"/tickets/{queries.parse_ref(ref)}{worklist.query}")


async def _read(reader: Reader, asked: Asked, found: TicketDetail, seen: Seen, before: str | None) -> Read:
    said = await thread.latest(reader, asked.actor, seen, before=before)
    named: set[UUID] = set()
    for entry in said.entries:
        if isinstance(entry, Happened):
            named.update(named_in(entry))
    around = await surroundings.around(reader, asked.actor, seen, named=named, now=asked.now)
    return Read(found, seen, said, around)


def _pane(asked: Asked, read: Read, shown: desk.Shown, refusal: Refusal | None) -> dict[str, Any]:
    reader = Reading(asked.actor.id, asked.now, zone_of(asked), knows_staff=True)
    categories = {str(key): name for key, name in category_names(read.around.categories).items()}
    ticket_view: TicketView = ticket(
        read.found, read.seen, read.thread, actor=asked.actor, reading=reader,
        names=read.around.names | categories, beside=Beside(shown.worklist, shown.rows.items),
        asked=read.around.questionnaire.fields, refusal=refusal,
    )  # fmt: skip
    details_view: DetailsView = details(
        read.found, read.seen, read.around, actor=asked.actor, reading=reader,
        clocks=shown.clocks.get(read.seen.id), query=shown.worklist.query, refusal=refusal,
    )  # fmt: skip
    return {"ticket": ticket_view, "details": details_view}


router = Router("/", route_handlers=[show])
