"""`/tickets/{ref}/links` and `/tags`: what a ticket has to do with others, and the words it is found by."""

from typing import Annotated

from litestar import Router, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter

from codex.api.common import Body, LinkId, Listed, TicketName, id_of
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.kernel.errors import require
from codex.tickets import linking, queries, reading, tagging
from codex.tickets.linking import LinkKind, LinkRow
from codex.tickets.policy import Operation, may
from codex.tickets.rows import Row

TagName = Annotated[str, PathParameter(name="name", description="A tag.", examples=[Example(value="vpn")])]


class NewLink(Body):
    """What the ticket is to another one, which `ticketId` names by id, number or display id: read "it is TYPE of"."""

    ticket_id: str
    type: LinkKind


class TagOfTicket(Row, frozen=True):
    """A tag that a ticket has."""

    name: str


@get("/links", summary="What a ticket has to do with others", opt={"operation": Operation.VIEW})
async def list_links(asked: Asking, ref: TicketName) -> Listed[LinkRow]:
    """Oldest first; only tickets that one may see."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return Listed(await linking.links(reader, asked.actor, ticket, now=asked.now), None)


@post("/links", summary="Link a ticket to another", responses=refusals(409, 422), opt={"operation": Operation.LINK})
async def link(asked: Asking, ref: TicketName, data: JSONBody[NewLink]) -> LinkRow:
    """The right on the ticket, sight of the other. The same again is the link that there is; what contradicts one is a
    409, and so is a ticket that would be a part of itself."""
    async with asked.work() as work:
        return await linking.link(work, queries.parse_ref(ref), queries.parse_ref(data.ticket_id), data.type)


@delete("/links/{linkId:str}", summary="Take a link away", opt={"operation": Operation.LINK})
async def unlink(asked: Asking, ref: TicketName, link_id: LinkId) -> None:
    """The right on the ticket, sight of the other."""
    async with asked.work() as work:
        await linking.unlink(work, queries.parse_ref(ref), id_of(link_id))


@get("/tags", summary="The tags of a ticket", opt={"operation": Operation.SEE_INTERNAL})
async def list_tags(asked: Asking, ref: TicketName) -> Listed[TagOfTicket]:
    """By name, for those who see the ticket's internal side."""
    async with asked.reading() as reader:
        found, seen = await reading.detail(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
    require(may(asked.actor, Operation.SEE_INTERNAL, seen), "You may not see this ticket's tags.")
    return Listed([TagOfTicket(name) for name in found.tags or []], None)


@put("/tags/{name:str}", summary="Put a tag on a ticket", status_code=204, opt={"operation": Operation.CHANGE})
async def tag(asked: Asking, ref: TicketName, name: TagName) -> None:
    """Those who work on the ticket. A tag that nobody has used so far begins to exist."""
    async with asked.work() as work:
        await tagging.add(work, await queries.visible(work, queries.parse_ref(ref), lock=True), name)


@delete("/tags/{name:str}", summary="Take a tag off a ticket", opt={"operation": Operation.CHANGE})
async def untag(asked: Asking, ref: TicketName, name: TagName) -> None:
    """Those who work on the ticket. Where it is not, nothing happens."""
    async with asked.work() as work:
        await tagging.remove(work, await queries.visible(work, queries.parse_ref(ref), lock=True), name)


router = Router(
    "/tickets/{ref:str}", route_handlers=[list_links, link, unlink, list_tags, tag, untag], tags=["tickets"]
)
