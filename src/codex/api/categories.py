"""`/categories`: what tickets can be about, as a tree."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter

from codex.api.common import LIMIT, LOCATION, VERSION_ETAG, Body, Cursor, IfMatch, Limit, Listed, listed
from codex.api.refusals import refusals
from codex.classification import categories, queries, reading
from codex.classification.categories import CategoryChanges
from codex.classification.reading import CategoryRow
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.tickets.in_use import has_category

CategoryName = Annotated[
    str, PathParameter(name="ref", description="The id or slug of a category.", examples=[Example(value="vpn")])
]


class NewCategory(Body):
    """A category to be added. `defaultTeamId`: the team that gets its tickets when nobody says which."""

    name: str
    slug: str
    description: str | None = None
    parent_id: UUID | None = None
    default_team_id: UUID | None = None
    is_active: bool = True
    sort_order: int = 0


@get("/", summary="The tree of categories", opt={"operation": Need.PERSON})
async def list_categories(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[CategoryRow]:
    """Each before what lies under it. Who works for no team reads those that may be chosen."""
    async with asked.reading() as reader:
        return listed(await reading.categories(reader, asked.actor, limit=limit, cursor=cursor))


@post("/", summary="Add a category",
      opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN}, responses=refusals(409, 422),
      response_headers=[LOCATION, VERSION_ETAG])  # fmt: skip
async def add(asked: Asking, data: JSONBody[NewCategory]) -> Response[CategoryRow]:
    """Owners; the admins of a team one with their team as `defaultTeamId`."""
    async with asked.work() as work:
        category = await categories.add(
            work, name=data.name, slug=data.slug, description=data.description, parent_id=data.parent_id,
            default_team_id=data.default_team_id, is_active=data.is_active, sort_order=data.sort_order,
        )  # fmt: skip
    return await _answer(asked, category.id, status_code=201, location=f"/api/v1/categories/{category.id}")


@get("/{ref:str}", summary="One category, by id or slug", opt={"operation": Need.PERSON},
     response_headers=[VERSION_ETAG])  # fmt: skip
async def show(asked: Asking, ref: CategoryName) -> Response[CategoryRow]:
    """404 for one that may no longer be chosen, to who works for no team."""
    return await _answer(asked, _ref(ref))


@patch(
    "/{ref:str}",
    summary="Change or move a category",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
    responses=refusals(409, 412, 422),
    response_headers=[VERSION_ETAG],
)
async def change(
    asked: Asking, ref: CategoryName, data: JSONBody[CategoryChanges], if_match: IfMatch = None
) -> Response[CategoryRow]:
    """Owners, and the admins of its default team. What lies under it moves along; 422 for a place below itself."""
    async with asked.work() as work:
        category = await queries.held_category(work.session, _ref(ref))
        refuse_stale(if_match, category.id, category.updated_at)
        await categories.change(work, category, data)
    return await _answer(asked, category.id)


@delete("/{ref:str}", summary="Remove a category that nothing was ever of",
        opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
        responses=refusals(409))  # fmt: skip
async def remove(asked: Asking, ref: CategoryName) -> None:
    """Owners, and the admins of its default team; 409 for one with tickets, fields or categories under it."""
    async with asked.work() as work:
        category = await queries.held_category(work.session, _ref(ref))
        await categories.remove(work, category, has_tickets=await has_category(work, category.id))


async def _answer(asked: Asked, ref: UUID | str, **more: Any) -> Response[CategoryRow]:
    async with asked.reading() as reader:
        row = await reading.category(reader, asked.actor, ref)
    return tagged(row, row.id, row.updated_at, **more)


def _ref(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


router = Router("/categories", route_handlers=[list_categories, add, show, change, remove], tags=["classification"])
