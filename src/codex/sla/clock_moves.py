"""What one clock does: it starts, pauses, goes on, stops, gets another target, is reopened. Pure.

`calendar` is the one that the clock counts in; None while no policy applies: then time is only kept, and counted when
one does, from the start.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from codex.sla.calendar import Calendar
from codex.sla.clock_state import Breach, Clock, ClockKind, Phase, Stretch, Terms


def started(kind: ClockKind, terms: Terms | None, at: datetime) -> Clock:
    """A clock that begins to run."""
    target = terms.target(kind) if terms else None
    return timed(Clock(started_at=at, target=target, phase=Phase.RUNNING, since=at), terms, at)


def noticed(clock: Clock, at: datetime) -> Clock:
    """The clock with the breach, if its due time has passed and nobody has noticed yet."""
    if clock.due_at is None or clock.due_at >= at or clock.is_late or clock.phase is Phase.STOPPED:
        return clock
    breach = Breach(at=clock.due_at, due_at=clock.due_at, noticed_at=at)
    return replace(clock, breaches=(*clock.breaches, breach), is_late=True)


def turned(clock: Clock, phase: Phase, terms: Terms | None, at: datetime) -> Clock:
    """The clock as it goes on from `at` in a phase; in the one that it has: unchanged."""
    if clock.phase is phase:
        return clock
    clock = settled(clock, terms.calendar if terms else None, at)
    paused_at = at if phase is Phase.PAUSED else None
    return timed(replace(clock, phase=phase, paused_at=paused_at), terms, at)


def stopped(clock: Clock, terms: Terms | None, at: datetime) -> Clock:
    """The clock, stopped. One that waits is judged as if it had gone on at that very instant: the wait is excluded."""
    going = settled(turned(clock, Phase.RUNNING, terms, at), terms.calendar if terms else None, at)
    return replace(going, phase=Phase.STOPPED, stopped_at=at, paused_at=clock.paused_at)


def resumed(clock: Clock, kind: ClockKind, terms: Terms | None, at: datetime, *, as_if_never_stopped: bool) -> Clock:
    """A stopped clock runs again, against the target that is promised now: from where it stood, or as if it had never
    been stopped: then a wait that it was stopped in has lasted until now, and any other time since counts, all of it in
    the present calendar."""
    target = terms.target(kind) if terms else None
    is_changed = target != clock.target
    going = replace(clock, phase=Phase.RUNNING, since=at, target=target, stopped_at=None, paused_at=None)
    if as_if_never_stopped and clock.stopped_at is not None:
        phase = Phase.PAUSED if clock.paused_at else Phase.RUNNING
        going = replace(going, phase=phase, since=clock.stopped_at, paused_at=clock.paused_at)
    going = turned(timed(going, terms, at), Phase.RUNNING, terms, at)
    return judged(going, at, is_changed=is_changed)


def retargeted(clock: Clock, kind: ClockKind, old: Terms | None, new: Terms | None, at: datetime) -> Clock:
    """The clock under other terms; in the phase that it has. A stopped one keeps the target that it was judged by."""
    clock = _carried_over(clock, old.calendar if old else None, new.calendar if new else None, at)
    if clock.phase is Phase.STOPPED:
        return clock
    target = new.target(kind) if new else None
    return judged(timed(replace(clock, target=target), new, at), at, is_changed=True)


def settled(clock: Clock, calendar: Calendar | None, at: datetime) -> Clock:
    """The clock with the time since `since` counted."""
    if at <= clock.since or clock.phase in (Phase.STOPPED, Phase.HELD):
        return replace(clock, since=at)
    open_time = calendar.elapsed(clock.since, at) if calendar else timedelta()
    if clock.phase is Phase.PAUSED:
        return replace(clock, since=at, paused=clock.paused + open_time)
    return replace(clock, since=at, stretches=(*clock.stretches, Stretch(clock.since, at, open_time)))


def timed(clock: Clock, terms: Terms | None, at: datetime) -> Clock:
    """The clock with its due and at-risk times worked out anew; armed again if it is not at risk (any more)."""
    if terms is None or clock.target is None:
        return replace(clock, due_at=None, at_risk_at=None, risk_announced_at=None, is_late=False)
    due_at = _reaching(clock, terms.calendar, clock.target)
    at_risk_at = None
    if terms.at_risk_percent is not None:
        at_risk_at = _reaching(clock, terms.calendar, -(-clock.target * terms.at_risk_percent // 100))
    is_armed = at_risk_at is None or at_risk_at > at
    return replace(
        clock, due_at=due_at, at_risk_at=at_risk_at, risk_announced_at=None if is_armed else clock.risk_announced_at
    )


def judged(clock: Clock, at: datetime, *, is_changed: bool) -> Clock:
    """The clock with the breach, if what happened at `at` has put its due time into the past (sla.md rule 10)."""
    if clock.due_at is None or clock.due_at >= at:
        return replace(clock, is_late=False)
    if clock.is_late or not is_changed:
        return noticed(clock, at)
    breach = Breach(at=at, due_at=clock.due_at, cause="TARGET_CHANGED", noticed_at=at)
    return replace(clock, breaches=(*clock.breaches, breach), is_late=True)


def _reaching(clock: Clock, calendar: Calendar, wanted: timedelta) -> datetime | None:
    """The earliest instant at which so much is counted; None: not yet while it does not run, or never."""
    for stretch in clock.stretches:
        if stretch.counted >= wanted:
            is_whole = stretch.counted == stretch.end - stretch.start
            return stretch.start + wanted if is_whole else calendar.add(stretch.start, wanted)
        wanted -= stretch.counted
    return calendar.add(clock.since, wanted) if clock.phase is Phase.RUNNING else None


def _carried_over(clock: Clock, old: Calendar | None, new: Calendar | None, at: datetime) -> Clock:
    """What is counted stays as counted (sla.md rule 13): as stretches that are open throughout, in any calendar."""
    if old == new:
        return clock
    clock = settled(clock, new if old is None else old, at) if clock.phase is not Phase.STOPPED else clock
    return replace(clock, stretches=tuple(_kept(clock.stretches, old, new)))


def _kept(stretches: tuple[Stretch, ...], old: Calendar | None, new: Calendar | None) -> Iterator[Stretch]:
    for stretch in stretches:
        if stretch.counted == stretch.end - stretch.start:
            yield stretch
        elif old is not None:
            for start, end in old.openings(stretch.start, stretch.end):
                yield Stretch(start, end, end - start)
        elif new is not None:
            yield Stretch(stretch.start, stretch.end, new.elapsed(stretch.start, stretch.end))
