"""The way to PostgreSQL: one pool of connections, used plainly for reads and through SQLAlchemy for changes."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from codex.db import sight
from codex.kernel import clock
from codex.kernel.actor import Actor
from codex.kernel.errors import SetupError

Params = Mapping[str, object]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the database as the application.

    `called`: what a message may call the database, without a password.
    `assume_role`: the login is more than the application may be, so each transaction steps down to APP_ROLE.
    `prepare`: prepared statements may be kept; not behind a transaction pooler, where a session is nobody's.
    """

    conninfo: str
    called: str
    assume_role: bool
    prepare: bool


class _Lent(AsyncConnection[Row]):
    """A connection that SQLAlchemy has from the pool. psycopg gives it back on `close` unless it was lost in between;
    a lost one must go back too, or the pool would count it as lent forever and lend nothing in its place."""

    async def close(self) -> None:
        pool, was_lost = getattr(self, "_pool", None), self.closed
        await super().close()
        if pool is not None and was_lost:
            await pool.putconn(self)
            self._pool = None


class Database:
    """Connections to one PostgreSQL. Open it once per process; nothing keeps state in a session."""

    def __init__(self, access: Access, *, max_connections: int = 10) -> None:
        self.access = access
        self.pool: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            access.conninfo,
            min_size=1,
            max_size=max_connections,
            timeout=20,
            open=False,
            close_returns=True,
            connection_class=_Lent,
            kwargs={"prepare_threshold": 3 if access.prepare else None},
        )
        # close_returns lets SQLAlchemy borrow from the same pool: "closing" gives the connection back.
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=self.pool.getconn,
            poolclass=NullPool,
            use_native_hstore=False,
            hide_parameters=True,  # what people wrote does not belong in a log
        )

    async def open(self) -> None:
        """Connect. Raises SetupError, in one sentence, when the database cannot be reached."""
        try:
            await self.pool.open(wait=True, timeout=15)
        except PoolTimeout as gone:
            await self.pool.close()
            raise SetupError(f"The database {self.access.called} cannot be reached.") from gone
        async with self.engine.connect():
            pass  # SQLAlchemy looks at its server once, and all that its connection has prepared is lost by it

    async def mend(self) -> None:
        """Replace idle connections that were lost: after one was, the others are likely to be."""
        await self.pool.check()

    async def close(self) -> None:
        """Give all connections back."""
        await self.pool.close()

    @asynccontextmanager
    async def reading(self, actor: Actor | None = None, *, now: datetime | None = None) -> AsyncIterator["Reader"]:
        """A connection for reads in somebody's name: each statement stands for itself, nothing is written.

        Without an actor the database shows no ticket and nothing that hangs on one.
        """
        async with self.pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                yield Reader(connection, *self.entering(actor, now or clock.now()))
            finally:
                if not connection.closed:
                    await connection.set_autocommit(False)

    def entering(self, actor: Actor | None, now: datetime) -> Iterator[tuple[str, Params]]:
        """What is said first in a transaction: as which role, and in whose name."""
        if actor is not None:
            yield sight.SEE, sight.seen_by(actor, now)
        if self.access.assume_role:
            yield sight.STEP_DOWN, {}

    def session(self) -> AsyncSession:
        """A session for one change; `Work` owns it."""
        return AsyncSession(self.engine, expire_on_commit=False, autoflush=False)


class Reader:
    """Plain SQL in, rows out, each statement for itself; counts them, so that tests can hold a page to its number."""

    def __init__(self, connection: AsyncConnection[Row], *entering: tuple[str, Params]) -> None:
        self._connection, self._entering = connection, entering
        self.statements = 0

    async def all(self, sql: str, params: Params | Sequence[object] = (), *, replan: bool = False) -> list[Row]:
        """Every row of the answer. `replan`: the values are so unevenly common that no one plan fits them all."""
        self.statements += 1
        cursor = self._connection.cursor(binary=True, row_factory=tuple_row)
        await self._execute(cursor, sql, params, replan=replan)
        return await cursor.fetchall()

    async def run(self, sql: str, params: Params) -> None:
        """A small statement of its own that changes nothing anybody decided: a mark of when something was used."""
        self.statements += 1
        await self._execute(self._connection.cursor(), sql, params)

    async def first(self, sql: str, params: Params | Sequence[object] = ()) -> Row | None:
        """The first row of the answer, or None."""
        rows = await self.all(sql, params)
        return rows[0] if rows else None

    async def _execute(
        self, cursor: AsyncCursor[Row], sql: str, params: Params | Sequence[object], *, replan: bool = False
    ) -> None:
        """What a pipeline sends is one transaction and one way to the server and back.

        A limit is written into the statement: a plan that is kept would be made for any limit, and so for none.
        """
        if isinstance(params, Mapping) and "limit" in params:
            sql = sql.replace("%(limit)s", f"{params['limit']:d}")
        prepare = False if replan else None
        if not self._entering:
            await cursor.execute(sql.encode(), params, prepare=prepare)
            return
        async with self._connection.pipeline():
            for said, told in self._entering:
                await self._connection.execute(said.encode(), told)
            if replan:
                await self._connection.execute(sight.REPLAN)
            await cursor.execute(sql.encode(), params, prepare=prepare)


CONTENDED = frozenset({"40001", "40P01", "55P03", "57014"})
"""Codes of what PostgreSQL ends because others were at the same at once: worth trying again."""
CONNECTION_LOST = (
    psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, exc.OperationalError, exc.InterfaceError,
)  # fmt: skip
"""What a read, or through SQLAlchemy a change, raises when PostgreSQL went away under it; a door answers 503 and the
next request works. What `is_contended` looks the same, and the database is well."""


def is_contended(error: BaseException) -> bool:
    """Whether PostgreSQL gave this change up for another one (a deadlock, a lock that took too long)."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) in CONTENDED
