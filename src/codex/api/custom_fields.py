"""`/custom-fields`: what is asked about tickets."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from codex.api.common import LIMIT, LOCATION, VERSION_ETAG, Body, Cursor, IfMatch, Limit, Listed, id_of, listed
from codex.api.refusals import refusals
from codex.classification import fields, queries, reading
from codex.classification.fields import FieldChanges
from codex.classification.models import FieldType, RequiredWhen
from codex.classification.reading import AskedOf, FieldRow
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.tickets import in_use

FieldId = Annotated[
    str,
    PathParameter(
        name="fieldId",
        description="The id of a custom field.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]
OfTeam = Annotated[
    UUID | None, QueryParameter(name="teamId", description="Only what tickets of this team, and of any, answer.")
]
OfCategory = Annotated[
    UUID | None,
    QueryParameter(name="categoryId", description="Only what tickets of this category, and of any, answer."),
]


class NewField(Body):
    """A custom field to be added. `options` for DROPDOWN and MULTISELECT, and only for them."""

    name: str
    field_type: FieldType
    options: list[str] | None = None
    description: str | None = None
    is_required: bool = False
    required_when: RequiredWhen = RequiredWhen.CREATE
    team_id: UUID | None = None
    category_id: UUID | None = None
    sort_order: int = 0
    is_active: bool = True


@get("/", summary="Custom fields, in their order", opt={"operation": Need.PERSON})
async def list_fields(
    asked: Asking,
    team_id: OfTeam = None,
    category_id: OfCategory = None,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[FieldRow]:
    """Who works for no team reads what forms ask: of global fields only what must be answered when opening a ticket."""
    of = AskedOf(team_id, category_id) if team_id or category_id else None
    async with asked.reading() as reader:
        return listed(await reading.fields(reader, asked.actor, of=of, limit=limit, cursor=cursor))


@post("/", summary="Add a custom field",
      opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN}, responses=refusals(422),
      response_headers=[LOCATION, VERSION_ETAG])  # fmt: skip
async def add(asked: Asking, data: JSONBody[NewField]) -> Response[FieldRow]:
    """Owners; the admins of a team one with their team as `teamId`."""
    async with asked.work() as work:
        field = await fields.add(
            work, name=data.name, field_type=data.field_type, options=data.options, description=data.description,
            is_required=data.is_required, required_when=data.required_when, team_id=data.team_id,
            category_id=data.category_id, sort_order=data.sort_order, is_active=data.is_active,
        )  # fmt: skip
    return await _answer(asked, field.id, status_code=201, location=f"/api/v1/custom-fields/{field.id}")


@get("/{fieldId:str}", summary="One custom field", opt={"operation": Need.PERSON}, response_headers=[VERSION_ETAG])
async def show(asked: Asking, field_id: FieldId) -> Response[FieldRow]:
    """As far as one may see it."""
    return await _answer(asked, id_of(field_id))


@patch(
    "/{fieldId:str}",
    summary="Change a custom field",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
    responses=refusals(409, 412, 422),
    response_headers=[VERSION_ETAG],
)
async def change(
    asked: Asking, field_id: FieldId, data: JSONBody[FieldChanges], if_match: IfMatch = None
) -> Response[FieldRow]:
    """Owners, and the admins of its team. An option in use is retired, not removed; the type of a field that tickets
    answer stays (409)."""
    async with asked.work() as work:
        field = await queries.held_field(work.session, id_of(field_id))
        refuse_stale(if_match, field.id, field.updated_at)
        answered = await in_use.is_answered(work, field.id)
        chosen = await in_use.chosen_options(work, field.id) if field.options else ()
        await fields.change(work, field, data, answered=answered, chosen=chosen)
    return await _answer(asked, field.id)


@delete("/{fieldId:str}", summary="Remove a custom field that no ticket ever answered",
        opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
        responses=refusals(409))  # fmt: skip
async def remove(asked: Asking, field_id: FieldId) -> None:
    """Owners, and the admins of its team; 409 for one that tickets answer or answered."""
    async with asked.work() as work:
        field = await queries.held_field(work.session, id_of(field_id))
        await fields.remove(work, field, was_answered=await in_use.was_answered(work, field.id))


async def _answer(asked: Asked, key: UUID, **more: Any) -> Response[FieldRow]:
    async with asked.reading() as reader:
        row = await reading.field(reader, asked.actor, key)
    return tagged(row, row.id, row.updated_at, **more)


router = Router("/custom-fields", route_handlers=[list_fields, add, show, change, remove], tags=["classification"])
