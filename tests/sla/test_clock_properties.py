"""Whatever the calendar and the timeline: the engine says what walking through time step by step says, and a state is
the same however it came about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import brute_force
from hypothesis import given, settings
from hypothesis import strategies as st
from random_simulations import occurrences, simulations

from codex.kernel import clock as instants
from codex.sla.calendar import Calendar
from codex.sla.clock import begin, fold, step
from codex.sla.clock_announcing import due_announcements, next_due_at
from codex.sla.clock_occurrences import Announced, Created, Occurrence
from codex.sla.clock_state import ClockKind, ClockState, packed, unpacked
from codex.sla.clock_verdicts import State, seen_at
from codex.sla.simulate import simulate

MICROSECOND = timedelta(microseconds=1)
HORIZON = 20 * 96


@settings(max_examples=100, deadline=None)
@given(simulations())
def test_the_engine_says_what_walking_through_time_says(asked: dict[str, Any]) -> None:
    horizon = brute_force.grid(datetime.fromisoformat(asked["now"])) + HORIZON
    expected = brute_force.Desk(asked, horizon).walk()

    answer = simulate(asked, now=datetime(2026, 1, 1, tzinfo=UTC))

    for name, walked in expected.items():
        found = answer[name]
        assert (found is None) == (walked is None), name
        if walked is not None:
            assert isinstance(found, dict)
            assert {key: _comparable(key, found, horizon) for key in walked} == walked, name


def _comparable(key: str, found: dict[str, Any], horizon: int) -> Any:
    value = found[key]
    if key == "state" and value == "UNSCHEDULABLE":
        return "RUNNING"
    if isinstance(value, str) and key.endswith("At"):
        at = brute_force.grid(instants.parse(value))
        return at if at <= horizon else None
    return value


@settings(max_examples=60, deadline=None)
@given(simulations(), st.data())
def test_what_was_kept_and_goes_on_is_what_is_folded_from_the_beginning(
    asked: dict[str, Any], data: st.DataObject
) -> None:
    heard = occurrences(asked)
    place = data.draw(st.integers(1, len(heard)))
    begun = fold(heard[:place])
    assert begun is not None

    for occurrence in heard[place:]:
        begun = step(reread(begun), occurrence)

    assert begun == fold(heard)


@settings(max_examples=80, deadline=None)
@given(simulations(), st.lists(st.integers(0, 15 * 86_400), max_size=6))
def test_when_the_sweep_looks_changes_no_verdict_and_nothing_is_announced_twice(
    asked: dict[str, Any], looks: list[int]
) -> None:
    heard, now = occurrences(asked), instants.parse(asked["now"])
    swept, told = lived(heard, [heard[0].at + timedelta(seconds=look) for look in looks], now)
    unswept = fold(heard)
    assert unswept is not None

    assert seen_at(swept, now) == seen_at(unswept, now)
    breaches = [(one.clock, one.due_at) for one in told if isinstance(one, Announced) and one.kind == "BREACHED"]
    assert len(breaches) == len(set(breaches))
    assert fold(told) == swept
    assert_everything_was_announced(swept, now)


def lived(heard: list[Occurrence], looks: list[datetime], now: datetime) -> tuple[ClockState, list[Occurrence]]:
    """The state after a life in which announcements are made with every occurrence and whenever somebody looks, and all
    that was recorded of it."""
    first = heard[0]
    assert isinstance(first, Created)
    state, recorded = begin(first), [first]
    moments: list[Occurrence | datetime] = [*heard[1:], *(look for look in looks if look < now), now]
    for moment in sorted(moments, key=lambda each: each if isinstance(each, datetime) else each.at):
        at = moment if isinstance(moment, datetime) else moment.at
        if not isinstance(moment, datetime):
            recorded.append(moment)
            state = step(state, moment)
        expected = next_due_at(state)
        due = due_announcements(state, at)
        assert bool(due) <= (expected is not None and expected <= at)
        assert [one.at for one in due] == sorted(one.at for one in due)
        for one in due:
            recorded.append(one.made(at))
            state = step(state, one.made(at))
        assert due_announcements(state, at) == []
    return state, recorded


def assert_everything_was_announced(state: ClockState, now: datetime) -> None:
    """What is next is ahead, and there is something then and not before."""
    ahead = next_due_at(state)
    if ahead is None:
        open_states = (State.RUNNING,)
        assert all(seen is None or seen.state not in open_states for seen in seen_at(state, now).values())
        return
    assert ahead >= now
    assert due_announcements(state, ahead - MICROSECOND) == []
    assert due_announcements(state, ahead + MICROSECOND) != []


def reread(state: ClockState) -> ClockState:
    """The state as it comes back from where it was kept."""
    assert state.terms is not None
    calendar: Calendar = state.terms.calendar
    found = unpacked(packed(state), lambda _: calendar)
    assert found == state and found.clock(ClockKind.RESOLUTION) == state.resolution
    return found
