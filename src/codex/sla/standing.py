"""What of a ticket's clocks stands in columns, to be listed, counted and swept by. Pure; all follows from the state."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from codex.sla.clock_announcing import next_due_at
from codex.sla.clock_state import Clock, ClockKind, ClockState, Phase, packed
from codex.sla.clock_verdicts import State, state_of
from codex.tickets.models import SlaState

_FIRST_THAT_HOLDS = (
    State.BREACHED, State.PAUSED, State.RUNNING, State.UNSCHEDULABLE, State.CANCELLED, State.BREACHED_DONE, State.MET,
)  # fmt: skip
"""Which of two clocks' states a ticket is said to be in: what is wrong, then what goes on, then how it ended."""


def columns(state: ClockState) -> dict[str, Any]:
    """The columns of a SlaInstance that the clocks decide."""
    first, resolution = state.first_response, state.resolution
    return {
        "first_response_due_at": _due_at(state, first),
        "resolution_due_at": _due_at(state, resolution),
        "paused_at": resolution.paused_at if resolution.target and resolution.phase is Phase.PAUSED else None,
        "next_due_at": next_due_at(state),
        "first_response_at_risk_notified_at": first and first.risk_announced_at,
        "resolution_at_risk_notified_at": resolution.risk_announced_at,
        "first_response_breached_at": _breached_at(first),
        "resolution_breached_at": _breached_at(resolution),
        **_counted(state, ClockKind.FIRST_RESPONSE),
        **_counted(state, ClockKind.RESOLUTION),
        "clocks": packed(state),
    }


def standing(state: ClockState) -> tuple[SlaState | None, datetime | None]:
    """How a ticket with these clocks stood when something last happened to them (None: nothing is promised), and from
    when on it is BREACHED unless something happens: after that instant, whether anybody has looked or not."""
    clocks = [clock for kind in ClockKind if (clock := state.clock(kind)) and (clock.target or clock.breaches)]
    found = {state_of(state, clock, state.at) for clock in clocks}
    stands = next((SlaState(one.value) for one in _FIRST_THAT_HOLDS if one in found), None)
    return stands, min(_running_out(state), default=None)


def _running_out(state: ClockState) -> Iterator[datetime]:
    if state.cancelled_by:
        return
    for kind in ClockKind:
        clock = state.clock(kind)
        if clock is not None and clock.phase is Phase.RUNNING and clock.due_at is not None:
            yield clock.due_at


def _counted(state: ClockState, kind: ClockKind) -> dict[str, Any]:
    """How far a clock has come; what it has counted since, while it runs, follows from its calendar alone."""
    clock, terms, name = state.clock(kind), state.terms, kind.lower()
    if clock is None or clock.target is None or terms is None:
        return {f"{name}_target": None, f"{name}_counted": None, f"{name}_counted_at": None}
    counted, runs = clock.counted, clock.phase is Phase.RUNNING
    if runs:
        counted += terms.calendar.elapsed(clock.since, state.at)
    counted_at = state.at if runs else None
    return {f"{name}_target": clock.target, f"{name}_counted": counted, f"{name}_counted_at": counted_at}


def _due_at(state: ClockState, clock: Clock | None) -> datetime | None:
    return clock.due_at if clock is not None and not state.cancelled_by else None


def _breached_at(clock: Clock | None) -> datetime | None:
    return clock.breaches[-1].at if clock is not None and clock.breaches else None
