"""`/sla/simulate`: the engine that runs tickets, on a made-up timeline."""

from typing import Any

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, to_builtins

from codex.api.common import Body
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.kernel.errors import Invalid, Unprocessable
from codex.sla import simulate as engine


class Timeline(Body, kw_only=True):
    """A calendar, targets by priority, and what happens when, in order: `created`, `status`, `message`, `priority`,
    `calendar` …; `now`: the instant from which it is looked at, by default the present."""

    calendar: Any = UNSET
    business_hours_only: Any = UNSET
    targets: Any = UNSET
    escalation_enabled: Any = UNSET
    escalation_after_percent: Any = UNSET
    reopen: Any = UNSET
    pause_on: Any = UNSET
    first_response_pauses: Any = UNSET
    timeline: Any = UNSET
    now: Any = UNSET


class Simulated(Struct, frozen=True, rename="camel"):
    """What both clocks say, null where there is none, and why, sentence by sentence."""

    first_response: dict[str, Any] | None
    resolution: dict[str, Any] | None
    explanation: list[str]


@post("/", summary="Try what a policy would do", status_code=200, responses=refusals(422))
async def simulate(asked: Asking, data: JSONBody[Timeline]) -> Simulated:
    """Nothing is kept. 422 names each thing that is wrong with the calendar, the targets or the timeline."""
    try:
        found: Any = engine.simulate(to_builtins(data), now=asked.now)
    except Invalid as bad:
        raise Unprocessable(str(bad), problems=bad.problems) from bad
    return Simulated(found["firstResponse"], found["resolution"], found["explanation"])


router = Router(
    "/sla/simulate", route_handlers=[simulate], opt={"operation": Need.AGENT, "scope": Scope.READ}, tags=["sla"]
)
