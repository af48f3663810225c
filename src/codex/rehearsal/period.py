"""The period that is rehearsed, and a transaction that can only read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from codex.db.work import Work, Works
from codex.kernel.actor import Actor
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable

MOST_EVENTS = 1_000_000
"""So many events are replayed for one answer."""


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until), both in the past."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether an instant is in it."""
        return self.since <= at < self.until


def period(since: datetime, until: datetime, *, now: datetime) -> Period:
    """A period as somebody asks for it; what lies ahead is cut off. Raises Invalid for one that is empty, or that says
    no zone."""
    with Checks() as check:
        for path, at in (("from", since), ("to", until)):
            if at.tzinfo is None:
                check.fail(path, "Say which zone this is in, as in 2026-03-02T09:00:00Z.")
        if not check.problems and since >= until:
            check.fail("to", "The period ends before it begins.")
        if not check.problems and since >= now:
            check.fail("from", "The period has not begun yet; only what was recorded can be rehearsed.")
    return Period(since, min(until, now))


@asynccontextmanager
async def only_reading(works: Works, actor: Actor, *, now: datetime) -> AsyncIterator[Work]:
    """A work in somebody's name that sees the database at one moment and that PostgreSQL lets write nothing."""
    async with works.begin(actor, now=now, steady=True) as work:
        await (await work.reader()).run("SET TRANSACTION READ ONLY", {})
        yield work


def refuse_too_many(events: int) -> None:
    """Refuse to go on once more events were replayed than one answer is for."""
    if events > MOST_EVENTS:
        raise Unprocessable(
            f"There are more than {MOST_EVENTS:,} events in this period; rehearse a shorter one.", path="to"
        )
