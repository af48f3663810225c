"""Rules that time wakes, over a desk on which most tickets have been as they are for long and few are due."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from bench.fill import Filled
from bench.goals import Goal
from bench.measuring import Bench
from bench.places import Place
from codex import reactions
from codex.automation import active, rules, timed
from codex.automation.models import Trigger
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.db.database import Database
from codex.db.work import Works
from codex.identity import queries as people
from codex.kernel import clock
from codex.kernel.actor import Actor
from codex.tickets.models import TicketStatus

DUE, SECONDS = 20, 1.0
_ALL_BUT_DUE = """
    INSERT INTO automation_executions (id, rule_id, ticket_id, stay_event_id, trigger, success, executed_at)
    SELECT gen_random_uuid(), %(rule)s, ticket, stay, %(trigger)s, true, now()
    FROM ({due}) AS due(ticket, stay)"""
_WHOLE = "Seq Scan"
_OF_TICKETS = re.compile(rf"(?:using|on) (ix_tickets_\w+|pk_tickets)|({_WHOLE}) on tickets")
_EASY = 2000
"""A desk of fewer open tickets may be read whole: no index is faster."""


@dataclass(frozen=True, slots=True)
class _Swept:
    """What a look at one rule took. `waiting`: tickets that have been so for long enough, `due` those of them that the
    rule had not run on; `bare`: seconds of the statement alone; `by`: how it finds tickets, `by_few` where only
    those of the first days have waited for long enough."""

    waiting: int
    due: int
    seconds: float
    bare: float
    by: str
    by_few: str


def sweep(bench: Bench) -> Iterator[Goal]:
    """A worker looks at one rule of each kind, has it run on what is due, and is done. The rule has run before on all
    but the last tickets of those that wait, as a rule that has been there for a while has."""
    configs = {
        "TIME_IN_STATUS of WAITING_ON_REQUESTER": (Trigger.TIME_IN_STATUS, TicketStatus.WAITING_ON_REQUESTER),
        "TIME_IN_STATUS of any": (Trigger.TIME_IN_STATUS, None),
        "UNASSIGNED_FOR": (Trigger.UNASSIGNED_FOR, None),
        "NO_ACTIVITY_FOR": (Trigger.NO_ACTIVITY_FOR, None),
    }
    for name, (trigger, status) in configs.items():
        found = asyncio.run(_swept(bench.place, trigger, status))
        told = f"the look alone {found.bare * 1000:.0f} ms, by {found.by}; where few wait by {found.by_few}"
        yield Goal(
            f"{name} at {bench.place.size}: {found.due} due of {found.waiting:,} that wait, found and run, seconds",
            f"{found.seconds:.2f} ({told})", f"< {SECONDS:.0f}",
            found.seconds < SECONDS and (found.waiting < _EASY or _WHOLE not in f"{found.by} {found.by_few}"),
        )  # fmt: skip


async def _swept(place: Place, trigger: Trigger, status: TicketStatus | None) -> _Swept:
    database = Database(place.access, max_connections=2)
    await database.open()
    try:
        async with database.reading() as reader:
            owner = await people.actor_of(reader, place.desk.owner_id)
        works = reactions.works(database)
        return await _look(place, works, await _rule(works, owner, trigger, status))
    finally:
        place.superuser.execute("UPDATE automation_rules SET is_active = false")
        await database.close()


async def _rule(works: Works, owner: Actor, trigger: Trigger, status: TicketStatus | None) -> UUID:
    """A rule for what has been so for an hour: nearly all that is open."""
    new = NewRule(
        name="Timed", trigger=trigger, priority=1, trigger_config=TriggerConfig(hours=1, status=status),
        actions=[{"type": "add_tag", "tag": "waited"}],
    )  # fmt: skip
    async with works.begin(owner) as work:
        made = await rules.add(work, new)
    return made.id


async def _look(place: Place, works: Works, rule_id: UUID) -> _Swept:
    async with works.begin(timed.ACTOR) as work:
        rule = await active.rule(await work.reader(), rule_id)
    assert rule is not None
    sql, params = timed.due_sql(rule, clock.now())
    waiting = len(place.superuser.execute(sql.encode(), {**params, "limit": None}).fetchall())
    by_few = _by(place.superuser, sql, {**params, "limit": timed.BATCH, "until": _beginning(place.desk)})
    run_before = {**params, "limit": max(0, waiting - DUE), "trigger": rule.terms.trigger.value}
    place.superuser.execute(_ALL_BUT_DUE.format(due=sql).encode(), run_before)
    place.superuser.execute("ANALYZE automation_executions")
    asked = {**params, "limit": timed.BATCH}
    by, bare = _by(place.superuser, sql, asked), _seconds(place.superuser, sql, asked)
    began = time.perf_counter()
    due = await timed.sweep(works)
    return _Swept(waiting, due, time.perf_counter() - began, bare, by, by_few)


def _beginning(desk: Filled) -> datetime:
    """When a hundredth of the tickets was there."""
    return datetime.fromtimestamp((desk.start_us + desk.tickets // 100 * desk.step_us) / 1e6, UTC)


def _by(connection: psycopg.Connection, sql: str, params: dict[str, object]) -> str:
    """The indexes, or what else, by which PostgreSQL finds tickets."""
    plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}".encode(), params).fetchall())
    return ", ".join(sorted({index or scan for index, scan in _OF_TICKETS.findall(plan)}))


def _seconds(connection: psycopg.Connection, sql: str, params: dict[str, object]) -> float:
    began = time.perf_counter()
    connection.execute(sql.encode(), params).fetchall()
    return time.perf_counter() - began
