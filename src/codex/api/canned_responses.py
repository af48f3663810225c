"""`/canned-responses`: texts to answer with, one's own, a team's, everybody's."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from msgspec import Struct, field

from codex.api.common import LIMIT, LOCATION, VERSION_ETAG, Body, Cursor, IfMatch, Limit, Listed, id_of, listed
from codex.api.refusals import refusals
from codex.desk import canned_responses, reading
from codex.desk.canned_responses import CannedResponseChanges
from codex.desk.reading import CannedResponseRow
from codex.httpkit.asked import Asked, Asking, Req, base_url
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.httpkit.oversight import watch_ticket
from codex.kernel.actor import Scope
from codex.kernel.errors import NotFound, Unprocessable
from codex.tickets import queries
from codex.tickets import reading as tickets

ResponseId = Annotated[
    str,
    PathParameter(
        name="responseId", description="The id of a prepared text.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip


class NewCannedResponse(Body):
    """A text to be kept: one's own, or with `teamId` that team's, or with `isGlobal` everybody's.

    `content` is Markdown with placeholders in double braces: ticket.displayId, ticket.subject, ticket.url,
    requester.firstName, requester.displayName, agent.firstName, agent.displayName, team.name, customField.<name>.
    `actions` are those of automation rules, but for apply_macro, call_webhook and stop.
    """

    name: str
    content: str
    actions: list[Any] = field(default_factory=list)
    team_id: UUID | None = None
    is_global: bool = False


class ForTicket(Body):
    """The ticket to fill a text in for: its id, number or display id."""

    ticket_id: str


class Filled(Struct, frozen=True):
    """A text with everything filled in, ready to be looked over and sent."""

    content: str


@get("/", summary="Texts that one may use, by name")
async def list_responses(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[CannedResponseRow]:
    """One's own, those of one's teams, and everybody's. For agents; owners see all."""
    async with asked.reading() as reader:
        return listed(await reading.canned_responses(reader, asked.actor, limit=limit, cursor=cursor))


@post("/", summary="Keep a text", responses=refusals(422), response_headers=[LOCATION, VERSION_ETAG])
async def add(asked: Asking, data: JSONBody[NewCannedResponse]) -> Response[CannedResponseRow]:
    """Agents for themselves, leads and admins for their team, owners for everybody. 400 names each action that there is
    not, by its path, 422 what it names and there is not, or a placeholder that stands for nothing."""
    async with asked.work() as work:
        response = await canned_responses.add(
            work, name=data.name, content=data.content, actions=data.actions, team_id=data.team_id,
            is_global=data.is_global,
        )  # fmt: skip
    return await _answer(asked, response.id, status_code=201, location=f"/api/v1/canned-responses/{response.id}")


@get("/{responseId:str}", summary="One text", response_headers=[VERSION_ETAG])
async def show(asked: Asking, response_id: ResponseId) -> Response[CannedResponseRow]:
    """As it was written, placeholders and all."""
    return await _answer(asked, id_of(response_id))


@patch("/{responseId:str}", summary="Change a text", responses=refusals(412, 422),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    asked: Asking, response_id: ResponseId, data: JSONBody[CannedResponseChanges], if_match: IfMatch = None
) -> Response[CannedResponseRow]:
    """Whoever may keep it."""
    key = id_of(response_id)
    async with asked.work() as work:
        response = await canned_responses.usable(work, key)
        refuse_stale(if_match, key, response.updated_at)
        await canned_responses.change(work, response, data)
    return await _answer(asked, key)


@delete("/{responseId:str}", summary="Remove a text")
async def remove(asked: Asking, response_id: ResponseId) -> None:
    """Whoever may keep it."""
    async with asked.work() as work:
        await canned_responses.remove(work, await canned_responses.usable(work, id_of(response_id)))


@post("/{responseId:str}/render", summary="Fill a text in for a ticket", status_code=200, opt={"scope": Scope.READ},
      responses=refusals(422))  # fmt: skip
async def render(request: Req, asked: Asking, response_id: ResponseId, data: JSONBody[ForTicket]) -> Filled:
    """Nothing is sent and nothing changes. 422 for a ticket that one does not see."""
    async with asked.reading() as reader:
        response = await reading.canned_response(reader, asked.actor, id_of(response_id))
        try:
            ticket = await tickets.seen(reader, asked.actor, queries.parse_ref(data.ticket_id), now=asked.now)
        except NotFound as missing:
            raise Unprocessable("There is no such ticket.", path="ticketId") from missing
        await watch_ticket(request, asked, data.ticket_id)
        return Filled(await reading.filled(reader, asked.actor, response, ticket, base_url=base_url(request)))


async def _answer(asked: Asked, key: UUID, **more: Any) -> Response[CannedResponseRow]:
    async with asked.reading() as reader:
        row = await reading.canned_response(reader, asked.actor, key)
    return tagged(row, row.id, row.updated_at, **more)


router = Router(
    "/canned-responses", route_handlers=[list_responses, add, show, change, remove, render],
    opt={"operation": Need.AGENT}, tags=["desk"],
)  # fmt: skip
