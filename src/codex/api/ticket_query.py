"""`POST /tickets/query`: a list of tickets by conditions in the grammar of rules and views."""

from typing import Annotated, Any

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Meta

from codex.api.common import LIMIT, Body, Listed, listed
from codex.db.page import MAX_LIMIT
from codex.desk.view_filters import SavedFilters, refuse, understand
from codex.httpkit.asked import Asking
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.tickets import listing
from codex.tickets.filters import Filters
from codex.tickets.rows import TicketRow


class TicketQuery(Body):
    """Conditions that must all hold, each `{"field", "operator", "value"}` or a group: `all`, `any`, `not`."""

    conditions: list[Any]
    sort: str | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT)] = LIMIT
    cursor: str | None = None


@post(
    "/tickets/query", summary="Tickets on which conditions hold", status_code=200, tags=["tickets"],
    opt={"operation": Need.PERSON, "scope": Scope.READ},
)  # fmt: skip
async def query_tickets(asked: Asking, data: JSONBody[TicketQuery]) -> Listed[TicketRow]:
    """Of the tickets that one may see, in the order of `sort`; what one may not know of a ticket counts as absent.

    400 names what does not fit, each with its path. `me` is the person who asks.
    """
    async with asked.reading() as reader:
        said = SavedFilters(data.conditions, data.sort)
        meant = await understand(reader, asked.actor, said, path="")
        refuse(meant)
        filters = Filters(condition=meant.condition, sort=meant.sort)
        return listed(
            await listing.page(reader, asked.actor, filters, now=asked.now, limit=data.limit, cursor=data.cursor)
        )


router = Router("/", route_handlers=[query_tickets])
