"""Why a clock says what it says: the same fold with somebody listening, as spans and as sentences. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from codex.sla.calendar import Calendar
from codex.sla.clock import begin, step
from codex.sla.clock_occurrences import Created, Occurrence
from codex.sla.clock_state import Clock, ClockKind, ClockState, Phase, ReopenMode
from codex.sla.clock_verdicts import seen_at
from codex.sla.clock_words import NAMES, from_to, in_words, names_between, outcome, policy_sentence, why_closed, why_of

SpanKind = Literal["RUNNING", "PAUSED", "CLOSED", "STOPPED", "CANCELLED"]
OPENINGS_TOLD = 5
"""A stretch of more openings is told as one, from its first to its last."""
_KINDS: dict[Phase, SpanKind] = {
    Phase.RUNNING: "RUNNING",
    Phase.PAUSED: "PAUSED",
    Phase.STOPPED: "STOPPED",
    Phase.HELD: "CANCELLED",
}


class Span(Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a clock's life, [start, end). `counted`: its open time; a clock uses up that of RUNNING spans only."""

    start: datetime
    end: datetime
    kind: SpanKind
    counted: timedelta
    why: str
    sentence: str


class Explanation(Struct, frozen=True, kw_only=True, rename="camel"):
    """One clock, explained: what applies and why, span by span, and what follows."""

    clock: ClockKind
    policy: str
    spans: tuple[Span, ...]
    due: str

    @property
    def sentences(self) -> list[str]:
        """All of it, to be read from top to bottom."""
        return [*([self.policy] if self.policy else []), *(span.sentence for span in self.spans), self.due]


def explain(occurrences: Iterable[Occurrence], now: datetime) -> dict[ClockKind, Explanation | None]:
    """Both clocks' stories from their ticket's occurrences up to `now`; None where there is no such clock."""
    tellers = [_Teller(kind) for kind in ClockKind]
    state: ClockState | None = None
    for occurrence in occurrences:
        if occurrence.at > now:
            break
        before = state
        if before is not None:
            state = step(before, occurrence)
        elif isinstance(occurrence, Created):
            state = begin(occurrence)
        if state is None:
            raise ValueError("Before a ticket is created, nothing happens to it.")
        for teller in tellers:
            teller.hear(before, occurrence, state)
    if state is None:
        return dict.fromkeys(ClockKind)
    return {teller.kind: teller.told(state, now) for teller in tellers}


@dataclass(frozen=True, slots=True)
class _Part:
    """A clock does one thing in one calendar, for one reason."""

    start: datetime
    kind: SpanKind
    calendar: Calendar | None
    target: timedelta | None
    why: str


@dataclass(slots=True)
class _Teller:
    """Listens to the fold, and tells of one clock."""

    kind: ClockKind
    parts: list[_Part] = field(default_factory=list)

    def hear(self, before: ClockState | None, occurrence: Occurrence, after: ClockState) -> None:
        clock = after.clock(self.kind)
        if clock is None:
            return
        was = before.clock(self.kind) if before else None
        if was is not None and was.phase is Phase.STOPPED and clock.phase is not Phase.STOPPED:
            self._note_reopening(was, after)
        calendar = after.terms.calendar if after.terms else None
        part = _Part(occurrence.at, _KINDS[clock.phase], calendar, clock.target, why_of(occurrence, clock.target))
        last = self.parts[-1] if self.parts else None
        if (
            last is None
            or last.kind != part.kind
            or (part.kind != "STOPPED" and (last.calendar, last.target) != (part.calendar, part.target))
        ):
            self.parts.append(part)

    def told(self, state: ClockState, now: datetime) -> Explanation | None:
        verdict = seen_at(state, now)[self.kind]
        if verdict is None:
            return None
        calendar = self.parts[-1].calendar or Calendar.always()
        return Explanation(
            clock=self.kind, policy=policy_sentence(state.terms, self.kind), spans=tuple(self._spans(now)),
            due=outcome(self.kind, verdict, calendar),
        )  # fmt: skip

    def _note_reopening(self, was: Clock, after: ClockState) -> None:
        """Reopened as if never resolved: the time in between counts after all, as it would have."""
        if after.terms and after.terms.reopen is ReopenMode.TOTAL and self.parts[-1].kind == "STOPPED":
            kind: SpanKind = "PAUSED" if was.paused_at else "RUNNING"
            why = "the ticket was reopened later, and counts as if it had never been resolved"
            self.parts[-1] = replace(self.parts[-1], kind=kind, calendar=after.terms.calendar, why=why)

    def _spans(self, now: datetime) -> Iterator[Span]:
        calendar: Calendar | None = None
        spans: list[list[Span]] = []
        ends = [*(part.start for part in self.parts[1:]), now]
        for part, end in zip(reversed(self.parts), reversed(ends), strict=True):
            calendar = part.calendar or calendar  # what ran while nothing was promised is counted once something is
            is_last = not spans
            spans.append([] if part.kind == "STOPPED" and is_last else list(self._of(part, end, calendar)))
        for several in reversed(spans):
            yield from several

    def _of(self, part: _Part, end: datetime, calendar: Calendar | None) -> Iterator[Span]:
        start = part.start
        if start >= end:
            return
        if calendar is None:
            yield self._span(Calendar.always(), start, end, part.kind, timedelta(), f"no policy applies; {part.why}")
        elif part.kind != "RUNNING":
            yield self._span(calendar, start, end, part.kind, calendar.elapsed(start, end), part.why)
        else:
            yield from self._running(part, end, calendar)

    def _running(self, part: _Part, end: datetime, calendar: Calendar) -> Iterator[Span]:
        openings = list(calendar.openings(part.start, end))
        if len(openings) > OPENINGS_TOLD:
            yield self._many(part, openings, calendar)
            openings, last = [], openings[-1][1]
        else:
            last = part.start
        why = part.why
        for opened, closed in openings:
            if opened > last:
                yield self._closed(calendar, last, opened)
            yield self._span(calendar, opened, closed, "RUNNING", closed - opened, why)
            last, why = closed, "it is open again"
        if end > last:
            yield self._closed(calendar, last, end)

    def _many(self, part: _Part, openings: list[tuple[datetime, datetime]], calendar: Calendar) -> Span:
        start, end = part.start, openings[-1][1]
        counted = sum((closed - opened for opened, closed in openings), timedelta())
        named = names_between(start, end, calendar)
        beside = f", with {named}" if named else ""
        why = f"{part.why}; {len(openings)} openings, the hours between them are closed{beside}"
        return self._span(calendar, start, end, "RUNNING", counted, why)

    def _closed(self, calendar: Calendar, start: datetime, end: datetime) -> Span:
        return self._span(calendar, start, end, "CLOSED", timedelta(), why_closed(start, end, calendar))

    def _span(
        self, calendar: Calendar, start: datetime, end: datetime, kind: SpanKind, counted: timedelta, why: str
    ) -> Span:
        amount = in_words(counted)
        does = {
            "RUNNING": f"running, {amount} counted",
            "PAUSED": f"paused, {amount} of open time not counted",
            "CLOSED": "closed, 0 s counted",
            "STOPPED": f"stopped, {amount} of open time not counted",
            "CANCELLED": f"cancelled, {amount} of open time not counted",
        }[kind]
        sentence = f"{NAMES[self.kind]}: {from_to(start, end, calendar)}: {does}, because {why}."
        return Span(start=start, end=end, kind=kind, counted=counted, why=why, sentence=sentence)
