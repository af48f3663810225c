"""The tables that a run ends with."""

from rich import box
from rich.console import Console
from rich.table import Table

from bench.goals import CLIENTS, Fall, Results
from bench.measuring import Measured

_COLUMNS = (
    "size", "case", "clients", "/s", "p50 ms", "p95", "p99", "err", "SQL", "web µs", "pg µs", "floor /s", "pg µs",
    "ratio", "goal",
)  # fmt: skip


def show(found: Results, console: Console) -> None:
    """Every measurement, the memory, the goals."""
    title = f"Codex, {found.processes} web process(es), {found.machine}, load {found.load_average:.1f}"
    table = _table(title, *_COLUMNS, left=("size", "case", "goal"))
    for row in found.measured:
        table.add_row(*_cells(row))
    console.print(table)
    for row in found.measured:
        if row.problem:
            console.print(f"no floor for {row.case}: {row.problem}", markup=False)
    console.print(f"Memory, proportional, MB: {_megabytes(found.memory_kb)}. Peak of each process: {_peaks(found)}.")
    goals = _table("Goals", "goal", "is", "should be", "", left=("goal",))
    for goal in found.goals:
        goals.add_row(goal.what, goal.is_now, goal.should_be, "met" if goal.is_met else "[bold red]MISSED[/]")
    console.print(goals)


def show_falls(falls: list[Fall], console: Console) -> None:
    """What is slower than before."""
    table = _table("Slower than before, beside its floor", "case", "was", "is", left=("case",))
    for fall in falls:
        table.add_row(fall.what, f"{fall.was:.1%}", f"{fall.is_now:.1%}")
    console.print(table if falls else "Nothing is slower than before, beside its floor.")


def _table(title: str, *columns: str, left: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="left" if name in left else "right")
    return table


def _cells(row: Measured) -> list[str]:
    return [
        row.size, f"{row.case}{f' ({row.about})' if row.about else ''}", str(row.clients), f"{row.per_second:,.0f}",
        f"{row.p50_ms:.2f}", f"{row.p95_ms:.2f}", f"{row.p99_ms:.2f}", str(row.errors or ""), f"{row.statements:.1f}",
        f"{row.web_cpu_us:,.0f}", f"{row.postgres_cpu_us:,.0f}", *_floor_cells(row),
        f"≥ {row.goal:.0%}" if row.goal and row.clients == CLIENTS else "",
    ]  # fmt: skip


def _floor_cells(row: Measured) -> list[str]:
    if row.floor_per_second is None or row.floor_postgres_cpu_us is None or row.ratio is None:
        return ["", "", ""]
    return [f"{row.floor_per_second:,.0f}", f"{row.floor_postgres_cpu_us:,.0f}", f"{row.ratio:.1%}"]


def _megabytes(kilobytes: dict[str, int]) -> str:
    return ", ".join(f"{part} {size / 1024:.0f}" for part, size in kilobytes.items())


def _peaks(found: Results) -> str:
    return "; ".join(
        f"{part} {' '.join(f'{size / 1024:.0f}' for size in sizes[:4])}" for part, sizes in found.peak_rss_kb.items()
    )
