"""What people have to be told about a ticket's clocks, and when the sweep must look again. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from codex.sla.clock_moves import noticed
from codex.sla.clock_occurrences import Announced
from codex.sla.clock_state import Breach, Clock, ClockKind, ClockState, Phase


class Announcement(Struct, frozen=True, kw_only=True):
    """Something to announce. `at` is the instant at which it became true (a breach: `breachedAt`), however late now is.

    `notify`: false where only the log is told, because the clock has been stopped since.
    """

    clock: ClockKind
    kind: Literal["AT_RISK", "BREACHED"]
    at: datetime
    due_at: datetime
    cause: Literal["TARGET_CHANGED"] | None
    notify: bool

    def made(self, now: datetime) -> Announced:
        """The occurrence of having made it: give it to `step`, and record it as an event."""
        return Announced(at=now, clock=self.clock, kind=self.kind, due_at=self.due_at)


def due_announcements(state: ClockState, now: datetime) -> list[Announcement]:
    """All that is to be announced at `now`, in order of `at`; stepping through `made(now)` of each empties the list.

    To be asked after every step, and by the sweep. At risk: only while running, once per target and armed again when
    the due time moves on. A breach: once per clock and due time; held back while the clock is paused; of a clock that
    has been stopped since for the log alone; of a cancelled one never.
    """
    if state.cancelled_by:
        return []
    found = [one for kind in ClockKind if (clock := state.clock(kind)) for one in _of(kind, noticed(clock, now), now)]
    return sorted(found, key=lambda one: one.at)


def next_due_at(state: ClockState) -> datetime | None:
    """The next instant at which `due_announcements` has something (sla.md rule 22); None: never, as things stand.

    A breach is due at its due time and can be announced from the microsecond after it.
    """
    if state.cancelled_by:
        return None
    instants = [at for kind in ClockKind if (clock := state.clock(kind)) for at in _ahead(clock)]
    return min(instants, default=None)


def _of(kind: ClockKind, clock: Clock, now: datetime) -> Iterator[Announcement]:
    if (risk_at := _unannounced_risk(clock)) and clock.due_at and risk_at <= now:
        yield Announcement(clock=kind, kind="AT_RISK", at=risk_at, due_at=clock.due_at, cause=None, notify=True)
    for breach in _unannounced_breaches(clock):
        yield Announcement(
            clock=kind, kind="BREACHED", at=breach.at, due_at=breach.due_at, cause=breach.cause,
            notify=clock.phase is not Phase.STOPPED and clock.target is not None,
        )  # fmt: skip


def _ahead(clock: Clock) -> Iterator[datetime]:
    if risk_at := _unannounced_risk(clock):
        yield risk_at
    yield from (breach.at for breach in _unannounced_breaches(clock))
    if clock.phase is Phase.RUNNING and clock.due_at and not clock.is_late:
        yield clock.due_at


def _unannounced_risk(clock: Clock) -> datetime | None:
    """When the clock is at risk, unless that was said, or there is worse to say: a change that put it into the past."""
    if clock.phase is not Phase.RUNNING or clock.risk_announced_at or clock.due_at is None:
        return None
    if clock.due_at in clock.risks_told:  # another target and back again
        return None
    if clock.is_late and (clock.breaches[-1].cause or clock.breaches[-1].announced_at):
        return None
    return clock.at_risk_at


def _unannounced_breaches(clock: Clock) -> list[Breach]:
    if clock.phase not in (Phase.RUNNING, Phase.STOPPED):
        return []
    told = {breach.due_at for breach in clock.breaches if breach.announced_at}
    first: dict[datetime, Breach] = {}
    for breach in clock.breaches:  # another target and back again breaches the same due time twice
        if breach.due_at not in told:
            first.setdefault(breach.due_at, breach)
    return list(first.values())
