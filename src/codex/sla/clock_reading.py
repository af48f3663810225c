"""Reading a ticket's clocks: how they stand now, and why."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from codex.db.database import Reader
from codex.sla import clock, kept_versions
from codex.sla.calendar import Calendar
from codex.sla.clock_explaining import Explanation, explain
from codex.sla.clock_occurrences import Occurrence
from codex.sla.clock_state import ClockKind, unpacked
from codex.sla.clock_verdicts import Verdict, seconds, seen_at
from codex.sla.timeline import RECOMPUTED_FROM, StoredEvent, calendars_named_in, occurrences

KEYS = {ClockKind.FIRST_RESPONSE: "firstResponse", ClockKind.RESOLUTION: "resolution"}
"""What the two are called in JSON."""


class Clocks(Struct, frozen=True):
    """A ticket's clocks as they stand (None where nothing is promised), and the calendar that they count in."""

    of: dict[ClockKind, Verdict | None]
    calendar: Calendar


async def clocks(reader: Reader, ticket_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Clocks]:
    """The clocks of these tickets; a ticket from before there were clocks has none.

    One statement, and another for versions of calendars that were not read before.
    """
    rows = await reader.all(
        """SELECT i.ticket_id, i.clocks, i.calendar_version_id FROM sla_instances i
           WHERE i.ticket_id = ANY(%(tickets)s)""",
        {"tickets": list(ticket_ids)},
    )
    known = await kept_versions.calendars(reader, {version_id for _, _, version_id in rows})
    return {key: _seen(kept, known[version] if version else kept_versions.ALWAYS, now) for key, kept, version in rows}


async def verdicts(reader: Reader, ticket_id: UUID, *, now: datetime) -> dict[ClockKind, Verdict | None]:
    """Both clocks of a ticket as they stand; None where nothing is promised."""
    found = (await clocks(reader, [ticket_id], now=now)).get(ticket_id)
    return found.of if found else dict.fromkeys(ClockKind)


async def sla_state(reader: Reader, ticket_id: UUID, *, now: datetime) -> dict[str, Any]:
    """The same as JSON has it: `{"firstResponse": {…}, "resolution": {…}}` with the keys of the simulator, or null."""
    found = await verdicts(reader, ticket_id, now=now)
    return {KEYS[kind]: verdict and verdict.plain() for kind, verdict in found.items()}


async def explained(reader: Reader, ticket_id: UUID, *, now: datetime) -> dict[str, Any]:
    """Both clocks with their stories, recomputed from the ticket's history; see `story`."""
    return story(await _heard(reader, ticket_id), now)


def story(heard: Sequence[Occurrence], now: datetime) -> dict[str, Any]:
    """Both clocks as JSON has them: the keys of the simulator, `explanation` in sentences, `spans` as data; null where
    nothing is promised."""
    state = clock.fold(heard)
    if state is None:
        return dict.fromkeys(KEYS.values())
    now = max(now, state.at)
    told, found = explain(heard, now), seen_at(state, now)
    return {key: _both(found[kind], told[kind]) for kind, key in KEYS.items()}


def _seen(kept: dict[str, Any], calendar: Calendar, now: datetime) -> Clocks:
    state = unpacked(kept, lambda _: calendar)
    return Clocks(seen_at(state, max(now, state.at)), calendar)


def _both(verdict: Verdict | None, told: Explanation | None) -> dict[str, Any] | None:
    if verdict is None or told is None:
        return None
    spans = [{**msgspec.to_builtins(span), "counted": seconds(span.counted)} for span in told.spans]
    return {**verdict.plain(), "explanation": told.sentences, "spans": spans}


async def _heard(reader: Reader, ticket_id: UUID) -> list[Occurrence]:
    rows = await reader.all(
        """SELECT e.id, e.type, e.payload, e.created_at, e.cause_id FROM ticket_events e
           WHERE e.ticket_id = %(ticket)s AND e.type = ANY(%(types)s) ORDER BY e.version""",
        {"ticket": ticket_id, "types": list(RECOMPUTED_FROM)},
    )
    events = [StoredEvent(*row) for row in rows]
    known = await kept_versions.calendars(reader, calendars_named_in(events))

    def calendar(key: str | None) -> Calendar:
        return known[UUID(key)] if key else kept_versions.ALWAYS

    return list(occurrences(events, calendar))
