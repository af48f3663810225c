"""Every refusal as RFC 9457 `application/problem+json`; anything unexpected as a 500 without details."""

import re
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import UNSET, Struct, UnsetType, json

from codex.db.database import CONNECTION_LOST
from codex.httpkit.asked import Req
from codex.kernel import errors
from codex.kernel.errors import CodexError

log = structlog.get_logger("codex.http")
_STATUS: tuple[tuple[type[CodexError], int], ...] = (
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
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
        found = [_located(extra) for extra in error.extra or () if isinstance(extra, dict)]
        return _body(400, "The input is not valid.", errors=found or UNSET)
    if isinstance(error, HTTPException):
        return _body(error.status_code, "" if error.status_code >= 500 else str(error.detail))
    if isinstance(error, CONNECTION_LOST):
        return _body(503, "The database is not reachable right now; try again in a moment.")
    return _body(500, "Something went wrong on our side; it has been logged.")


def respond(request: Req, error: Exception) -> Response[bytes]:
    """The exception handler of the API."""
    body = body_of(error)
    note_failure(error, body)
    headers = {"WWW-Authenticate": 'Bearer realm="codex"'} if body.status == 401 else {}
    if body.status in (429, 503):
        headers["Retry-After"] = "2"
    return Response(json.encode(body), status_code=body.status, media_type="application/problem+json", headers=headers)


def note_failure(error: Exception, body: ProblemBody) -> None:
    """Log what is our fault."""
    if body.status >= 500:
        log.error("request failed", status=body.status, exc_info=error)


def _ours(error: CodexError) -> ProblemBody:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, errors.Invalid):
        found = [ProblemAt(p.path, p.message) for p in error.problems]
        return _body(status, str(error), errors=found)
    if isinstance(error, errors.Unprocessable) and error.path:
        return _body(status, str(error), errors=[ProblemAt(error.path, str(error))])
    if isinstance(error, errors.Conflict) and error.allowed:
        allowed = [str(a) for a in error.allowed]
        return _body(status, f"{error} Possible: {', '.join(allowed)}.", allowed=allowed)
    return _body(status, str(error))


def _body(status: int, detail: str, **more: Any) -> ProblemBody:
    title = HTTPStatus(status).phrase
    kind = title.lower().replace(" ", "-")
    return ProblemBody(type=f"urn:problem:codex:{kind}", title=title, status=status, detail=detail or title, **more)


_FIELD = re.compile(r"field `([^`]+)`(?: - at `\$\.([^`]+)`)?")
_AT = re.compile(r" - at `\$\.?([^`]*)`")


def _located(extra: dict[str, Any]) -> ProblemAt:
    """msgspec's words with the field they are about: it names a missing or unknown field only in its message."""
    message, key = str(extra.get("message", "")), str(extra.get("key", ""))
    named = _FIELD.search(message)
    if named:
        inner = named.group(2)
        key = f"{inner}.{named.group(1)}" if inner else named.group(1)
        message = "This field is not known." if "unknown field" in message else "This field is required."
    elif message == "'data'":
        key, message = "", "Send a JSON object."
    return ProblemAt("" if key == "data" else key, _AT.sub("", message) or "This is not valid.")
