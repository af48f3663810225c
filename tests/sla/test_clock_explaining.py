"""A clock is explained so that a team lead believes it: what counted, what did not, and why."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace
from random_simulations import occurrences, simulations
from simulations import A, simulated

from codex.kernel import clock as instants
from codex.sla.calendar_reading import read
from codex.sla.clock import fold
from codex.sla.clock_explaining import explain
from codex.sla.clock_occurrences import Created, Retargeted
from codex.sla.clock_state import ClockKind, Terms
from codex.sla.clock_verdicts import seen_at

MONDAY = ("2026-03-02T09:00+01:00", "created", "P2")
TERMS = Terms(
    calendar=read(A), resolution=timedelta(hours=8), policy="Standard", policy_version=3, priority="P2",
    why="the team IT is assigned to it",
)  # fmt: skip


def story(*timeline: tuple[str, str, str], now: str, **more: Any) -> list[str]:
    """What is said of the resolution."""
    told = simulated(A, *timeline, now=now, **more)["explanation"]
    return [sentence.removeprefix("Resolution: ") for sentence in told if sentence.startswith("Resolution: ")]


def test_running_waiting_and_closed_are_told_one_by_one() -> None:
    waits = ("2026-03-02T11:00+01:00", "status", "WAITING_ON_REQUESTER")
    replies = ("2026-03-02T14:00+01:00", "message", "requester")

    assert story(MONDAY, waits, replies, now="2026-03-03T10:00:30+01:00") == [
        "Mon 2026-03-02 09:00 CET to 11:00 CET: running, 2 h (7200 s) counted, because the ticket was received.",
        "Mon 2026-03-02 11:00 CET to 14:00 CET: paused, 3 h (10800 s) of open time not counted, because the ticket"
        " became waiting on requester.",
        "Mon 2026-03-02 14:00 CET to 17:00 CET: running, 3 h (10800 s) counted, because the ticket became in progress.",
        "Mon 2026-03-02 17:00 CET to Tue 2026-03-03 09:00 CET: closed, 0 s counted, because it is outside opening"
        " hours.",
        "Tue 2026-03-03 09:00 CET to 10:00:30 CET: running, 1 h 30 s (3630 s) counted, because it is open again.",
        "due Tue 2026-03-03 12:00 CET, because 8 h (28800 s) are used up then; 1 h 59 min 30 s (7170 s) are left.",
    ]  # fmt: skip


def test_what_was_closed_for_a_holiday_names_it() -> None:
    told = story(("2026-04-02T16:00+02:00", "created", "P2"), now="2026-04-07T10:00+02:00")

    assert told[1] == (
        "Thu 2026-04-02 17:00 CEST to Tue 2026-04-07 09:00 CEST: closed, 0 s counted, because it is outside opening"
        " hours, with Good Friday (2026-04-03), Easter Monday (2026-04-06)."
    )


def test_many_days_are_told_as_one() -> None:
    told = story(MONDAY, now="2026-04-08T20:00+02:00", targets={"P2": {"resolutionHours": 500}})

    assert told[0] == (
        "Mon 2026-03-02 09:00 CET to Wed 2026-04-08 17:00 CEST: running, 211 h (759600 s) counted, because the ticket"
        " was received; 27 openings, the hours between them are closed, with Open Saturday (2026-03-14), Good Friday"
        " (2026-04-03), Easter Monday (2026-04-06)."
    )
    assert len(told) == 3


def test_what_a_change_did_is_told() -> None:
    told = story(MONDAY, ("2026-03-02T15:00+01:00", "priority", "P1"), now="2026-03-02T16:00+01:00")

    assert told[1].endswith("because the priority changed, the target is 4 h (14400 s) from then on.")
    assert told[2] == (
        "was due Mon 2026-03-02 13:00 CET, because 4 h (14400 s) were used up then; 3 h (10800 s) late; on record as"
        " breached Mon 2026-03-02 15:00 CET, when the change put the due time into the past."
    )


def test_reopened_as_if_never_resolved_the_time_in_between_is_told_as_counted() -> None:
    resolved, reopened = (
        ("2026-03-02T10:00+01:00", "status", "RESOLVED"),
        ("2026-03-02T12:00+01:00", "status", "REOPENED"),
    )
    resumed, total = (
        story(MONDAY, resolved, reopened, now=reopened[0], reopen=mode)[1] for mode in ("RESUME", "TOTAL")
    )

    assert resumed.endswith("stopped, 2 h (7200 s) of open time not counted, because the ticket became resolved.")
    assert "running, 2 h (7200 s) counted, because the ticket was reopened later" in total


def test_the_policy_its_version_and_why_it_applies_come_first() -> None:
    at = instants.parse("2026-03-02T09:00+01:00")
    told = explain([Created(at=at, terms=TERMS)], at)[ClockKind.RESOLUTION]

    assert told is not None
    assert told.sentences[0] == (
        "Resolution: Standard, version 3, promises 8 h (28800 s) for P2, because the team IT is assigned to it."
    )
    assert explain([Created(at=at, terms=TERMS)], at)[ClockKind.FIRST_RESPONSE] is None


def test_time_before_a_policy_applied_is_told_as_counted_by_it() -> None:
    at = instants.parse("2026-03-02T09:00+01:00")
    heard = [
        Created(at=at, terms=None),
        Retargeted(at=at + timedelta(hours=2), terms=replace(TERMS, policy=""), cause="TEAM"),
    ]

    told = explain(heard, at + timedelta(hours=3))[ClockKind.RESOLUTION]

    assert told is not None
    assert [(span.kind, span.counted) for span in told.spans] == [
        ("RUNNING", timedelta(hours=2)), ("RUNNING", timedelta(hours=1)),
    ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(simulations())
def test_what_is_told_adds_up_to_what_is_said(asked: dict[str, Any]) -> None:
    heard, now = occurrences(asked), instants.parse(asked["now"])
    state = fold(heard)
    assert state is not None
    verdicts, told = seen_at(state, now), explain(heard, now)

    for kind in ClockKind:
        verdict, one = verdicts[kind], told[kind]
        assert (verdict is None) == (one is None)
        if verdict is None or one is None or (kind is ClockKind.RESOLUTION and state.cycles):
            continue
        assert sum((span.counted for span in one.spans if span.kind == "RUNNING"), timedelta()) == verdict.elapsed
        assert sum((span.counted for span in one.spans if span.kind == "PAUSED"), timedelta()) == verdict.paused
        ends = [heard[0].at, *(span.end for span in one.spans)]
        assert [span.start for span in one.spans] == ends[:-1]
        assert all(sentence.endswith(".") and ".." not in sentence for sentence in one.sentences)
