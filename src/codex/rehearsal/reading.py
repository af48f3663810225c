"""Reading what was recorded: the tickets of a period, some at a time, with their whole histories."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from msgspec import json

from codex.db.database import Reader, Row
from codex.db.work import Work
from codex.kernel.criteria.grammar import Field
from codex.rehearsal.lives import OF_CLOCKS, OF_FILES, OF_PEOPLE, OF_WORDS, Around, File, Life, Message
from codex.rehearsal.period import Period
from codex.rehearsal.progress import Going
from codex.rehearsal.recorded import Recorded
from codex.sla import kept_versions
from codex.sla.calendar import Calendar
from codex.sla.timeline import calendars_named_in
from codex.tickets.criteria_state import PersonFacts, Spoken
from codex.tickets.policy import INTERNAL_SQL, VISIBLE_SQL, sight

CHUNK = 250
"""Tickets that are read at once; in between, others get their turn."""
_TICKETS = f"""
    SELECT tickets.id, tickets.display_id FROM tickets
    WHERE tickets.id > %(after)s AND {VISIBLE_SQL} AND {INTERNAL_SQL} AND {{which}}
    ORDER BY tickets.id LIMIT %(limit)s"""
_HOW_MANY = f"SELECT count(*) FROM tickets WHERE {VISIBLE_SQL} AND {INTERNAL_SQL} AND {{which}}"
CHANGED = "tickets.created_at < %(until)s AND tickets.updated_at >= %(since)s"
"""Of tickets that something happened to in a period, or may have, if more has happened to them since."""
OPENED = "tickets.created_at >= %(since)s AND tickets.created_at < %(until)s"
"""Of tickets that were received in a period."""
_EVENTS = """
    SELECT e.ticket_id, e.id, e.type, e.payload::text, e.created_at, e.cause_id, e.version, e.actor_kind::text,
           e.actor_name, e.created_by_id
    FROM ticket_events e WHERE e.ticket_id = ANY(%(ids)s) AND {which} ORDER BY e.ticket_id, e.version"""
_MESSAGES = """
    SELECT COALESCE(m.merged_from_id, m.ticket_id), m.id, m.author_id, m.created_at, m.body FROM ticket_messages m
    WHERE (m.ticket_id = ANY(%(ids)s) OR m.merged_from_id = ANY(%(ids)s)) AND m.type = 'PUBLIC'
    ORDER BY 1, m.created_at, m.id"""
_FILES = """
    SELECT COALESCE(m.merged_from_id, m.ticket_id, f.merged_from_id, f.ticket_id), f.message_id, f.created_at
    FROM attachments f
    LEFT JOIN ticket_messages m ON m.id = f.message_id
    WHERE (f.ticket_id = ANY(%(ids)s) OR f.merged_from_id = ANY(%(ids)s))
      AND (f.message_id IS NULL OR m.type = 'PUBLIC') ORDER BY 1"""
_PEOPLE = "SELECT u.id, u.email, u.department, u.location, u.role = 'EMPLOYEE' FROM users u WHERE u.id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets, by a condition on `tickets` (CHANGED, OPENED …), which of their events, by one on `ticket_events
    e`, and the fields that will be asked about."""

    tickets: str
    events: str
    fields: Sequence[Field] = ()


UP_TO_THE_END = "e.created_at < %(until)s"
"""Events before the end of the period, and all before it."""


async def lives(work: Work, period: Period, wanted: Wanted, going: Going) -> AsyncIterator[list[Life]]:
    """The lives, some at a time, of the tickets whose internal side the actor sees now; `going` hears of each time."""
    reader, after, which = await work.reader(), UUID(int=0), f"({wanted.tickets})"
    params = {**sight(work.actor, work.now), "since": period.since, "until": period.until}
    if going.tell is not None:
        await going.begin((await reader.all(_HOW_MANY.format(which=which), params))[0][0])
    sql = _TICKETS.format(which=which)
    while rows := await reader.all(sql, {**params, "limit": CHUNK, "after": after}):
        after = rows[-1][0]
        yield await _lives(reader, period, wanted, rows)
        await going.advance(len(rows))


async def _lives(reader: Reader, period: Period, wanted: Wanted, rows: Sequence[Row]) -> list[Life]:
    ids = [row[0] for row in rows]
    found = await reader.all(_EVENTS.format(which=wanted.events), {"ids": ids, "until": period.until})
    told = {key: [_recorded(row) for row in group] for key, group in groupby(found, key=itemgetter(0))}
    around = await _around(reader, ids, told.values(), {field.name for field in wanted.fields})
    return [Life(key, display_id, told[key], around) for key, display_id in rows if key in told]


_decode = json.Decoder().decode


def _recorded(row: Row) -> Recorded:
    _, key, kind, payload, at, cause, version, actor_kind, actor_name, creator = row
    return Recorded(
        id=key, type=kind, payload=_decode(payload), created_at=at, cause_id=cause, version=version,
        actor_kind=actor_kind, actor_name=actor_name, created_by_id=creator,
    )  # fmt: skip


async def _around(
    reader: Reader, ids: Collection[UUID], told: Collection[Sequence[Recorded]], asked: set[str]
) -> Around:
    """What has to stand around these lives so that such fields can be read of them."""
    messages: dict[UUID, list[Message]] = defaultdict(list)
    files: dict[UUID, list[File]] = defaultdict(list)
    named: set[UUID] = set()
    origins = {*ids, *_absorbed(told)} if asked & (OF_WORDS | OF_FILES) else set()
    if origins:
        for origin, key, author, at, body in await reader.all(_MESSAGES, {"ids": list(origins)}):
            messages[origin].append(Message(key, origin, Spoken(author, at, body)))
            named |= {author} if author else set()
    if asked & OF_FILES:
        for origin, message_id, at in await reader.all(_FILES, {"ids": list(origins)}):
            files[origin].append(File(origin, message_id, at))
    people = await _people(reader, named | _requesters(told)) if asked & OF_PEOPLE else {}
    known = await kept_versions.calendars(reader, _calendars(told)) if asked & OF_CLOCKS else {}
    return Around(people, messages, files, lambda key: calendar_of(known, key))


def calendar_of(known: dict[UUID, Calendar], key: str | None) -> Calendar:
    """The calendar of a version, out of those that were read; None: round the clock."""
    return known[UUID(key)] if key else kept_versions.ALWAYS


async def _people(reader: Reader, ids: Collection[UUID]) -> dict[UUID, PersonFacts]:
    rows = await reader.all(_PEOPLE, {"ids": list(ids)}) if ids else []
    return {
        key: PersonFacts(email, department, location, is_employee=is_employee)
        for key, email, department, location, is_employee in rows
    }


def _all(told: Iterable[Sequence[Recorded]], *types: str) -> Iterable[Recorded]:
    return (event for events in told for event in events if event.type in types)


def _absorbed(told: Iterable[Sequence[Recorded]]) -> set[UUID]:
    return {UUID(event.payload["ticketId"]) for event in _all(told, "ABSORBED")}


def _requesters(told: Iterable[Sequence[Recorded]]) -> set[UUID]:
    told = list(told)
    began = {UUID(event.payload["requesterId"]) for event in _all(told, "TICKET_CREATED")}
    return began | {UUID(event.payload["to"]) for event in _all(told, "REQUESTER_CHANGED")}


def _calendars(told: Iterable[Sequence[Recorded]]) -> set[UUID]:
    return calendars_named_in(event for events in told for event in events)
