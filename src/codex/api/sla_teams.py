"""`/sla/assignments` and `/sla/team-policies`: which policy a team is under, and hours that are its own."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.params import JSONBody

from codex.api.common import (
    LIMIT,
    SETS,
    VERSION_ETAG,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    TeamId,
    etag,
    expected_versions,
    id_of,
    listed,
)
from codex.api.refusals import refusals
from codex.api.sla_policies import HoursBody, Priority, priority_of
from codex.api.sla_preview import OR_REMOVED, SAVING, Preview, Savings
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.identity.queries import team
from codex.sla import assignments, team_policies
from codex.sla import team_reading as reading
from codex.sla.queries import held_assignment
from codex.sla.team_reading import AssignmentRow, TeamPolicyRow


class PolicyOfTeam(Body):
    """The policy that a team is to be under."""

    policy_id: UUID


@get("/", summary="Which policies teams are under")
async def list_assignments(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[AssignmentRow]:
    """Of one's teams; owners see all. A team that is not listed is under the default policy."""
    async with asked.reading() as reader:
        return listed(await reading.assignments(reader, asked.actor, limit=limit, cursor=cursor))


@get("/{teamId:str}", summary="Which policy a team is under", response_headers=[VERSION_ETAG])
async def show_assignment(asked: Asking, team_id: TeamId) -> Response[AssignmentRow]:
    """404 for a team that is under the default policy."""
    async with asked.reading() as reader:
        row = await reading.assignment(reader, asked.actor, id_of(team_id))
    return tagged(row, row.team_id, row.updated_at)


@put("/{teamId:str}", summary="Put a team under a policy", opt=SETS, responses=refusals(412, 422),
     response_headers=[VERSION_ETAG])  # fmt: skip
async def assign(
    saving: Savings, team_id: TeamId, data: JSONBody[PolicyOfTeam], if_match: IfMatch = None
) -> Response[AssignmentRow | Preview]:
    """Owners, and the team's admins: everybody's policies or its own. Clocks that run go on by what they have."""
    async with saving.work() as work:
        one = await team(work.session, id_of(team_id))
        if if_match is not None:
            former = await held_assignment(work, one.id)
            refuse_stale(if_match, one.id, former and former.updated_at)
        await assignments.assign(work, one, data.policy_id)
    if saving.shown is not None:
        return saving.shown
    async with saving.asked.reading() as reader:
        row = await reading.assignment(reader, saving.asked.actor, one.id)
    return tagged(row, row.team_id, row.updated_at)


@delete("/{teamId:str}", summary="Put a team under the default policy", status_code=200, opt=SETS, responses=OR_REMOVED)
async def withdraw(saving: Savings, team_id: TeamId) -> Response[Preview | None]:
    """Owners, and the team's admins."""
    async with saving.work() as work:
        await assignments.withdraw(work, await team(work.session, id_of(team_id)))
    return saving.shown or Response(None, status_code=204)


@get("/", summary="Hours that are a team's own")
async def list_team_policies(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[TeamPolicyRow]:
    """Of one's teams; owners see all. For these priorities they win over any policy."""
    async with asked.reading() as reader:
        return listed(await reading.team_policies(reader, asked.actor, limit=limit, cursor=cursor))


@get("/{teamId:str}/{priority:str}", summary="A team's own hours for a priority", response_headers=[VERSION_ETAG])
async def show_team_policy(asked: Asking, team_id: TeamId, priority: Priority) -> Response[TeamPolicyRow]:
    """404 when the team's policy says them."""
    return await _hours(asked, id_of(team_id), priority)


@put("/{teamId:str}/{priority:str}", summary="Set a team's own hours for a priority", opt=SETS,
     responses=refusals(409, 412), response_headers=[VERSION_ETAG])  # fmt: skip
async def put_team_policy(
    saving: Savings, team_id: TeamId, priority: Priority, data: JSONBody[HoursBody], if_match: IfMatch = None
) -> Response[TeamPolicyRow | Preview]:
    """Owners, and the team's admins. All but the hours goes by the team's policy, or else the default one."""
    async with saving.work() as work:
        one = await team(work.session, id_of(team_id))
        await team_policies.put(work, one, priority_of(priority), data.hours(), expected=expected_versions(if_match))
    return saving.shown or await _hours(saving.asked, one.id, priority)


@delete("/{teamId:str}/{priority:str}", summary="Leave a priority to the team's policy", status_code=200, opt=SETS,
        responses={**refusals(409, 412), **OR_REMOVED})  # fmt: skip
async def remove_team_policy(
    saving: Savings, team_id: TeamId, priority: Priority, if_match: IfMatch = None
) -> Response[Preview | None]:
    """Owners, and the team's admins."""
    async with saving.work() as work:
        one = await team(work.session, id_of(team_id))
        await team_policies.remove(work, one, priority_of(priority), expected=expected_versions(if_match))
    return saving.shown or Response(None, status_code=204)


async def _hours(asked: Asked, team_id: UUID, priority: str) -> Response[Any]:
    async with asked.reading() as reader:
        row = await reading.team_policy(reader, asked.actor, team_id, priority_of(priority))
    return Response(row, headers={"ETag": etag(row.version)})


assignments_router = Router(
    "/sla/assignments",
    route_handlers=[list_assignments, show_assignment, assign, withdraw],
    opt={"operation": Need.AGENT},
    dependencies=SAVING,
    tags=["sla"],
)
team_policies_router = Router(
    "/sla/team-policies", route_handlers=[list_team_policies, show_team_policy, put_team_policy, remove_team_policy],
    opt={"operation": Need.AGENT}, dependencies=SAVING, tags=["sla"],
)  # fmt: skip
