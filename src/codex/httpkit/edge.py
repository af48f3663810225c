"""The outermost layer: a request id, one log line and one measurement per request, and the headers of every answer."""

import re
import time
from uuid import uuid4

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

REQUESTS = Counter("codex_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "codex_http_request_seconds",
    "Time from the request to the end of its answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_HEADERS: list[tuple[bytes, bytes]] = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self';"
        b" object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
REQUEST_ID = "request_id"
"""Under this name the state of a request keeps its id."""
_OURS = re.compile(rb"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("codex.http")


class Edge:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = given if _OURS.fullmatch(given) else uuid4().hex.encode()
        scope.setdefault("state", {})[REQUEST_ID] = request_id.decode()
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_HEADERS, (b"x-request-id", request_id)]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id.decode()):
            try:
                await self._app(scope, receive, sending)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = str(scope.get("path_template") or "unknown"), str(scope.get("method"))
        if route.startswith("/static"):
            return
        REQUESTS.labels(method, route, status).inc()
        SECONDS.labels(method, route).observe(seconds)
        path = route if "{token" in route else scope["path"]  # a sign-in link is a key
        log.info("request", method=method, path=path, status=status, ms=round(seconds * 1000, 1))
