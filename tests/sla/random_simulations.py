"""Random calendars and random timelines, on a grid of quarters of an hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import brute_force
from hypothesis import strategies as st

from codex.kernel import clock as instants
from codex.kernel.checks import Checks
from codex.sla.clock_occurrences import Occurrence
from codex.sla.simulate import with_consequences
from codex.sla.simulation_reading import read

ZONES = (
    "Europe/Berlin", "America/New_York", "Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Apia", "America/Sao_Paulo", "Atlantic/Azores", "Asia/Beirut", "UTC",
)  # fmt: skip
# Around the changes of the clocks, the missing day of Apia, and one quiet week.
BEGINNINGS = (
    "2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2026-04-03", "2026-10-02", "2011-12-28", "2018-11-02",
    "2018-02-16", "2026-06-01",
)  # fmt: skip
TIMES = st.sampled_from([f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30", "45")])
STATUSES = (
    "TRIAGED", "ASSIGNED", "IN_PROGRESS", "WAITING_ON_REQUESTER", "WAITING_ON_VENDOR", "RESOLVED", "CLOSED", "REOPENED",
)  # fmt: skip
QUARTERS = timedelta(minutes=15)
SPANS = 9 * 96
"""A timeline lasts nine days at most, in quarters of an hour."""


@st.composite
def hours(draw: st.DrawFn) -> list[list[str]]:
    """Hours of a day, apart; the last may be a night shift, or end at 24:00."""
    edges = sorted(draw(st.sets(TIMES, min_size=0, max_size=4)))
    spans = [[start, end] for start, end in zip(edges[::2], edges[1::2], strict=False)]
    if spans and draw(st.booleans()):
        spans[-1][1] = draw(st.sampled_from(["24:00", "00:00", spans[0][0]]))
    return [span for span in spans if span[0] != span[1]]


@st.composite
def calendars(draw: st.DrawFn, begin: datetime) -> dict[str, Any]:
    """Any calendar that can be read; where a night shift runs into the next day's hours, these are left out."""
    week = {day: draw(hours()) for day in draw(st.sets(st.sampled_from(brute_force.DAYS), min_size=1))}
    dates = draw(st.sets(st.integers(-2, 12), max_size=4))
    holidays = [
        {"date": (begin.date() + timedelta(days=day)).isoformat(), "name": "Some day"}
        | ({"hours": draw(hours())} if draw(st.booleans()) else {})
        for day in sorted(dates)
    ]
    for place, day in enumerate(brute_force.DAYS):
        late = brute_force.after_midnight(week.get(brute_force.DAYS[place - 1], []))
        if late and any(brute_force.m(start) < late[0][1] for start, _ in week.get(day, [])):
            week[day] = []
    return {"timezone": draw(st.sampled_from(ZONES)), "schedule": week, "holidays": holidays}


@st.composite
def simulations(draw: st.DrawFn) -> dict[str, Any]:
    """Any simulation on the grid."""
    begin = datetime.fromisoformat(draw(st.sampled_from(BEGINNINGS))).replace(tzinfo=UTC)
    places = sorted(draw(st.lists(st.integers(0, SPANS), max_size=7)))
    start = begin + QUARTERS * draw(st.integers(0, 96))
    entries = [{"type": "created", "priority": draw(st.sampled_from(["P1", "P2", "P3", "P4"]))}]
    if draw(st.integers(0, 9)) == 0:
        entries[0]["by"] = "agent"
    entries += [draw(entry(begin)) for _ in places]
    ats = [start, *(start + QUARTERS * place for place in places)]
    now = ats[-1] + QUARTERS * draw(st.integers(0, 200))
    numbers = st.sampled_from([0, 1.25, 2.5, 5, 10, 20])
    targets = {
        priority: {"firstResponseHours": draw(numbers), "resolutionHours": draw(numbers)}
        for priority in ("P1", "P2", "P3", "P4")
    }
    return {
        "calendar": draw(calendars(begin)),
        "targets": targets,
        "escalationAfterPercent": draw(st.sampled_from([20, 80, 100])),
        "reopen": draw(st.sampled_from(["RESUME", "RESTART", "TOTAL"])),
        "pauseOn": draw(st.lists(st.sampled_from(["WAITING_ON_REQUESTER", "WAITING_ON_VENDOR"]), unique=True)),
        "firstResponsePauses": draw(st.booleans()),
        "timeline": [{"at": instants.iso(at), **said} for at, said in zip(ats, entries, strict=True)],
        "now": instants.iso(now),
    }


@st.composite
def entry(draw: st.DrawFn, begin: datetime) -> dict[str, Any]:
    """What may happen; most often, the status changes."""
    match draw(st.sampled_from(["status"] * 4 + ["message"] * 2 + ["priority", "calendar", "held"])):
        case "status":
            return {"type": "status", "to": draw(st.sampled_from(STATUSES))}
        case "message":
            by = draw(st.sampled_from(["agent", "requester", "automatic", "other"]))
            return {"type": "message", "visibility": draw(st.sampled_from(["PUBLIC", "INTERNAL"])), "by": by}
        case "priority":
            return {"type": "priority", "to": draw(st.sampled_from(["P1", "P2", "P3", "P4"]))}
        case "calendar":
            return {"type": "calendar", "calendar": draw(calendars(begin))}
        case _:
            return {"type": draw(st.sampled_from(["merged", "unmerged", "deleted", "restored"]))}


def occurrences(asked: dict[str, Any]) -> list[Occurrence]:
    """What the clocks hear of a simulation."""
    with Checks() as check:
        found = read(check, asked)
    assert found is not None
    return list(with_consequences(found.occurrences))
