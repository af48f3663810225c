"""`/tickets/{ref}/merge` and `/unmerge`: two tickets go on as one, and part again."""

from litestar import Response, Router, post
from litestar.params import JSONBody

from codex.api.common import ETAG, Body, TicketName, etag
from codex.api.refusals import refusals
from codex.api.whole_ticket import whole_ticket
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.needs import OPERATION
from codex.tickets import merging, queries
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation
from codex.tickets.rows import TicketDetail


class Merge(Body):
    """The ticket to go on as, the survivor: its id, number or display id."""

    into: str | int


@post("/merge", summary="Let a ticket go on as another", status_code=200, responses=refusals(409, 422),
      response_headers=[ETAG], opt={OPERATION: Operation.MERGE})  # fmt: skip
async def merge(asked: Asking, ref: TicketName, data: JSONBody[Merge]) -> Response[TicketDetail]:
    """Messages, files and followers are the survivor's from now on, which is answered; the ticket is closed, stays
    readable, and what is written to it lands on the survivor. Needs the right on both; with different requesters, a
    lead's. 409 when one of the two has been merged into another already."""
    async with asked.work() as work:
        survivor = await merging.merge(work, queries.parse_ref(ref), into=queries.parse_ref(str(data.into)))
    return await _answer(asked, survivor)


@post("/unmerge", summary="Undo a merge", status_code=200, responses=refusals(409), response_headers=[ETAG],
      opt={OPERATION: Operation.MERGE})  # fmt: skip
async def unmerge(asked: Asking, ref: TicketName) -> Response[TicketDetail]:
    """Messages, files, followers, status and what was written to it since are where they would be without the merge.
    The same rights as to merge. 409 for a ticket that is not merged."""
    async with asked.work() as work:
        ticket = await merging.unmerge(work, queries.parse_ref(ref))
    return await _answer(asked, ticket)


async def _answer(asked: Asked, ticket: Ticket) -> Response[TicketDetail]:
    async with asked.reading() as reader:
        row = await whole_ticket(reader, asked.actor, ticket.id, now=asked.now)
    return Response(row, headers={"ETag": etag(row.version)})


router = Router("/tickets/{ref:str}", route_handlers=[merge, unmerge], tags=["tickets"])
