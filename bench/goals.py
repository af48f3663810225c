"""What a run found, and what that is held against: the goals, and an earlier run."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, json

from bench.measuring import Measured, Memories
from bench.replaying import Replayed

CLIENTS = 8
"""How many clients the goals of speed are about."""
REPLAY_PER_SECOND = 400.0
GROWTH = 1.3
MEMORY_MB = 250
_STATEMENTS = {"list": 3, "list deep": 3, "html queue": 3, "detail": 6, "html ticket page": 8}
_GROWING = ("list", "detail")


class Goal(Struct):
    """Something to be reached: what is, and what should be."""

    what: str
    is_now: str
    should_be: str
    is_met: bool


class Results(Struct):
    """Everything that a run found; `load_average`: of the last minute, before it began."""

    machine: str
    load_average: float
    processes: int
    measured: list[Measured]
    memory_kb: dict[str, int]
    peak_rss_kb: dict[str, list[int]]
    replayed: Replayed | None
    goals: list[Goal]


class Fall(Struct):
    """A case whose ratio fell."""

    what: str
    was: float
    is_now: float


def results(
    measured: list[Measured], memories: Memories, replayed: Replayed | None, *, processes: int, load: float,
    compared: Sequence[Goal] = (),
) -> Results:  # fmt: skip
    """Hold what was found against the goals; `compared` are held already."""
    goals = [*_ratios(measured), *_statements(measured), *_growth(measured), *compared, *_rest(memories, replayed)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    peaks = {part: sorted(seen.values(), reverse=True) for part, seen in memories.peaks.items()}
    return Results(machine, load, processes, measured, memories.pss, peaks, replayed, goals)


def falls(found: Results, before: Results, *, tolerance: float) -> list[Fall]:
    """Where a ratio lost more than `tolerance` of what it was; what only one of the runs has is left out."""
    were = {(m.size, m.case, m.clients): m.ratio for m in before.measured}
    told = [(m, were.get((m.size, m.case, m.clients)), m.ratio) for m in found.measured]
    return [
        Fall(f"{m.case} at {m.size}, {m.clients} clients", was, now)
        for m, was, now in told
        if was is not None and now is not None and now < was * (1 - tolerance)
    ]


def write(found: Results, path: Path) -> None:
    """Keep them as JSON."""
    path.write_bytes(json.format(json.encode(found), indent=1) + b"\n")


def read(path: Path) -> Results:
    """What `write` kept. Raises FileNotFoundError, or msgspec.DecodeError for a file of another form."""
    return json.decode(path.read_bytes(), type=Results)


def _ratios(measured: list[Measured]) -> list[Goal]:
    errors = sum(m.errors for m in measured)
    without = sum(bool(m.problem) for m in measured)
    return [
        *(
            Goal(f"{m.case} at {m.size}, of its floor", f"{m.ratio:.1%}", f"≥ {m.goal:.0%}", m.ratio >= m.goal)
            for m in measured
            if m.clients == CLIENTS and m.goal is not None and m.ratio is not None
        ),
        Goal("errors", str(errors), "0", errors == 0),
        Goal("floors that could not be measured", str(without), "0", without == 0),
    ]


def _statements(measured: list[Measured]) -> list[Goal]:
    most: dict[str, float] = {}
    for row in measured:
        if row.case in _STATEMENTS:
            most[row.case] = max(most.get(row.case, 0.0), round(row.statements, 1))
    return [
        Goal(f"statements of {case}", f"{found:.1f}", f"≤ {_STATEMENTS[case]}", found <= _STATEMENTS[case])
        for case, found in most.items()
    ]


def _growth(measured: list[Measured]) -> list[Goal]:
    at = {(m.case, m.size): m.p95_ms for m in measured if m.clients == CLIENTS}
    growths = {
        case: at[case, "1m"] / at[case, "10k"] for case in _GROWING if {(case, "1m"), (case, "10k")} <= at.keys()
    }
    return [
        Goal(f"p95 of {case} at 1m beside 10k", f"{growth:.2f} ×", f"≤ {GROWTH} ×", growth <= GROWTH)
        for case, growth in growths.items()
    ]


def _rest(memories: Memories, replayed: Replayed | None) -> list[Goal]:
    found = []
    if {"web", "worker"} <= memories.pss.keys():
        ours = (memories.pss["web"] + memories.pss["worker"]) / 1024
        found.append(Goal("web and worker, MB", f"{ours:.0f}", f"≤ {MEMORY_MB}", ours <= MEMORY_MB))
    if replayed:
        speed = replayed.per_second
        said = f"{speed:.0f} ({replayed.facts / replayed.seconds:.0f} facts)"
        found.append(Goal("replay, events a second", said, f"≥ {REPLAY_PER_SECOND:.0f}", speed >= REPLAY_PER_SECOND))
    return found
