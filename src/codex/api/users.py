"""`/users`: people, for who may see them and who administers them."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from codex.api.common import LIMIT, LOCATION, VERSION_ETAG, Body, Cursor, IfMatch, Limit, Listed, UserId, id_of, listed
from codex.api.refusals import refusals
from codex.httpkit.asked import FRESH, Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.identity import credentials, directory, people, queries, second_factor
from codex.identity.credentials import SessionRow, TokenRow
from codex.identity.directory import PersonRow
from codex.identity.people import PersonChanges
from codex.kernel.actor import Scope, UserRole
from codex.tickets.contacts import contacts


class NewUser(Body):
    """A person to be added."""

    email: str
    display_name: str
    role: UserRole = UserRole.EMPLOYEE
    department: str | None = None
    location: str | None = None
    primary_team_id: UUID | None = None


@get("/", summary="People, by name", opt={"operation": Need.PERSON})
async def list_users(
    asked: Asking,
    q: Annotated[str, QueryParameter(name="q", description="Part of a name, or of an address that one may see.")] = "",
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[PersonRow]:
    """Everybody's name; the contact of oneself, for agents of the people of their teams and of tickets that they see,
    for owners of all."""
    async with asked.reading() as reader:
        seen = contacts(asked.actor, asked.now)
        return listed(await directory.people(reader, asked.actor, seen, q=q, limit=limit, cursor=cursor))


@get("/{userId:str}", summary="One person", opt={"operation": Need.PERSON}, response_headers=[VERSION_ETAG])
async def show(asked: Asking, user_id: UserId) -> Response[PersonRow]:
    """As far as one may see them."""
    row = await _person(asked, id_of(user_id))
    return tagged(row, row.id, row.updated_at)


@post(
    "/", summary="Add a person",
    opt={"operation": Need.OWNER, "scope": Scope.ADMIN, **FRESH}, responses=refusals(409, 422),
    response_headers=[LOCATION, VERSION_ETAG],
)  # fmt: skip
async def add(asked: Asking, data: JSONBody[NewUser]) -> Response[PersonRow]:
    """Owners only."""
    async with asked.work() as work:
        user = await people.add(
            work, email=data.email, display_name=data.display_name, role=data.role, department=data.department,
            location=data.location, primary_team_id=data.primary_team_id,
        )  # fmt: skip
    row = await _person(asked, user.id)
    return tagged(row, row.id, row.updated_at, status_code=201, location=f"/api/v1/users/{user.id}")


@patch(
    "/{userId:str}",
    summary="Change a person",
    opt={"operation": Need.PERSON, "scope": Scope.ADMIN, **FRESH},
    responses=refusals(409, 412, 422),
    response_headers=[VERSION_ETAG],
)
async def change(
    asked: Asking, user_id: UserId, data: JSONBody[PersonChanges], if_match: IfMatch = None
) -> Response[PersonRow]:
    """Owners only. The last active owner stays one; nobody changes their own role. Who is deactivated loses sessions
    and tokens at once and for good."""
    key = (await _person(asked, id_of(user_id))).id  # whoever is hidden is not there to be changed
    async with asked.work() as work:
        user = await queries.person(work.session, key, lock=True)
        refuse_stale(if_match, key, user.updated_at)
        await people.change(work, user, data)
    row = await _person(asked, key)
    return tagged(row, row.id, row.updated_at)


@get("/{userId:str}/tokens", summary="A person's API tokens", opt={"operation": Need.OWNER})
async def list_tokens(asked: Asking, user_id: UserId, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[TokenRow]:
    """Owners only. Any of them is revoked by `DELETE /me/tokens/{tokenId}`."""
    user = await _person(asked, id_of(user_id))
    async with asked.reading() as reader:
        return listed(await credentials.tokens(reader, user.id, limit=limit, cursor=cursor))


@get("/{userId:str}/sessions", summary="Where a person is signed in", opt={"operation": Need.OWNER})
async def list_sessions(
    asked: Asking, user_id: UserId, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[SessionRow]:
    """Owners only. Any of them is ended by `DELETE /me/sessions/{sessionId}`."""
    user, current = await _person(asked, id_of(user_id)), asked.session_secret
    async with asked.reading() as reader:
        return listed(
            await credentials.sessions(reader, user.id, now=asked.now, current=current, limit=limit, cursor=cursor)
        )


@delete(
    "/{userId:str}/second-factor", summary="Turn off a second factor that was lost",
    opt={"operation": Need.OWNER, "scope": Scope.ADMIN, **FRESH},
)  # fmt: skip
async def reset_factor(asked: Asking, user_id: UserId) -> None:
    """Owners only. They sign in without a code until they set up another one."""
    async with asked.work() as work:
        await second_factor.remove(work, await queries.person(work.session, id_of(user_id), lock=True))


async def _person(asked: Asked, user_id: UUID) -> PersonRow:
    async with asked.reading() as reader:
        return await directory.person(reader, asked.actor, contacts(asked.actor, asked.now), user_id)


router = Router(
    "/users",
    route_handlers=[list_users, show, add, change, list_tokens, list_sessions, reset_factor],
    tags=["users"],
)
