"""A database in which nothing lasts: every work and every reading is in one transaction, which is never committed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncConnection as SqlConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from codex.db import sight
from codex.db.database import Access, Database, Params, Reader
from codex.kernel.actor import Actor

_NOBODY = {"me": "", "teams": "{}", "sees_all": "off", "now": ""}


class OneTransaction(Database):
    """The whole application may stand on it, for one request after the other: what it commits is there for the next,
    until `undone` is left. A try of a change so costs no copy of the database."""

    _held: SqlConnection
    _raw: AsyncConnection[Any]

    def __init__(self, access: Access) -> None:
        """Without a pool: it may be opened anew in each event loop."""
        self.access = access
        self.engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=lambda: AsyncConnection.connect(access.conninfo),
            poolclass=NullPool,
            use_native_hstore=False,
        )

    async def open(self) -> None:
        """Connect, and begin."""
        self._held = await self.engine.connect()
        await self._held.begin()
        self._raw = (await self._held.get_raw_connection()).driver_connection  # type: ignore[assignment]

    async def close(self) -> None:
        """Undo all of it."""
        await self._held.close()

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """What happens within has not happened afterwards."""
        await self._raw.execute("SAVEPOINT so_far")
        try:
            yield
        finally:
            await self._raw.execute("ROLLBACK TO SAVEPOINT so_far")
            await self._raw.execute("RELEASE SAVEPOINT so_far")

    async def seeing_all(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows from which nothing is hidden."""
        await self._raw.execute(sight.SEE_ALL)
        return await (await self._raw.execute(sql)).fetchall()

    @asynccontextmanager
    async def reading(self, actor: Actor | None = None, *, now: datetime | None = None) -> AsyncIterator[Reader]:
        """As of `Database`, of all that has happened so far."""
        yield Reader(self._raw, *self.entering(actor, now or datetime.now().astimezone()))

    def entering(self, actor: Actor | None, now: datetime) -> Iterator[tuple[str, Params]]:
        """Who came before is forgotten, as at the end of a transaction."""
        if actor is None:
            yield sight.SEE, _NOBODY
        yield from super().entering(actor, now)

    def session(self) -> AsyncSession:
        """A session whose commit ends a savepoint."""
        return AsyncSession(
            self._held, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
        )
