"""What a request to the API passes before its handler: it is somebody's, names what can exist, and its body is JSON."""

from typing import Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from msgspec import DecodeError, ValidationError
from msgspec.json import decode

from codex.httpkit.asked import Asked, Req, provide_asked
from codex.httpkit.oversight import watch
from codex.httpkit.problems import located
from codex.kernel.errors import Invalid, NotFound, Problem

JSON = "application/json"


async def admit(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: it runs before the body is read. Raises Unauthenticated, Forbidden, NotFound or Invalid."""
    request = cast(Req, connection)
    if request.state.get("asked") is None:  # a request with an Idempotency-Key is known by now
        request.state.asked = await provide_asked(request)
    _refuse_nul(request)
    await watch(request, request.state.asked)


def admitted(request: Req) -> Asked:
    """The dependency `asked` of every route behind `admit`."""
    asked: Asked = request.state.asked
    return asked


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body, where it has one, is JSON (RFC 8259) and says so."""

    async def json(self) -> Any:
        """The body as what the handler calls `data`, strictly: "7" is no number. Raises Invalid, and 415."""
        if self.content_type[0] != JSON:
            raise HTTPException(f"Send JSON, as {JSON}.", status_code=415, headers={"Accept": JSON})
        try:
            return decode(await self.body(), type=self.route_handler.parsed_fn_signature.parameters["data"].annotation)
        except ValidationError as bad:
            message, _, path = str(bad).partition(" - at `$")
            raise Invalid(located(message, path.strip("`."))) from bad
        except UnicodeDecodeError as bad:
            raise Invalid(Problem("", "This is not JSON: it is not UTF-8.")) from bad
        except RecursionError as bad:
            raise Invalid(Problem("", "This JSON is nested too deeply.")) from bad
        except DecodeError as bad:
            reason = str(bad).partition(" - at ")[0]
            raise Invalid(Problem("", f"This is not JSON: {reason}.")) from bad


def _refuse_nul(request: Req) -> None:
    """PostgreSQL cannot hold NUL: nothing has such a name, and nothing is found by it."""
    if "\x00" in request.scope["path"]:
        raise NotFound("There is nothing with this name.")
    query = request.query_params.multi_items()
    bad = [Problem(name, "This contains a NUL byte.") for name, value in query if "\x00" in f"{name}{value}"]
    if bad:
        raise Invalid(*bad)
