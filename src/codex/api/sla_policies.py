"""`/sla/policies`: what is promised to requesters, by name, in versions."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter

from codex.api.common import (
    LIMIT,
    LOCATION,
    SETS,
    VERSION_ETAG,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    etag,
    expected_versions,
    id_of,
    listed,
)
from codex.api.refusals import refusals
from codex.api.sla_preview import ONLY_SHOWN, OR_REMOVED, SAVING, Preview, Savings
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.needs import Need
from codex.kernel.errors import NotFound
from codex.sla import policies, queries, reading
from codex.sla.hours import Hours, written
from codex.sla.policies import NewPolicy, PolicyChanges
from codex.sla.reading import PolicyRow, PolicyVersionRow, TargetRow
from codex.tickets.models import TicketPriority

PolicyId = Annotated[
    str,
    PathParameter(
        name="policyId", description="The id of an SLA policy.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip
Priority = Annotated[
    str, PathParameter(name="priority", description="P1, P2, P3 or P4.", examples=[Example(value="P1")])
]


class HoursBody(Body):
    """The hours of a target; they may be fractions. 0 or absent: no such clock. At least one is given."""

    first_response_hours: float | None = None
    resolution_hours: float | None = None

    def hours(self) -> Hours:
        """As the domain has them."""
        return written(self.first_response_hours, self.resolution_hours)


def priority_of(text: str) -> TicketPriority:
    """A priority out of a path. Raises NotFound for what is none."""
    try:
        return TicketPriority(text)
    except ValueError as bad:
        raise NotFound("There is no such priority; there are P1 to P4.") from bad


@get("/", summary="SLA policies, by name")
async def list_policies(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[PolicyRow]:
    """Everybody's, and those of one's teams; owners see all."""
    async with asked.reading() as reader:
        return listed(await reading.policies(reader, asked.actor, limit=limit, cursor=cursor))


@post("/", summary="Add an SLA policy", opt=SETS, responses={**refusals(409, 422), **ONLY_SHOWN},
      response_headers=[LOCATION, VERSION_ETAG])  # fmt: skip
async def add(saving: Savings, data: JSONBody[NewPolicy]) -> Response[PolicyRow]:
    """Owners; the admins of a team one with their team as `teamId`. A new default takes the place of the former."""
    async with saving.work() as work:
        policy = await policies.add(work, data)
    if saving.shown is not None:
        return saving.shown
    row = await _row(saving.asked, policy.id)
    headers = {"Location": f"/api/v1/sla/policies/{row.id}", "ETag": etag(row.version)}
    return Response(row, status_code=201, headers=headers)


@get("/{policyId:str}", summary="One SLA policy", response_headers=[VERSION_ETAG])
async def show(asked: Asking, policy_id: PolicyId) -> Response[PolicyRow]:
    """As it is now."""
    return await _answer(asked, id_of(policy_id))


@patch("/{policyId:str}", summary="Change an SLA policy", opt=SETS, responses=refusals(409, 412, 422),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    saving: Savings, policy_id: PolicyId, data: JSONBody[PolicyChanges], if_match: IfMatch = None
) -> Response[PolicyRow | Preview]:
    """Whoever may set it. New tickets, and those whose priority or team changes, go by the new version; clocks that run
    go on by theirs. 409 when somebody else saves it at the same time."""
    async with saving.work() as work:
        policy = await queries.held_policy(work, id_of(policy_id), versions=expected_versions(if_match))
        await policies.change(work, policy, data)
    return saving.shown or await _answer(saving.asked, policy.id)


@delete("/{policyId:str}", summary="Remove an SLA policy", opt=SETS, responses=refusals(409, 412))
async def remove(asked: Asking, policy_id: PolicyId, if_match: IfMatch = None) -> None:
    """Whoever may set it; 409 while it is the default or teams are under it. Clocks that run by it go on."""
    async with asked.work() as work:
        policy = await queries.held_policy(work, id_of(policy_id), versions=expected_versions(if_match))
        await policies.remove(work, policy)


@get("/{policyId:str}/targets", summary="What a policy promises for each priority")
async def list_targets(asked: Asking, policy_id: PolicyId) -> Listed[TargetRow]:
    """The most urgent first; there is one page. A priority without a target is under the default policy."""
    return Listed((await _row(asked, id_of(policy_id))).targets, None)


@put("/{policyId:str}/targets/{priority:str}", summary="Set what a policy promises for a priority", opt=SETS,
     responses=refusals(409, 412), response_headers=[VERSION_ETAG])  # fmt: skip
async def put_target(
    saving: Savings, policy_id: PolicyId, priority: Priority, data: JSONBody[HoursBody], if_match: IfMatch = None
) -> Response[PolicyRow | Preview]:
    """In place of what was promised: a new version of the policy, which is answered."""
    async with saving.work() as work:
        policy = await queries.held_policy(work, id_of(policy_id), versions=expected_versions(if_match))
        await policies.put_target(work, policy, priority_of(priority), data.hours())
    return saving.shown or await _answer(saving.asked, policy.id)


@delete("/{policyId:str}/targets/{priority:str}", summary="Promise nothing for a priority", status_code=200, opt=SETS,
        responses={**refusals(409, 412), **OR_REMOVED})  # fmt: skip
async def remove_target(
    saving: Savings, policy_id: PolicyId, priority: Priority, if_match: IfMatch = None
) -> Response[Preview | None]:
    """Its tickets then are under the default policy. To promise nothing at all, set both hours to 0."""
    async with saving.work() as work:
        policy = await queries.held_policy(work, id_of(policy_id), versions=expected_versions(if_match))
        await policies.remove_target(work, policy, priority_of(priority))
    return saving.shown or Response(None, status_code=204)


@get("/{policyId:str}/versions", summary="What a policy said from one save to the next")
async def list_versions(
    asked: Asking, policy_id: PolicyId, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[PolicyVersionRow]:
    """The newest first."""
    async with asked.reading() as reader:
        return listed(await reading.policy_versions(reader, asked.actor, id_of(policy_id), limit=limit, cursor=cursor))


async def _row(asked: Asked, policy_id: UUID) -> PolicyRow:
    async with asked.reading() as reader:
        return await reading.policy(reader, asked.actor, policy_id)


async def _answer(asked: Asked, policy_id: UUID) -> Response[Any]:
    row = await _row(asked, policy_id)
    return Response(row, headers={"ETag": etag(row.version)})


router = Router(
    "/sla/policies",
    route_handlers=[
        list_policies, add, show, change, remove, list_targets, put_target, remove_target, list_versions,
    ],
    opt={"operation": Need.AGENT}, dependencies=SAVING, tags=["sla"],
)  # fmt: skip
