"""All pages, in one list."""

from litestar import Router, get
from litestar.di import Provide

from codex.httpkit.asked import Asking, Req
from codex.httpkit.needs import Need
from codex.web import (
    account,
    api_docs,
    new_request,
    proof,
    properties,
    queue,
    reason,
    replies,
    requests,
    rules,
    signin,
    sso,
    static_files,
    texts,
    ticket,
    why,
)
from codex.web.asking import asked_in_browser, home_of, worklist_of
from codex.web.rendering import Page, see
from codex.web.wrong import error_or_problem

__all__ = ("error_or_problem", "router")


@get("/", opt={"operation": Need.PERSON})
async def home(request: Req, asked: Asking) -> Page:
    """Agents go to their desk, everybody else to their requests."""
    return see(request, home_of(asked.actor))


router = Router(
    "/",
    route_handlers=[
        home,
        static_files.serve,
        signin.router,
        sso.router,
        proof.router,
        account.router,
        queue.router,
        ticket.router,
        replies.router,
        texts.router,
        properties.router,
        reason.router,
        why.router,
        rules.router,
        api_docs.router,
        new_request.router,
        requests.router,
    ],
    dependencies={"asked": Provide(asked_in_browser), "worklist": Provide(worklist_of)},
    include_in_schema=False,
)
