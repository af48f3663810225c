"""The worker says that it is there."""

import os
import socket
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from codex.db.work import Work
from codex.worker.models import WorkerHeartbeat

EVERY = timedelta(seconds=10)
_LOST = timedelta(hours=1)


async def beat(work: Work, worker_id: UUID) -> None:
    """Say that the worker is there now; the first time, that it has started."""
    beaten = await work.session.execute(
        update(WorkerHeartbeat)
        .where(WorkerHeartbeat.id == worker_id)
        .values(beat_at=work.now)
        .returning(WorkerHeartbeat.id)
    )
    if beaten.first() is None:
        work.session.add(
            WorkerHeartbeat(
                id=worker_id, host=socket.gethostname(), process_id=os.getpid(), started_at=work.now, beat_at=work.now
            )
        )


async def end(work: Work, worker_id: UUID) -> None:
    """Say that the worker ends."""
    await work.session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.id == worker_id))


async def forget_lost(work: Work) -> int:
    """Delete the heartbeats of workers that were killed; returns how many."""
    lost = await work.session.execute(
        delete(WorkerHeartbeat).where(WorkerHeartbeat.beat_at < work.now - _LOST).returning(WorkerHeartbeat.id)
    )
    return len(lost.all())
