"""Every refusal as RFC 9457 `application/problem+json`; anything unexpected as a 500 without details."""

import re
from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import UNSET, Struct, UnsetType, json

from codex.db.database import CONNECTION_LOST, is_contended
from codex.httpkit.asked import Req
from codex.kernel import errors
from codex.kernel.errors import CodexError, Problem

log = structlog.get_logger("codex.http")
MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[CodexError], int], ...] = (
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.TooOften, 429),
    (errors.Conflict, 409),
    (errors.StaleVersion, 412),
    (errors.Unprocessable, 422),
    (errors.Invalid, 400),
)


class ProblemAt(Struct, frozen=True):
    """One thing wrong with the input."""

    path: str
    message: str


class ProblemBody(Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457). `allowed`: what would have been possible instead."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemAt] | UnsetType = UNSET
    allowed: list[str] | UnsetType = UNSET


def body_of(error: Exception) -> ProblemBody:
    """The problem document of an exception."""
    if isinstance(error, CodexError):
        return _ours(error)
    if isinstance(error, ValidationException):
        found = [_of_litestar(extra) for extra in error.extra or () if isinstance(extra, dict)]
        return problem(400, "The input is not valid.", errors=found or UNSET)
    if isinstance(error, HTTPException):
        return problem(error.status_code, "" if error.status_code >= 500 else str(error.detail))
    if isinstance(error, CONNECTION_LOST):
        if is_contended(error):
            return problem(503, "Others are changing the same right now; try again in a moment.")
        return problem(503, "The database is not reachable right now; try again in a moment.")
    return problem(500, "Something went wrong on our side; it has been logged.")


def respond(request: Req, error: Exception) -> Response[bytes]:
    """The exception handler of the API."""
    body = body_of(error)
    note_failure(error, body)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if body.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="codex"'
    headers |= retry_after(error, body)
    return Response(json.encode(body), status_code=body.status, media_type=MEDIA_TYPE, headers=headers)


def retry_after(error: Exception, body: ProblemBody) -> dict[str, str]:
    """The header that says in how many seconds to try again, where that may help."""
    if isinstance(error, errors.TooOften):
        return {"Retry-After": str(max(1, ceil(error.retry_after.total_seconds())))}
    return {"Retry-After": "2"} if body.status in (429, 503) else {}


def note_failure(error: Exception, body: ProblemBody) -> None:
    """Log what is our fault."""
    if body.status >= 500:
        log.error("request failed", status=body.status, exc_info=error)


def _ours(error: CodexError) -> ProblemBody:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, errors.Invalid | errors.Unprocessable):
        found = [ProblemAt(p.path, p.message) for p in error.problems]
        return problem(status, str(error), errors=found or UNSET)
    if isinstance(error, errors.Conflict) and error.allowed:
        allowed = [str(a) for a in error.allowed]
        return problem(status, f"{error} Possible: {', '.join(allowed)}.", allowed=allowed)
    return problem(status, str(error))


def problem(status: int, detail: str, **more: Any) -> ProblemBody:
    """The problem document of a status."""
    title = HTTPStatus(status).phrase
    kind = title.lower().replace(" ", "-")
    return ProblemBody(type=f"urn:problem:codex:{kind}", title=title, status=status, detail=detail or title, **more)


_FIELD = re.compile(r"field `([^`]+)`")


def located(message: str, path: str) -> Problem:
    """msgspec's words with the field they are about: it names a missing or unknown field only in its message."""
    named = _FIELD.search(message)
    if named:
        path = f"{path}.{named.group(1)}" if path else named.group(1)
        message = "This field is not known." if "unknown field" in message else "This field is required."
    return Problem(path, message or "This is not valid.")


def _of_litestar(extra: dict[str, Any]) -> ProblemAt:
    message, key = str(extra.get("message", "")), str(extra.get("key", ""))
    found = Problem("", "Send a JSON object.") if message == "'data'" else located(message, key)
    return ProblemAt(found.path, found.message)
