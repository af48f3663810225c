"""`/tickets/export.csv`: tickets to take along."""

from litestar import Router, get
from litestar.openapi import ResponseSpec

from codex.api.ticket_filters import PAGING, PARAMETERS, filters_of
from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import OPERATION
from codex.httpkit.pieces import Pieces
from codex.kernel import csv_text
from codex.kernel.errors import Invalid, Problem, require
from codex.tickets.export import lines
from codex.tickets.policy import Operation, may_export

_CSV = ResponseSpec(
    str, generate_examples=False, media_type="text/csv", description="A line of names, a line a ticket."
)


@get("/", summary="Tickets, as CSV", media_type="text/csv", responses={200: _CSV}, opt={OPERATION: Operation.EXPORT})
async def export(request: Req, asked: Asking) -> Pieces:
    """Under the same filters as the list, in the order in which they were opened, as many as there are: of the teams
    that one leads; for owners of all. No cell of it is run by a spreadsheet."""
    require(may_export(asked.actor), "Leads export the tickets of their teams, owners all.")
    if given := [name for name in PAGING if name in request.query_params]:
        raise Invalid(*(Problem(name, "An export is whole and has one order.") for name in given))
    async with asked.reading() as reader:
        filters = await filters_of(request, reader, asked.actor)
    found = lines(asked.works.database, asked.actor, filters, now=asked.now)
    headers = {"Content-Disposition": 'attachment; filename="tickets.csv"'}
    return Pieces(found, media_type=csv_text.MEDIA_TYPE, headers=headers)


router = Router("/tickets/export.csv", route_handlers=[export], parameters=PARAMETERS, tags=["tickets"])
