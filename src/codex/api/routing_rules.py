"""`/routing-rules`: which team, and perhaps which person, gets a new ticket that nobody addressed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import field

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
from codex.classification.queries import category
from codex.db.page import Page
from codex.db.work import Work
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.routing import drafting, explaining, outcomes, queries, reading, rules
from codex.routing.deciding import foretell
from codex.routing.drafting import LearnedRow
from codex.routing.drafts import Draft
from codex.routing.explaining import DecisionRow, Words
from codex.routing.outcomes import OutcomeRow
from codex.routing.reading import RoutingRuleRow, RoutingRuleVersionRow
from codex.routing.rules import NewRoutingRule, RoutingRuleChanges
from codex.tickets import opening, tagging
from codex.tickets.models import TicketChannel, TicketPriority
from codex.tickets.queries import parse_ref

RuleId = Annotated[
    str,
    PathParameter(
        name="ruleId", description="The id of a routing rule.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip
OnTicket = Annotated[
    str | None,
    QueryParameter(name="ticket", description="What became of the rule on this ticket, by id, number or display id."),
]


class Learning(Body):
    """Which tickets to learn from: those opened up to this instant."""

    until: datetime | None = None


class TrialTicket(Body):
    """A ticket as one might open it oneself, naming no team."""

    subject: str
    description: str = ""
    priority: TicketPriority = TicketPriority.P3
    channel: TicketChannel = TicketChannel.PORTAL
    category_id: UUID | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)


@get("/", summary="Routing rules, in the order in which they are asked")
async def list_rules(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[RoutingRuleRow]:
    """Those that send tickets to one's teams, active or not; owners see all. One whose team, person or conditions are
    no more is `broken`, with the reason, and passed over."""
    async with asked.reading() as reader:
        return listed(await reading.rules(reader, asked.actor, limit=limit, cursor=cursor))


@post("/", summary="Add a routing rule", opt=SETS, responses=refusals(422), response_headers=[LOCATION, VERSION_ETAG])
async def add(asked: Asking, data: JSONBody[NewRoutingRule]) -> Response[RoutingRuleRow]:
    """The admins of the team, and owners. 422 names each condition that does not fit: what it asks about must be there
    on a new ticket."""
    async with asked.work() as work:
        rule = await rules.add(work, data)
    row = await _row(asked, rule.id)
    headers = {"Location": f"/api/v1/routing-rules/{row.id}", "ETag": etag(row.version)}
    return Response(row, status_code=201, headers=headers)


@post("/try", summary="Where a ticket would go", status_code=200, opt={"scope": Scope.READ}, responses=refusals(422))
async def try_rules(asked: Asking, data: JSONBody[TrialTicket]) -> DecisionRow:
    """What would be decided about this ticket if one opened it now; nothing is kept and no turn is taken."""
    async with asked.work() as work:
        draft = await _draft(work, asked, data)
        decision = await foretell(work, draft)
        wrote = Words(subject=draft.subject, description=draft.description, requester_id=asked.me, at=work.now)
        return await explaining.explained(await work.reader(), asked.actor, decision, wrote)


@post("/learn", summary="Learn drafts of rules from finished tickets", status_code=200,
      opt={"operation": Need.OWNER, "scope": Scope.ADMIN}, responses=refusals(422))  # fmt: skip
async def learn_rules(asked: Asking, data: JSONBody[Learning]) -> LearnedRow:
    """From the tickets opened up to `until` (without it: the older half) rules are proposed and kept as drafts, which
    are not active, in place of earlier ones that nobody touched; checked on the tickets since, and how often they agree
    with the team that solved each is told."""
    async with asked.work() as work:
        return await drafting.learn(work, until=data.until, keep=True)


@get("/{ruleId:str}", summary="One routing rule", response_headers=[VERSION_ETAG])
async def show(asked: Asking, rule_id: RuleId) -> Response[RoutingRuleRow]:
    """As it is now."""
    return await _answer(asked, id_of(rule_id))


@patch("/{ruleId:str}", summary="Change a routing rule", opt=SETS, responses=refusals(409, 412, 422),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    asked: Asking, rule_id: RuleId, data: JSONBody[RoutingRuleChanges], if_match: IfMatch = None
) -> Response[RoutingRuleRow]:
    """Whoever may set it; to send its tickets to another team, who may set that team's too. 409 when somebody else
    saves it at the same time."""
    async with asked.work() as work:
        rule = await queries.held_rule(work, id_of(rule_id), versions=expected_versions(if_match))
        await rules.change(work, rule, data)
    return await _answer(asked, rule.id)


@delete("/{ruleId:str}", summary="Remove a routing rule", opt=SETS, responses=refusals(409, 412))
async def remove(asked: Asking, rule_id: RuleId, if_match: IfMatch = None) -> None:
    """Whoever may set it. Why earlier tickets went where they did is still told."""
    async with asked.work() as work:
        await rules.remove(work, await queries.held_rule(work, id_of(rule_id), versions=expected_versions(if_match)))


@get("/{ruleId:str}/versions", summary="What a routing rule said from one save to the next")
async def list_versions(
    asked: Asking, rule_id: RuleId, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[RoutingRuleVersionRow]:
    """The newest first."""
    async with asked.reading() as reader:
        return listed(await reading.rule_versions(reader, asked.actor, id_of(rule_id), limit=limit, cursor=cursor))


@get("/{ruleId:str}/decisions", summary="Which new tickets a routing rule took, or why it did not take one")
async def list_decisions(
    asked: Asking, rule_id: RuleId, ticket: OnTicket = None, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[OutcomeRow]:
    """Without `ticket`, those that it took, the newest first, with the keyword that did it and where each is now. With
    `ticket`, what became of the rule on that one: what it saw, or why it was not asked. Of tickets whose internal side
    one sees."""
    async with asked.reading() as reader:
        key, now = id_of(rule_id), asked.now
        if ticket is not None:
            about = await outcomes.on_ticket(reader, asked.actor, key, parse_ref(ticket), now=now)
            return listed(Page([about], None))
        return listed(await outcomes.taken(reader, asked.actor, key, now=now, limit=limit, cursor=cursor))


async def _draft(work: Work, asked: Asked, data: TrialTicket) -> Draft:
    subject, description = opening.words_of(data.subject, data.description)
    return Draft(
        requester_id=asked.me, subject=subject, description=description, priority=data.priority, channel=data.channel,
        category=await category(work.session, data.category_id) if data.category_id else None,
        tags=[tagging.name_of(tag, path="tags") for tag in data.tags], custom_fields=data.custom_fields,
    )  # fmt: skip


async def _row(asked: Asked, rule_id: UUID) -> RoutingRuleRow:
    async with asked.reading() as reader:
        return await reading.rule(reader, asked.actor, rule_id)


async def _answer(asked: Asked, rule_id: UUID) -> Response[RoutingRuleRow]:
    row = await _row(asked, rule_id)
    return Response(row, headers={"ETag": etag(row.version)})


router = Router(
    "/routing-rules",
    route_handlers=[list_rules, add, try_rules, learn_rules, show, change, remove, list_versions, list_decisions],
    opt={"operation": Need.AGENT}, tags=["routing"],
)  # fmt: skip
