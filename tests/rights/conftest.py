"""The doors of the application, open on a furnished desk."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import structlog
from doors import ADDRESS, SECRET_KEY, Doors
from furnished import furnish
from litestar.types import ASGIApp
from one_transaction import OneTransaction

import databases
from codex.db import embedded
from codex.httpkit import edge
from codex.httpkit.asked import COOKIE
from codex.identity import queries, signin
from codex.kernel.actor import Scope, system
from codex.main import web_application
from codex.settings import Settings
from databases import FreshDatabase
from world import World, known, opened

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="package", autouse=True)
def quiet() -> Iterator[None]:
    """No line per request: there are thousands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge, "log", structlog.wrap_logger(structlog.ReturnLogger(), processors=[]))
        yield


@pytest.fixture(scope="session")
def assets() -> None:
    """What pages are drawn with."""
    subprocess.run([sys.executable, "tools/assets.py", "--if-stale"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def furnished_doors(server: embedded.Server, world_template: str, assets: None) -> Iterator[Doors]:
    """The desk is furnished once: no test leaves anything on it."""
    with databases.fresh(server, world_template) as fresh:
        yield asyncio.run(_furnish(fresh))


@pytest.fixture
async def doors(furnished_doors: Doors, record_property: Callable[[str, object], None]) -> AsyncIterator[Doors]:
    """The same doors, nothing counted yet."""
    found = replace(furnished_doors, record=record_property, cells=0, wrong=[])
    await found.database.open()
    yield found
    await found.database.close()


async def _furnish(fresh: FreshDatabase) -> Doors:
    """Every post has a token and a session."""
    settings = Settings(secret_key=SECRET_KEY)
    async with opened(fresh.app) as database:
        world = await known(database)
        desk = await furnish(world)
        tokens = {post: await world.token(user, Scope.ADMIN) for post, user in desk.people.items()}
        entrance = web_application(settings, database)
        cookies = {post: await _sign_in(world, entrance, user.email) for post, user in desk.people.items()}
        held = OneTransaction(database.access)
    return Doors(desk, held, web_application(settings, held), tokens, cookies, record=lambda *_: None)


async def _sign_in(world: World, app: ASGIApp, email: str) -> str:
    async with world.works.begin(system("Test")) as work:
        secret = await signin.make_link(work, await queries.person_by_email(work.session, email))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        answer = await client.post(f"/signin/{secret}")
    assert answer.status_code == 303, answer.text
    return str(answer.cookies[COOKIE])
