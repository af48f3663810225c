"""Filled desks with a running database, in directories of their own: made, kept, copied, opened."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from msgspec import json

from bench import clocks, fill, furnish, product
from bench.fill import Filled
from bench.product import Credentials
from codex.db import embedded, upgrading
from codex.db.database import Access
from codex.settings import Settings

_NOTE = "desk.json"


@dataclass(frozen=True, slots=True)
class Place:
    """A filled desk whose database runs, and who may use it: an agent of the biggest team, somebody of twenty teams, an
    owner."""

    size: str
    server: embedded.Server
    access: Access
    superuser: psycopg.Connection
    desk: Filled
    credentials: Credentials
    wide: Credentials
    owner: Credentials


@contextmanager
def opened(size: str, tickets: int, *, keep: Path | None) -> Iterator[Place]:
    """A filled desk, its server running, gone afterwards; one is kept under `keep` and copied from there."""
    with temporary(size) as data_dir:
        if keep is None:
            _fill(data_dir, tickets)
        else:
            kept = keep.resolve() / size
            if not (kept / _NOTE).exists():
                _fill(kept, tickets)
            subprocess.run(["cp", "-a", f"{kept}/.", data_dir], check=True)  # noqa: S607 - with the owners
        desk = json.decode((data_dir / _NOTE).read_bytes(), type=Filled)
        with _server(data_dir) as (server, access), product.superuser(server) as superuser:
            furnish.furnish(superuser, desk)
            people = asyncio.run(product.credentials(access, [desk.agent_id, desk.wide_id, desk.owner_id]))
            yield Place(size, server, access, superuser, desk, *people)


def _fill(data_dir: Path, tickets: int) -> None:
    """Make and verify a desk with half the log: after a crash it is made again, as its note comes last."""
    began = time.monotonic()
    desk = fill.plan(tickets, now_us=time.time_ns() // 1000)
    with _server(data_dir) as (server, access):
        promised = clocks.promise(access, since=desk.clocks_since)
        with product.superuser(server) as superuser, product.configured(superuser, full_page_writes="off"):
            fill.fill(superuser, desk, promised)
            fill.settle(superuser)
        seconds = time.monotonic() - began
        compared, found = asyncio.run(fill.check(access, desk))
        clocked, wrong = asyncio.run(clocks.check(access))
    sys.stderr.write(
        f"{tickets:,} tickets in {seconds:.0f} s; {compared:,} and the clocks of {clocked:,} verified:"
        f" {len(found) + len(wrong)} differences\n"
    )
    if found or wrong:
        raise RuntimeError(f"The filled desk is not true: {[*found, *wrong][:3]}")
    (data_dir / _NOTE).write_bytes(json.encode(desk))


@contextmanager
def _server(data_dir: Path) -> Iterator[tuple[embedded.Server, Access]]:
    with upgrading.opened(Settings(data_dir=str(data_dir))) as access:
        server = embedded.running(data_dir)
        assert server is not None
        yield server, access


@contextmanager
def temporary(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"codex-bench-{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
