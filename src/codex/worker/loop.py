"""The worker: does what is due, says that it is there, ends when told to; many may run at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from codex.db.database import CONNECTION_LOST
from codex.db.work import Work, Works
from codex.kernel import clock
from codex.kernel.actor import system
from codex.kernel.ids import new_id
from codex.worker import heartbeat
from codex.worker.models import ScheduledJob
from codex.worker.schedule import SCHEDULE, SWEEPS, Job, Sweep

log = structlog.get_logger("codex.worker")
ABANDONED = timedelta(minutes=15)
"""A job that has been running for longer is taken for dead with its worker, and run again."""
ACTOR = system("Codex worker")
LOOKS_EVERY = timedelta(seconds=2)


class Worker:
    """One worker. `run()` until `stop()`; `once()` and `sweep()` do all that is due and return.

    `errands`: sweeps that wait for others; while running, each goes on beside the rest.
    """

    def __init__(
        self,
        works: Works,
        schedule: Sequence[Job] = SCHEDULE,
        sweeps: Sequence[Sweep] = SWEEPS,
        errands: Sequence[Sweep] = (),
    ) -> None:
        self._works, self._schedule, self._sweeps, self._errands = works, schedule, sweeps, errands
        self._id: UUID = new_id()
        self._stopped = asyncio.Event()
        self._beats_at = clock.now()

    def stop(self) -> None:
        """End after the job at hand."""
        self._stopped.set()

    async def run(self) -> None:
        """Work until stopped. A database that is away for a while is waited for."""
        log.info("worker started", worker=str(self._id))
        async with asyncio.TaskGroup() as together:
            for errand in self._errands:
                together.create_task(self._again_and_again(partial(self._look_after, errand)))
            await self._again_and_again(self._do_all)
        await self._leave()

    async def _again_and_again(self, do: Callable[[], Awaitable[object]]) -> None:
        while not self._stopped.is_set():
            try:
                await do()
            except CONNECTION_LOST as away:
                log.warning("database away", error=str(away))
            await self._pause(LOOKS_EVERY)

    async def _do_all(self) -> None:
        if clock.now() >= self._beats_at:
            self._beats_at = clock.now() + heartbeat.EVERY
            async with self._work() as work:
                await heartbeat.beat(work, self._id)
            await self.once()
        for sweep in self._sweeps:
            await self._look_after(sweep)

    async def once(self) -> int:
        """Do all that is due now; returns how many jobs ran."""
        await self._announce()
        done = 0
        for job in self._schedule:
            if not self._stopped.is_set() and await self._claim(job):
                await self._do(job)
                done += 1
        return done

    async def sweep(self) -> int:
        """Do all that is due of what is looked after all the time, errands last; returns how much that was."""
        return sum([await self._look_after(sweep) for sweep in (*self._sweeps, *self._errands)])

    async def _look_after(self, sweep: Sweep) -> int:
        found = 0
        while not self._stopped.is_set() and (count := await sweep.run(self._works)):
            found += count
        if found:
            await self._note(sweep, found)
        return found

    async def _note(self, sweep: Sweep, found: int) -> None:
        async with self._work() as work:
            said = {"last_finished_at": work.now, "last_result": f"{found} announced"}
            row = {"name": sweep.name, "next_run_at": work.now, **said}
            await work.session.execute(
                insert(ScheduledJob).values(row).on_conflict_do_update(index_elements=["name"], set_=said)
            )

    def _work(self) -> Work:
        return self._works.begin(ACTOR)

    async def _announce(self) -> None:
        """New jobs of the schedule are due at once; jobs that left it are forgotten."""
        async with self._work() as work:
            known = set(await work.session.scalars(select(ScheduledJob.name)))
            fresh = [{"name": job.name, "next_run_at": work.now} for job in self._schedule if job.name not in known]
            if fresh:
                await work.session.execute(insert(ScheduledJob).values(fresh).on_conflict_do_nothing())
            looked_after = {sweep.name for sweep in (*self._sweeps, *self._errands)}
            if gone := known - {job.name for job in self._schedule} - looked_after:
                await work.session.execute(delete(ScheduledJob).where(ScheduledJob.name.in_(gone)))

    async def _claim(self, job: Job) -> bool:
        async with self._work() as work:
            free = or_(ScheduledJob.running_since.is_(None), ScheduledJob.running_since < work.now - ABANDONED)
            claimed = await work.session.execute(
                update(ScheduledJob)
                .where(ScheduledJob.name == job.name, ScheduledJob.next_run_at <= work.now, free)
                .values(running_since=work.now, running_worker_id=self._id, last_started_at=work.now)
                .returning(ScheduledJob.name)
            )
            return claimed.first() is not None

    async def _do(self, job: Job) -> None:
        """Run a claimed job. Its failure is kept and logged, and the job stays in the schedule."""
        began = clock.now()
        try:
            async with self._work() as work:
                result = await job.run(work)
        except Exception as error:  # a job's bug must not end the worker; it is on record, and seen in the log
            log.exception("job failed", job=job.name)
            await self._finish(job, began, error=f"{type(error).__name__}: {error}")
        else:
            await self._finish(job, began, result=result)

    async def _finish(self, job: Job, began: datetime, *, result: str | None = None, error: str | None = None) -> None:
        async with self._work() as work:
            await work.session.execute(
                update(ScheduledJob)
                .where(ScheduledJob.name == job.name, ScheduledJob.running_worker_id == self._id)
                .values(
                    next_run_at=began + job.every, running_since=None, running_worker_id=None,
                    last_finished_at=work.now, last_result=result, last_error=error,
                )
            )  # fmt: skip

    async def _pause(self, length: timedelta) -> None:
        try:
            async with asyncio.timeout(length.total_seconds()):
                await self._stopped.wait()
        except TimeoutError:
            pass

    async def _leave(self) -> None:
        try:
            async with self._work() as work:
                await heartbeat.end(work, self._id)
        except CONNECTION_LOST:
            log.warning("worker left without a word: the database is away")
        log.info("worker stopped", worker=str(self._id))
