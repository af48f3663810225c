"""One PostgreSQL for a run of the tests with all its workers; a fresh, migrated database for each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import databases
from codex.db import embedded
from databases import FreshDatabase
from world import world, world_database, world_template  # noqa: F401 - fixtures

_COUNTED = ("cells of rights", "cases of the document")
"""Properties by which a test says how many it has tried."""
_PLACE = "CODEX_TEST_SERVER"  # set in the process that was started by hand, inherited by xdist's workers


def pytest_configure(config: pytest.Config) -> None:
    """Choose where the server lives; it starts when the first test asks for it."""
    if not hasattr(config, "workerinput"):
        databases.end_orphans()
        os.environ[_PLACE] = str(databases.new_place())


def pytest_unconfigure(config: pytest.Config) -> None:
    """All workers are gone: end the server."""
    if not hasattr(config, "workerinput"):
        databases.end(Path(os.environ.pop(_PLACE)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried of what is tried in bulk: whoever takes some away sees it."""
    for name in _COUNTED:
        told = [dict(report.user_properties).get(name, 0) for report in terminalreporter.getreports("passed")]
        if any(told):
            terminalreporter.write_line(f"{name} checked: {sum(told):,}")


@pytest.fixture(scope="session")
def server() -> embedded.Server:
    """The server of this run."""
    return databases.start(Path(os.environ[_PLACE]))


@pytest.fixture(scope="session")
def template_database(server: embedded.Server) -> str:
    """The name of an empty database with the whole schema, to be copied; nobody may connect to it."""
    return databases.make_template(server)


@pytest.fixture
def database(server: embedded.Server, template_database: str) -> Iterator[FreshDatabase]:
    """A fresh database with the whole schema and nothing in it."""
    with databases.fresh(server, template_database) as fresh:
        yield fresh


@pytest.fixture
def empty_database(server: embedded.Server) -> Iterator[FreshDatabase]:
    """A fresh database that nobody has migrated yet."""
    with databases.fresh(server, None) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def make_database(
    server: embedded.Server, template_database: str
) -> Callable[[], AbstractContextManager[FreshDatabase]]:
    """For a fixture that lives longer than one test: `with make_database() as database:`."""
    return lambda: databases.fresh(server, template_database)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"
