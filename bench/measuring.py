"""Measures a case: the load client against the product and pgbench against the same database, turn and turn about.

Short rounds side by side, since on a shared machine only what ran at the same time can be compared.
"""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

from msgspec import Struct, msgpack

from bench import floors, processes
from bench.cases import Case
from bench.floors import Floor, Script
from bench.load import Order, Outcome
from bench.places import Place
from bench.product import Web
from bench.statements import Captured, capturing, executed
from codex.db.embedded import processes as embedded_processes

WARM_SECONDS = 0.3
_TURNS_TO_SETTLE = 12


class Measured(Struct):
    """One case with one number of clients. Times in ms, CPU in µs a unit; `ratio`: product ÷ floor, units a second.

    None where there is no floor; `problem` says why if there should be one.
    """

    size: str
    case: str
    clients: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    statements: float
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
    statements: float
    web_cpu: float
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        """Units a second."""
        return len(self.outcome.latencies_us) / self.outcome.seconds


@dataclass(frozen=True, slots=True)
class FloorRound:
    """A stretch of the floor, and the CPU seconds of the database."""

    floor: Floor
    postgres_cpu: float


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
    """A running product and its database, measured in `rounds` of so many `seconds` each."""

    place: Place
    web: Web
    seconds: int
    rounds: int
    memories: Memories = field(default_factory=Memories)

    def measure(self, case: Case, captured: Captured | None, clients: int) -> Measured:
        """Product, floor, product, floor …; the ratio is the median of the rounds'. No floor without `captured`."""
        script = floors.script(captured, case.keys(clients)) if captured else None
        rounds, beside = [], []
        for _ in range(self.rounds):
            rounds.append(self.product_round(case, clients))
            if script:
                beside.append(self._floor_round(script, clients))
        measured = _summed(self.place.size, case, clients, rounds)
        if beside:
            _set_beside(measured, rounds, beside)
        return measured

    def captured(self, case: Case) -> Captured | None:
        """The SQL of a case's probe as it is every time; None where the case has none.

        A process says more when it does something for the first time (a driver looks at its server, and forgets what it
        has prepared): what counts is what two turns in a row have said. Raises RuntimeError when none ever do.
        """
        if not case.probe:
            return None
        before: list[str] = []
        for _ in range(_TURNS_TO_SETTLE):
            captured = self._captured_once(case)
            said = [statement.sql for statement in captured.statements]
            if said and said == before:
                return captured
            before = said
        raise RuntimeError(f"{case.name}: no two turns in a row sent the same statements.")

    def _captured_once(self, case: Case) -> Captured:
        for request in case.before:
            self.web.asker.ask(request)
        with capturing(self.place.server, self.place.superuser) as captured:
            for request in case.probe:
                self.web.asker.ask(request)
        return captured

    def product_round(self, case: Case, clients: int) -> Round:
        """The product alone, once."""
        before = executed(self.place.superuser)[0], processes.cpu_seconds(self._web_pids()), self._postgres_cpu()
        outcome = _driven(Order(self.web.asker.port, case.units(clients), self.seconds, WARM_SECONDS))
        after = executed(self.place.superuser)[0], processes.cpu_seconds(self._web_pids()), self._postgres_cpu()
        self.memories.look("web", self._web_pids())
        self.memories.look("postgres", self._postgres_pids())
        if outcome.errors:
            sys.stderr.write(f"{case.name}: {outcome.first_error}\n")
        statements, web, postgres = (now - then for now, then in zip(after, before, strict=True))
        return Round(outcome, statements, web, postgres)

    def _floor_round(self, script: Script, clients: int) -> FloorRound:
        before = self._postgres_cpu()
        floor = floors.run(self.place.server, script, clients=clients, seconds=self.seconds)
        time.sleep(0.1)  # for the postmaster to learn what its children have used
        return FloorRound(floor, self._postgres_cpu() - before)

    def _postgres_cpu(self) -> float:
        return processes.cpu_seconds(self._postgres_pids())

    def _web_pids(self) -> list[int]:
        return processes.family(self.web.pid)

    def _postgres_pids(self) -> list[int]:
        return embedded_processes.bearing(self.place.server.tag)


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
    return Measured(
        size=size, case=case.name, clients=clients, per_second=statistics.mean(r.per_second for r in rounds),
        p50_ms=_percentile(times, 50), p95_ms=_percentile(times, 95), p99_ms=_percentile(times, 99),
        errors=sum(r.outcome.errors for r in rounds), statements=sum(r.statements for r in rounds) / units,
        client_cpu_us=sum(r.outcome.cpu_seconds for r in rounds) / units * 1e6,
        web_cpu_us=sum(r.web_cpu for r in rounds) / units * 1e6,
        postgres_cpu_us=sum(r.postgres_cpu for r in rounds) / units * 1e6, goal=case.goal, about=case.about,
    )  # fmt: skip


def _set_beside(measured: Measured, rounds: list[Round], beside: list[FloorRound]) -> None:
    measured.problem = next((b.floor.problem for b in beside if b.floor.problem), "")
    if measured.problem:
        return
    speeds = [b.floor.per_second for b in beside]
    measured.floor_per_second = statistics.mean(speeds)
    measured.floor_postgres_cpu_us = sum(b.postgres_cpu for b in beside) / sum(b.floor.turns for b in beside) * 1e6
    measured.ratio = statistics.median(r.per_second / speed for r, speed in zip(rounds, speeds, strict=True))


def _percentile(times_us: list[int], percent: int) -> float:
    return times_us[min(len(times_us) - 1, len(times_us) * percent // 100)] / 1000 if times_us else 0.0
