"""The OpenAPI document, with an example of all that goes in and comes out."""

import re
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme

from codex.api.examples import EXAMPLES
from codex.httpkit.asked import COOKIE, CSRF_HEADER

_LISTED = re.compile(rb"Listed_(?:\w+\.)+(\w+)_")
"""What Litestar calls the schema of a `Listed[X]`, which the document calls XList."""


class Document(JsonRenderPlugin):
    """`/api/openapi.json`."""

    def __init__(self) -> None:
        super().__init__(path=["/", "/openapi.json"])

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document, with its examples."""
        for item in openapi_schema["paths"].values():
            for operation in item.values():
                for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                    _exemplify(part)
        return _LISTED.sub(rb"\1List", super().render(request, openapi_schema))


def config() -> OpenAPIConfig:
    """What Litestar has to know to make the document."""
    token = SecurityScheme(type="http", scheme="bearer", description="A personal API token: see `/me/tokens`.")
    session = SecurityScheme(
        type="apiKey", name=COOKIE, security_scheme_in="cookie",
        description=f"A signed-in browser; what changes something carries {CSRF_HEADER} as well.",
    )  # fmt: skip
    return OpenAPIConfig(
        title="Codex", version="1", description="The REST API of Codex, a ticketing system that can answer why.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"), path="/api/openapi.json",
        render_plugins=[Document()], use_handler_docstrings=True, operation_id_creator=_operation_id,
        components=Components(security_schemes={"token": token, "session": session}),
    )  # fmt: skip


def _operation_id(handler: HTTPRouteHandler, method: object, path: object) -> str:
    return f"{handler.fn.__module__.rpartition('.')[2]}.{handler.handler_name}"


def _exemplify(part: dict[str, Any]) -> None:
    for media in part.get("content", {}).values():
        name = _LISTED.sub(rb"\1List", media["schema"].get("$ref", "").rpartition("/")[2].encode()).decode()
        if name in EXAMPLES:
            media["example"] = EXAMPLES[name]
