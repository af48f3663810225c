"""`/rules/automation/{id}`: a rule in words, what it did, why it did not act on a ticket, what it would have done."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from codex.automation import naming
from codex.automation.overview import Overview, overview
from codex.db.database import Reader
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.tickets.queries import parse_ref
from codex.web import rule_rehearsals
from codex.web.asking import zone_of
from codex.web.present import rule_log, rule_waiting
from codex.web.present import rules as present
from codex.web.present.language import gettext as _
from codex.web.present.rule_rehearsal_views import RehearsalView
from codex.web.present.rule_views import AnswerView
from codex.web.present.rule_words import ids_in
from codex.web.rendering import Page, page
from codex.web.rule_shell import shell_of

After = Annotated[str | None, QueryParameter(name="cursor")]
AboutTicket = Annotated[str, QueryParameter(name="ticket")]


@get(f"{present.HREF}/automation/{{rule_id:uuid}}")
async def show(
    request: Req, asked: Asking, rule_id: FromPath[UUID], ticket: AboutTicket = "", after: After = None
) -> Page:
    """The rule in words and its log; with `ticket`, why it did not act on that one."""
    return await _shown(request, asked, rule_id, ref=ticket.strip(), after=after)


@get(f"{present.HREF}/automation/{{rule_id:uuid}}/rehearsal", opt={"operation": Need.TEAM_ADMIN})
async def rehearse(request: Req, asked: Asking, rule_id: FromPath[UUID]) -> Page:
    """The same with what the rule as it stands would have done of late."""

    async def whole(answer: RehearsalView) -> Page:
        return await _shown(request, asked, rule_id, rehearsal=answer)

    answer = await rule_rehearsals.of_automation(request, asked, rule_id)
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
        about = parse_ref(ref) if ref else None
        found = await overview(reader, asked.actor, rule_id, now=asked.now, ref=about, cursor=after)
        names = await _names(reader, asked, found)
        window = await shell_of(reader, asked)
    href, row = present.automation_href(rule_id), found.rule
    answer = _answer(asked, found, ref, names)
    view = present.rule(
        found, names, answer=answer, now=asked.now, zone=zone_of(asked),
        rehearsing=rule_rehearsals.control(href, rehearsal, may_change=row.may_change),
    )  # fmt: skip
    status = 404 if answer.is_wrong else rule_rehearsals.status_of(rehearsal)
    return page(request, "agent/rule.html", asked=asked, status_code=status, shell=window, rule=view)


def _answer(asked: Asked, found: Overview, ref: str, names: Mapping[str, str]) -> AnswerView:
    if not ref:
        return AnswerView()
    if found.ticket_id is None:
        return AnswerView(typed=ref, sentence=_("There is no ticket {ref}.").format(ref=ref), is_wrong=True)
    called = names.get(str(found.ticket_id), ref.upper())
    waits, is_at_work = found.waiting, found.rule.is_active and found.rule.paused_at is None and not found.rule.broken
    if waits is not None and is_at_work and not waits.has_run:
        return rule_waiting.answer(found.rule, called, ref, waits, names, now=asked.now, zone=zone_of(asked))
    return rule_log.answer(found.rule, called, ref, found.log.items, names, now=asked.now, zone=zone_of(asked))


async def _names(reader: Reader, asked: Asked, found: Overview) -> Mapping[str, str]:
    told: list[Any] = [found.rule.conditions, found.rule.actions, str(found.rule.team_id), str(found.ticket_id)]
    for one in found.log.items:
        told += [str(one.ticket_id), one.actions]
        told += [[finding.field, finding.value, str(finding.seen)] for finding in one.conditions]
    return await naming.names(reader, asked.actor, set(ids_in(told)), now=asked.now)
