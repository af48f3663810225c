"""`…/rehearse`: what a rule or a policy would have done, by the recorded events of a period. Nothing is written.

Asked for as lines, it says how far it is; when the client goes away, the replay ends.
"""

from datetime import datetime
from uuid import UUID

from litestar import Response, Router, post
from litestar.params import JSONBody
from msgspec import field

from codex.api.common import Body
from codex.api.lines import InLines
from codex.api.refusals import refusals
from codex.automation.rules import NewRule
from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.httpkit.telling import answered
from codex.kernel.actor import Scope
from codex.rehearsal import automation, compliance, drafts, promises, routing, routing_drafts
from codex.rehearsal.answers import Rehearsed
from codex.rehearsal.period import only_reading, period
from codex.rehearsal.progress import Tell
from codex.routing.rules import NewRoutingRule
from codex.sla.policies import NewPolicy


class RehearsedRule(Body, kw_only=True):
    """What to rehearse: a draft as `rule`, a stored rule by `id`, or a draft in the place of the stored one; and the
    period, from `from` up to, and not with, `to`."""

    rule: NewRule | None = None
    id: UUID | None = None
    since: datetime = field(name="from")
    until: datetime = field(name="to")


class RehearsedRoutingRule(Body, kw_only=True):
    """The same of a routing rule."""

    rule: NewRoutingRule | None = None
    id: UUID | None = None
    since: datetime = field(name="from")
    until: datetime = field(name="to")


class RehearsedPolicy(Body, kw_only=True):
    """The same of a policy."""

    rule: NewPolicy | None = None
    id: UUID | None = None
    since: datetime = field(name="from")
    until: datetime = field(name="to")


@post("/automation-rules/rehearse", summary="What an automation rule would have done", status_code=200,
      responses=refusals(422), operation_class=InLines, tags=["automation"])  # fmt: skip
async def rehearse_rule(request: Req, asked: Asking, data: JSONBody[RehearsedRule]) -> Response[Rehearsed]:
    """Whoever may write the rule, over the tickets that they work on. Each event is met with the ticket as it was then;
    what the rule itself would have changed has not happened. At most 1,000,000 events at once."""
    asked_for, seal = period(data.since, data.until, now=asked.now), request.app.state.seal

    async def rehearsed(tell: Tell | None) -> Rehearsed:
        async with only_reading(asked.works, asked.actor, now=asked.now) as work:
            draft = await drafts.draft(work, data.rule, data.id, seal=seal)
            return await automation.rehearse(work, draft, asked_for, tell=tell)

    return await answered(request, asked, rehearsed)


@post("/routing-rules/rehearse", summary="Which tickets a routing rule would have taken", status_code=200,
      responses=refusals(422), operation_class=InLines, tags=["routing"])  # fmt: skip
async def rehearse_routing_rule(
    request: Req, asked: Asking, data: JSONBody[RehearsedRoutingRule]
) -> Response[Rehearsed]:
    """Whoever may set the rule, over the tickets that they work on, received in the period. `confusion` says how often
    today's rules, and those with the draft, agree with the team that finally solved a ticket."""
    asked_for = period(data.since, data.until, now=asked.now)

    async def rehearsed(tell: Tell | None) -> Rehearsed:
        async with only_reading(asked.works, asked.actor, now=asked.now) as work:
            draft = await routing_drafts.draft(work, data.rule, data.id)
            return await routing.rehearse(work, draft, asked_for, tell=tell)

    return await answered(request, asked, rehearsed)


@post("/sla/policies/rehearse", summary="How promises would have been kept under an SLA policy", status_code=200,
      responses=refusals(422), operation_class=InLines, tags=["sla"])  # fmt: skip
async def rehearse_policy(request: Req, asked: Asking, data: JSONBody[RehearsedPolicy]) -> Response[Rehearsed]:
    """Whoever may set the policy, over the tickets that they work on, received in the period: kept and broken promises
    by priority and team, as it was and as it would have been. A policy that no team is under yet: as if all were."""
    asked_for = period(data.since, data.until, now=asked.now)

    async def rehearsed(tell: Tell | None) -> Rehearsed:
        async with only_reading(asked.works, asked.actor, now=asked.now) as work:
            draft = await promises.draft(work, data.rule, data.id)
            return await compliance.rehearse(work, draft, asked_for, tell=tell)

    return await answered(request, asked, rehearsed)


router = Router(
    "/", route_handlers=[rehearse_rule, rehearse_routing_rule, rehearse_policy],
    opt={"operation": Need.TEAM_ADMIN, "scope": Scope.READ},
)  # fmt: skip
