"""The table and the file of results, and the goals that they are held against."""

import os
import platform
from pathlib import Path

from msgspec import Struct, json
from rich.console import Console
from rich.table import Table

from bench.measuring import Measured, Memories
from bench.replaying import Replayed

REPLAY_PER_SECOND = 400.0
GROWTH = 1.3
MEMORY_KB = 250 * 1024
STATEMENTS = {"list": 3.0, "list_page_100": 3.0, "html queue": 3.0, "html ticket page": 6.0}
_COLUMNS = (
    "size", "case", "clients", "/s", "p50 ms", "p95", "p99", "err", "SQL", "web µs", "pg µs", "floor /s", "pg µs",
    "ratio", "goal",
)  # fmt: skip
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


def results(
    measured: list[Measured], memories: Memories, replayed: Replayed | None, *, processes: int, load: float
) -> Results:
    """Hold what was found against the goals."""
    goals = [*_ratios(measured), *_statements(measured), *_growth(measured), *_rest(memories, replayed)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    peaks = {part: sorted(seen.values(), reverse=True) for part, seen in memories.peaks.items()}
    return Results(machine, load, processes, measured, memories.pss, peaks, replayed, goals)


def write(found: Results, path: Path) -> None:
    """Keep them as JSON."""
    path.write_bytes(json.format(json.encode(found), indent=1) + b"\n")


def show(found: Results, console: Console) -> None:
    """Print the table, then the memory and the goals."""
    title = f"Codex, {found.processes} web process(es), {found.machine}, load {found.load_average:.1f}"
    table = Table(title=title, show_edge=False, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in ("size", "case", "goal") else "right")
    for row in found.measured:
        table.add_row(*_cells(row))
    console.print(table)
    for row in found.measured:
        if row.problem:
            console.print(f"no floor for {row.case}: {row.problem}", markup=False)
    console.print(f"Memory, proportional, MB: {_megabytes(found.memory_kb)}. Peak of each process: {_peaks(found)}.")
    for goal in found.goals:
        console.print(f"{'met   ' if goal.is_met else 'MISSED'} {goal.what}: {goal.is_now} (goal {goal.should_be})")


def _cells(row: Measured) -> list[str]:
    return [
        row.size, f"{row.case}{f' ({row.about})' if row.about else ''}", str(row.clients), f"{row.per_second:,.0f}",
        f"{row.p50_ms:.2f}", f"{row.p95_ms:.2f}", f"{row.p99_ms:.2f}", str(row.errors or ""),
        "" if row.statements is None else f"{row.statements:.1f}", f"{row.web_cpu_us:,.0f}",
        f"{row.postgres_cpu_us:,.0f}", *_floor_cells(row), f"≥ {row.goal:.0%}" if row.goal else "",
    ]  # fmt: skip


def _floor_cells(row: Measured) -> list[str]:
    if row.floor_per_second is None or row.floor_postgres_cpu_us is None or row.ratio is None:
        return ["", "", ""]
    return [f"{row.floor_per_second:,.0f}", f"{row.floor_postgres_cpu_us:,.0f}", f"{row.ratio:.1%}"]


def _ratios(measured: list[Measured]) -> list[Goal]:
    found = []
    for size, case in dict.fromkeys((m.size, m.case) for m in measured if m.goal and m.ratio):
        rows = [m for m in measured if (m.size, m.case) == (size, case) and m.ratio and m.goal]
        ratios = [m.ratio or 0.0 for m in rows]
        said = ", ".join(f"{m.ratio:.1%} at {m.clients}" for m in rows)
        goal = rows[0].goal or 0.0
        found.append(Goal(f"{case} at {size}, of its floor", said, f"≥ {goal:.0%}", max(ratios) >= goal))
    errors = sum(m.errors for m in measured)
    return [*found, Goal("errors", str(errors), "0", errors == 0)]


def _statements(measured: list[Measured]) -> list[Goal]:
    most: dict[str, float] = {}
    for row in measured:
        if row.case in STATEMENTS and row.statements is not None:
            most[row.case] = max(most.get(row.case, 0.0), round(row.statements, 1))
    return [
        Goal(f"statements of {case}", f"{most[case]:.1f}", f"≤ {STATEMENTS[case]:.0f}", most[case] <= STATEMENTS[case])
        for case in most
    ]


def _growth(measured: list[Measured]) -> list[Goal]:
    at = {(m.case, m.clients, m.size): m.p95_ms for m in measured}
    found = []
    for case, clients, size in at:
        if case in _GROWING and size == "1m" and (case, clients, "10k") in at:
            growth = at[case, clients, size] / at[case, clients, "10k"]
            what = f"p95 of {case} at 1m beside 10k, {clients} clients"
            found.append(Goal(what, f"{growth:.2f}", f"≤ {GROWTH}", growth <= GROWTH))
    return found


def _rest(memories: Memories, replayed: Replayed | None) -> list[Goal]:
    found = []
    ours = memories.pss.get("web", 0) + memories.pss.get("worker", 0)
    if ours:
        found.append(Goal("web and worker, MB", f"{ours / 1024:.0f}", f"≤ {MEMORY_KB // 1024}", ours <= MEMORY_KB))
    if replayed:
        speed = replayed.per_second
        said = f"{speed:.0f} ({replayed.facts / replayed.seconds:.0f} facts)"
        found.append(Goal("replay, events a second", said, f"≥ {REPLAY_PER_SECOND:.0f}", speed >= REPLAY_PER_SECOND))
    return found


def _megabytes(kilobytes: dict[str, int]) -> str:
    return ", ".join(f"{part} {size / 1024:.0f}" for part, size in kilobytes.items())


def _peaks(found: Results) -> str:
    return "; ".join(
        f"{part} {' '.join(f'{size / 1024:.0f}' for size in sizes[:4])}" for part, sizes in found.peak_rss_kb.items()
    )
