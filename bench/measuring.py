"""Measures a case: the load client against the product and pgbench against the same database, turn and turn about.

Short rounds side by side, since on a shared machine only what ran at the same time can be compared.
"""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psycopg
from msgspec import Struct, msgpack

from bench import capture, floors, processes
from bench import statements as counted
from bench.asking import Asker
from bench.cases import Case
from bench.load import Order, Outcome
from bench.product import Running
from codex.db import embedded
from codex.db.embedded import processes as embedded_processes

ROUND_SECONDS = 2.0


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


@dataclass(frozen=True, slots=True)
class Round:
    """A stretch of the product: what the client saw, statements executed, CPU seconds of web and database."""

    outcome: Outcome
    statements: float | None
    web_cpu: float
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        """Units a second."""
        return len(self.outcome.latencies_us) / self.outcome.seconds


@dataclass(frozen=True, slots=True)
class Beside:
    """The same of the floor: turns a second and in all, and the CPU seconds of the database."""

    per_second: float
    turns: int
    postgres_cpu: float
    problem: str


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
        """The product and its floor in rounds of about ROUND_SECONDS; the ratio is the median of the rounds'."""
        rounds = max(1, round(self.seconds / ROUND_SECONDS))
        script = floors.script(self._captured(case), case.keys(clients)) if case.probe else None
        outcomes, beside = [], []
        for number in range(rounds):
            outcomes.append(self._product(case, clients, self.seconds / rounds, is_warm=number > 0))
            if script:
                beside.append(self._floor(script, clients, self.seconds / rounds))
                if beside[-1].problem:
                    script = None
        measured = _summed(self.size, case, clients, outcomes)
        if beside:
            _set_beside(measured, [o.per_second for o in outcomes], beside)
        return measured

    def product(self, case: Case, clients: int) -> Measured:
        """The product alone, in one go."""
        return _summed(self.size, case, clients, [self._product(case, clients, self.seconds, is_warm=False)])

    def _product(self, case: Case, clients: int, seconds: float, *, is_warm: bool) -> Round:
        warm = min(0.3 if is_warm else 1.0, seconds / 3)
        before = self._executed(), processes.cpu_seconds(self.web_pids()), self._postgres_cpu()
        outcome = _driven(Order(self.running.port, case.units(clients), seconds, warm))
        after = self._executed(), processes.cpu_seconds(self.web_pids()), self._postgres_cpu()
        self._look()
        if outcome.errors:
            sys.stderr.write(f"{case.name}: {outcome.first_error}\n")
        executed, web, postgres = (now - then for now, then in zip(after, before, strict=True))
        return Round(outcome, executed if self.counts_statements else None, web, postgres)

    def _floor(self, script: floors.Script, clients: int, seconds: float) -> Beside:
        before = self._postgres_cpu()
        floor = floors.run(self.server, script, clients=clients, seconds=seconds)
        time.sleep(0.1)  # for the postmaster to learn what its children have used
        return Beside(floor.per_second, floor.turns, self._postgres_cpu() - before, floor.problem)

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
        return counted.executed(self.superuser) if self.counts_statements else 0

    def _postgres_cpu(self) -> float:
        return processes.cpu_seconds(self.postgres_pids())

    def _look(self) -> None:
        self.memories.look("web", self.web_pids())
        self.memories.look("postgres", self.postgres_pids())


def _driven(order: Order) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=msgpack.encode(order), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The load client failed: {done.stderr.decode()[-500:]}")
    return msgpack.decode(done.stdout, type=Outcome)


def _summed(size: str, case: Case, clients: int, rounds: list[Round]) -> Measured:
    times = sorted(t for r in rounds for t in r.outcome.latencies_us)
    units = sum(r.outcome.units for r in rounds)
    executed = sum(r.statements or 0.0 for r in rounds) if rounds[0].statements is not None else None
    return Measured(
        size=size, case=case.name, clients=clients, per_second=len(times) / sum(r.outcome.seconds for r in rounds),
        p50_ms=_percentile(times, 50), p95_ms=_percentile(times, 95), p99_ms=_percentile(times, 99),
        errors=sum(r.outcome.errors for r in rounds), statements=executed / units if executed is not None else None,
        client_cpu_us=sum(r.outcome.cpu_seconds for r in rounds) / units * 1e6,
        web_cpu_us=sum(r.web_cpu for r in rounds) / units * 1e6,
        postgres_cpu_us=sum(r.postgres_cpu for r in rounds) / units * 1e6, goal=case.goal, about=case.about,
    )  # fmt: skip


def _set_beside(measured: Measured, speeds: list[float], beside: list[Beside]) -> None:
    measured.problem = beside[-1].problem
    turns = sum(b.turns for b in beside)
    if not measured.problem and turns:
        measured.floor_per_second = statistics.mean(b.per_second for b in beside)
        measured.floor_postgres_cpu_us = sum(b.postgres_cpu for b in beside) / turns * 1e6
        measured.ratio = statistics.median(speed / b.per_second for speed, b in zip(speeds, beside, strict=True))


def _percentile(times_us: list[int], percent: int) -> float:
    return times_us[min(len(times_us) - 1, len(times_us) * percent // 100)] / 1000 if times_us else 0.0
