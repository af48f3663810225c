"""`Work`: one actor, one instant, one transaction. Nothing else commits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from codex.db import sight
from codex.db.database import Database, Params, Reader
from codex.kernel import clock
from codex.kernel.actor import INSIDE, Actor, Origin
from codex.kernel.errors import Conflict
from codex.kernel.facts import Fact

Settle = Callable[["Work"], Awaitable[None]]
_MOMENT = timedelta(microseconds=1)
"""Lets recorded facts have their consequences; `codex.reactions.settle` is the one that the product uses."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact, the event that caused it (None: the actor's own doing), and the one that all of it goes back to."""

    fact: Fact
    cause_id: UUID | None
    root_id: UUID | None


class Work:
    """A change in progress.

    `async with work:` is one transaction: on leaving, recorded facts are settled through the reactions, then it
    commits; an exception rolls everything back, and who comes second to
    add the same, or to use what is being removed, meets Conflict.
    `work.now` is when the change happens: data, so that a year of history can be replayed; it is the machine's time
    unless given.
    """

    session: AsyncSession

    def __init__(
        self,
        database: Database,
        settle: Settle,
        actor: Actor,
        *,
        now: datetime | None = None,
        durable: bool = True,
        steady: bool = False,
        origin: Origin = INSIDE,
        base_url: str = "",
    ) -> None:
        """`durable=False`: the commit does not wait for the disk; a crash may undo the last moments, never tear them.
        For work that can find out by itself how far it got (imports). `steady`: all that it reads is of one moment.
        `base_url`: the desk's own address, for links in what is written.
        """
        self._database, self._settle, self._durable, self._steady = database, settle, durable, steady
        self.actor, self.origin, self.base_url = actor, origin, base_url
        self.now = now or clock.now()
        self.cause_id: UUID | None = None
        self.root_id: UUID | None = None
        self.depth = 0
        self._recorded: list[Recorded] = []

    async def __aenter__(self) -> Self:
        self.session = self._database.session()
        event.listen(self.session.sync_session, "before_flush", _see_all)
        try:
            raw = (await (await self.session.connection()).get_raw_connection()).driver_connection
            async with cast(AsyncConnection, raw).pipeline():  # one way to the server and back, BEGIN included
                for said, told in self._entering():
                    await cast(AsyncConnection, raw).execute(said.encode(), told)
        except BaseException:
            await self.session.close()  # or the pool would wait for this connection forever
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self._settle(self)
                await self.session.commit()
            else:
                await self.session.rollback()
        except IntegrityError as refused:
            raise _refusal(refused) from refused
        finally:
            await self.session.close()
        if isinstance(error, IntegrityError):
            raise _refusal(error) from error

    def follow(self, *instants: datetime) -> None:
        """Happen after all of these, should some be ahead: who has waited for a change comes after it, and does not
        look like a part of it."""
        last = max(instants)
        if self.now < last:
            self.now = last + _MOMENT

    def _entering(self) -> Iterator[tuple[str, Params]]:
        if self._steady:
            yield "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", {}
        yield from self._database.entering(self.actor, self.now)
        if not self._durable:
            yield "SET LOCAL synchronous_commit = off", {}

    async def see_beyond(self) -> None:
        """What is read from now on may lie beyond what the actor sees, as what is written may: for the consequences of
        what has been decided, and for what must hold whoever looks."""
        await self.session.run_sync(_see_all)

    def record(self, fact: Fact) -> None:
        """Say what has just been changed. Its consequences follow when the work is left, in the same transaction."""
        self._recorded.append(Recorded(fact, self.cause_id, self.root_id))

    @property
    def recorded(self) -> tuple[Fact, ...]:
        """What has been recorded and not yet had its consequences."""
        return tuple(recorded.fact for recorded in self._recorded)

    def take_recorded(self) -> list[Recorded]:
        """What has been recorded since the last call; for the drain loop."""
        taken, self._recorded = self._recorded, []
        return taken

    async def reader(self) -> Reader:
        """Plain reads within this transaction, of what has been flushed."""
        raw: Any = (await (await self.session.connection()).get_raw_connection()).driver_connection
        return Reader(raw)

    def step(self, actor: Actor, *, now: datetime) -> Step:
        """A part of this work that somebody else did, or that happened at another instant (a replayed year).

        `async with work.step(actor, now=…) as step:` settles what the step recorded and does not commit.
        """
        return Step(self, actor, now)


def _see_all(session: Session, *_: object) -> None:
    """What is written has been decided: it may lie beyond what the actor sees, as a transferred ticket does."""
    if not session.info.get("sees_all"):
        session.info["sees_all"] = True
        session.connection().exec_driver_sql(sight.SEE_ALL)


def _refusal(error: IntegrityError) -> Exception:
    """What held when a command looked and no longer did when it wrote is a conflict; the rest is a bug."""
    match error.orig:
        case psycopg.errors.UniqueViolation():
            return Conflict("Somebody else has just added the same; look again.")
        case psycopg.errors.ForeignKeyViolation() | psycopg.errors.RestrictViolation():
            return Conflict("Somebody else has just removed what this refers to, or begun to use it; look again.")
        case _:
            return error


class Step(Work):
    """A work within a work: the same transaction, its own actor and instant."""

    def __init__(self, outer: Work, actor: Actor, now: datetime) -> None:
        super().__init__(outer._database, outer._settle, actor, now=now, origin=outer.origin, base_url=outer.base_url)
        self.session = outer.session
        self.cause_id, self.root_id, self.depth = outer.cause_id, outer.root_id, outer.depth
        self._outer = outer

    async def __aenter__(self) -> Self:
        await self._settle(self._outer)  # what was recorded before the step happened before it
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self._settle(self)


@dataclass(frozen=True, slots=True)
class Works:
    """Where work begins: a database, what else happens when something happens, and the desk's own address."""

    database: Database
    settle: Settle
    base_url: str = ""

    def begin(
        self,
        actor: Actor,
        *,
        now: datetime | None = None,
        durable: bool = True,
        steady: bool = False,
        origin: Origin = INSIDE,
    ) -> Work:
        """A new work for `async with`; see `Work`."""
        return Work(
            self.database, self.settle, actor, now=now, durable=durable, steady=steady, origin=origin,
            base_url=self.base_url,
        )  # fmt: skip
