"""Rehearsing an SLA policy: how the promises to the tickets of a period were kept, and how they would have been."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from codex.db.database import Reader
from codex.db.work import Work
from codex.rehearsal.answers import Called, Compliance, Kept, Match, Rehearsed, Standing
from codex.rehearsal.lives import Life
from codex.rehearsal.period import Period
from codex.rehearsal.progress import Going, Tell
from codex.rehearsal.promises import PolicyDraft, Promises
from codex.rehearsal.reading import OPENED, Wanted, lives
from codex.rehearsal.recorded import Recorded
from codex.rehearsal.tally import Tally
from codex.sla import clock
from codex.sla.clock_occurrences import Created, Occurrence, RetargetCause, Retargeted
from codex.sla.clock_state import ClockKind, ClockState, Terms
from codex.sla.clock_verdicts import State, state_of
from codex.sla.timeline import RECOMPUTED_FROM, occurrence, occurrences
from codex.tickets.criteria import FIELDS
from codex.tickets.models import TicketPriority
from codex.tickets.veil import veiled

_OF_CLOCKS = f"e.type IN ({', '.join(repr(kind) for kind in RECOMPUTED_FROM)})"
_CALENDARS = [FIELDS["slaState"]]
"""A field that needs the calendars that clocks ran by."""
_OPEN = (State.RUNNING, State.PAUSED, State.UNSCHEDULABLE)
_NAMES = "SELECT t.id, t.name FROM teams t WHERE t.id = ANY(%(ids)s)"
_CAUSES: Mapping[str, RetargetCause] = {"TEAM_CHANGED": "TEAM", "PRIORITY_CHANGED": "PRIORITY"}
_Under = tuple[TicketPriority, UUID | None]


@dataclass(frozen=True, slots=True)
class Course:
    """What of a ticket's history its promises go by: the terms change with its team and priority. Pure."""

    events: Sequence[Recorded]

    def stretches(self) -> Iterator[tuple[Recorded, UUID | None, TicketPriority]]:
        """Each event, with the team and the priority that the ticket has from it on."""
        first = self.events[0].payload
        team, priority = _id(first["teamId"]), TicketPriority(first["priority"])
        for event in self.events:
            if event.type == "TEAM_CHANGED":
                team = _id(event.payload["to"])
            elif event.type == "PRIORITY_CHANGED":
                priority = TicketPriority(event.payload["to"])
            yield event, team, priority

    def under(self, promises: Promises) -> Iterator[Occurrence]:
        """The history as clocks would have heard it if this had been promised."""
        terms: Terms | None = None
        for event, team, priority in self.stretches():
            then = promises.terms(team, priority)
            if event.type == "TICKET_CREATED":
                yield Created(at=event.created_at, terms=then, answered=self._was_answered_at_once())
            elif event.type in _CAUSES:
                if then is not terms:
                    yield Retargeted(at=event.created_at, terms=then, cause=_CAUSES[event.type])
            elif (heard := occurrence(event.type, event.payload, event.created_at)) is not None:
                yield heard
            terms = then

    def _was_answered_at_once(self) -> bool:
        """An agent opened it for somebody else, and said something to them with it (sla.md rule 8)."""
        first = self.events[0]
        return (
            first.actor_kind in ("person", "mail")
            and str(first.created_by_id) != first.payload["requesterId"]
            and any(
                event.type == "MESSAGE_ADDED" and event.payload["firstResponse"]
                for event in self.events
                if event.created_at == first.created_at
            )
        )


@dataclass(slots=True)
class _Book:
    """How promises were kept, by priority and team, and by clock."""

    counts: dict[_Under, Counter[tuple[ClockKind, str]]] = field(default_factory=lambda: defaultdict(Counter))

    def enter(self, under: _Under, verdicts: Mapping[ClockKind, str]) -> None:
        for kind, verdict in verdicts.items():
            self.counts[under][kind, verdict] += 1

    def standings(self, names: Mapping[UUID, str]) -> list[Standing]:
        ordered = sorted(
            self.counts.items(), key=lambda each: (each[0][0], names.get(each[0][1], "") if each[0][1] else "")
        )
        return [
            Standing(
                priority=priority, team=Called(team, names[team]) if team else None,
                first_response=_kept(counts, ClockKind.FIRST_RESPONSE), resolution=_kept(counts, ClockKind.RESOLUTION),
            )
            for (priority, team), counts in ordered
        ]  # fmt: skip


async def rehearse(work: Work, draft: PolicyDraft, period: Period, *, tell: Tell | None = None) -> Rehearsed:
    """How the promises to tickets received in the period were kept up to now, of those that the actor works on, and how
    they would have been with the policy in force all along.

    Raises Unprocessable for a period with more events than one answer is for.
    """
    replay = ComplianceReplay(work, draft, period, tell)
    await replay.run()
    names = await _names(await work.reader(), [replay.before, replay.after])
    return Rehearsed(
        matches=await veiled(await work.reader(), work.actor, replay.tally.first),
        events_examined=replay.going.events, match_count=replay.tally.count,
        ticket_count=replay.tally.count, actions={}, mails_out=0, conflicts=[],
        compliance=Compliance(replay.before.standings(names), replay.after.standings(names)),
    )  # fmt: skip


class ComplianceReplay:
    """The tickets of a period with their clocks as they ran, and as they would have run."""

    def __init__(self, work: Work, draft: PolicyDraft, period: Period, tell: Tell | None) -> None:
        self._work, self._draft, self._period = work, draft, period
        self.going, self.tally = Going(tell), Tally()
        self.before, self.after = _Book(), _Book()

    async def run(self) -> None:
        """Look at all of them."""
        which = (
            OPENED
            if self._draft.team_id is None
            else f"{OPENED} AND tickets.assigned_team_id = '{self._draft.team_id}'"
        )
        promises = Promises(await self._work.reader(), self._draft)
        async for some in lives(self._work, self._period, Wanted(which, _OF_CLOCKS, _CALENDARS), self.going):
            for life in some:
                self.going.look(len(life.events))
                await self._look(life, promises)

    async def _look(self, life: Life, promises: Promises) -> None:
        course, decided, drafted = Course(life.events), False, False
        under: _Under = (TicketPriority.P3, None)
        for _, team, priority in course.stretches():
            await promises.learn(team, priority)
            decided = decided or promises.is_decided(team, priority)
            drafted = drafted or promises.is_drafted(team, priority)
            under = (priority, team)
        as_it_was = clock.fold(occurrences(life.events, life.around.calendar))
        then = clock.fold(course.under(promises)) if decided else as_it_was
        if as_it_was is None or then is None:
            return
        self.before.enter(under, self._verdicts(as_it_was))
        self.after.enter(under, self._verdicts(then))
        if drafted:
            self.tally.add(life.ticket_id, life.events[0].created_at, lambda: _match(life))

    def _verdicts(self, state: ClockState) -> dict[ClockKind, str]:
        """Met, breached or open, of each clock that something is promised of and that counts."""
        found = {}
        for kind in ClockKind:
            one = state.clock(kind)
            if one is not None and one.target is not None and not state.cancelled_by:
                stands = state_of(state, one, self._work.now)
                found[kind] = "met" if stands is State.MET else "open" if stands in _OPEN else "breached"
        return found


def _match(life: Life) -> Match:
    at = life.events[0].created_at
    return Match(ticket_id=life.ticket_id, display_id=life.display_id, at=at, conditions=[])


def _kept(counts: Mapping[tuple[ClockKind, str], int], kind: ClockKind) -> Kept:
    met, breached, still_open = (counts.get((kind, verdict), 0) for verdict in ("met", "breached", "open"))
    decided = met + breached
    return Kept(met, breached, still_open, round(100 * met / decided, 2) if decided else None)


async def _names(reader: Reader, books: Sequence[_Book]) -> dict[UUID, str]:
    ids = {team for book in books for _, team in book.counts if team is not None}
    return dict(await reader.all(_NAMES, {"ids": list(ids)}))


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
