"""Who asks in a browser, and whether what they send comes from one of our own pages."""

from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar.di import NamedDependency

from codex.httpkit.asked import SAFE, Asked, Asking, Req, provide_asked
from codex.httpkit.oversight import watch
from codex.kernel.actor import Actor
from codex.kernel.errors import Forbidden, Invalid, NotFound, Problem
from codex.web.present.worklist import SAVED, SORTS, STATUSES, TEAM, VIEWS, Worklist

DESK, PORTAL = "/queue", "/requests"


async def asked_in_browser(request: Req) -> Asked:
    """The dependency `asked` of the pages; remembered on the request, so that an error page has the reader's theme."""
    asked = await provide_asked(request)
    request.state.asked = asked
    await watch(request, asked)
    return asked


Listing = NamedDependency[Worklist]
"""The type of a handler's parameter `worklist`: `worklist_of` fills it in."""


async def worklist_of(request: Req, asked: Asking) -> Worklist:
    """The dependency `worklist`. Raises NotFound for a list that there is not, Invalid for an unknown status or order.

    It takes `asked` so as to come after it: Litestar would ask for both at once, and for nobody nothing is refused.
    """
    query = request.query_params
    view, given = str(query.get("view", "")), str(query.get("status", ""))
    if view and view not in VIEWS and not view.startswith((TEAM, SAVED)):
        raise NotFound("There is no such list.")
    status = next((known for known in STATUSES if known == given), None)
    if status is None:
        raise Invalid(Problem("status", "The status is one of open, waiting, done."))
    sort = next((known for known in SORTS if known == str(query.get("sort", ""))), None)
    if sort is None:
        raise Invalid(Problem("sort", "The order is due, or left out."))
    return Worklist(view, status, str(query["cursor"]) if query.get("cursor") else None, sort)


def home_of(actor: Actor) -> str:
    """Where somebody's day begins."""
    return DESK if actor.is_agent else PORTAL


def zone_of(asked: Asked) -> ZoneInfo:
    """The reader's zone; UTC where the machine does not know it."""
    try:
        return ZoneInfo(asked.credential.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def signin_address(request: Req) -> str:
    """The sign-in page, which leads back to the page that was asked for, or that a form stood on."""
    return _leading_back("/signin", request)


def proof_address(request: Req) -> str:
    """The page on which one proves anew who one is, which leads back likewise."""
    return _leading_back("/proof", request)


def _leading_back(address: str, request: Req) -> str:
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in SAFE:
        back = urlsplit(request.headers.get("referer", "")).path
    return f"{address}?next={quote(back, safe='/')}" if own_path(back) not in ("", "/") else address


def own_path(address: str) -> str:
    """The address if it is a path of this site, else nothing: nobody is sent elsewhere by a link of ours."""
    is_plain = address.isprintable() and "\\" not in address and len(address) <= 1000
    is_own = is_plain and address.startswith("/") and not address.startswith("//")
    return address if is_own and not address.startswith("/sign") else ""


def refuse_cross_site(request: Req) -> None:
    """Refuse a form that another site sent, where no session is there to check a token against.

    `Sec-Fetch-Site` says it plainly; where a browser does not send it (over plain HTTP), `Origin` has to be this host.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_ours = site in ("same-origin", "none") if site else _is_this_host(request, origin)
    if not is_ours:
        raise Forbidden("This form was sent from another site; open the page and send it again.")


def _is_this_host(request: Req, origin: str | None) -> bool:
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
