"""Recomputing every ticket's clocks from its events and comparing with what is kept (sla.md rule 21)."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from codex.db.database import Reader
from codex.sla import clock, kept_versions
from codex.sla.calendar import Calendar
from codex.sla.clock_state import ClockState
from codex.sla.standing import columns, standing
from codex.sla.timeline import RECOMPUTED_FROM, TOLD_BY, StoredEvent, calendars_named_in, occurrences

CHUNK = 1000
_ROWS = """
    SELECT t.id, t.display_id, t.due_at, t.first_response_due_at, t.sla_paused_at, t.sla_breaches_at, t.sla_state::text,
        i.clocks::text, i.first_response_due_at, i.resolution_due_at, i.paused_at, i.next_due_at,
        i.first_response_at_risk_notified_at, i.resolution_at_risk_notified_at, i.first_response_breached_at,
        i.resolution_breached_at, i.first_response_target, i.first_response_counted, i.first_response_counted_at,
        i.resolution_target, i.resolution_counted, i.resolution_counted_at
    FROM tickets t JOIN sla_instances i ON i.ticket_id = t.id
    WHERE t.id > %(after)s ORDER BY t.id LIMIT %(limit)s"""
_EVENTS = """
    SELECT e.ticket_id, e.id, e.type, CASE WHEN e.type = ANY(%(told)s) THEN e.payload::text END, e.created_at,
        e.cause_id
    FROM ticket_events e
    WHERE e.ticket_id = ANY(%(ids)s) AND e.type = ANY(%(types)s) ORDER BY e.ticket_id, e.version"""

_COLUMNS = (
    "first_response_due_at", "resolution_due_at", "paused_at", "next_due_at",
    "first_response_at_risk_notified_at", "resolution_at_risk_notified_at", "first_response_breached_at",
    "resolution_breached_at", "first_response_target", "first_response_counted", "first_response_counted_at",
    "resolution_target", "resolution_counted", "resolution_counted_at",
)  # fmt: skip


class Difference(Struct, frozen=True, rename="camel"):
    """Where a ticket's clocks are not what its events say. `column` is `clocks` when they cannot be recomputed."""

    ticket: str
    column: str
    recomputed: str
    kept: str


async def verify(reader: Reader) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Chunk by chunk, in the order of ids: how many tickets' clocks were recomputed, and what was found.

    While others write, the reader must be of a steady work: the rows and their events are two statements.
    """
    after = UUID(int=0)
    while rows := await reader.all(_ROWS, {"after": after, "limit": CHUNK}):
        after, ids = rows[-1][0], [row[0] for row in rows]
        found = await reader.all(_EVENTS, {"ids": ids, "types": list(RECOMPUTED_FROM), "told": list(TOLD_BY)})
        told = {key: [_stored(*row) for row in group] for key, group in groupby(found, key=itemgetter(0))}
        named = calendars_named_in(event for events in told.values() for event in events)
        known = await kept_versions.calendars(reader, named)
        yield len(rows), [each for row in rows for each in _compare(row, told.get(row[0], []), known)]


def _stored(_: UUID, key: UUID, kind: str, payload: str | None, at: datetime, cause_id: UUID | None) -> StoredEvent:
    return StoredEvent(key, kind, msgspec.json.decode(payload) if payload else {}, at, cause_id)


def _compare(row: tuple[Any, ...], events: list[StoredEvent], known: dict[UUID, Calendar]) -> list[Difference]:
    def calendar(key: str | None) -> Calendar:
        return known[UUID(key)] if key else kept_versions.ALWAYS

    try:
        state, kept = clock.fold(occurrences(events, calendar)), msgspec.json.decode(row[7])
    except (KeyError, ValueError, TypeError, msgspec.ValidationError) as bad:
        return [Difference(row[1], "clocks", f"cannot be recomputed: {bad}", "")]
    if state is None:
        return [Difference(row[1], "clocks", "there are no events", "")]
    return [Difference(row[1], *each) for each in _differences(state, kept, row)]


def _differences(state: ClockState, kept_state: object, row: tuple[Any, ...]) -> Iterator[tuple[str, str, str]]:
    told = columns(state)
    recomputed_state = msgspec.json.decode(msgspec.json.encode(told["clocks"]))  # JSON knows no tuples
    if recomputed_state != kept_state:
        yield "clocks", str(recomputed_state), str(kept_state)
    stands, breaches_at = standing(state)
    of_ticket = (told["resolution_due_at"], told["first_response_due_at"], told["paused_at"], breaches_at, stands)
    names = ("due_at", "first_response_due_at", "sla_paused_at", "sla_breaches_at", "sla_state")
    for name, recomputed, kept in zip(names, of_ticket, row[2:7], strict=True):
        if recomputed != kept:
            yield f"tickets.{name}", str(recomputed), str(kept)
    for name, kept in zip(_COLUMNS, row[8:], strict=True):
        if told[name] != kept:
            yield name, str(told[name]), str(kept)
