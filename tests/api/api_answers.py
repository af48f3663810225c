"""What tests of the API say about answers."""

import re
from typing import Any
from uuid import UUID

import httpx

JSON = {"content-type": "application/json"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
}


def refused(answer: httpx.Response, status: int, *paths: str) -> Any:
    """The problem document of a refusal, which is one (RFC 9457) and names the paths; without them, any or none."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() - {"errors", "allowed"} == {"type", "title", "status", "detail"}
    assert (problem["status"], problem["title"]) == (status, TITLES[status])
    assert problem["type"] == f"urn:problem:codex:{TITLES[status].lower().replace(' ', '-')}"
    assert problem["detail"] and "Traceback" not in answer.text
    assert all(error.keys() == {"path", "message"} and error["message"] for error in problem.get("errors", []))
    if paths:
        assert {error["path"] for error in problem["errors"]} == set(paths)
    return problem


def kinds(value: Any) -> Any:
    """The shape of JSON: names, and for each value what kind it is (an instant or an id is more than a string)."""
    match value:
        case dict():
            return {name: kinds(inner) for name, inner in value.items()}
        case list():
            return [kinds(value[0])] if value else []
        case str() if INSTANT.fullmatch(value):
            return "instant"
        case str() if _is_id(value):
            return "id"
        case _:
            return type(value).__name__


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
