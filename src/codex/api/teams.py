"""`/teams`: teams and who belongs to them."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from codex.api.common import (
    LIMIT,
    LOCATION,
    VERSION_ETAG,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    TeamName,
    UserId,
    id_of,
    listed,
)
from codex.api.refusals import refusals
from codex.automation.holding_teams import held_by
from codex.httpkit.asked import FRESH, Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.identity import directory, policy, queries, teams
from codex.identity.directory import MemberRow, TeamRow
from codex.identity.models import Team, TeamAssignmentStrategy
from codex.identity.teams import TeamChanges
from codex.kernel.actor import Scope, TeamRole
from codex.kernel.errors import require
from codex.tickets.contacts import contacts
from codex.tickets.queries import has_tickets


class NewTeam(Body):
    """A team to be added."""

    name: str
    slug: str
    prefix: str | None = None
    description: str | None = None
    assignment_strategy: TeamAssignmentStrategy = TeamAssignmentStrategy.QUEUE_ONLY
    is_confidential: bool = False
    followers_may_reply: bool = True


class Membership(Body):
    """The role that somebody has, or is to have, in a team."""

    role: TeamRole


@get("/", summary="All teams", opt={"operation": Need.PERSON})
async def list_teams(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[TeamRow]:
    """By name. Members see their own team's settings, owners see all."""
    async with asked.reading() as reader:
        return listed(await directory.teams(reader, asked.actor, limit=limit, cursor=cursor))


@post(
    "/",
    summary="Add a team",
    opt={"operation": Need.OWNER, "scope": Scope.ADMIN},
    responses=refusals(409),
    response_headers=[LOCATION, VERSION_ETAG],
)
async def add(asked: Asking, data: JSONBody[NewTeam]) -> Response[TeamRow]:
    """Owners only."""
    async with asked.work() as work:
        team = await teams.add(
            work, name=data.name, slug=data.slug, prefix=data.prefix, description=data.description,
            strategy=data.assignment_strategy, is_confidential=data.is_confidential,
            followers_may_reply=data.followers_may_reply,
        )  # fmt: skip
    return await _answer(asked, team.id, status_code=201, location=f"/api/v1/teams/{team.id}")


@get("/{ref:str}", summary="One team, by id or slug", opt={"operation": Need.PERSON}, response_headers=[VERSION_ETAG])
async def show(asked: Asking, ref: TeamName) -> Response[TeamRow]:
    """As far as one may see it."""
    return await _answer(asked, _ref(ref))


@patch(
    "/{ref:str}",
    summary="Change a team",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
    responses=refusals(409, 412),
    response_headers=[VERSION_ETAG],
)
async def change(
    asked: Asking, ref: TeamName, data: JSONBody[TeamChanges], if_match: IfMatch = None
) -> Response[TeamRow]:
    """The team's admins and owners. A team with tickets is deactivated, not deleted."""
    async with asked.work() as work:
        team = await _team(work.session, ref)
        refuse_stale(if_match, team.id, team.updated_at)
        await teams.change(work, team, data)
    return await _answer(asked, team.id)


@delete(
    "/{ref:str}",
    summary="Remove a team that never had a ticket",
    opt={"operation": Need.OWNER, "scope": Scope.ADMIN},
    responses=refusals(409),
)
async def remove(asked: Asking, ref: TeamName) -> None:
    """Owners only; 409 for a team with tickets, and for one that rules send to or that has rules, views, texts, fields,
    categories, tags, policies or grants, which it names: remove them first, or deactivate the team."""
    async with asked.work() as work:
        team = await _team(work.session, ref)
        held, had = await held_by(work, team.id), await has_tickets(work.session, team.id)
        await teams.remove(work, team, has_tickets=had, held_by=held)


@get("/{ref:str}/members", summary="Who is in a team", opt={"operation": Need.PERSON})
async def list_members(asked: Asking, ref: TeamName, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[MemberRow]:
    """For its members and owners."""
    async with asked.reading() as reader:
        team = await directory.team(reader, asked.actor, _ref(ref))
        require(policy.may_see_team(asked.actor, team.id), "Only its members see who is in a team.")
        seen = contacts(asked.actor, asked.now)
        return listed(await directory.members(reader, seen, team.id, limit=limit, cursor=cursor))


@put("/{ref:str}/members/{userId:str}", summary="Add a member, or change the role", status_code=204,
     opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN, **FRESH}, responses=refusals(422))  # fmt: skip
async def put_member(asked: Asking, ref: TeamName, user_id: UserId, data: JSONBody[Membership]) -> None:
    """The team's admins and owners, up to their own role."""
    async with asked.work() as work:
        team = await _team(work.session, ref)
        user = await queries.person(work.session, id_of(user_id))
        await teams.put_member(work, team, user, role=data.role)


@delete(
    "/{ref:str}/members/{userId:str}",
    summary="Take somebody out of a team",
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN},
)
async def remove_member(asked: Asking, ref: TeamName, user_id: UserId) -> None:
    """They are unassigned from the team's open tickets."""
    async with asked.work() as work:
        team = await _team(work.session, ref)
        await teams.remove_member(work, team, await queries.person(work.session, id_of(user_id)))


async def _answer(asked: Asked, ref: UUID | str, **more: Any) -> Response[TeamRow]:
    async with asked.reading() as reader:
        row = await directory.team(reader, asked.actor, ref)
    return tagged(row, row.id, row.updated_at, **more)


def _ref(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


async def _team(session: AsyncSession, text: str) -> Team:
    ref = _ref(text)
    if isinstance(ref, UUID):
        return await queries.team(session, ref, lock=True)
    return await queries.team_by_slug(session, ref, lock=True)


router = Router(
    "/teams",
    route_handlers=[list_teams, add, show, change, remove, list_members, put_member, remove_member],
    tags=["teams"],
)
