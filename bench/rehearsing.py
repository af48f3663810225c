"""How long it takes to see what a rule would have done: a hundred thousand recorded events lived again."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import processes
from bench.goals import Goal
from bench.measuring import Bench
from bench.product import Asker
from codex.db.embedded import processes as embedded_processes

EVENTS, SECONDS = 100_000, 10.0
_BATCH = 2000
_AUTOMATION = "/api/v1/automation-rules/rehearse"
_SINCE = f"""
    SELECT min(created_at), count(*)
    FROM (SELECT created_at FROM ticket_events ORDER BY created_at DESC LIMIT {EVENTS}) newest"""
_READ = """
    SELECT ticket_id, id, type, payload::text, created_at, cause_id, version, actor_kind::text, actor_name,
           created_by_id
    FROM ticket_events WHERE created_at >= %s ORDER BY ticket_id, version"""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of rule: where it is rehearsed, and what it says."""

    name: str
    path: str
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Period:
    """Up to now, with so many recorded events."""

    since: datetime
    events: int


@dataclass(frozen=True, slots=True)
class _Rehearsed:
    """What one took: seconds of the wall, CPU seconds of web and of database; and what it answered."""

    seconds: float
    web: float
    postgres: float
    answer: Mapping[str, Any]


def rehearse(bench: Bench) -> Iterator[Goal]:
    """Every kind of rule over the newest hundred thousand events of the desk, or all that it has, by an owner, through
    the API; beside what a bare connection takes to read as many events and no more. Of a routing rule the first events
    of tickets are looked at, of a policy those of the tickets that were received in the period."""
    period = _period(bench)
    floor = _floor(bench, period)
    for kind in _kinds(bench):
        found = _rehearsed(bench, kind, period)
        seconds, examined = found.seconds * EVENTS / period.events, found.answer["eventsExamined"]
        is_now = (
            f"{seconds:.2f} (CPU {found.web:.1f} s web, {found.postgres:.1f} s PostgreSQL; {examined:,} looked at,"
            f" {found.answer['matchCount']:,} matches; {found.seconds / floor:.1f} × reading them)"
        )
        what = f"rehearsal of {kind.name} at {bench.place.size} over {period.events:,} events, seconds for {EVENTS:,}"
        yield Goal(what, is_now, f"< {SECONDS:.0f}", seconds < SECONDS)


def _kinds(bench: Bench) -> list[_Kind]:
    subject = {"field": "subject", "operator": "contains", "value": "printer"}
    written = {"field": "anyText", "operator": "contains", "value": "restarted twice"}
    waiting = {"hours": 48, "status": "WAITING_ON_REQUESTER"}
    routing = {"name": "Rehearsed", "priority": 1, "keywords": ["printer"], "teamId": str(bench.place.desk.team_id)}
    targets = [{"priority": f"P{n}", "firstResponseHours": 2 * n, "resolutionHours": 12 * n} for n in range(1, 5)]
    policy = {"name": "Rehearsed", "isDefault": True, "targets": targets}
    return [
        _Kind("TICKET_CREATED by subject", _AUTOMATION, _rule("TICKET_CREATED", conditions=[subject])),
        _Kind("MESSAGE_ADDED by anyText", _AUTOMATION, _rule("MESSAGE_ADDED", conditions=[written])),
        _Kind("TIME_IN_STATUS", _AUTOMATION, _rule("TIME_IN_STATUS", triggerConfig=waiting)),
        _Kind("a routing rule", "/api/v1/routing-rules/rehearse", routing),
        _Kind("an SLA policy", "/api/v1/sla/policies/rehearse", policy),
    ]


def _rule(trigger: str, **more: object) -> dict[str, object]:
    actions = [{"type": "add_tag", "tag": "rehearsed"}]
    return {"name": "Rehearsed", "priority": 1, "trigger": trigger, "actions": actions, **more}


def _rehearsed(bench: Bench, kind: _Kind, period: _Period) -> _Rehearsed:
    when = {"from": period.since.isoformat(), "to": datetime.now(UTC).isoformat()}
    asker, before = Asker(bench.web.asker.port, bench.place.owner), _cpu(bench)
    began = time.perf_counter()
    answer = json.loads(asker.ask(asker.post(kind.path, rule=kind.rule, **when)))
    seconds = time.perf_counter() - began
    web, postgres = (after - then for after, then in zip(_cpu(bench), before, strict=True))
    return _Rehearsed(seconds, web, postgres, answer)


def _period(bench: Bench) -> _Period:
    row = bench.place.superuser.execute(_SINCE.encode()).fetchone()
    assert row is not None
    return _Period(*row)


def _floor(bench: Bench, period: _Period) -> float:
    """Seconds in which a bare connection reads the events of a period, ticket by ticket."""
    with bench.place.superuser.transaction(), bench.place.superuser.cursor("reading") as cursor:
        began = time.perf_counter()
        cursor.execute(_READ.encode(), [period.since])
        while cursor.fetchmany(_BATCH):
            pass
        return time.perf_counter() - began


def _cpu(bench: Bench) -> tuple[float, float]:
    web = processes.cpu_seconds(processes.family(bench.web.pid))
    return web, processes.cpu_seconds(embedded_processes.bearing(bench.place.server.tag))
