"""All pages, in one list."""

from litestar import Response, Router

from codex.httpkit import problems
from codex.httpkit.asked import Req


def error_or_problem(request: Req, error: Exception) -> Response[bytes]:
    """What went wrong."""
    return problems.respond(request, error)


router = Router("/", route_handlers=[])
