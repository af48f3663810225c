"""The demo world is loaded once a run; tests only look at it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from loaded import Demo, load

from databases import FreshDatabase


@pytest.fixture(scope="session")
def demo(make_database: Callable[[], AbstractContextManager[FreshDatabase]]) -> Iterator[Demo]:
    with make_database() as database:
        said = asyncio.run(load(database))
        with psycopg.connect(**database.all_seeing, autocommit=True) as connection:
            yield Demo(database, connection, said)
