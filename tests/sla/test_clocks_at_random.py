"""Whatever happens to tickets and promises, in whatever order and at once: clocks are what the events say, and each
breach is announced once."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from promises import recomputed
from random_operations import NAMES, Desk, operate

from databases import FreshDatabase
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
_MANY = int(os.environ.get("CODEX_RANDOM_OPERATIONS", "0"))
"""How many operations the long run carries out, with processes that are killed in the midst."""
_FEW = 300
_HERE = Path(__file__).parent
_TWICE = """
    SELECT ticket_id, type, payload->>'clock', payload->>'dueAt', count(*) FROM ticket_events
    WHERE type = 'SLA_BREACHED' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"""


async def all_is_well(world: World) -> None:
    count, differences = await recomputed(world)
    assert count > 0 and differences == []
    assert await world.differences() == []
    async with world.reading() as reader:
        assert await reader.all(_TWICE) == []


def carried_out(done: Counter[str]) -> set[str]:
    return {said for said in done if " " not in said}


@pytest.mark.parametrize("seed", range(2))
async def test_after_random_operations_every_clock_is_what_the_events_say(world: World, seed: int) -> None:
    desk, done = Desk(world, Random(seed), instant(MORNING)), Counter[str]()
    for _ in range(_FEW):
        done[await operate(desk)] += 1

    await all_is_well(world)
    assert sum(done[name] for name in carried_out(done)) > _FEW / 3
    assert len(carried_out(done)) >= len(NAMES) - 3, NAMES - carried_out(done)


@pytest.mark.skipif(not _MANY, reason="CODEX_RANDOM_OPERATIONS says how many")
async def test_nothing_is_torn_however_often_processes_are_killed(
    world: World, world_database: FreshDatabase, record_property: Callable[[str, object], None]
) -> None:
    random, done, now, kills = Random(1), Counter[str](), instant(MORNING), 0
    while sum(done.values()) < _MANY:
        ended = await asyncio.gather(*(_lived(world_database, random, now, is_killed=n == 0) for n in range(2)))
        for said, until, killed in ended:
            done.update(said)
            now, kills = max(now, until), kills + killed
        await all_is_well(world)

    assert carried_out(done) == NAMES and kills >= _MANY // 1_000
    record_property("operations", sum(done.values()))
    record_property("processes killed", kills)
    record_property("what happened", dict(done))


async def _lived(
    database: FreshDatabase, random: Random, now: datetime, *, is_killed: bool
) -> tuple[list[str], datetime, bool]:
    """What a process did, until when, and whether it was killed in the midst."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_HERE / "random_operations.py"), json.dumps(database.app), str(random.random()), "400",
        now.isoformat(), env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said, until, left = [], now, random.randint(40, 380) if is_killed else 10**9
    async for line in process.stdout:
        name, _, at = line.decode().strip().rpartition(" ")
        if not name:
            continue
        said.append(name)
        until = max(until, datetime.fromisoformat(at))
        left -= 1
        if left == 0:
            await asyncio.sleep(random.random() / 20)
            process.send_signal(signal.SIGKILL)
    assert await process.wait() == (-signal.SIGKILL if left <= 0 else 0)
    return said, until, left <= 0
