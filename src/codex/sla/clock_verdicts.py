"""How a ticket's clocks look at an instant: the keys of sla.md's simulator. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from codex.kernel import clock as instants
from codex.sla.clock_state import Breach, Clock, ClockKind, ClockState, Phase


class State(StrEnum):
    """Where a clock stands (sla.md rule 1). One whose due time has passed stays BREACHED while the ticket waits."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    MET = "MET"
    BREACHED = "BREACHED"
    BREACHED_DONE = "BREACHED_DONE"
    CANCELLED = "CANCELLED"
    UNSCHEDULABLE = "UNSCHEDULABLE"


class Verdict(Struct, frozen=True, kw_only=True):
    """One clock at an instant. Durations are open time of the calendar; `paused_at`: a pause goes on since then.

    `breached_at`: the last breach on record. `ever_breached`: in earlier cycles, too. Of a clock that lost its target,
    and had been breached, the record is all that there is: it is CANCELLED, its `target` None.
    """

    state: State
    started_at: datetime
    due_at: datetime | None
    at_risk_at: datetime | None
    stopped_at: datetime | None
    paused_at: datetime | None
    breached_at: datetime | None
    breach_cause: Literal["TARGET_CHANGED"] | None
    ever_breached: bool
    elapsed: timedelta
    remaining: timedelta
    overdue: timedelta
    paused: timedelta
    target: timedelta | None

    def plain(self) -> dict[str, object]:
        """As the simulator and `slaState` show it: instants with Z, seconds whole where they are."""
        return {
            "state": self.state.value,
            "startedAt": _iso(self.started_at),
            "dueAt": _iso(self.due_at),
            "atRiskAt": _iso(self.at_risk_at),
            "stoppedAt": _iso(self.stopped_at),
            "breachedAt": _iso(self.breached_at),
            "breachCause": self.breach_cause,
            "everBreached": self.ever_breached,
            "elapsedSeconds": seconds(self.elapsed),
            "remainingSeconds": seconds(self.remaining),
            "overdueSeconds": seconds(self.overdue),
            "pausedSeconds": seconds(self.paused),
            "targetSeconds": None if self.target is None else seconds(self.target),
        }


def seen_at(state: ClockState, now: datetime) -> dict[ClockKind, Verdict | None]:
    """Both clocks at `now`, which is not before the last occurrence; None where there is no such clock.

    A due time that is `now` is not missed yet: a stop at that instant is in time.
    """
    return {kind: _verdict(state, state.clock(kind), kind, now) for kind in ClockKind}


def state_of(state: ClockState, clock: Clock, now: datetime) -> State:
    """Where one of the clocks of `state` stands at `now`."""
    if state.cancelled_by or clock.target is None:
        return State.CANCELLED
    if clock.phase is Phase.STOPPED:
        return State.BREACHED_DONE if clock.is_late else State.MET
    if clock.due_at is not None and clock.due_at < now:
        return State.BREACHED
    if clock.phase is Phase.PAUSED:
        return State.PAUSED
    return State.UNSCHEDULABLE if clock.due_at is None else State.RUNNING


def seconds(duration: timedelta) -> int | float:
    """A duration as JSON has it: 3600, 0.5."""
    return duration.total_seconds() if duration.microseconds else duration.days * 86_400 + duration.seconds


def _verdict(state: ClockState, clock: Clock | None, kind: ClockKind, now: datetime) -> Verdict | None:
    if clock is None or (clock.target is None and not clock.breaches):
        return None
    cycles = state.cycles if kind is ClockKind.RESOLUTION else ()
    breach = _breach(clock, now)
    found = state_of(state, clock, now)
    elapsed, paused = _counted(state, clock, now)
    target = clock.target
    is_over = found is State.CANCELLED
    return Verdict(
        state=found, started_at=clock.started_at,
        due_at=None if is_over else clock.due_at, at_risk_at=None if is_over else clock.at_risk_at,
        stopped_at=state.cancelled_at if is_over and clock.stopped_at is None else clock.stopped_at,
        paused_at=clock.paused_at if clock.phase is Phase.PAUSED else None,
        breached_at=breach.at if breach else None, breach_cause=breach.cause if breach else None,
        ever_breached=breach is not None or any(cycle.breaches for cycle in cycles),
        elapsed=elapsed, paused=paused, target=target,
        remaining=max(target - elapsed, timedelta()) if target else timedelta(),
        overdue=max(elapsed - target, timedelta()) if target else timedelta(),
    )  # fmt: skip


def _breach(clock: Clock, now: datetime) -> Breach | None:
    """The last breach, whether somebody has noticed it or not."""
    due_at = clock.due_at
    if due_at is not None and due_at < now and clock.phase is not Phase.STOPPED and not clock.is_late:
        return Breach(at=due_at, due_at=due_at, noticed_at=now)
    return clock.breaches[-1] if clock.breaches else None


def _counted(state: ClockState, clock: Clock, now: datetime) -> tuple[timedelta, timedelta]:
    """The open time that the clock ran and that it paused."""
    if state.terms is None or clock.phase not in (Phase.RUNNING, Phase.PAUSED):
        return clock.counted, clock.paused
    since = state.terms.calendar.elapsed(clock.since, now)
    if clock.phase is Phase.RUNNING:
        return clock.counted + since, clock.paused
    return clock.counted, clock.paused + since


def _iso(at: datetime | None) -> str | None:
    return None if at is None else instants.iso(at)
