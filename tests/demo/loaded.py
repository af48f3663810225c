"""The demo world, loaded into a database as of one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from codex import reactions
from codex.demo import build
from codex.demo.script import Script
from codex.kernel import clock
from databases import FreshDatabase
from world import opened

NOW = clock.parse("2026-11-25T10:00Z")


@dataclass(frozen=True, slots=True)
class Demo:
    database: FreshDatabase
    connection: psycopg.Connection[Any]
    said: str

    def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql.encode(), params or None).fetchall()

    def column(self, sql: str, *params: object) -> list[Any]:
        return [row[0] for row in self.rows(sql, *params)]

    def one(self, sql: str, *params: object) -> Any:
        return self.column(sql, *params)[0]


async def load(database: FreshDatabase, scripts: Sequence[Script] | None = None) -> str:
    async with opened(database.app) as found:
        return await build.load(reactions.works(found), now=NOW, scripts=scripts)
