"""Pages under test: the environment over built assets, and a browser for those that need one."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from jinja2 import Environment
from open_desk import OpenDesk
from page_server import PageServer, serving
from playwright.sync_api import Browser, sync_playwright

import application
from codex.web.present.render import environment as pages_environment
from world import SETTINGS, World, world, world_database, world_template

__all__ = ("world", "world_database", "world_template")

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def environment() -> Environment:
    subprocess.run([sys.executable, "tools/assets.py", "--if-stale"], cwd=ROOT, check=True)
    return pages_environment()


@pytest.fixture
def samples(environment: Environment) -> Iterator[PageServer]:
    with serving(environment) as samples:
        yield samples


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: as long as Playwright runs, asynchronous tests cannot."""
    usual = "/usr/bin/chromium"
    path = os.environ.get("CODEX_CHROMIUM") or (usual if Path(usual).exists() else shutil.which("chromium"))
    if path is None and not os.environ.get("CODEX_NO_SKIPS"):
        pytest.skip("there is no Chromium here: install it, or name it in CODEX_CHROMIUM")
    assert path, "These tests need Chromium: install it, or say where it is in CODEX_CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
async def desk(world: World, environment: Environment) -> AsyncIterator[OpenDesk]:
    app = application.on(world.database, SETTINGS)
    async with AsyncExitStack() as stack:
        yield OpenDesk(world, app, stack)
