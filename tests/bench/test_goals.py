"""What a run is held against: the goals, at 8 clients, and the run before."""

from pathlib import Path

import pytest
from bench.__main__ import main
from bench.measuring import Measured, Memories
from bench.replaying import Replayed
from typer import Typer
from typer.testing import CliRunner

from bench import goals


def measured(case: str = "list", *, size: str = "10k", clients: int = 8, ratio: float = 0.5, p95: float = 1.0,
                      statements: float = 2.0, problem: str = "") -> Measured:  # fmt: skip
    return Measured(
        size=size, case=case, clients=clients, per_second=100.0, p50_ms=1.0, p95_ms=p95, p99_ms=9.0, errors=0,
        statements=statements, client_cpu_us=1.0, web_cpu_us=1.0, postgres_cpu_us=1.0, floor_per_second=200.0,
        floor_postgres_cpu_us=1.0, ratio=ratio, goal=0.2, problem=problem,
    )  # fmt: skip


def found(*rows: Measured, web_kb: int = 0, events: int = 0) -> goals.Results:
    memories = Memories(pss={"web": web_kb, "worker": 50_000})
    return goals.results(list(rows), memories, Replayed(1, events, events, 1.0, 1), processes=1, load=0.0)


def missed(results: goals.Results) -> list[str]:
    return [goal.what for goal in results.goals if not goal.is_met]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (found(measured(), events=400), []),
        (found(measured(ratio=0.19), events=400), ["list at 10k, of its floor"]),
        (found(measured(ratio=0.19, clients=32), events=400), []),
        (found(measured(statements=3.2), events=400), ["statements of list"]),
        (found(measured(p95=1.0), measured(size="1m", p95=1.3), events=400), []),
        (found(measured(p95=1.0), measured(size="1m", p95=1.4), events=400), ["p95 of list at 1m beside 10k"]),
        (found(measured(problem="no such row"), events=400), ["floors that could not be measured"]),
        (found(measured(), events=399), ["replay, events a second"]),
        (found(measured(), web_kb=206_001, events=400), ["web and worker, MB"]),
    ],
)
def test_each_goal_is_missed_by_what_it_is_about(results: goals.Results, expected: list[str]) -> None:
    assert missed(results) == expected


def test_a_ratio_that_lost_more_than_is_tolerated_is_named() -> None:
    before = found(measured(ratio=0.5), measured("detail", ratio=0.5))
    now = found(measured(ratio=0.4), measured("detail", ratio=0.46), measured("counts", ratio=0.1))

    assert goals.falls(now, before, tolerance=0.1) == [goals.Fall("list at 10k, 8 clients", 0.5, 0.4)]
    assert goals.falls(now, before, tolerance=0.25) == []


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = found(measured(), web_kb=100, events=400)
    goals.write(results, tmp_path / "results.json")

    assert goals.read(tmp_path / "results.json") == results


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sizes", "0"], "write numbers"),
        (["--sizes", "ten"], "write numbers"),
        (["--size", "ten"], "write numbers"),
        (["--clients", "0"], "write numbers from 1 to 256"),
        (["--sizes", "1k", "--clients", "8"], "a bigger desk"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(options: list[str], said: str) -> None:
    app = Typer()
    app.command()(main)
    refused = CliRunner().invoke(app, options, env={"COLUMNS": "200"})

    assert refused.exit_code == 2
    assert said in refused.output
