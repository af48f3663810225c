"""`/rules`: which rules there are and how they stand. Each has a page of its own."""

from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter

from codex.automation import naming, reading, tallies
from codex.automation.policy import may_read_any
from codex.automation.reading import FOR_LEADS
from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.kernel.errors import require
from codex.routing import reading as routing
from codex.web import automation_rules, routing_rules
from codex.web.asking import zone_of
from codex.web.present import rules as present
from codex.web.rendering import Page, page
from codex.web.rule_shell import shell_of

AfterRouting = Annotated[str | None, QueryParameter(name="routing")]
AfterAutomation = Annotated[str | None, QueryParameter(name="automation")]


@get(present.HREF)
async def show(
    request: Req, asked: Asking, after_routing: AfterRouting = None, after_automation: AfterAutomation = None
) -> Page:
    """Those of the teams that the reader leads; owners see all."""
    require(may_read_any(asked.actor), FOR_LEADS)
    async with asked.reading() as reader:
        sends = await routing.rules(reader, asked.actor, cursor=after_routing)
        acts = await reading.rules(reader, asked.actor, cursor=after_automation)
        fared = await tallies.of_both(
            reader, automation=[row.id for row in acts.items], routing=[row.id for row in sends.items], now=asked.now
        )
        told = {row.team_id for row in sends.items} | {row.team_id for row in acts.items if row.team_id}
        names = await naming.names(reader, asked.actor, told, now=asked.now)
        window = await shell_of(reader, asked)
    view = present.rules(sends, acts, fared, names, now=asked.now, zone=zone_of(asked))
    return page(request, "agent/rules.html", asked=asked, shell=window, rules=view)


router = Router(
    "/", route_handlers=[show, *automation_rules.HANDLERS, *routing_rules.HANDLERS], opt={"operation": Need.AGENT}
)
