"""Signing in through the identity provider, where one is set up: `/signin/sso`, and coming back."""

from datetime import timedelta
from uuid import UUID

from litestar import Router, get
from msgspec import DecodeError, json

from codex.db.work import Works
from codex.httpkit.asked import Req, base_url, origin_of
from codex.httpkit.needs import Need
from codex.httpkit.proving import counted
from codex.identity import external
from codex.identity.entering import SIGNIN
from codex.kernel import clock
from codex.kernel.errors import NotFound, Unauthenticated
from codex.kernel.seal import Seal
from codex.web import arriving
from codex.web.present.language import gettext as _
from codex.web.provider import Journey, Provider
from codex.web.rendering import Page, redirect
from codex.web.signin import form

JOURNEY_COOKIE = "codex_sso"
JOURNEY_LIVES = timedelta(minutes=10)
_PURPOSE = "journey to the provider"


@get("/signin/sso")
async def leave_for(request: Req) -> Page:
    """To the provider; what has to come back waits, sealed, in a cookie of this browser."""
    provider, seal = _provider(request), _seal(request)
    try:
        address, journey = await provider.leave_for(_back(request))
    except Unauthenticated as failed:
        return form(request, error=_(str(failed)), status_code=502)
    answer = redirect(address)
    sealed = seal.close(_PURPOSE, json.encode(journey)).hex()
    answer.set_cookie(arriving.brief_cookie(request, JOURNEY_COOKIE, sealed, JOURNEY_LIVES))
    return answer


@get("/signin/sso/callback")
async def arrive(request: Req) -> Page:
    """Back from the provider, in the browser that left, with a code or a refusal."""
    provider, works = _provider(request), request.app.state.works
    try:
        with counted("sso"):
            user_id, secret = await _signed_in(request, provider, works)
    except Unauthenticated as failed:
        answer = form(request, error=_(str(failed)), status_code=403)
    else:
        answer = await arriving.go_on(request, user_id, secret)
    answer.delete_cookie(JOURNEY_COOKIE, path="/signin")
    return answer


async def _signed_in(request: Req, provider: Provider, works: Works) -> tuple[UUID, str | None]:
    journey, query = _journey(request), request.query_params
    if str(query.get("state", "")) != journey.state:
        raise Unauthenticated("This sign-in was begun elsewhere. Begin here.")
    if not query.get("code"):
        raise Unauthenticated("You were not signed in there.")
    stranger = await provider.arrival(
        journey, code=str(query["code"]), issuer=str(query.get("iss", "")), back=_back(request), now=clock.now()
    )
    async with works.begin(SIGNIN, origin=origin_of(request)) as work:
        user = await external.person_of(work, stranger, may_add=provider.adds_people)
        return user.id, await arriving.begin(request, work, user)


def _journey(request: Req) -> Journey:
    try:
        sealed = bytes.fromhex(request.cookies.get(JOURNEY_COOKIE, ""))
        return json.decode(_seal(request).open(_PURPOSE, sealed) or b"", type=Journey)
    except (ValueError, DecodeError) as bad:
        raise Unauthenticated("This sign-in was begun elsewhere, or took long. Begin here.") from bad


def _provider(request: Req) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("There is nothing here.")
    return provider


def _seal(request: Req) -> Seal:
    seal: Seal = request.app.state.seal
    return seal


def _back(request: Req) -> str:
    return f"{base_url(request)}/signin/sso/callback"


router = Router("/", route_handlers=[leave_for, arrive], opt={"operation": Need.PUBLIC})
