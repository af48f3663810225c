"""From a template and its view to an answer."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment
from litestar import Response
from litestar.enums import MediaType

from codex.httpkit.asked import Asked, Req, csrf_token
from codex.web.present.render import environment

Page = Response[Any]
# `private, no-cache`: the browser asks again each time, and still brings back what was typed when one goes back.
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "HX-Request, HX-Request-Type"}


def page(
    request: Req,
    template: str,
    /,
    *,
    asked: Asked | None = None,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **view: object,
) -> Page:
    """A template rendered for whoever asked, in their theme, its forms with the token of their session."""
    secret = asked.session_secret if asked else None
    html = _environment().get_template(template).render(
        csrf_token=csrf_token(request.app.state.secret_key, secret) if secret else "",
        theme=asked.credential.theme if asked else None,
        **view,
    )  # fmt: skip
    return Response(html, status_code=status_code, media_type=MediaType.HTML, headers={**_HEADERS, **(headers or {})})


def wants_fragment(request: Req) -> bool:
    """Whether htmx asks for a part of a page. Going back in the history asks for the whole one."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def see(request: Req, address: str) -> Page:
    """Go and see another page: the end of a form that was sent, or of a question put to the wrong address."""
    if wants_fragment(request):
        return Response("", status_code=200, media_type=MediaType.HTML, headers={"HX-Redirect": address, **_HEADERS})
    return redirect(address)


def redirect(address: str) -> Page:
    """303: whatever was sent, the browser gets the other page."""
    return Response("", status_code=303, media_type=MediaType.HTML, headers={"Location": address, **_HEADERS})


@cache
def _environment() -> Environment:
    return environment()
