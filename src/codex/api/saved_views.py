"""`/saved-views`: lists worth keeping, one's own, a team's, everybody's."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from codex.api.common import (
    LIMIT,
    LOCATION,
    VERSION_ETAG,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    TicketName,
    id_of,
    listed,
)
from codex.api.refusals import refusals
from codex.desk import saved_views, view_reading
from codex.desk.saved_views import SavedViewChanges
from codex.desk.view_filters import SavedFilters
from codex.desk.view_reading import SavedViewRow, ViewExplanation
from codex.httpkit.asked import Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.tickets import queries, reading
from codex.tickets.policy import Operation

ViewId = Annotated[
    str,
    PathParameter(
        name="viewId", description="The id of a view.", examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")]
    ),
]
Counted = Annotated[bool, QueryParameter(name="counts", description="Whether each says how many tickets it holds.")]


class NewSavedView(Body):
    """A view to be kept: one's own, or with `teamId` that team's, or with `isGlobal` everybody's."""

    name: str
    filters: SavedFilters
    team_id: UUID | None = None
    is_global: bool = False
    is_default: bool = False


@get("/", summary="Views that one may see, by name")
async def list_views(
    asked: Asking, counts: Counted = False, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[SavedViewRow]:
    """One's own, those of one's teams, and for agents everybody's; owners see all. A view that names what is no longer
    there says so, and counts nothing."""
    async with asked.reading() as reader:
        found = await view_reading.saved_views(
            reader, asked.actor, now=asked.now, counted=counts, limit=limit, cursor=cursor
        )
    return listed(found)


@post("/", summary="Keep a view", responses=refusals(409, 422), response_headers=[LOCATION, VERSION_ETAG])
async def add(asked: Asking, data: JSONBody[NewSavedView]) -> Response[SavedViewRow]:
    """Everybody for themselves, leads and admins for their team, owners for everybody. 400 names what does not fit.
    A new default takes the place of the former one of the same owner."""
    async with asked.work() as work:
        view = await saved_views.add(
            work, name=data.name, filters=data.filters, team_id=data.team_id, is_global=data.is_global,
            is_default=data.is_default,
        )  # fmt: skip
    async with asked.reading() as reader:
        row = (await view_reading.saved_view(reader, asked.actor, view.id)).row
    return tagged(row, row.id, row.updated_at, status_code=201, location=f"/api/v1/saved-views/{row.id}")


@get("/{viewId:str}", summary="One view", response_headers=[VERSION_ETAG])
async def show(asked: Asking, view_id: ViewId) -> Response[SavedViewRow]:
    """As it was kept, and how many tickets it holds for the reader."""
    async with asked.reading() as reader:
        row = await view_reading.counted(reader, asked.actor, id_of(view_id), now=asked.now)
    return tagged(row, row.id, row.updated_at)


@patch("/{viewId:str}", summary="Change a view", responses=refusals(409, 412, 422),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    asked: Asking, view_id: ViewId, data: JSONBody[SavedViewChanges], if_match: IfMatch = None
) -> Response[SavedViewRow]:
    """Whoever may keep it. Whose it is stays."""
    key = id_of(view_id)
    async with asked.work() as work:
        view = await saved_views.seen(work, key)
        refuse_stale(if_match, key, view.updated_at)
        await saved_views.change(work, view, data)
    async with asked.reading() as reader:
        row = (await view_reading.saved_view(reader, asked.actor, key)).row
    return tagged(row, row.id, row.updated_at)


@delete("/{viewId:str}", summary="Remove a view")
async def remove(asked: Asking, view_id: ViewId) -> None:
    """Whoever may keep it."""
    async with asked.work() as work:
        await saved_views.remove(work, await saved_views.seen(work, id_of(view_id)))


@get("/{viewId:str}/explanation/{ref:str}", summary="Why a ticket is in a view, or is not", responses=refusals(422),
     opt={"operation": Operation.VIEW})  # fmt: skip
async def explain(asked: Asking, view_id: ViewId, ref: TicketName) -> ViewExplanation:
    """Every condition with the value seen. 404 also for a ticket that one does not see."""
    async with asked.reading() as reader:
        view = await view_reading.saved_view(reader, asked.actor, id_of(view_id))
        found = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return await view_reading.explanation(reader, asked.actor, view, found.id, now=asked.now)


router = Router(
    "/saved-views", route_handlers=[list_views, add, show, change, remove, explain], opt={"operation": Need.PERSON},
    tags=["desk"],
)  # fmt: skip
