"""`/tags`: the words that tickets are found by."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from codex.api.common import LIMIT, LOCATION, VERSION_ETAG, Body, Cursor, IfMatch, Limit, Listed, TagId, id_of, listed
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.tickets import tags
from codex.tickets.tags import TagChanges, TagRow


class NewTag(Body):
    """A tag to be offered; without `teamId` it is everybody's."""

    name: str
    team_id: UUID | None = None


@get("/", summary="Tags, by name", opt={"operation": Need.PERSON})
async def list_tags(
    asked: Asking,
    q: Annotated[str, QueryParameter(name="q", description="Part of a tag.")] = "",
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[TagRow]:
    """For agents: tags are part of the internal side of tickets."""
    async with asked.reading() as reader:
        return listed(await tags.listed(reader, asked.actor, q=q, limit=limit, cursor=cursor))


@post(
    "/",
    summary="Offer a tag",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
    responses=refusals(409, 422),
    response_headers=[LOCATION, VERSION_ETAG],
)
async def add(asked: Asking, data: JSONBody[NewTag]) -> Response[TagRow]:
    """The admins of the team that is to look after it, and owners. Agents need not: a tag is there once it is used."""
    async with asked.work() as work:
        tag = await tags.create(work, name=data.name, team_id=data.team_id)
    row = TagRow(tag.id, tag.name, tag.team_id, tag.created_at)
    return _answer(row, status_code=201, location=f"/api/v1/tags/{tag.id}")


@get("/{tagId:str}", summary="One tag", opt={"operation": Need.PERSON}, response_headers=[VERSION_ETAG])
async def show(asked: Asking, tag_id: TagId) -> Response[TagRow]:
    """For agents."""
    async with asked.reading() as reader:
        return _answer(await tags.one(reader, asked.actor, id_of(tag_id)))


@patch("/{tagId:str}", summary="Rename a tag, or let another team look after it",
       opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
       responses=refusals(409, 412, 422), response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    asked: Asking, tag_id: TagId, data: JSONBody[TagChanges], if_match: IfMatch = None
) -> Response[TagRow]:
    """The admins of the team that looks after it, and owners. Tickets that have it have it by the new name from now on,
    which their history tells; 409 when that are too many at once."""
    async with asked.work() as work:
        tag = await tags.locked(work, id_of(tag_id))
        refuse_stale(if_match, tag.id, tag.name, tag.team_id)
        await tags.change(work, tag, data)
    return _answer(TagRow(tag.id, tag.name, tag.team_id, tag.created_at))


@delete(
    "/{tagId:str}",
    summary="Delete a tag",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
    responses=refusals(409),
)
async def remove(asked: Asking, tag_id: TagId) -> None:
    """The admins of the team that looks after it, and owners. It is taken off every ticket that has it."""
    async with asked.work() as work:
        await tags.delete(work, await tags.locked(work, id_of(tag_id)))


def _answer(row: TagRow, **more: Any) -> Response[TagRow]:
    return tagged(row, row.id, row.name, row.team_id, **more)


router = Router("/tags", route_handlers=[list_tags, add, show, change, remove], tags=["tags"])
