"""What is held not against a floor but against a figure, or the product against itself: wide sight beside an owner's,
row-level security beside none, a change of many tickets, an export."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from bench import clocks, furnish, processes, product, rehearsing, rules, timers
from bench.cases import Case, cases, fixed
from bench.goals import CLIENTS, Goal
from bench.measuring import Bench, Round
from bench.product import Asker

WIDE, PRICE, BULK_SECONDS, EXPORT_PER_SECOND, EXPORT_MB = 2.0, 0.15, 3.0, 20_000.0, 50.0
VERIFIED_PER_SECOND, SWEEP_SECONDS, WORKERS = 5_000.0, 30.0, 2
CHANGED, EXPORTED, SWEPT = 500, 100_000, 20_000
_PATIENCE_SECONDS = 600.0
_DUE = b"SELECT count(*) FROM sla_instances WHERE next_due_at <= now()"
_OPEN = "/api/v1/tickets?statusGroup=open"
_SECURED = b"""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of them, by the name that it is chosen by."""

    name: str
    measure: Callable[[Bench], Iterator[Goal]]


def _visibility(bench: Bench) -> Iterator[Goal]:
    """The open tickets of somebody with twenty teams and many grants, and those of an owner: the slowest of twenty."""
    place = bench.place
    askers = (Asker(bench.web.asker.port, place.wide), Asker(bench.web.asker.port, place.owner))
    turns = [[bench.product_round(fixed("list", asker.get(_OPEN)), CLIENTS) for asker in askers]
             for _ in range(bench.rounds)]  # fmt: skip
    wide, owner = (_p95_ms([turn[i] for turn in turns]) for i in range(2))
    what = (
        f"p95 at {place.size} with 20 teams and {furnish.grants(place.superuser, place.desk):,} grants, by an owner's"
    )
    yield Goal(what, f"{wide / owner:.2f} × ({wide:.1f} ms)", f"≤ {WIDE} ×", wide <= owner * WIDE)


def _policies(bench: Bench) -> Iterator[Goal]:
    """What row-level security costs: CPU of web and database with the policies, beside the same without them."""
    for case in cases(bench.web.asker, bench.place.desk):
        if case.name in ("list", "detail"):
            price = statistics.median(_price(bench, case) for _ in range(bench.rounds))
            what = f"row-level security: CPU that it adds to {case.name} at {bench.place.size}"
            yield Goal(what, f"{price:.1%}", f"≤ {PRICE:.0%}", price <= PRICE)


def _price(bench: Bench, case: Case) -> float:
    secured = _settled_us(bench, case)
    with _without_policies(bench):
        bare = _settled_us(bench, case)
    return secured / bare - 1


def _settled_us(bench: Bench, case: Case) -> float:
    """CPU of a unit once every connection has made its plans anew, as it must when policies come or go."""
    bench.product_round(case, CLIENTS)
    found = bench.product_round(case, CLIENTS)
    return (found.web_cpu + found.postgres_cpu) / found.outcome.units * 1e6


def _bulk(bench: Bench) -> Iterator[Goal]:
    """One request that makes 500 tickets more urgent, and the one that makes them less so."""
    numbers = bench.place.desk.known[:CHANGED]
    seconds = []
    for priority in ("P1", "P4") * bench.rounds:
        request = bench.web.asker.post(
            "/api/v1/tickets/bulk", ids=[f"IT-{n}" for n in numbers], changes={"priority": priority}
        )
        began = time.perf_counter()
        results = json.loads(bench.web.asker.ask(request))["results"]
        seconds.append(time.perf_counter() - began)
        if wrong := [result for result in results if not result["ok"]]:
            raise RuntimeError(f"A bulk change did not succeed: {wrong[0]}")
    found = statistics.median(seconds) * CHANGED / len(numbers)
    what = f"change of {CHANGED} tickets at {bench.place.size}, seconds"
    yield Goal(what, f"{found:.2f}", f"≤ {BULK_SECONDS:.0f}", found <= BULK_SECONDS)


def _export(bench: Bench) -> Iterator[Goal]:
    """The newest 100,000 tickets as CSV, and the memory that it takes beyond that of a desk at work."""
    desk, asker = bench.place.desk, Asker(bench.web.asker.port, bench.place.owner)
    first = desk.start_us + max(0, desk.tickets - EXPORTED) * desk.step_us
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first / 1e6))
    before = _peak_kb(bench)
    began = time.perf_counter()
    rows = _lines(asker, f"/api/v1/tickets/export.csv?createdFrom={since}") - 1
    speed = rows / (time.perf_counter() - began)
    grown = (_peak_kb(bench) - before) / 1024
    yield Goal(f"export of {rows:,} rows at {bench.place.size}, a second", f"{speed:,.0f}",
               f"≥ {EXPORT_PER_SECOND:,.0f}", speed >= EXPORT_PER_SECOND)  # fmt: skip
    yield Goal(f"export at {bench.place.size}: MB that the peak of the web grows by", f"{grown:.0f}",
               f"≤ {EXPORT_MB:.0f}", grown <= EXPORT_MB)  # fmt: skip


def _verify(bench: Bench) -> Iterator[Goal]:
    """All clocks of the desk recomputed from their events, by one process."""
    began = time.perf_counter()
    tickets, found = asyncio.run(clocks.check(bench.place.access))
    speed = tickets / (time.perf_counter() - began)
    what = f"clocks of {tickets:,} tickets at {bench.place.size} recomputed, a second ({len(found)} differences)"
    is_met = speed >= VERIFIED_PER_SECOND and not found
    yield Goal(what, f"{speed:,.0f}", f"≥ {VERIFIED_PER_SECOND:,.0f}", is_met)


def _sweep(bench: Bench) -> Iterator[Goal]:
    """What fell due since the workers were last up, announced by two of them: how long they need for 20,000 tickets,
    from when the first are announced."""
    with ExitStack() as workers:
        at_first = _due(bench)
        for number in range(WORKERS):
            workers.enter_context(product.worker(bench.place.server.data_dir, name=f"sweeping{number}"))
        before = _due_below(bench, at_first)
        began = time.perf_counter()
        _due_below(bench, 1)
        seconds = time.perf_counter() - began
    found = seconds * SWEPT / max(before, 1)
    what = f"sweep of {before:,} due tickets at {bench.place.size} by {WORKERS} workers, seconds for {SWEPT:,}"
    yield Goal(what, f"{found:.1f}", f"≤ {SWEEP_SECONDS:.0f}", found <= SWEEP_SECONDS)


BEFORE = (Comparison("rules rehearsed", rehearsing.rehearse),)
"""Those that read histories: before the cases, as what a floor writes is no true history."""
AFTERWARDS = (
    Comparison("visibility", _visibility), Comparison("policies", _policies), Comparison("bulk", _bulk),
    Comparison("export", _export), Comparison("sla verify", _verify), Comparison("rules create", rules.create),
    Comparison("rules timed", timers.sweep), Comparison("sweep", _sweep),
)  # fmt: skip


@contextmanager
def _without_policies(bench: Bench) -> Iterator[None]:
    """No policy on any table inside the block, as for the owner of the tables."""
    tables = [name for (name,) in bench.place.superuser.execute(_SECURED).fetchall()]
    _secure(bench, tables, "DISABLE")
    try:
        yield
    finally:
        _secure(bench, tables, "ENABLE")


def _secure(bench: Bench, tables: list[str], how: str) -> None:
    for table in tables:
        bench.place.superuser.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY".encode())


def _due_below(bench: Bench, most: int) -> int:
    """Wait until fewer than so many tickets are due; how many."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (due := _due(bench)) >= max(most, 1):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{due} tickets are still due after {_PATIENCE_SECONDS:.0f} seconds.")
        time.sleep(0.05)
    return due


def _due(bench: Bench) -> int:
    row = bench.place.superuser.execute(_DUE).fetchone()
    return int(row[0]) if row else 0


def _p95_ms(rounds: list[Round]) -> float:
    times = sorted(t for r in rounds for t in r.outcome.latencies_us)
    return times[len(times) * 95 // 100] / 1000


def _peak_kb(bench: Bench) -> int:
    seen = (processes.memory(pid) for pid in processes.family(bench.web.pid))
    return max(found.peak_rss for found in seen if found)


def _lines(asker: Asker, path: str) -> int:
    """How many lines come, without keeping them."""
    connection = HTTPConnection("127.0.0.1", asker.port, timeout=120)
    connection.request("GET", path, headers={"Authorization": f"Bearer {asker.credentials.token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}: {answer.read(500)!r}")
    lines = 0
    while part := answer.read(262_144):
        lines += part.count(b"\r\n")
    connection.close()
    return lines
