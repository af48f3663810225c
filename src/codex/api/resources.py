"""All resources of the API, in one list, and what holds for each of them."""

from litestar import Router
from litestar.di import Provide

from codex.api import conversation, me, teams, tickets, users
from codex.httpkit import problems
from codex.httpkit.admission import JsonRequest, admit, admitted

router = Router(
    "/api/v1",
    route_handlers=[me.router, users.router, teams.router, tickets.router, conversation.router],
    dependencies={"asked": Provide(admitted, sync_to_thread=False)},
    exception_handlers={Exception: problems.respond},
    guards=[admit],
    request_class=JsonRequest,
    security=[{"token": []}, {"session": []}],
)
