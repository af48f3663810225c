"""The OpenAPI document, with an example of all that goes in and comes out."""

import re
from typing import Any

from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme
from msgspec import json

from codex.api.examples import EXAMPLES
from codex.audit.oversight import REASON_MOST
from codex.httpkit.asked import COOKIE, CSRF_HEADER
from codex.httpkit.idempotency import HEADER, PATTERN, REPLAYED
from codex.httpkit.needs import Need
from codex.httpkit.oversight import REASON_HEADER

_OF_ONE_TICKET = "/api/v1/tickets/{ref}"
_KEY = {
    "name": HEADER, "in": "header", "required": False, "example": "5f1c2c1e-close-IT-1042",
    "schema": {"type": "string", "pattern": PATTERN},
    "description": "A name for this request. Sent again under it within a day, the request is not carried out again and"
    " the answer is the same; another request under it is a 422.",
}  # fmt: skip
_REASON = {
    "name": REASON_HEADER, "in": "header", "required": False, "example": "The requester asked me to look.",
    "schema": {"type": "string", "maxLength": REASON_MOST},
    "description": "Why an owner looks at a ticket of a confidential team that they do not work for; may also be the"
    " query parameter `reason`. It is written to the audit log, and holds for an hour of reading.",
}  # fmt: skip
_REPLAYED = {"schema": {"type": "string"}, "description": "`true` when the answer is one that was kept."}
_LISTED = re.compile(rb"Listed_(?:\w+\.)+(\w+)_")
"""What Litestar calls the schema of a `Listed[X]`, which the document calls XList."""


class Document(JsonRenderPlugin):
    """`/api/openapi.json`."""

    def __init__(self) -> None:
        super().__init__(path=["/", "/openapi.json"])

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document, with its examples and what holds for many operations."""
        for path, item in openapi_schema["paths"].items():
            for method, operation in item.items():
                _tell_of_headers(path, method, operation)
                for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                    _exemplify(part)
        return _LISTED.sub(rb"\1List", super().render(request, openapi_schema))


def whole(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The document as anybody gets it, for the page that shows it."""
    schema = request.app.openapi_schema.to_schema()
    document: dict[str, Any] = json.decode(Document().render(request, schema))
    return document


def config() -> OpenAPIConfig:
    """What Litestar has to know to make the document."""
    token = SecurityScheme(type="http", scheme="bearer", description="A personal API token: see `/me/tokens`.")
    session = SecurityScheme(
        type="apiKey", name=COOKIE, security_scheme_in="cookie",
        description=f"A signed-in browser; what changes something carries {CSRF_HEADER} as well.",
    )  # fmt: skip
    opt: dict[str, Any] = {"operation": Need.PUBLIC}
    anybodys = Router("/api/openapi.json", route_handlers=[], opt=opt, include_in_schema=False)
    return OpenAPIConfig(
        title="Codex", version="1", description="The REST API of Codex, a ticketing system that can answer why.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"), openapi_router=anybodys,
        render_plugins=[Document()], use_handler_docstrings=True, operation_id_creator=_operation_id,
        components=Components(security_schemes={"token": token, "session": session}),
    )  # fmt: skip


def _operation_id(handler: HTTPRouteHandler, method: object, path: object) -> str:
    return f"{handler.fn.__module__.rpartition('.')[2]}.{handler.handler_name}"


def _tell_of_headers(path: str, method: str, operation: dict[str, Any]) -> None:
    known = {parameter["name"] for parameter in operation.get("parameters", [])}
    told = [] if method == "get" else [_KEY]
    told += [_REASON] if path.startswith(_OF_ONE_TICKET) else []
    if told and not known & {parameter["name"] for parameter in told}:
        operation["parameters"] = [*operation.get("parameters", []), *told]
    for status, response in operation["responses"].items():
        if method != "get" and status < "300":
            response.setdefault("headers", {})[REPLAYED] = _REPLAYED


def _exemplify(part: dict[str, Any]) -> None:
    for media in part.get("content", {}).values():
        kinds = (media["schema"], *media["schema"].get("oneOf", ()))  # what may be one of several: the first of them
        names = (_LISTED.sub(rb"\1List", kind.get("$ref", "").rpartition("/")[2].encode()).decode() for kind in kinds)
        if name := next((name for name in names if name in EXAMPLES), None):
            media["example"] = EXAMPLES[name]
