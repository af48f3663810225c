"""`/sla/pending` and `/sla/apply`: running clocks that go by something else than what is promised now."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from codex.api.common import LIMIT, SETS, Body, Cursor, Limit, Listed, listed
from codex.api.refusals import refusals
from codex.api.sla_preview import apply_all
from codex.db.page import Place, cut, decode
from codex.httpkit.asked import Asking
from codex.httpkit.needs import Need
from codex.sla.applying import Affected, Scope, pending

_OfPolicy = Annotated[
    UUID | None, QueryParameter(name="policyId", description="Only tickets that run by this policy, or would.")
]
_OfTeam = Annotated[UUID | None, QueryParameter(name="teamId", description="Only the tickets of this team.")]
_SORT = "id"


class ToBeApplied(Body):
    """Which open tickets are to run by what is promised now; what is left out restricts nothing."""

    policy_id: UUID | None = None
    team_id: UUID | None = None
    ticket_ids: Annotated[list[UUID], Meta(max_length=1_000)] | None = None


class Applied(Struct, frozen=True):
    """To how many tickets something else applies now."""

    applied: int


@get("/pending", summary="Open tickets that run by something else than what is promised now",
     opt={"operation": Need.TEAM_ADMIN}, responses=refusals(422))  # fmt: skip
async def list_pending(
    asked: Asking, policy_id: _OfPolicy = None, team_id: _OfTeam = None, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[Affected]:
    """Owners see all, the admins of teams their tickets: each with both clocks as they are, and as applying would make
    them now."""
    after = decode(cursor, sort=_SORT).id if cursor is not None else None
    async with asked.work() as work:
        found, _ = await pending(work, Scope(policy_id=policy_id, team_id=team_id), limit=limit + 1, after=after)
    return listed(cut(found, limit=limit, place=lambda one: Place(_SORT, None, one.ticket_id)))


@post("/apply", summary="Let running clocks go by what is promised now", status_code=200, opt=SETS)
async def apply_now(asked: Asking, data: JSONBody[ToBeApplied]) -> Applied:
    """Owners to all, the admins of teams to their tickets; what is pending, see `/sla/pending`. Finished clocks keep
    their verdict. Asking again changes nothing, or does the rest if this was cut short."""
    return Applied(
        await apply_all(asked, Scope(policy_id=data.policy_id, team_id=data.team_id, ticket_ids=data.ticket_ids))
    )


router = Router("/sla", route_handlers=[list_pending, apply_now], tags=["sla"])
