"""`/automation-rules`: what is done to tickets by itself, when something happens to them or nothing does."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from codex.api.common import (
    LIMIT,
    LOCATION,
    SETS,
    VERSION_ETAG,
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
from codex.automation import executions, queries, reading, rules
from codex.automation.executions import ExecutionRow
from codex.automation.reading import RuleRow, RuleVersionRow
from codex.automation.rules import NewRule, RuleChanges
from codex.automation.waiting import Waiting, waiting
from codex.db.database import Reader
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.tickets.queries import parse_ref
from codex.tickets.reading import seen

RuleId = Annotated[
    str,
    PathParameter(
        name="ruleId", description="The id of an automation rule.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip
Matched = Annotated[
    bool | None,
    QueryParameter(name="matched", description="Only where the conditions held (true), or where they did not (false)."),
]
OnTicket = Annotated[
    str | None, QueryParameter(name="ticket", description="Only on this ticket, by id, number or display id.")
]
WithTicket = Annotated[str, QueryParameter(name="ticket", description="The ticket: its id, number or display id.")]


@get("/", summary="Automation rules, in the order in which they run")
async def list_rules(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[RuleRow]:
    """Those of the teams that one leads, active or not; owners see all. What is `broken` names what is no more, and is
    skipped; what is paused failed too often in a row."""
    async with asked.reading() as reader:
        return listed(await reading.rules(reader, asked.actor, limit=limit, cursor=cursor))


@post("/", summary="Add an automation rule", opt=SETS, responses=refusals(422),
      response_headers=[LOCATION, VERSION_ETAG])  # fmt: skip
async def add(request: Req, asked: Asking, data: JSONBody[NewRule]) -> Response[RuleRow]:
    """Owners; the admins of a team one with their team as `teamId`, which does no more than the team may. Owners alone
    say what webhooks are called; a `secret` is never shown again."""
    async with asked.work() as work:
        rule = await rules.add(work, data, seal=request.app.state.seal)
    row = await _row(asked, rule.id)
    headers = {"Location": f"/api/v1/automation-rules/{row.id}", "ETag": etag(row.version)}
    return Response(row, status_code=201, headers=headers)


@get("/{ruleId:str}", summary="One automation rule", response_headers=[VERSION_ETAG])
async def show(asked: Asking, rule_id: RuleId) -> Response[RuleRow]:
    """As it is now."""
    return await _answer(asked, id_of(rule_id))


@patch("/{ruleId:str}", summary="Change an automation rule", opt=SETS, responses=refusals(409, 412, 422),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(
    request: Req, asked: Asking, rule_id: RuleId, data: JSONBody[RuleChanges], if_match: IfMatch = None
) -> Response[RuleRow]:
    """Whoever may write it; a new version, and the end of a pause (`"isActive": true` alone does that too). An action
    with `hasSecret` keeps the secret that its address has. With `teamId` it is another team's from now on, or with null
    everybody's: for who may write the rules of both."""
    async with asked.work() as work:
        rule = await queries.held_rule(work, id_of(rule_id), versions=expected_versions(if_match))
        await rules.change(work, rule, data, seal=request.app.state.seal)
    return await _answer(asked, rule.id)


@delete("/{ruleId:str}", summary="Remove an automation rule", opt=SETS, responses=refusals(409, 412))
async def remove(asked: Asking, rule_id: RuleId, if_match: IfMatch = None) -> None:
    """Whoever may write it. What it did and saw stays told on the tickets that it looked at, under its name."""
    async with asked.work() as work:
        await rules.remove(work, await queries.held_rule(work, id_of(rule_id), versions=expected_versions(if_match)))


@get("/{ruleId:str}/versions", summary="What an automation rule said from one save to the next")
async def list_versions(
    asked: Asking, rule_id: RuleId, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[RuleVersionRow]:
    """The newest first."""
    async with asked.reading() as reader:
        return listed(await reading.rule_versions(reader, asked.actor, id_of(rule_id), limit=limit, cursor=cursor))


@get("/{ruleId:str}/executions", summary="When an automation rule ran, and when not and why")
async def list_executions(
    asked: Asking, rule_id: RuleId, matched: Matched = None, ticket: OnTicket = None, limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[ExecutionRow]:  # fmt: skip
    """On tickets that one sees, the newest first: each condition with the value that it saw, each action with what it
    changed. Times that the rule did not match are kept for 30 days."""
    async with asked.reading() as reader:
        ticket_id = await _ticket(reader, asked, ticket) if ticket is not None else None
        page = await executions.executions(
            reader, asked.actor, id_of(rule_id), now=asked.now, matched=matched, ticket_id=ticket_id, limit=limit,
            cursor=cursor,
        )  # fmt: skip
    return listed(page)


@get("/{ruleId:str}/waiting", summary="How an automation rule that time wakes stands with a ticket now",
     responses=refusals(422))  # fmt: skip
async def show_waiting(asked: Asking, rule_id: RuleId, ticket: WithTicket) -> Waiting:
    """Why it has not run there: since when it waits, from when on it is due, and what its conditions see now."""
    async with asked.reading() as reader:
        return await waiting(reader, asked.actor, id_of(rule_id), parse_ref(ticket), now=asked.now)


async def _ticket(reader: Reader, asked: Asked, ref: str) -> UUID:
    return (await seen(reader, asked.actor, parse_ref(ref), now=asked.now)).id


async def _row(asked: Asked, rule_id: UUID) -> RuleRow:
    async with asked.reading() as reader:
        return await reading.rule(reader, asked.actor, rule_id)


async def _answer(asked: Asked, rule_id: UUID) -> Response[RuleRow]:
    row = await _row(asked, rule_id)
    return Response(row, headers={"ETag": etag(row.version)})


router = Router(
    "/automation-rules",
    route_handlers=[list_rules, add, show, change, remove, list_versions, list_executions, show_waiting],
    opt={"operation": Need.AGENT}, tags=["automation"],
)  # fmt: skip
