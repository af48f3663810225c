"""Wiring: settings and a database become the web application."""

import os
import signal
import threading
import time
from contextlib import ExitStack

from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp
from litestar.types import Scope as LitestarScope

from codex import reactions
from codex.api import document, resources
from codex.api.refusals import Refusals
from codex.db import access, revision
from codex.db.database import CONNECTION_LOST, Database, is_contended
from codex.httpkit import health
from codex.httpkit.edge import Edge
from codex.httpkit.needs import refuse_undeclared
from codex.kernel import log
from codex.kernel.seal import Seal, kept_key
from codex.settings import Settings, load
from codex.web import pages
from codex.web.provider import Provider

MAX_BODY_BYTES = 10_000_000
_while_this_process_lives = ExitStack()


def web() -> ASGIApp:
    """The web application of a process that a server starts: everything comes from the environment."""
    settings = load()
    log.configure(settings.log, process="web")
    _end_with_parent()
    found = _while_this_process_lives.enter_context(access.opened(settings))
    return web_application(settings, Database(found, max_connections=10), close_database=True)


def web_application(settings: Settings, database: Database, *, close_database: bool = False) -> ASGIApp:
    """The web application on a database; `close_database`: it opens and closes the database with itself."""
    works = reactions.works(database, base_url=settings.base_url)
    key = settings.secret_key or kept_key(settings.data_path)

    async def mend(error: Exception, _: LitestarScope) -> None:
        if isinstance(error, CONNECTION_LOST) and not is_contended(error):
            await database.mend()

    app = Litestar(
        [resources.router, pages.router, health.live, health.ready, health.metrics],
        exception_handlers={Exception: pages.error_or_problem},
        after_exception=[mend],
        on_startup=[database.open] if close_database else [],
        on_shutdown=[database.close] if close_database else [],
        state=State(
            {
                "works": works,
                "secret_key": key,
                "seal": Seal(key),
                "api_document": document.whole,
                "provider": provider_of(settings),
                "base_url": settings.base_url,
                "secure_cookies": settings.base_url.startswith("https://"),
                "schema_revision": revision.newest(),
                "reopens_within": settings.reopens_within,
            }
        ),
        openapi_config=document.config(),
        plugins=[Refusals()],
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )  # fmt: skip
    refuse_undeclared(app.routes)
    return Edge(app)


def provider_of(settings: Settings) -> Provider | None:
    """The identity provider that people sign in through, where one is set up."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
        adds_people=settings.oidc_adds_people == "yes",
    )  # fmt: skip


def _end_with_parent() -> None:
    """End when the server that started this process has been killed: it would go on holding the port."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)  # what is in flight has no server to answer through

    threading.Thread(target=watch, name="parent", daemon=True).start()
