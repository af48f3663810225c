"""`python -m bench`: fill, measure, tell."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from msgspec import json
from rich.console import Console

from bench import fill, product, replaying, report, statements, truth
from bench.asking import Asker
from bench.cases import Case, cases
from bench.fill import Filled
from bench.measuring import Bench, Measured, Memories
from bench.options import Options, options, tickets_of
from bench.product import Credentials
from codex.db import embedded, upgrading
from codex.db.database import Access
from codex.settings import Settings

RESULTS = Path(__file__).with_name("results.json")
console = Console(width=None if os.isatty(1) else 170)


def main(
    size: Annotated[list[str] | None, typer.Option(help="Tickets: 10k, 100k, 1m; may be repeated.")] = None,
    clients: Annotated[str, typer.Option(help="Numbers of clients, with commas.")] = "1,8,32",
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each case runs, and each floor.")] = 5.0,
    processes: Annotated[str, typer.Option(help="Web processes, or auto: the better of 1 and 2.")] = "auto",
    only: Annotated[str, typer.Option(help="Only these cases, with commas.")] = "",
    keep: Annotated[Path | None, typer.Option(help="Where to leave the databases, and to find filled ones.")] = None,
    incidents: Annotated[int, typer.Option(min=1, help="How many incidents of the log to replay.")] = 500,
) -> None:
    """Measure Codex beside the same SQL on the same database."""
    chosen = options(sizes=size or ["10k"], clients=clients, seconds=seconds, processes=processes, only=only, keep=keep)
    load, memories, measured = os.getloadavg()[0], Memories(), list[Measured]()
    for name in chosen.sizes:
        measured += _at_size(chosen, name, memories)
    replayed = _replayed(chosen, incidents) if chosen.wants("replay") else None
    used = chosen.processes or chosen.found_processes
    found = report.results(measured, memories, replayed, processes=used, load=load)
    report.show(found, console)
    report.write(found, RESULTS)


def _at_size(chosen: Options, size: str, memories: Memories) -> list[Measured]:
    with _place(chosen.keep, size) as data_dir, upgrading.opened(Settings(data_dir=str(data_dir))) as access:
        server = embedded.running(data_dir)
        assert server is not None
        desk = _filled(server, access, data_dir, tickets_of(size))
        credentials = asyncio.run(product.credentials(access, desk))
        with product.worker(data_dir) as worker:
            time.sleep(2)
            memories.look("worker", [worker.pid])
        processes = chosen.processes or chosen.found_processes or _better(chosen, server, size, desk, credentials)
        chosen.found_processes = processes
        with _bench(chosen, server, size, desk, credentials, processes, memories) as bench:
            return [_measured(bench, case, n) for case in _cases(chosen, bench, desk) for n in chosen.clients]


@contextmanager
def _bench(
    chosen: Options, server: embedded.Server, size: str, desk: Filled, credentials: Credentials, processes: int,
    memories: Memories,
) -> Iterator[Bench]:  # fmt: skip
    with product.superuser(server) as superuser, product.web(server.data_dir, processes=processes) as running:
        counts = statements.prepare(superuser)
        asker = Asker(running.port, credentials)
        yield Bench(size, server, superuser, running, asker, chosen.seconds, counts, memories)


def _better(chosen: Options, server: embedded.Server, size: str, desk: Filled, credentials: Credentials) -> int:
    """One web process or two: whichever answers more lists for 8 clients."""
    speeds = {}
    for processes in (1, 2):
        with _bench(chosen, server, size, desk, credentials, processes, Memories()) as bench:
            case = next(c for c in cases(bench.asker, desk, with_pages=False) if c.name == "list")
            speeds[processes] = bench.product(case, 8).per_second
            console.print(f"{processes} web process(es): {speeds[processes]:,.0f} lists a second for 8 clients")
    return max(speeds, key=lambda processes: speeds[processes])


def _cases(chosen: Options, bench: Bench, desk: Filled) -> list[Case]:
    with_pages = bench.asker.ask(bench.asker.page("/queue"))[0] == 200
    return [c for c in cases(bench.asker, desk, with_pages=with_pages) if chosen.wants(c.name)]


def _measured(bench: Bench, case: Case, clients: int) -> Measured:
    found = bench.measure(case, clients)
    ratio = f", {found.ratio:.1%} of {found.floor_per_second:,.0f}" if found.ratio else ""
    console.print(f"{bench.size} {case.name} × {clients}: {found.per_second:,.0f}/s{ratio}")
    return found


def _filled(server: embedded.Server, access: Access, data_dir: Path, tickets: int) -> Filled:
    """The filled desk, made unless it is there; a fresh one is verified."""
    note = data_dir / "desk.json"
    with product.superuser(server) as superuser:
        if note.exists():
            desk = json.decode(note.read_bytes(), type=Filled)
            fill.settle(superuser)
            return desk
        began = time.monotonic()
        desk = fill.plan(tickets, now_us=time.time_ns() // 1000)
        fill.fill(superuser, desk)
        fill.settle(superuser)
    compared, found = asyncio.run(truth.check(access, desk))
    console.print(f"{tickets:,} tickets in {time.monotonic() - began:.0f} s; {compared:,} verified: {len(found)} lies")
    if found:
        raise RuntimeError(f"The filled desk is not true: {found[:3]}")
    note.write_bytes(json.encode(desk))
    return desk


def _replayed(chosen: Options, incidents: int) -> replaying.Replayed | None:
    if chosen.log is None:
        console.print("No incident log here (CODEX_SHARED_DATA): nothing is replayed.")
        return None
    with _place(None, "replay") as data_dir:
        return replaying.replay(data_dir, chosen.log, limit=incidents)


@contextmanager
def _place(keep: Path | None, name: str) -> Iterator[Path]:
    """A data directory; gone afterwards unless it is to be kept."""
    if keep is not None:
        place = keep.resolve() / name
        place.mkdir(parents=True, exist_ok=True)
        yield place
        return
    with tempfile.TemporaryDirectory(prefix=f"codex-bench-{name}-", ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)


if __name__ == "__main__":
    typer.run(main)
