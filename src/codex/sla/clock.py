"""A ticket's clocks as a fold: `step` takes one occurrence, and the state after the last is what is kept.

Pure. The rules are those of sla.md; where it leaves something open, the docstrings say what was decided.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from codex.sla.clock_moves import noticed, resumed, retargeted, started, stopped, turned
from codex.sla.clock_occurrences import (
    Announced,
    Cancelled,
    Created,
    MessageSent,
    Occurrence,
    Retargeted,
    Revived,
    StatusMoved,
)
from codex.sla.clock_state import DONE, WAITING, Clock, ClockKind, ClockState, Phase, ReopenMode, Terms


def fold(occurrences: Iterable[Occurrence]) -> ClockState | None:
    """The state after all of them, the first of which is Created; None when there are none."""
    state: ClockState | None = None
    for occurrence in occurrences:
        if state is not None:
            state = step(state, occurrence)
        elif isinstance(occurrence, Created):
            state = begin(occurrence)
        else:
            raise ValueError("Before a ticket is created, nothing happens to it.")
    return state


def begin(created: Created) -> ClockState:
    """The clocks of a ticket that has just been received."""
    at, terms = created.at, created.terms
    state = ClockState(
        created_at=at, at=at, status="NEW", terms=terms,
        first_response=None if created.answered else started(ClockKind.FIRST_RESPONSE, terms, at),
        resolution=started(ClockKind.RESOLUTION, terms, at),
    )  # fmt: skip
    return _moved(state, StatusMoved(at=at, to=created.status))


def step(state: ClockState, occurrence: Occurrence) -> ClockState:
    """The state after one more occurrence. Raises ValueError for one that is earlier than the last, and for a
    second Created.

    A breach whose due time has passed is found here too, before the occurrence takes effect: a late answer is late
    however late the worker is.
    """
    if occurrence.at < state.at:
        raise ValueError("What happens to a ticket happens in the order of time.")
    state = _noticed(state, occurrence.at)
    match occurrence:
        case StatusMoved():
            return _moved(state, occurrence)
        case MessageSent():
            return _answered(state, occurrence)
        case Retargeted():
            return _retargeted(state, occurrence)
        case Cancelled():
            return _cancelled(state, occurrence)
        case Revived():
            return _revived(state, occurrence)
        case Announced():
            return _announced(state, occurrence)
        case Created():
            raise ValueError("A ticket is created once.")


def _noticed(state: ClockState, at: datetime) -> ClockState:
    first = state.first_response
    return replace(state, at=at, first_response=first and noticed(first, at), resolution=noticed(state.resolution, at))


def _moved(state: ClockState, moved: StatusMoved) -> ClockState:
    """A merged ticket is closed too, which is no end of its clocks: unmerging puts the status back."""
    if state.cancelled_by or moved.to == state.status:
        return state
    at, terms = moved.at, state.terms
    first, resolution = state.first_response, state.resolution
    if moved.to in DONE:
        if first and first.phase is not Phase.STOPPED:
            first = stopped(first, terms, at)
        if resolution.phase is not Phase.STOPPED:
            resolution = stopped(resolution, terms, at)
        return replace(state, status=moved.to, first_response=first, resolution=resolution)
    if resolution.phase is Phase.STOPPED:
        state = _reopened(state, at)
    return _in_phase(replace(state, status=moved.to), at)


def _reopened(state: ClockState, at: datetime) -> ClockState:
    mode = state.terms.reopen if state.terms else ReopenMode.RESUME
    if mode is ReopenMode.RESTART:
        anew = started(ClockKind.RESOLUTION, state.terms, at)
        return replace(state, resolution=anew, cycles=(*state.cycles, state.resolution))
    is_total = mode is ReopenMode.TOTAL
    going = resumed(state.resolution, ClockKind.RESOLUTION, state.terms, at, as_if_never_stopped=is_total)
    return replace(state, resolution=going)


def _answered(state: ClockState, message: MessageSent) -> ClockState:
    first = state.first_response
    answers = message.by == "agent" and message.visibility == "PUBLIC" and not state.cancelled_by
    if not answers or first is None or first.phase is Phase.STOPPED:
        return state
    return replace(state, first_response=stopped(first, state.terms, message.at))


def _retargeted(state: ClockState, to: Retargeted) -> ClockState:
    first, old = state.first_response, state.terms
    if first is not None:
        first = retargeted(first, ClockKind.FIRST_RESPONSE, old, to.terms, to.at)
    resolution = retargeted(state.resolution, ClockKind.RESOLUTION, old, to.terms, to.at)
    return _in_phase(replace(state, terms=to.terms, first_response=first, resolution=resolution), to.at)


def _cancelled(state: ClockState, cancelled: Cancelled) -> ClockState:
    if cancelled.cause in state.cancelled_by:
        return state
    causes = (*state.cancelled_by, cancelled.cause)
    return _in_phase(replace(state, cancelled_by=causes, cancelled_at=state.cancelled_at or cancelled.at), cancelled.at)


def _revived(state: ClockState, revived: Revived) -> ClockState:
    causes = tuple(cause for cause in state.cancelled_by if cause is not revived.cause)
    first = state.first_response
    if revived.answered_at and first and first.phase is not Phase.STOPPED:
        first = stopped(first, state.terms, revived.answered_at)
    state = replace(state, first_response=first, cancelled_by=causes)
    return state if causes else _in_phase(replace(state, cancelled_at=None), revived.at)


def _announced(state: ClockState, announced: Announced) -> ClockState:
    clock = state.clock(announced.clock)
    if clock is None:
        raise ValueError("There is no such clock to announce anything of.")
    if announced.kind == "AT_RISK":
        clock = replace(clock, risk_announced_at=announced.at, risks_told=(*clock.risks_told, announced.due_at))
    else:
        told = (
            replace(breach, announced_at=announced.at) if breach.due_at == announced.due_at else breach
            for breach in clock.breaches
        )
        clock = replace(clock, breaches=tuple(told))
    is_first = announced.clock is ClockKind.FIRST_RESPONSE
    return replace(state, first_response=clock) if is_first else replace(state, resolution=clock)


def _in_phase(state: ClockState, at: datetime) -> ClockState:
    """Both clocks in the phase that the ticket's status and terms ask for."""
    first, terms = state.first_response, state.terms
    waits = state.status in (terms.pause_on if terms else WAITING)
    first_waits = waits and terms is not None and terms.first_response_pauses
    if first is not None:
        first = _turned(first, state, terms, at, waits=first_waits)
    return replace(state, first_response=first, resolution=_turned(state.resolution, state, terms, at, waits=waits))


def _turned(clock: Clock, state: ClockState, terms: Terms | None, at: datetime, *, waits: bool) -> Clock:
    if clock.phase is Phase.STOPPED:
        return clock
    if state.cancelled_by:
        return turned(clock, Phase.HELD, terms, at)
    return turned(clock, Phase.PAUSED if waits else Phase.RUNNING, terms, at)
