"""What the worker says of itself: its heartbeat, and the last run of each recurring job."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, Id


class WorkerHeartbeat(Base):
    """A running worker; one row each, gone when it ends cleanly."""

    __tablename__ = "worker_heartbeats"

    id: Mapped[Id]
    host: Mapped[str]
    process_id: Mapped[int]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)


class ScheduledJob(Base):
    """A recurring job: when it is due next, and how it went the last time. Workers claim a due one by its row."""

    __tablename__ = "scheduled_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[datetime]
    running_since: Mapped[datetime | None]
    running_worker_id: Mapped[UUID | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_result: Mapped[str | None]
    last_error: Mapped[str | None]
