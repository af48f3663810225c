"""`/rules/routing/{id}`: a rule in words, the tickets that it took, why it did not take one, what it would take."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from codex.automation import naming
from codex.automation.policy import may_read_any
from codex.automation.tallies import OF_LATE
from codex.db.database import Reader
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.routing.outcomes import Overview, overview
from codex.tickets.queries import parse_ref
from codex.web import rule_rehearsals
from codex.web.asking import zone_of
from codex.web.present import rule_routing
from codex.web.present.rule_rehearsal_views import RehearsalView
from codex.web.present.rule_words import ids_in
from codex.web.present.rules import HREF, routing_href
from codex.web.rendering import Page, page
from codex.web.rule_shell import shell_of

After = Annotated[str | None, QueryParameter(name="cursor")]
AboutTicket = Annotated[str, QueryParameter(name="ticket")]


@get(f"{HREF}/routing/{{rule_id:uuid}}")
async def show(
    request: Req, asked: Asking, rule_id: FromPath[UUID], ticket: AboutTicket = "", after: After = None
) -> Page:
    """The rule in words and the tickets that it took; with `ticket`, why it did not take that one. For who works for
    the team that it sends tickets to."""
    return await _shown(request, asked, rule_id, ref=ticket.strip(), after=after)


@get(f"{HREF}/routing/{{rule_id:uuid}}/rehearsal", opt={"operation": Need.TEAM_ADMIN})
async def rehearse(request: Req, asked: Asking, rule_id: FromPath[UUID]) -> Page:
    """The same with what the rule as it stands would have taken of late."""

    async def whole(answer: RehearsalView) -> Page:
        return await _shown(request, asked, rule_id, rehearsal=answer)

    answer = await rule_rehearsals.of_routing(request, asked, rule_id)
    return await rule_rehearsals.answered(request, asked, answer, whole=whole)


HANDLERS = (show, rehearse)


async def _shown(
    request: Req,
    asked: Asked,
    rule_id: UUID,
    *,
    ref: str = "",
    after: str | None = None,
    rehearsal: RehearsalView | None = None,
) -> Page:
    async with asked.reading() as reader:
        found = await overview(
            reader, asked.actor, rule_id, now=asked.now, since=asked.now - OF_LATE,
            ref=parse_ref(ref) if ref else None, cursor=after,
        )  # fmt: skip
        names = await _names(reader, asked, found)
        window = await shell_of(reader, asked)
    href = routing_href(rule_id)
    view = rule_routing.rule(
        found, names, href=href, list_href=HREF if may_read_any(asked.actor) else None, typed=ref, of_late=OF_LATE,
        rehearsing=rule_rehearsals.control(href, rehearsal, may_change=found.rule.may_change), now=asked.now,
        zone=zone_of(asked),
    )  # fmt: skip
    status = 404 if view.answer.is_wrong else rule_rehearsals.status_of(rehearsal)
    return page(request, "agent/routing_rule.html", asked=asked, status_code=status, shell=window, rule=view)


async def _names(reader: Reader, asked: Asked, found: Overview) -> Mapping[str, str]:
    told: list[Any] = [found.rule.conditions, str(found.rule.team_id), str(found.rule.assignee_id)]
    if found.ticket is not None:
        told += [[finding.field, finding.value, str(finding.seen)] for finding in found.ticket.conditions]
    return await naming.names(reader, asked.actor, set(ids_in(told)), now=asked.now)
