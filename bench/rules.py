"""Many rules at work: made by the product's own commands, switched on and off together, and what a new ticket costs
with them beside without."""

import asyncio
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from bench.cases import BODY, Case
from bench.fill import Filled
from bench.goals import CLIENTS, Goal
from bench.measuring import Bench, Round
from bench.places import Place
from bench.product import Asker
from bench.words import SUBJECTS
from codex import reactions
from codex.automation import rules as automation
from codex.automation.models import Trigger
from codex.automation.rules import NewRule
from codex.db.database import Database
from codex.identity import queries as people
from codex.routing import rules as routing
from codex.routing.rules import NewRoutingRule

RULES = 200
"""Of either kind."""
MATCHING = 2
"""So many of either kind match one of the sixteen subjects each."""
_APART = RULES // MATCHING
TIMES = 2.0
Made = Mapping[str, Sequence[UUID]]
"""The rules that were made, by table."""
_TABLES = ("routing_rules", "automation_rules")
_WAYS: dict[str, tuple[str, ...]] = {"none": (), "routing": _TABLES[:1], "automation": _TABLES[1:], "both": _TABLES}
_STRANGE = (
    "SAP", "payslip", "Kubernetes", "torque wrench", "visa", "fire drill", "Wi-Fi", "remote access", "scanner",
    "onboarding", "canteen", "certificate", "shuttle bus", "tax return", "firewall", "safety shoes", "SSO", "retention",
    "pension", "forklift",
)  # fmt: skip
"""What nobody on a filled desk writes of."""
_HEARD = ("Lisbon", "side entrance")
_HEARD_TOO = ("sales dashboard", "third floor")
"""What somebody does: for routing, and for automation."""


def create(bench: Bench) -> Iterator[Goal]:
    """A new ticket with 200 routing and 200 automation rules that are asked about it, beside the same without: turn and
    turn about."""
    case, turns = _case(bench.web.asker, bench.place.desk), []
    with at_work(bench.place) as made:
        for _ in range(bench.rounds):
            turns.append({way: _turn(bench, case, made, way) for way in _WAYS})
    times = {way: statistics.median(_speed(turn["none"]) / _speed(turn[way]) for turn in turns) for way in _WAYS}
    cpu = {way: statistics.median(_cpu_ms(turn[way]) for turn in turns) for way in ("none", "both")}
    yield Goal(
        f"create at {bench.place.size} with {RULES} routing and {RULES} automation rules, by none",
        f"{times['both']:.2f} × (CPU {cpu['both']:.1f} ms by {cpu['none']:.1f}; routing alone {times['routing']:.2f} ×,"
        f" automation alone {times['automation']:.2f} ×)",
        f"≤ {TIMES} ×", times["both"] <= TIMES,
    )  # fmt: skip


@contextmanager
def at_work(place: Place) -> Iterator[Made]:
    """All these rules are at work inside the block, and what is about the category of new tickets goes to the team."""
    defaulted = "UPDATE categories SET default_team_id = %s WHERE id = %s"
    made = asyncio.run(_make(place))
    place.superuser.execute(defaulted.encode(), [place.desk.team_id, place.desk.category_id])
    try:
        yield made
    finally:
        place.superuser.execute(defaulted.encode(), [None, place.desk.category_id])
        _switch(place, made, ())


def _case(asker: Asker, desk: Filled) -> Case:
    units = [
        [asker.post("/api/v1/tickets", subject=subject, description=BODY, categoryId=str(desk.category_id))]
        for subject in SUBJECTS
    ]
    return Case("create by rules", lambda clients: [[*units[i % 16 :], *units[: i % 16]] for i in range(clients)])


def _turn(bench: Bench, case: Case, made: Made, way: str) -> Round:
    _switch(bench.place, made, _WAYS[way])
    return bench.product_round(case, CLIENTS)


def _switch(place: Place, made: Made, on: Sequence[str]) -> None:
    for table, ids in made.items():
        place.superuser.execute(f"UPDATE {table} SET is_active = {table in on} WHERE id = ANY(%s)".encode(), [ids])


def _speed(found: Round) -> float:
    """Tickets a second; of a turn in which none was finished, that one may have been."""
    return max(found.per_second, 1 / found.outcome.seconds)


def _cpu_ms(found: Round) -> float:
    return (found.web_cpu + found.postgres_cpu) / found.outcome.units * 1e3


async def _make(place: Place) -> Made:
    database = Database(place.access, max_connections=2)
    await database.open()
    try:
        async with database.reading() as reader:
            owner = await people.actor_of(reader, place.desk.owner_id)
        async with reactions.works(database).begin(owner) as work:
            by_routing = [await routing.add(work, _routing(number, place.desk)) for number in range(RULES)]
            by_automation = [await automation.add(work, _automation(number)) for number in range(RULES)]
        return dict(zip(_TABLES, ([rule.id for rule in by_routing], [rule.id for rule in by_automation]), strict=True))
    finally:
        await database.close()


def _routing(number: int, desk: Filled) -> NewRoutingRule:
    is_heard = _is_heard(number)
    words = [_HEARD[number // _APART]] if is_heard else _some(number)
    conditions: Sequence[list[Any]] = (
        [],
        [{"field": "priority", "operator": "in", "value": ["P1", "P2"]}],
        [{"field": "requesterDepartment", "operator": "equals", "value": f"Department {number}"}],
        [{"any": [{"field": "category", "operator": "equals", "value": "software"},
                  {"field": "subject", "operator": "contains", "value": f"urgent {number}"}]}],
    )  # fmt: skip
    return NewRoutingRule(
        name=f"Routing {number}", team_id=desk.team_id, priority=number, keywords=words,
        conditions=[] if is_heard else conditions[number % len(conditions)],
    )  # fmt: skip


def _automation(number: int) -> NewRule:
    is_heard = _is_heard(number)
    words = _HEARD_TOO[number // _APART] if is_heard else f"{_some(number)[0]} {number}"
    leaf = {"field": "subject", "operator": "contains", "value": words}
    conditions: Sequence[list[Any]] = (
        [leaf],
        [{"field": "priority", "operator": "equals", "value": "P1"}, leaf],
        [{"field": "anyText", "operator": "contains", "value": words}],
        [{"any": [{"field": "requesterDomain", "operator": "equals", "value": f"d{number}.example"}, leaf]}],
        [{"not": {"field": "channel", "operator": "in", "value": ["PORTAL", "EMAIL"]}}],
        [{"field": "subject", "operator": "matches", "value": rf"(?i)\binvoice {number}\d+\b"}],
        [{"field": "category", "operator": "equals", "value": "hardware"}, leaf],
        [{"field": "tag", "operator": "in", "value": [f"tag-{number}"]}],
    )  # fmt: skip
    return NewRule(
        name=f"Automation {number}", trigger=Trigger.TICKET_CREATED, priority=number,
        conditions=[leaf] if is_heard else conditions[number % len(conditions)],
        actions=[{"type": "add_tag", "tag": f"heard-{number}"}],
    )  # fmt: skip


def _is_heard(number: int) -> bool:
    """In the middle of each hundred: half of the others have been asked before it."""
    return number % _APART == _APART // 2


def _some(number: int) -> list[str]:
    return [_STRANGE[(number * 7 + i * 3) % len(_STRANGE)] for i in range(4)]
