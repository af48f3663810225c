"""Measures a case: the load client against the product, then pgbench against the same database."""

import subprocess
import sys
from dataclasses import dataclass, field

import psycopg
from msgspec import Struct, msgpack

from bench import capture, floors, processes, statements
from bench.asking import Asker
from bench.cases import Case
from bench.load import Order, Outcome
from bench.product import Running
from codex.db import embedded
from codex.db.embedded import processes as embedded_processes


class Measured(Struct):
    """One case with one number of clients. Times in ms, CPU in µs a unit; `ratio`: product ÷ floor, units a second.

    None where it was not measured: `problem` then says why there is no floor.
    """

    size: str
    case: str
    clients: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    statements: float | None
    client_cpu_us: float
    web_cpu_us: float
    postgres_cpu_us: float
    floor_per_second: float | None = None
    floor_postgres_cpu_us: float | None = None
    ratio: float | None = None
    goal: float | None = None
    problem: str = ""
    about: str = ""


@dataclass(slots=True)
class Memories:
    """The most that each part took: proportional size at any look, in kB, and the peak of each of its processes."""

    pss: dict[str, int] = field(default_factory=dict)
    peaks: dict[str, dict[int, int]] = field(default_factory=dict)

    def look(self, part: str, pids: list[int]) -> None:
        """Look at a part now."""
        found = {pid: seen for pid in pids if (seen := processes.memory(pid))}
        self.pss[part] = max(self.pss.get(part, 0), sum(m.pss for m in found.values()))
        self.peaks.setdefault(part, {}).update({pid: m.peak_rss for pid, m in found.items()})


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a measurement needs."""

    size: str
    server: embedded.Server
    superuser: psycopg.Connection
    running: Running
    asker: Asker
    seconds: float
    counts_statements: bool
    memories: Memories

    def web_pids(self) -> list[int]:
        """The web server and its processes."""
        return processes.family(self.running.pid)

    def postgres_pids(self) -> list[int]:
        """The server and its backends."""
        return embedded_processes.bearing(self.server.tag)

    def measure(self, case: Case, clients: int) -> Measured:
        """The product, then its floor."""
        measured = self.product(case, clients)
        if case.probe:
            self._floor(case, clients, measured)
        return measured

    def product(self, case: Case, clients: int) -> Measured:
        """The product alone."""
        order = Order(self.running.port, case.units(clients), self.seconds, min(1.0, self.seconds / 3))
        before = self._executed(), processes.cpu_seconds(self.web_pids()), self._postgres_cpu()
        outcome = _driven(order)
        after = self._executed(), processes.cpu_seconds(self.web_pids()), self._postgres_cpu()
        self._look()
        executed, web, postgres = (now - then for now, then in zip(after, before, strict=True))
        if outcome.errors:
            sys.stderr.write(f"{case.name}: {outcome.first_error}\n")
        times = sorted(outcome.latencies_us)
        return Measured(
            size=self.size, case=case.name, clients=clients, per_second=len(times) / outcome.seconds,
            p50_ms=_percentile(times, 50), p95_ms=_percentile(times, 95), p99_ms=_percentile(times, 99),
            errors=outcome.errors, statements=executed / outcome.units if self.counts_statements else None,
            client_cpu_us=outcome.cpu_seconds / outcome.units * 1e6, web_cpu_us=web / outcome.units * 1e6,
            postgres_cpu_us=postgres / outcome.units * 1e6, goal=case.goal, about=case.about,
        )  # fmt: skip

    def _floor(self, case: Case, clients: int, measured: Measured) -> None:
        script = floors.script(self._captured(case), case.keys(clients))
        before = self._postgres_cpu()
        floor = floors.run(self.server, script, clients=clients, seconds=self.seconds)
        spent = self._postgres_cpu() - before
        measured.problem = floor.problem
        if floor.per_second:
            measured.floor_per_second = floor.per_second
            measured.floor_postgres_cpu_us = spent / (floor.per_second * self.seconds) * 1e6
            measured.ratio = measured.per_second / floor.per_second

    def _captured(self, case: Case) -> capture.Captured:
        self._ask(case.before)
        with capture.capturing(self.server, self.superuser) as captured:
            self._ask(case.probe)
        return captured

    def _ask(self, unit: list[bytes]) -> None:
        for request in unit:
            status, body = self.asker.ask(request)
            if not 200 <= status < 300:
                raise RuntimeError(f"{request[:100]!r} was answered with {status}: {body[:500]!r}")

    def _executed(self) -> float:
        return statements.executed(self.superuser) if self.counts_statements else 0

    def _postgres_cpu(self) -> float:
        return processes.cpu_seconds(self.postgres_pids())

    def _look(self) -> None:
        self.memories.look("web", self.web_pids())
        self.memories.look("postgres", self.postgres_pids())


def _driven(order: Order) -> Outcome:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bench.load"], input=msgpack.encode(order), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The load client failed: {done.stderr.decode()[-500:]}")
    return msgpack.decode(done.stdout, type=Outcome)


def _percentile(times_us: list[int], percent: int) -> float:
    return times_us[min(len(times_us) - 1, len(times_us) * percent // 100)] / 1000 if times_us else 0.0
