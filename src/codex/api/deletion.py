"""`DELETE /tickets/{ref}` and its way back, `/tickets/{ref}/restore`."""

from litestar import Response, Router, delete, post

from codex.api.common import ETAG, IfMatch, TicketName, etag, expected_versions
from codex.api.refusals import refusals
from codex.api.whole_ticket import whole_ticket
from codex.httpkit.asked import Asking
from codex.tickets import deletion, queries
from codex.tickets.policy import Operation
from codex.tickets.rows import TicketDetail


@delete("/", summary="Delete a ticket", responses=refusals(412), opt={"operation": Operation.DELETE})
async def remove(asked: Asking, ref: TicketName, if_match: IfMatch = None) -> None:
    """The team's admins, and owners. It is there for nobody until it is restored: see `deleted` of the list."""
    async with asked.work() as work:
        ticket = await queries.visible(
            work, queries.parse_ref(ref), lock=True, versions=expected_versions(if_match)
        )  # fmt: skip
        await deletion.delete(work, ticket)


@post(
    "/restore",
    summary="Restore a deleted ticket",
    status_code=200,
    response_headers=[ETAG],
    opt={"operation": Operation.DELETE},
)
async def restore(asked: Asking, ref: TicketName) -> Response[TicketDetail]:
    """Whoever may delete it. One that is not deleted stays as it is."""
    async with asked.work() as work:
        ticket = await deletion.restore(work, queries.parse_ref(ref))
    async with asked.reading() as reader:
        found = await whole_ticket(reader, asked.actor, ticket.id, now=asked.now)
    return Response(found, headers={"ETag": etag(found.version)})


router = Router("/tickets/{ref:str}", route_handlers=[remove, restore], tags=["tickets"])
