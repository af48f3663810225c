"""Replays the first incidents of the public log: `python -m bench.replaying DATA_DIR LOG LIMIT`, a process of its own.

The time is that of living the moments, without reading the file; every reaction is on.
"""

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC
from pathlib import Path

from msgspec import Struct, json
from sqlalchemy import func, select

from bench import processes
from codex import reactions
from codex.db import upgrading
from codex.db.database import Access, Database
from codex.imports import incident_replay
from codex.imports.incident_log import read_log
from codex.imports.incident_order import arrange
from codex.kernel.actor import system
from codex.settings import Settings
from codex.tickets.models import TicketEvent


class Replayed(Struct):
    """`events`: rows of the log; `facts`: events that they became in Codex. Memory in kB."""

    incidents: int
    events: int
    facts: int
    seconds: float
    peak_rss: int

    @property
    def per_second(self) -> float:
        """Rows of the log a second."""
        return self.events / self.seconds


def replay(data_dir: Path, log: Path, *, limit: int) -> Replayed:
    """Replay in a fresh process, on the database of a data directory of its own."""
    command = [sys.executable, "-m", "bench.replaying", str(data_dir), str(log), str(limit)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The replay failed: {done.stderr.decode()[-1000:]}")
    return json.decode(done.stdout.splitlines()[-1], type=Replayed)


async def _live(access: Access, log: Path, limit: int) -> Replayed:
    moments = arrange(read_log(log, zone=UTC, strict=False), limit=limit)
    database = Database(access, max_connections=4)
    await database.open()
    works = reactions.works(database)
    began = time.perf_counter()
    try:
        outcome = await incident_replay.live(works, moments, progress=lambda count: None, stopping=lambda: False)
        seconds = time.perf_counter() - began
        async with works.begin(system("Benchmark")) as work:
            facts = await work.session.scalar(select(func.count()).select_from(TicketEvent)) or 0
    finally:
        await database.close()
    memory = processes.memory(os.getpid())
    return Replayed(outcome.tickets, outcome.rows, facts, seconds, memory.peak_rss if memory else 0)


if __name__ == "__main__":
    with upgrading.opened(Settings(data_dir=sys.argv[1])) as opened:
        result = asyncio.run(_live(opened, Path(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.buffer.write(json.encode(result) + b"\n")
