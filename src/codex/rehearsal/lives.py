"""A ticket's life, lived again: as it was after each of its events, in the terms of conditions. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from codex.kernel.criteria.grammar import Field
from codex.kernel.criteria.tree import Values
from codex.rehearsal.recorded import Recorded
from codex.sla import clock
from codex.sla.clock_occurrences import Created
from codex.sla.clock_state import ClockKind, ClockState
from codex.sla.clock_verdicts import seen_at
from codex.sla.standing import standing
from codex.sla.timeline import Calendars, occurrences
from codex.tickets.criteria_state import Beside, PersonFacts, Promise, Spoken, state_values
from codex.tickets.history import TicketState, advance

OF_PEOPLE = frozenset(
    {"requesterEmail", "requesterDomain", "requesterDepartment", "requesterLocation", "hoursSinceAgentMessage"}
)
OF_WORDS = frozenset({"anyText", "hoursSinceRequesterMessage", "hoursSinceAgentMessage", "messageCount"})
OF_FILES = frozenset({"hasAttachment"})
OF_CLOCKS = frozenset({"slaState", "slaFirstResponsePercent", "slaResolutionPercent"})
"""Fields that need more than a ticket's own events: people, public messages, files, calendars."""
_MICROSECOND = timedelta(microseconds=1)
_PARTS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Message:
    """A public message. `origin`: the ticket that it was written on, wherever it is now."""

    id: UUID
    origin: UUID
    spoken: Spoken


@dataclass(frozen=True, slots=True)
class File:
    """A file that everybody on its ticket sees, once its message is there."""

    origin: UUID
    message_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the lives of some tickets: people as they are now, messages (oldest first) and files by the
    ticket that they began on, and the calendars that clocks ran by."""

    people: Mapping[UUID, PersonFacts]
    messages: Mapping[UUID, Sequence[Message]]
    files: Mapping[UUID, Sequence[File]]
    calendar: Calendars


@dataclass(frozen=True, slots=True)
class _Clocks:
    """A ticket's clocks after so many of its events; and as they are now, after as many as it has `lived`."""

    folded: int = 0
    state: ClockState | None = None
    lived: int = 0
    present: ClockState | None = None


@dataclass(slots=True)
class Life:
    """One ticket. `lived`: how many of its events have happened; `state`: as it is after them, None before the first.

    `_origins`: the tickets whose messages are on it; `_said`: the messages that its own history tells of.
    """

    ticket_id: UUID
    display_id: str
    events: Sequence[Recorded]
    around: Around
    lived: int = 0
    state: TicketState | None = None
    _origins: set[UUID] = field(default_factory=set)
    _said: set[UUID] = field(default_factory=set)
    _clocks: _Clocks = field(default_factory=_Clocks)

    def __post_init__(self) -> None:
        self._origins.add(self.ticket_id)

    def live_until(self, version: int) -> None:
        """Let the events up to a version happen. Raises BrokenHistory."""
        while self.lived < len(self.events) and self.events[self.lived].version <= version:
            event = self.events[self.lived]
            self.state = advance(self.state, event)
            self.lived += 1
            _move_messages(self._origins, self._said, self.ticket_id, event)

    def values(self, fields: Sequence[Field], *, now: datetime) -> Values:
        """What the ticket has of these fields at an instant before its next event."""
        assert self.state is not None, "a ticket that nothing has happened to is not looked at"
        asked = {each.name for each in fields}
        spoken = self._spoken(now) if asked & OF_WORDS else ()
        beside = Beside(
            people=self._people(spoken) if asked & OF_PEOPLE else {},
            spoken=spoken,
            has_attachment=bool(asked & OF_FILES) and self._has_file(now),
            promise=self._promise(now, asked) if asked & OF_CLOCKS else Promise(),
        )
        return state_values(fields, self.state, beside, now=now)

    def _people(self, spoken: Iterable[Spoken]) -> dict[UUID, PersonFacts]:
        assert self.state is not None
        named = {self.state.requester_id, *(each.author_id for each in spoken)}
        return {key: self.around.people[key] for key in named if key is not None and key in self.around.people}

    def _present(self, now: datetime) -> list[Message]:
        """What everybody on the ticket reads by now: all that was said before this instant, and of this instant what
        its own history has come to."""
        found: list[Message] = []
        for origin in self._origins:
            there = self.around.messages.get(origin, ())
            before = bisect_left(there, self._instant(), key=_said_at)
            found += there[:before]
            found += [m for m in there[before:] if m.id in self._said and m.spoken.at <= now]
        return sorted(found, key=_order) if len(self._origins) > 1 else found

    def _instant(self) -> datetime:
        return self.events[self.lived - 1].created_at

    def _spoken(self, now: datetime) -> tuple[Spoken, ...]:
        return tuple(message.spoken for message in self._present(now))

    def _has_file(self, now: datetime) -> bool:
        read = {message.id for message in self._present(now)}
        files = (each for origin in self._origins for each in self.around.files.get(origin, ()))
        return any(each.at <= now and (each.message_id is None or each.message_id in read) for each in files)

    def _promise(self, now: datetime, asked: set[str]) -> Promise:
        state = self._clock_state()
        if state is None:
            return Promise()
        stands, breaches_at = standing(state) if "slaState" in asked else (None, None)
        if asked <= {"slaState"}:
            return Promise(stands, breaches_at)
        verdicts = seen_at(state, now)
        percents = {
            kind: Decimal(verdict.elapsed // _MICROSECOND * 10**8 // (verdict.target // _MICROSECOND)) * _PARTS
            for kind, verdict in verdicts.items()
            if verdict is not None and verdict.target
        }
        first, resolution = percents.get(ClockKind.FIRST_RESPONSE), percents.get(ClockKind.RESOLUTION)
        return Promise(stands, breaches_at, first, resolution)

    def _clock_state(self) -> ClockState | None:
        """The ticket's clocks now. What was complete before the present instant is folded once: clocks act at the
        instant of what they act on."""
        if self._clocks.lived != self.lived:
            at, known, calendar = self._instant(), self._clocks, self.around.calendar
            before = known.folded
            while self.events[before].created_at < at:
                before += 1
            state = _on(known.state, self.events[known.folded : before], calendar)
            self._clocks = _Clocks(before, state, self.lived, _on(state, self.events[before : self.lived], calendar))
        return self._clocks.present


def _on(state: ClockState | None, events: Sequence[Recorded], calendar: Calendars) -> ClockState | None:
    """The clocks after some more of a ticket's events."""
    for one in occurrences(events, calendar):
        if isinstance(one, Created):
            state = clock.begin(one)
        elif state is not None:
            state = clock.step(state, one)
    return state


def _move_messages(origins: set[UUID], said: set[UUID], own: UUID, event: Recorded) -> None:
    """What an event means for which messages are on the ticket: merging takes them away, or brings them."""
    match event.type:
        case "MESSAGE_ADDED":
            said.add(UUID(event.payload["messageId"]))
        case "ABSORBED":
            origins.add(UUID(event.payload["ticketId"]))
        case "RELEASED":
            origins.discard(UUID(event.payload["ticketId"]))
        case "MERGED":
            origins.discard(own)
        case "UNMERGED":
            origins.add(own)
        case _:
            pass


_said_at = attrgetter("spoken.at")


def _order(message: Message) -> tuple[datetime, UUID]:
    return message.spoken.at, message.id
