"""The calendars of sla.md's worked examples, and simulations written briefly."""

from datetime import UTC, datetime
from typing import Any

from codex.sla.simulate import simulate

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
WEEK = (*WORKDAYS, "sat", "sun")
A: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "schedule": {day: [["09:00", "17:00"]] for day in WORKDAYS},
    "holidays": [
        {"date": "2026-04-03", "name": "Good Friday"},
        {"date": "2026-04-06", "name": "Easter Monday"},
        {"date": "2026-05-01", "name": "Labour Day"},
        {"date": "2026-12-25", "name": "Christmas Day"},
        {"date": "2027-01-01", "name": "New Year"},
        {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]},
        {"date": "2026-03-14", "name": "Open Saturday", "hours": [["09:00", "12:00"]]},
    ],
}
B: dict[str, Any] = {
    "timezone": "America/New_York",
    "schedule": {day: [["08:30", "12:00"], ["13:00", "17:30"]] for day in WORKDAYS},
}
C: dict[str, Any] = {"timezone": "Europe/Berlin", "schedule": {day: [["00:00", "24:00"]] for day in WEEK}}
N: dict[str, Any] = {"timezone": "Europe/London", "schedule": {day: [["22:00", "06:00"]] for day in WEEK}}
TARGETS = {
    "P1": {"firstResponseHours": 1, "resolutionHours": 4},
    "P2": {"firstResponseHours": 4, "resolutionHours": 8},
    "P3": {"firstResponseHours": 8, "resolutionHours": 24},
}
PRESENT = datetime(2026, 3, 1, tzinfo=UTC)


def asked(calendar: dict[str, Any], *timeline: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """The simulator's input: entries are instant, type, and what the type needs most (`created`: the priority)."""
    return {"calendar": calendar, "targets": TARGETS, "timeline": [_entry(*entry) for entry in timeline], **more}


def simulated(calendar: dict[str, Any], *timeline: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """The simulator's answer to it."""
    answer: dict[str, Any] = simulate(asked(calendar, *timeline, **more), now=PRESENT)
    return answer


def _entry(at: str, kind: str, what: str) -> dict[str, Any]:
    match kind:
        case "created":
            return {"at": at, "type": kind, "priority": what}
        case "message":
            return {"at": at, "type": kind, "visibility": "PUBLIC", "by": what}
        case "calendar":
            return {"at": at, "type": kind, "calendar": {"A": A, "B": B, "C": C, "N": N}[what]}
        case "merged" | "unmerged" | "deleted" | "restored":
            return {"at": at, "type": kind}
        case _:
            return {"at": at, "type": kind, "to": what}
