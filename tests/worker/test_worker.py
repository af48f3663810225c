"""The worker: does what is due, once, whoever else works; keeps how it went; ends when told to."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from codex.db.work import Work
from codex.kernel import clock
from codex.kernel.actor import system
from codex.kernel.ids import new_id
from codex.worker import heartbeat
from codex.worker.loop import ABANDONED, Worker
from codex.worker.models import ScheduledJob, WorkerHeartbeat
from codex.worker.schedule import SCHEDULE, Job
from world import World

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def job(name: str, run: Callable[[Work], Awaitable[str]], every: timedelta = HOUR) -> Job:
    return Job(name, "Does something.", every, run)


async def well(work: Work) -> str:
    return "3 done"


async def badly(work: Work) -> str:
    await work.session.execute(text("UPDATE users SET display_name = ''"))
    raise RuntimeError("the disk is on fire")


async def jobs(world: World) -> dict[str, ScheduledJob]:
    async with world.session() as session:
        return {row.name: row for row in await session.scalars(select(ScheduledJob))}


async def put(world: World, name: str, **values: object) -> None:
    async with world.works.begin(system("Test")) as work:
        await work.session.execute(update(ScheduledJob).where(ScheduledJob.name == name).values(**values))


async def beats(world: World) -> list[WorkerHeartbeat]:
    async with world.session() as session:
        return list(await session.scalars(select(WorkerHeartbeat)))


async def test_a_new_job_is_due_at_once_and_then_at_its_time(world: World) -> None:
    worker, before = Worker(world.works, [job("count", well)]), clock.now()

    assert await worker.once() == 1
    assert await worker.once() == 0
    kept = (await jobs(world))["count"]
    assert kept.last_started_at and kept.last_finished_at
    assert before <= kept.last_started_at <= kept.last_finished_at <= clock.now()
    assert kept.last_started_at + HOUR <= kept.next_run_at <= kept.last_finished_at + HOUR
    assert (kept.last_result, kept.last_error, kept.running_since, kept.running_worker_id) == (
        "3 done",
        None,
        None,
        None,
    )


async def test_a_job_runs_again_when_it_is_due(world: World) -> None:
    worker = Worker(world.works, [job("count", well)])
    await worker.once()
    await put(world, "count", next_run_at=clock.now())

    assert await worker.once() == 1


async def test_a_failure_is_kept_and_logged_and_undone_and_the_next_job_runs(world: World) -> None:
    with capture_logs() as logs:
        assert await Worker(world.works, [job("burn", badly), job("count", well)]).once() == 2
    kept = await jobs(world)

    assert kept["burn"].last_error == "RuntimeError: the disk is on fire"
    assert (kept["burn"].last_result, kept["burn"].running_since) == (None, None)
    assert kept["burn"].next_run_at > clock.now()
    assert kept["count"].last_result == "3 done"
    assert [(entry["event"], entry["job"], entry["log_level"]) for entry in logs] == [("job failed", "burn", "error")]
    assert (await world.actor(world.rosa)).name == "Rosa Diaz"


async def test_success_takes_the_last_failure_back(world: World) -> None:
    with capture_logs():
        await Worker(world.works, [job("count", badly)]).once()
    await put(world, "count", next_run_at=clock.now())
    await Worker(world.works, [job("count", well)]).once()
    kept = (await jobs(world))["count"]

    assert (kept.last_result, kept.last_error) == ("3 done", None)


async def test_two_workers_do_not_do_the_same_run(world: World) -> None:
    runs: list[str] = []

    def noted(name: str) -> Job:
        async def run(work: Work) -> str:
            runs.append(name)
            await asyncio.sleep(0)
            return "done"

        return job(name, run)

    schedule = [noted(f"job-{number}") for number in range(5)]
    done = await asyncio.gather(*(Worker(world.works, schedule).once() for _ in range(3)))

    assert sorted(runs) == [f"job-{number}" for number in range(5)]
    assert sum(done) == 5


@pytest.mark.parametrize(
    ("since", "runs"), [(timedelta(0), 0), (ABANDONED - timedelta(minutes=1), 0), (ABANDONED + timedelta(seconds=1), 1)]
)
async def test_a_run_whose_worker_died_is_taken_over_after_a_while(world: World, since: timedelta, runs: int) -> None:
    worker = Worker(world.works, [job("count", well)])
    await worker.once()
    now = clock.now()
    await put(world, "count", next_run_at=now, running_since=now - since, running_worker_id=new_id())

    assert await worker.once() == runs


async def test_who_comes_back_from_the_dead_does_not_touch_the_run_of_another(world: World) -> None:
    other = new_id()

    async def slow(work: Work) -> str:
        await put(world, "slow", running_since=clock.now(), running_worker_id=other)
        return "too late"

    await Worker(world.works, [job("slow", slow)]).once()
    kept = (await jobs(world))["slow"]

    assert (kept.running_worker_id, kept.last_result) == (other, None)


async def test_a_job_that_left_the_schedule_is_forgotten(world: World) -> None:
    await Worker(world.works, [job("old", well), job("count", well)]).once()
    await Worker(world.works, [job("count", well)]).once()

    assert set(await jobs(world)) == {"count"}


async def test_a_worker_says_that_it_is_there_and_that_it_ends(world: World) -> None:
    seen: list[int] = []

    async def look(work: Work) -> str:
        seen.append(len(await beats(world)))
        worker.stop()
        return "seen"

    worker = Worker(world.works, [job("look", look), job("count", well)])
    with capture_logs() as logs:
        await worker.run()

    assert seen == [1]
    assert await beats(world) == []
    assert (await jobs(world))["count"].last_started_at is None
    assert [entry["event"] for entry in logs] == ["worker started", "worker stopped"]


async def test_a_worker_that_is_told_to_end_first_does_nothing(world: World) -> None:
    worker = Worker(world.works, [job("count", well)])
    worker.stop()
    await worker.run()

    assert await jobs(world) == {}


async def test_a_heartbeat_is_one_row_that_moves_on(world: World) -> None:
    me, began = new_id(), datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    for minutes in (0, 1, 2):
        async with world.works.begin(system("Test"), now=began + timedelta(minutes=minutes)) as work:
            await heartbeat.beat(work, me)
    (beat,) = await beats(world)

    assert (beat.id, beat.started_at, beat.beat_at) == (me, began, began + timedelta(minutes=2))
    async with world.works.begin(system("Test"), now=began + timedelta(minutes=62)) as work:
        assert await heartbeat.forget_lost(work) == 0
    async with world.works.begin(system("Test"), now=began + timedelta(minutes=62, seconds=1)) as work:
        assert await heartbeat.forget_lost(work) == 1


async def test_a_worker_waits_for_a_database_that_is_away(world: World) -> None:
    async def cut(work: Work) -> str:
        pid = await work.session.scalar(text("SELECT pg_backend_pid()"))
        async with world.session() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        worker.stop()
        await work.session.execute(text("SELECT 1"))
        return "not reached"

    worker = Worker(world.works, [job("cut", cut)])
    with capture_logs():
        await worker.run()

    assert "terminating connection" in str((await jobs(world))["cut"].last_error)


async def test_every_job_of_the_schedule_runs_and_says_what_it_did(world: World) -> None:
    assert await Worker(world.works).once() == len(SCHEDULE)
    kept = await jobs(world)

    assert set(kept) == {each.name for each in SCHEDULE}
    assert {row.last_error for row in kept.values()} == {None}
    assert all(row.last_result for row in kept.values())
    assert all(each.about.endswith(".") and each.every > timedelta(0) for each in SCHEDULE)
