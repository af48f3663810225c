"""What a route needs of who asks. Every route declares it, as `opt={"operation": …}`: a Need, or for one ticket the
Operation of tickets/policy.py that its command or query checks. An application with an undeclared route does not start.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute

from codex.kernel.actor import Actor, TeamRole
from codex.kernel.errors import SetupError, require
from codex.tickets.policy import Operation

OPERATION = "operation"
"""The name of the declaration among a handler's or a router's `opt`."""


class Need(StrEnum):
    """What a route that is not about one ticket needs; the door refuses whoever has not got it."""

    PUBLIC = "nothing: anybody, signed in or not"
    PERSON = "to be somebody; the answer holds what one may see, a change is checked against what it changes"
    AGENT = "to work for a team, or to own the desk"
    TEAM_ADMIN = "to administer a team, or to own the desk"
    OWNER = "to own the desk"

    def is_met_by(self, actor: Actor) -> bool:
        """Whether somebody who is known has what is needed."""
        match self:
            case Need.AGENT:
                return actor.is_agent
            case Need.TEAM_ADMIN:
                return actor.is_owner or TeamRole.ADMIN in actor.team_roles.values()
            case Need.OWNER:
                return actor.is_owner
            case _:
                return True


def operation_of(handler: BaseRouteHandler) -> Need | Operation | None:
    """What a route declares; None: nothing."""
    declared = handler.opt.get(OPERATION)
    return declared if isinstance(declared, Need | Operation) else None


def refuse(actor: Actor, handler: BaseRouteHandler) -> None:
    """Raise Forbidden for who has not got what a route needs. What it needs of a ticket is the command's to check."""
    declared = operation_of(handler)
    require(not isinstance(declared, Need) or declared.is_met_by(actor), f"This needs {declared}.")


def refuse_undeclared(routes: Iterable[BaseRoute]) -> None:
    """Raise SetupError with the names of all routes that do not declare what they need."""
    missing = sorted({f"{m} {r.path} ({h.fn.__module__}.{h.handler_name})" for r, m, h in _handlers(routes)
                      if operation_of(h) is None})  # fmt: skip
    if missing:
        raise SetupError(f'These routes do not declare what they need (opt={{"operation": …}}): {", ".join(missing)}.')


def _handlers(routes: Iterable[BaseRoute]) -> Iterable[tuple[BaseRoute, str, Any]]:
    """Every route's handlers by method, but for the answers to OPTIONS that the framework adds."""
    for route in routes:
        if not isinstance(route, HTTPRoute):
            raise SetupError(f"The route {route.path} speaks no HTTP, and nobody could say what it needs.")
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                yield route, str(method), handler
