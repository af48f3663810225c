"""The worked examples of sla.md, every row."""

from typing import Any

import pytest
from simulations import TARGETS, A, B, C, N, simulated

from codex.kernel import clock

FR, RES = "firstResponse", "resolution"
MONDAY = "2026-03-02T09:00+01:00"
WAITING = "WAITING_ON_REQUESTER"
EIGHT = {"targets": {**TARGETS, "P4": {"resolutionHours": 8}}}

EXAMPLES: list[tuple[dict[str, Any], list[tuple[str, str, str]], dict[str, Any], dict[str, Any]]] = [
    (
        A,
        [("2026-03-02T10:00+01:00", "created", "P2")],
        {},
        {f"{FR}.dueAt": "2026-03-02T13:00Z", f"{RES}.dueAt": "2026-03-03T09:00Z"},
    ),
    (
        A,
        [("2026-03-06T16:30+01:00", "created", "P1")],
        {},
        {f"{FR}.dueAt": "2026-03-09T09:30+01:00", f"{RES}.dueAt": "2026-03-09T12:30+01:00"},
    ),
    (A, [("2026-03-06T17:00:00+01:00", "created", "P1")], {}, {f"{FR}.dueAt": "2026-03-09T10:00:00+01:00"}),
    (A, [("2026-03-06T16:59:59+01:00", "created", "P1")], {}, {f"{FR}.dueAt": "2026-03-09T09:59:59+01:00"}),
    (A, [(MONDAY, "created", "P2")], {}, {f"{RES}.dueAt": "2026-03-02T17:00:00+01:00"}),
    (
        A,
        [(MONDAY, "created", "P2"), ("2026-03-02T20:00+01:00", "status", "RESOLVED")],
        {},
        {
            f"{RES}.state": "BREACHED_DONE",
            f"{RES}.overdueSeconds": 0,
            f"{RES}.breachedAt": "2026-03-02T17:00+01:00",
            f"{RES}.breachCause": None,
        },
    ),
    (
        A,
        [("2026-12-24T10:00+01:00", "created", "P2")],
        {},
        {f"{FR}.dueAt": "2026-12-28T10:00+01:00", f"{RES}.dueAt": "2026-12-28T14:00+01:00"},
    ),
    (
        A,
        [("2026-04-02T16:00+02:00", "created", "P1")],
        {},
        {f"{FR}.dueAt": "2026-04-02T17:00+02:00", f"{RES}.dueAt": "2026-04-07T10:00Z"},
    ),
    (
        B,
        [("2026-03-04T12:20-05:00", "created", "P1")],
        {},
        {f"{FR}.dueAt": "2026-03-04T19:00Z", f"{RES}.dueAt": "2026-03-04T17:00-05:00"},
    ),
    (C, [("2026-03-29T00:30+01:00", "created", "P1")], {}, {f"{RES}.dueAt": "2026-03-29T03:30Z"}),
    (
        A,
        [("2026-03-27T16:00+01:00", "created", "P2")],
        {},
        {f"{FR}.dueAt": "2026-03-30T10:00Z", f"{RES}.dueAt": "2026-03-30T14:00Z"},
    ),
    (N, [("2026-03-28T23:00Z", "created", "P4")], EIGHT, {f"{RES}.dueAt": "2026-03-29T23:00Z", FR: None}),
    (
        A,
        [
            (MONDAY, "created", "P2"),
            ("2026-03-02T11:00+01:00", "status", WAITING),
            ("2026-03-02T14:00+01:00", "message", "requester"),
        ],
        {},
        {
            f"{RES}.elapsedSeconds": 2 * 3600,
            f"{RES}.pausedSeconds": 3 * 3600,
            f"{RES}.dueAt": "2026-03-03T12:00+01:00",
            f"{RES}.state": "RUNNING",
        },
    ),
    (
        A,
        [
            (MONDAY, "created", "P3"),
            ("2026-03-02T18:00+01:00", "status", WAITING),
            ("2026-03-03T08:00+01:00", "status", "IN_PROGRESS"),
        ],
        {},
        {f"{RES}.dueAt": "2026-03-04T17:00+01:00", f"{RES}.pausedSeconds": 0},
    ),
    (
        A,
        [
            (MONDAY, "created", "P2"),
            ("2026-03-02T10:00+01:00", "status", WAITING),
            ("2026-03-05T10:00+01:00", "status", "RESOLVED"),
        ],
        {},
        {f"{RES}.elapsedSeconds": 3600, f"{RES}.state": "MET", f"{RES}.everBreached": False},
    ),
    (
        A,
        [
            (MONDAY, "created", "P2"),
            ("2026-03-02T12:00+01:00", "status", "RESOLVED"),
            ("2026-03-03T10:00+01:00", "status", "REOPENED"),
            ("2026-03-03T14:30+01:00", "status", "RESOLVED"),
        ],
        {"reopen": "RESUME"},
        {f"{RES}.dueAt": "2026-03-03T15:00+01:00", f"{RES}.elapsedSeconds": 27_000, f"{RES}.state": "MET"},
    ),
    (
        A,
        [
            (MONDAY, "created", "P2"),
            ("2026-03-02T12:00+01:00", "status", "RESOLVED"),
            ("2026-03-03T10:00+01:00", "status", "REOPENED"),
            ("2026-03-03T14:30+01:00", "status", "RESOLVED"),
        ],
        {"reopen": "RESTART"},
        {f"{RES}.dueAt": "2026-03-04T10:00+01:00", f"{RES}.elapsedSeconds": 16_200, f"{RES}.state": "MET"},
    ),
    (
        A,
        [(MONDAY, "created", "P3"), ("2026-03-02T12:00+01:00", "priority", "P1")],
        {},
        {
            f"{FR}.dueAt": "2026-03-02T10:00+01:00",
            f"{FR}.breachedAt": "2026-03-02T12:00+01:00",
            f"{FR}.breachCause": "TARGET_CHANGED",
            f"{FR}.state": "BREACHED",
            f"{RES}.dueAt": "2026-03-02T13:00+01:00",
            f"{RES}.state": "RUNNING",
        },
    ),
    (
        A,
        [
            (MONDAY, "created", "P1"),
            ("2026-03-02T11:00+01:00", "priority", "P3"),
            ("2026-03-02T12:00+01:00", "message", "agent"),
        ],
        {},
        {
            f"{FR}.breachedAt": "2026-03-02T10:00+01:00",
            f"{FR}.breachCause": None,
            f"{FR}.dueAt": "2026-03-02T17:00+01:00",
            f"{FR}.state": "MET",
            f"{FR}.everBreached": True,
        },
    ),
    (
        A,
        [("2026-03-06T13:00+01:00", "created", "P2")],
        {"escalationAfterPercent": 80},
        {
            f"{FR}.dueAt": "2026-03-06T17:00+01:00",
            f"{FR}.atRiskAt": "2026-03-06T16:12+01:00",
            f"{RES}.dueAt": "2026-03-09T13:00+01:00",
            f"{RES}.atRiskAt": "2026-03-09T11:24+01:00",
        },
    ),
    (
        A,
        [(MONDAY, "created", "P1"), ("2026-03-02T11:00+01:00", "calendar", "B")],
        {},
        {f"{RES}.elapsedSeconds": 7200, f"{RES}.dueAt": "2026-03-02T15:30Z"},
    ),
]


@pytest.mark.parametrize(("calendar", "timeline", "more", "expected"), EXAMPLES)
def test_what_the_examples_promise_holds(
    calendar: dict[str, Any], timeline: list[tuple[str, str, str]], more: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = simulated(calendar, *timeline, **{"now": timeline[-1][0], **more})

    for path, value in expected.items():
        name, _, key = path.partition(".")
        found = answer[name][key] if key else answer[name]
        is_instant = isinstance(value, str) and value[:1].isdigit()
        assert (path, found) == (path, clock.iso(clock.parse(value)) if is_instant else value)
