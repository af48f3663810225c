"""Clocks for the newest tenth of a filled desk, whose policy came into force then: what its commands would have kept,
by the product's own arithmetic. Older tickets have none, as those from before there were clocks."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from msgspec import json
from msgspec.structs import replace

from bench.keys import CLOCK, uuid_of
from codex import reactions
from codex.db.database import Access, Database
from codex.kernel.actor import ActorKind, system
from codex.kernel.facts import Fact
from codex.sla import business_hours, clock, instances, policies, selecting, verify
from codex.sla.business_hours import OpeningHours
from codex.sla.clock_announcing import due_announcements, next_due_at
from codex.sla.clock_facts import SlaRetargeted, SlaStarted
from codex.sla.clock_occurrences import Created, Retargeted
from codex.sla.clock_state import ClockState, packed_terms
from codex.sla.policies import NewPolicy, Target
from codex.sla.selecting import Chosen
from codex.sla.standing import columns, standing
from codex.sla.sweep import ACTOR
from codex.sla.timeline import HEARD, occurrence
from codex.sla.verify import Difference
from codex.tickets.models import Ticket, TicketPriority

SHARE = 0.1
_TARGETS = {"P1": (1, 8), "P2": (4, 24), "P3": (8, 60), "P4": (16, 120)}
_CHUNK = 5000
_JUST_AFTER = timedelta(microseconds=1)
"""What is due at an instant is late from the next one on."""
_NO_TEAM = "The ticket is of no team. "
_NEXT = "SELECT * FROM bench_event WHERE number > %s AND number <= %s ORDER BY number, version"
_EVENT_COLUMNS = (
    "id", "ticket_id", "version", "type", "payload", "actor_kind", "actor_name", "created_by_id", "created_at",
    "cause_id",
)  # fmt: skip
_OF_TICKET = ("version", "first_response_due_at", "due_at", "sla_paused_at", "sla_state", "sla_breaches_at")
STAGE = """CREATE TEMPORARY TABLE bench_clock (id uuid, version int, first_response_due_at timestamptz,
    due_at timestamptz, sla_paused_at timestamptz, sla_state sla_state, sla_breaches_at timestamptz)"""
_ON_TICKETS = f"""
    UPDATE tickets t SET {", ".join(f"{column} = c.{column}" for column in _OF_TICKET)}
    FROM bench_clock c WHERE t.id = c.id"""

Promised = Mapping[str, Chosen]
"""What is promised, by priority."""


class Event(NamedTuple):
    """An event of a ticket, and the number of the ticket."""

    number: int
    id: UUID
    ticket_id: UUID
    version: int
    type: str
    payload: dict[str, Any]
    actor_kind: str
    actor_name: str
    created_by_id: UUID | None
    created_at: datetime
    cause_id: UUID | None


def promise(access: Access, *, since: datetime) -> Promised:
    """Set opening hours and a default policy by the product's own commands; what they promise."""
    return asyncio.run(_promise(access, since))


async def check(access: Access) -> tuple[int, list[Difference]]:
    """Recompute all clocks from their events: how many tickets, and what was found."""
    database = Database(access, max_connections=1)
    await database.open()
    compared, found = 0, []
    try:
        async with reactions.works(database).begin(system("Benchmark"), steady=True) as work:
            async for count, differences in verify.verify(await work.reader()):
                compared += count
                found += differences
    finally:
        await database.close()
    return compared, found


def pour(connection: psycopg.Connection, promised: Promised, *, first: int, last: int) -> None:
    """The events of tickets `first` to `last` from `bench_event`, with those of their clocks; the clocks; and what of
    them stands on the tickets. Within the transaction of the fill."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE.encode())
        for before in range(first - 1, last, _CHUNK):
            rows = cursor.execute(_NEXT.encode(), [before, min(before + _CHUNK, last)]).fetchall()
            lives = [_lived(list(told), promised) for _, told in groupby(map(Event._make, rows), attrgetter("number"))]
            _copy(cursor, "ticket_events", _EVENT_COLUMNS, (_event_row(e) for life in lives for e in life.events))
            kept = [_instance(life) for life in lives]
            _copy(cursor, "sla_instances", tuple(kept[0]), (tuple(row.values()) for row in kept))
            _copy(cursor, "bench_clock", ("id", *_OF_TICKET), map(_on_ticket, lives))
        cursor.execute(_ON_TICKETS.encode())
        cursor.execute("DROP TABLE bench_clock, bench_event")


async def _promise(access: Access, since: datetime) -> Promised:
    database = Database(access, max_connections=1)
    await database.open()
    days = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    targets = [Target(TicketPriority(key), *hours) for key, hours in _TARGETS.items()]
    try:
        async with reactions.works(database).begin(system("Benchmark"), now=since) as work:
            await business_hours.put(work, None, OpeningHours(timezone="Europe/Berlin", schedule=days))
            await policies.add(work, NewPolicy(name="Usual targets", is_default=True, targets=targets))
        async with database.reading() as reader:
            return {
                priority: _of_a_team(await selecting.terms_of(reader, None, TicketPriority(priority)))
                for priority in _TARGETS
            }
    finally:
        await database.close()


def _of_a_team(chosen: Chosen) -> Chosen:
    """The same for a ticket of a team that has nothing of its own; there are no teams yet."""
    assert chosen.terms is not None
    why = chosen.why.removeprefix(_NO_TEAM)
    return Chosen(
        replace(chosen.terms, why=chosen.terms.why.removeprefix(_NO_TEAM)), why, chosen.priority,
        policy_config_id=chosen.policy_config_id, policy_version_id=chosen.policy_version_id,
        calendar_version_id=chosen.calendar_version_id,
    )  # fmt: skip


@dataclass(slots=True)
class _Life:
    """A ticket as its events are recorded one by one, and the sweep comes by whenever something falls due: up to the
    last of them, nobody has looked since."""

    promised: Promised
    chosen: Chosen
    ticket: Ticket
    state: ClockState
    events: list[Event] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        while (due_at := next_due_at(self.state)) is not None and due_at + _JUST_AFTER <= event.created_at:
            look = event._replace(
                actor_kind=ActorKind.SYSTEM.value, actor_name=ACTOR.name, created_by_id=None,
                created_at=due_at + _JUST_AFTER,
            )  # fmt: skip
            self._announce(look, None)
        event = self._add(event)
        if event.type == "PRIORITY_CHANGED":
            self._retarget(event)
        elif event.type in HEARD and (happened := occurrence(event.type, event.payload, event.created_at)):
            before, self.state = self.state, clock.step(self.state, happened)
            for fact in instances.told(self.ticket, before, self.state):
                self._record(fact, event, event.id)
        self._announce(event, event.id)

    def begin(self, event: Event) -> None:
        event = self._add(event)
        assert self.chosen.terms is not None
        started = SlaStarted(ticket=self.ticket, terms=packed_terms(self.chosen.terms), is_answered=False)
        self._record(started, event, event.id)

    def _retarget(self, event: Event) -> None:
        self.chosen = self.promised[event.payload["to"]]
        terms = self.chosen.terms
        assert terms is not None
        fact = SlaRetargeted(ticket=self.ticket, terms=packed_terms(terms), cause="PRIORITY", why=self.chosen.why)
        self._record(fact, event, event.id)
        before = self.state
        self.state = clock.step(before, Retargeted(at=event.created_at, terms=terms, cause="PRIORITY"))
        for told in instances.told(self.ticket, before, self.state):
            self._record(told, event, event.id)

    def _announce(self, event: Event, cause_id: UUID | None) -> None:
        for due in due_announcements(self.state, event.created_at):
            self._record(instances.fact_of(self.ticket, due), event, cause_id)
            self.state = clock.step(self.state, due.made(event.created_at))

    def _record(self, fact: Fact, beside: Event, cause_id: UUID | None) -> None:
        millis = int(beside.created_at.timestamp() * 1000)
        key = uuid_of(CLOCK, len(self.events) + 1, millis, beside.number)
        self._add(beside._replace(id=key, type=fact.type, payload=dict(fact.payload()), cause_id=cause_id))

    def _add(self, event: Event) -> Event:
        event = event._replace(version=len(self.events) + 1)
        self.events.append(event)
        return event


def _lived(told: list[Event], promised: Promised) -> _Life:
    opened, *rest = told
    chosen = promised[opened.payload["priority"]]
    state = clock.begin(Created(at=opened.created_at, terms=chosen.terms))
    life = _Life(promised, chosen, Ticket(id=opened.ticket_id), state)
    life.begin(opened)
    for event in rest:
        life.hear(event)
    return life


def _instance(life: _Life) -> dict[str, object]:
    chosen, told = life.chosen, columns(life.state)
    return {
        "id": life.ticket.id, "ticket_id": life.ticket.id, "priority": chosen.priority.value,
        "policy_config_id": chosen.policy_config_id, "policy_version_id": chosen.policy_version_id,
        "calendar_version_id": chosen.calendar_version_id, **told, "clocks": json.encode(told["clocks"]).decode(),
        "created_at": life.state.created_at, "updated_at": life.events[-1].created_at,
    }  # fmt: skip


def _on_ticket(life: _Life) -> tuple[object, ...]:
    told = columns(life.state)
    stands, breaches_at = standing(life.state)
    due = (told["first_response_due_at"], told["resolution_due_at"], told["paused_at"])
    return (life.ticket.id, len(life.events), *due, stands and stands.value, breaches_at)


def _event_row(event: Event) -> tuple[object, ...]:
    said = {**event._asdict(), "payload": json.encode(event.payload).decode()}
    return tuple(said[column] for column in _EVENT_COLUMNS)


def _copy(cursor: psycopg.Cursor, table: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
