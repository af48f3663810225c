"""`python -m bench`: fill, measure, tell."""

import os
import re
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from msgspec import DecodeError
from rich.console import Console

from bench import cases, comparisons, goals, places, product, replaying, report
from bench.comparisons import Comparison
from bench.goals import Goal
from bench.measuring import Bench, Measured, Memories
from bench.places import Place
from bench.replaying import Replayed

RESULTS = Path(__file__).with_name("results.json")
SLOWER = RESULTS.with_name("results-slower.json")
_LOG = Path("incidents", "incident_event_log.csv.xz")
_SIZE = re.compile(r"([1-9]\d*)([km]?)")
_TICKETS_PER_CLIENT = 300
console = Console(width=None if os.isatty(1) else 170)


@dataclass(slots=True)
class Run:
    """What is asked for. `processes` 0: to be found out, once; `only` empty: every case."""

    sizes: dict[str, int]
    clients: list[int]
    seconds: int
    rounds: int
    processes: int
    only: list[str]
    keep: Path | None
    memories: Memories = field(default_factory=Memories)
    compared: list[Goal] = field(default_factory=list)

    def wants(self, case: str) -> bool:
        """Whether a case is to be measured; a name stands for all that begin with it."""
        return not self.only or any(case.startswith(name) for name in self.only)


def main(
    sizes: Annotated[str, typer.Option("--sizes", "--size", help="Tickets of the desks, with commas.")] = "10k,100k,1m",
    clients: Annotated[str, typer.Option(help="Numbers of clients, with commas.")] = "1,8,32",
    only: Annotated[
        str, typer.Option("--cases", "--only", help="Only what begins with these names, with commas.")
    ] = "",
    rounds: Annotated[int, typer.Option(min=1, help="How often product and floor take turns.")] = 3,
    seconds: Annotated[int, typer.Option(min=1, help="How long each turn lasts.")] = 1,
    processes: Annotated[int, typer.Option(min=0, help="Web processes; 0: the better of 1 and 2.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Where to leave filled desks, and to find them.")] = None,
    incidents: Annotated[int, typer.Option(min=1, help="How many incidents of the log to replay.")] = 500,
    compare: Annotated[bool, typer.Option("--compare", help="With results.json; exit 1 if a ratio fell.")] = False,
    tolerance: Annotated[float, typer.Option(min=0, max=1, help="What part of a ratio may be lost.")] = 0.15,
) -> None:
    """Measure Codex beside the same SQL on the same database, on this machine, in this run."""
    run = Run(_sizes(sizes), _clients(clients), seconds, rounds, processes, _words(only), keep)
    if min(run.sizes.values()) < _TICKETS_PER_CLIENT * max(run.clients):
        raise typer.BadParameter(f"Each client wants {_TICKETS_PER_CLIENT} tickets: a bigger desk, or fewer clients.")
    before = _before() if compare else None
    load = os.getloadavg()[0]
    sizes_wanted = [] if run.only == ["replay"] else run.sizes
    measured = [found for size in sizes_wanted for found in _at_size(run, size)]
    replayed = _replayed(incidents) if run.wants("replay") else None
    if not measured and not replayed and not run.compared:
        raise typer.BadParameter(f"--cases {only}: no case is called so.")
    found = goals.results(measured, run.memories, replayed, processes=run.processes, load=load, compared=run.compared)
    report.show(found, console)
    falls = goals.falls(found, before, tolerance=tolerance) if before else []
    if before:
        report.show_falls(falls, console)
    goals.write(found, SLOWER if falls else RESULTS)
    raise typer.Exit(1 if falls else 0)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.lower().split(",") if word.strip()]


def _sizes(text: str) -> dict[str, int]:
    found = {word: _SIZE.fullmatch(word) for word in _words(text)}
    if not found or not all(found.values()):
        raise typer.BadParameter(f"--sizes {text}: write numbers, with k or m for thousands or millions.")
    return {word: int(size[1]) * {"": 1, "k": 1000, "m": 1_000_000}[size[2]] for word, size in found.items() if size}


def _clients(text: str) -> list[int]:
    found = _words(text)
    if not found or not all(word.isdecimal() and 0 < int(word) <= 256 for word in found):
        raise typer.BadParameter(f"--clients {text}: write numbers from 1 to 256, with commas.")
    return [int(word) for word in found]


def _before() -> goals.Results:
    try:
        return goals.read(RESULTS)
    except FileNotFoundError:
        raise typer.BadParameter("--compare: there is no results.json of an earlier run.") from None
    except DecodeError as error:
        raise typer.BadParameter(f"--compare: results.json is of another form: {error}") from None


def _compare(run: Run, bench: Bench, wanted: Iterable[Comparison]) -> None:
    for comparison in wanted:
        if run.wants(comparison.name):
            for goal in comparison.measure(bench):
                run.compared.append(goal)
                console.print(f"{goal.what}: {goal.is_now}")


def _at_size(run: Run, size: str) -> Iterator[Measured]:
    with places.opened(size, run.sizes[size], keep=run.keep) as place:
        run.processes = run.processes or _better(run, place)
        with _bench(run, place, run.processes, run.memories) as bench:
            _compare(run, bench, comparisons.BEFORE)
            for case in cases.cases(bench.web.asker, place.desk):
                if run.wants(case.name):
                    captured = bench.captured(case)
                    for clients in run.clients:
                        yield _told(bench.measure(case, captured, clients))
            _compare(run, bench, comparisons.AFTERWARDS)
        with product.worker(
            place.server.data_dir
        ) as worker:  # last: it announces what is due, which is measured before
            time.sleep(2)
            run.memories.look("worker", [worker])


def _told(found: Measured) -> Measured:
    beside = f", {found.ratio:.1%} of {found.floor_per_second:,.0f}" if found.ratio else ""
    console.print(f"{found.size} {found.case} × {found.clients}: {found.per_second:,.0f}/s{beside}")
    return found


def _better(run: Run, place: Place) -> int:
    """One web process or two: both stand side by side and take turns at the cases that have a goal."""
    with ExitStack() as both:
        benches = {n: both.enter_context(_bench(run, place, n, Memories())) for n in (1, 2)}
        wanted = [case for case in cases.cases(benches[1].web.asker, place.desk) if case.goal]
        turns = [(case, n) for case in wanted for _ in range(run.rounds) for n in benches]
        speeds: dict[int, list[float]] = {n: [] for n in benches}
        for case, n in turns:
            speeds[n].append(max(benches[n].product_round(case, goals.CLIENTS).per_second, 1.0))
    means = {n: statistics.geometric_mean(found) for n, found in speeds.items()}
    for n, mean in means.items():
        console.print(f"{n} web process(es): {mean:,.0f} a second, the mean of {', '.join(c.name for c in wanted)}")
    return max(means, key=lambda n: means[n])


@contextmanager
def _bench(run: Run, place: Place, processes: int, memories: Memories) -> Iterator[Bench]:
    with product.web(place.server.data_dir, place.credentials, processes=processes) as web:
        yield Bench(place, web, run.seconds, run.rounds, memories)


def _replayed(incidents: int) -> Replayed | None:
    """The replay, where the public log is there: in $CODEX_SHARED_DATA, or in `shared/data` beside this project."""
    shared = Path(os.environ.get("CODEX_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    log = shared / _LOG
    if not log.is_file():
        console.print(f"No incident log at {log}: nothing is replayed.")
        return None
    with places.temporary("replay") as data_dir:
        return replaying.replay(data_dir, log, limit=incidents)


if __name__ == "__main__":
    typer.run(main)
