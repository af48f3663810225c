"""`/tickets/{ref}/visibility` and `/explain`: who sees a ticket and through what, and why it is where it is."""

from typing import Annotated, Any

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import UNSET, Struct, UnsetType

from codex.api.common import TicketName, id_of
from codex.automation import executions
from codex.automation.executions import ExplainedRule
from codex.httpkit.asked import Asking
from codex.httpkit.needs import OPERATION
from codex.routing.explaining import DecisionRow, decision_of
from codex.sla.clock_reading import explained
from codex.tickets import queries, reading
from codex.tickets.explanation import Routing, routing_of
from codex.tickets.policy import Operation
from codex.tickets.visibility import OnlookerRow, Verdict, onlookers, powers

As = Annotated[
    str | None,
    QueryParameter(name="as", description="A person, by id: what they may do with the ticket, and why or why not."),
]


def _key(operation: Operation) -> str:
    first, *rest = operation.name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


class Visibility(Struct, frozen=True):
    """Who sees a ticket, or, where one asked `as` somebody, what they may do: by the name of each operation."""

    people: list[OnlookerRow] | UnsetType = UNSET
    operations: dict[str, Verdict] | UnsetType = UNSET


class WholeRouting(Routing, frozen=True, kw_only=True):
    """And what routing decided when the ticket was new; null where whoever opened it named the team."""

    decision: DecisionRow | None


class Explanation(Struct, frozen=True):
    """Why a ticket is here, why it is due then, and which rules looked at it."""

    routing: WholeRouting
    sla: dict[str, Any]
    rules: list[ExplainedRule]


@get("/visibility", summary="Who sees a ticket, and through what")
async def show_visibility(asked: Asking, ref: TicketName, as_person: As = None) -> Visibility:
    """For those who see its internal side: everybody who sees it, by name, and through what. With `as`, instead, what
    somebody may do with it, and through what, or what is missing."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        if as_person is None:
            return Visibility(people=await onlookers(reader, asked.actor, ticket, now=asked.now))
        found = await powers(reader, asked.actor, ticket, id_of(as_person), now=asked.now)
    return Visibility(operations={_key(operation): verdict for operation, verdict in found.items()})


@get("/explain", summary="Why a ticket is where it is")
async def show_explanation(asked: Asking, ref: TicketName) -> Explanation:
    """For those who see its internal side: what was decided when it was new, and each time since that it came to
    another team or person, by whom, and what brought that about; both clocks with the keys of the SLA simulator, and
    why they say what they say, in sentences and as spans (null where nothing is promised); the rules that looked
    at it, oldest first: whether they matched, by what they saw, and what they did."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        steps = await routing_of(reader, asked.actor, ticket)
        routing = _whole(steps, await decision_of(reader, asked.actor, ticket.id))
        clocks = await explained(reader, ticket.id, now=asked.now)
        return Explanation(routing=routing, sla=clocks, rules=await executions.explained(reader, asked.actor, ticket))


def _whole(routing: Routing, decision: DecisionRow | None) -> WholeRouting:
    told = {name: getattr(routing, name) for name in routing.__struct_fields__}
    won = next((each for each in decision.rules if each.matched), None) if decision else None
    if won is not None:
        told["rule"] = {"id": str(won.rule_id), "version": won.version, "name": won.name}
    return WholeRouting(**told, decision=decision)


router = Router(
    "/tickets/{ref:str}",
    route_handlers=[show_visibility, show_explanation],
    opt={OPERATION: Operation.SEE_INTERNAL},
    tags=["tickets"],
)
