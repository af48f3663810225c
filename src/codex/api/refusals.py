"""What an operation may be refused with, for the OpenAPI document: every answer that occurs is in it."""

from collections.abc import Mapping

from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from msgspec import to_builtins

from codex.httpkit.asked import SAFE
from codex.httpkit.problems import MEDIA_TYPE, ProblemAt, ProblemBody, problem

_REFUSALS: Mapping[int, str] = {
    400: "The input is not valid; `errors` names each thing that is wrong with it.",
    401: "No token, or one that is unknown, has expired or was revoked.",
    403: "You may see it, and you or your token may not do this.",
    404: "It does not exist, or you may not see it: the two are not told apart.",
    409: "It does not fit the present state; `allowed` names what would.",
    412: "It has changed since the version that If-Match or `version` names.",
    413: "The body is too large.",
    415: "The body is not JSON, or does not say so.",
    422: "Well-formed, and impossible: it names what is not there or no longer in use.",
    429: "That was often; Retry-After says in how many seconds to try again.",
    503: "The database is not reachable right now.",
}
NO_LONGER_SEEN = {204: ResponseSpec(None, description="It is done, and you may no longer see the ticket.")}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """What an operation may be refused with, for a handler's `responses`; what any may be is added by `Refusals`."""
    return {status: _refusal(status) for status in statuses}


class Refusals(ReceiveRoutePlugin):
    """Documents for every operation what its shape alone lets go wrong."""

    def receive_route(self, route: BaseRoute) -> None:
        """Add to the operations of a route what they may be refused with."""
        if isinstance(route, HTTPRoute):
            for handler, _ in route.route_handler_map.values():
                if handler.resolve_include_in_schema():
                    every = {**refusals(*_always(handler, route)), **(handler.responses or {})}
                    handler.responses = dict(sorted(every.items()))


def _always(handler: HTTPRouteHandler, route: HTTPRoute) -> list[int]:
    has_body = "data" in handler.parsed_fn_signature.parameters
    named = [404] if route.path_parameters else []
    writes = not handler.http_methods <= set(SAFE)  # which may be repeated under a key
    return [400, 401, 403, *named, *([409, 422] if writes else []), *([413, 415] if has_body else []), 503]


def _refusal(status: int) -> ResponseSpec:
    detail = _REFUSALS[status]
    more = {"errors": [ProblemAt("priority", "Invalid enum value 'P9'")]} if status == 400 else {}
    example = Example(value=to_builtins(problem(status, detail, **more)))
    return ResponseSpec(
        ProblemBody, generate_examples=False, description=detail, media_type=MEDIA_TYPE, examples=[example]
    )
