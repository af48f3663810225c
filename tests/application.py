"""The web application under test: built once for a process, because building it takes longer than most tests do.

Which database a request is about is said with the request, so that worlds do not get in each other's way.
"""

from contextvars import ContextVar
from functools import cache
from typing import Any, cast

from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from codex.db.database import Database
from codex.main import web_application
from codex.settings import Settings

_asked: ContextVar[Database] = ContextVar("asked")


class _Asked:
    """The database of the world whose client asks."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_asked.get(), name)


def on(database: Database, settings: Settings) -> ASGIApp:
    """The application on this database."""
    app = _built(settings)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        before = _asked.set(database)
        try:
            await app(scope, receive, send)
        finally:
            _asked.reset(before)

    return answer


def inside(settings: Settings) -> Litestar:
    """What of the application knows routes and state; what is changed in it is changed for all tests after this one."""
    app: Litestar = cast(Any, _built(settings))._app
    return app


@cache
def _built(settings: Settings) -> ASGIApp:
    return web_application(settings, cast(Database, _Asked()))
