"""`/rules`: which rules there are and how they stand; what each says in words, did, and did not do and why."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from codex.automation import executions, naming, reading, tallies
from codex.automation.executions import ExecutionRow
from codex.automation.policy import may_read_any
from codex.automation.reading import FOR_LEADS, RuleRow
from codex.automation.tallies import Tally
from codex.db.database import Reader
from codex.db.page import Page as Rows
from codex.desk.navigation import navigation
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.kernel.errors import NotFound, require
from codex.routing import reading as routing
from codex.tickets.queries import parse_ref
from codex.tickets.reading import seen
from codex.web.asking import zone_of
from codex.web.present import rule_log
from codex.web.present import rules as present
from codex.web.present.desk_views import ShellView
from codex.web.present.language import gettext as _
from codex.web.present.navigation import RULES, shell
from codex.web.present.rule_views import AnswerView
from codex.web.present.rule_words import ids_in
from codex.web.rendering import Page, page

After = Annotated[str | None, QueryParameter(name="cursor")]
AfterRouting = Annotated[str | None, QueryParameter(name="routing")]
AfterAutomation = Annotated[str | None, QueryParameter(name="automation")]
AboutTicket = Annotated[str, QueryParameter(name="ticket")]


@get(present.HREF)
async def show(
    request: Req, asked: Asking, after_routing: AfterRouting = None, after_automation: AfterAutomation = None
) -> Page:
    """Those of the teams that the reader leads; owners see all."""
    require(may_read_any(asked.actor), FOR_LEADS)
    async with asked.reading() as reader:
        sends = await routing.rules(reader, asked.actor, cursor=after_routing)
        acts = await reading.rules(reader, asked.actor, cursor=after_automation)
        fared = await tallies.of_routing(reader, [row.id for row in sends.items], now=asked.now)
        fared = {**fared, **await tallies.of_automation(reader, [row.id for row in acts.items], now=asked.now)}
        told = {row.team_id for row in sends.items} | {row.team_id for row in acts.items if row.team_id}
        names = await naming.names(reader, asked.actor, told, now=asked.now)
        window = await _shell(reader, asked)
    view = present.rules(sends, acts, fared, names, now=asked.now, zone=zone_of(asked))
    return page(request, "agent/rules.html", asked=asked, shell=window, rules=view)


@get(f"{present.HREF}/automation/{{rule_id:uuid}}")
async def show_one(
    request: Req, asked: Asking, rule_id: FromPath[UUID], ticket: AboutTicket = "", after: After = None
) -> Page:
    """The rule in words and its log; with `ticket`, why it did not act on that one."""
    async with asked.reading() as reader:
        row = await reading.rule(reader, asked.actor, rule_id)
        log = await executions.executions(reader, asked.actor, rule_id, now=asked.now, cursor=after)
        fared = await tallies.of_automation(reader, [rule_id], now=asked.now)
        there = await _there(reader, asked, row, ticket.strip())
        about = log.items if there is None else [*log.items, *there.items]
        names = await _names(reader, asked, row, about)
        window = await _shell(reader, asked)
    answer = _answer(asked, row, ticket.strip(), there, names)
    view = present.rule(row, fared.get(rule_id, Tally()), log, names, answer=answer, now=asked.now, zone=zone_of(asked))
    status_code = 404 if answer.is_wrong else 200
    return page(request, "agent/rule.html", asked=asked, status_code=status_code, shell=window, rule=view)


async def _there(reader: Reader, asked: Asked, row: RuleRow, ref: str) -> Rows[ExecutionRow] | None:
    """The last time that the rule was asked about a ticket; None: there is no such ticket for the reader."""
    if not ref:
        return None
    try:
        found = await seen(reader, asked.actor, parse_ref(ref), now=asked.now)
    except NotFound:
        return None
    return await executions.executions(reader, asked.actor, row.id, now=asked.now, ticket_id=found.id, limit=1)


def _answer(
    asked: Asked, row: RuleRow, ref: str, there: Rows[ExecutionRow] | None, names: Mapping[str, str]
) -> AnswerView:
    if not ref:
        return AnswerView()
    if there is None:
        return AnswerView(typed=ref, sentence=_("There is no ticket {ref}.").format(ref=ref), is_wrong=True)
    called = ref.upper()
    if there.items:
        called = names.get(str(there.items[0].ticket_id), called)
    return rule_log.answer(row, called, ref, there.items, names, now=asked.now, zone=zone_of(asked))


async def _names(reader: Reader, asked: Asked, row: RuleRow, log: Collection[ExecutionRow]) -> Mapping[str, str]:
    told: list[Any] = [row.conditions, row.actions, str(row.team_id)]
    for one in log:
        told += [str(one.ticket_id), one.actions]
        told += [[finding.field, finding.value, str(finding.seen)] for finding in one.conditions]
    return await naming.names(reader, asked.actor, set(ids_in(told)), now=asked.now)


async def _shell(reader: Reader, asked: Asked) -> ShellView:
    found = await navigation(reader, asked.actor, now=asked.now)
    return shell(asked.actor, found.counts, view=RULES, saved=[one.row for one in found.views])


router = Router("/", route_handlers=[show, show_one], opt={"operation": Need.AGENT})
