"""`/users`: people, for who may see them and who administers them."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.params import JSONBody, QueryParameter

from codex.api.common import LIMIT, LOCATION, Body, Cursor, Limit, Listed, UserId, id_of, listed
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.identity import directory, people, queries
from codex.identity.directory import PersonRow
from codex.identity.people import PersonChanges
from codex.kernel.actor import Scope, UserRole


class NewUser(Body):
    """A person to be added."""

    email: str
    display_name: str
    role: UserRole = UserRole.EMPLOYEE
    department: str | None = None
    location: str | None = None
    primary_team_id: UUID | None = None


@get("/", summary="People, by name")
async def list_users(
    asked: Asking,
    q: Annotated[str, QueryParameter(name="q", description="Part of a name or, for agents, of an address.")] = "",
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[PersonRow]:
    """Agents see contacts; others see names only."""
    async with asked.reading() as reader:
        return listed(await directory.people(reader, asked.actor, q=q, limit=limit, cursor=cursor))


@get("/{userId:str}", summary="One person")
async def show(asked: Asking, user_id: UserId) -> PersonRow:
    """As far as one may see them."""
    async with asked.reading() as reader:
        return await directory.person(reader, asked.actor, id_of(user_id))


@post(
    "/", summary="Add a person", opt={"scope": Scope.ADMIN}, responses=refusals(409, 422), response_headers=[LOCATION]
)
async def add(asked: Asking, data: JSONBody[NewUser]) -> Response[PersonRow]:
    """Owners only."""
    async with asked.work() as work:
        user = await people.add(
            work, email=data.email, display_name=data.display_name, role=data.role, department=data.department,
            location=data.location, primary_team_id=data.primary_team_id,
        )  # fmt: skip
    async with asked.reading() as reader:
        row = await directory.person(reader, asked.actor, user.id)
    return Response(row, status_code=201, headers={"Location": f"/api/v1/users/{user.id}"})


@patch("/{userId:str}", summary="Change a person", opt={"scope": Scope.ADMIN}, responses=refusals(409, 422))
async def change(asked: Asking, user_id: UserId, data: JSONBody[PersonChanges]) -> PersonRow:
    """Owners only. The last active owner stays one; nobody changes their own role."""
    key = id_of(user_id)
    async with asked.work() as work:
        user = await queries.person(work.session, key, lock=True)
        await people.change(work, user, data)
    async with asked.reading() as reader:
        return await directory.person(reader, asked.actor, key)


router = Router("/users", route_handlers=[list_users, show, add, change], tags=["users"])
