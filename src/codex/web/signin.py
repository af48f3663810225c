"""Signing in by a link that works once, and signing out."""

import time
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from litestar import Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Struct

from codex.db.work import Works
from codex.httpkit import problems
from codex.httpkit.asked import COOKIE, Asking, Req
from codex.httpkit.rate_limit import Buckets
from codex.identity import queries, signin
from codex.kernel.actor import system
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Unauthenticated, Unprocessable
from codex.web.asking import asked_in_browser, home_of, own_path, refuse_cross_site
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.views import ErrorView, LinkView, SigninConfirmView, SigninView
from codex.web.rendering import Page, page, redirect
from codex.web.wrong import wrong_page

NEXT_COOKIE = "codex_next"
_LINK_SECONDS = int(signin.LINK_LIVES.total_seconds())
_NO_STORE = {"Cache-Control": "no-store"}
log = structlog.get_logger("codex.signin")


class EmailForm(Struct):
    """What the sign-in form sends."""

    email: str = ""


@dataclass(slots=True)
class Limits:
    """How often links may be asked for. A proxy makes many people one address, so an address gets more."""

    per_email: Buckets = field(default_factory=lambda: Buckets(size=5, refill_seconds=60))
    per_address: Buckets = field(default_factory=lambda: Buckets(size=30, refill_seconds=2))

    def wait(self, *, email: str, address: str) -> int:
        """0, or after how many seconds to try again."""
        at = time.monotonic()
        return self.per_address.wait(address, at=at) or self.per_email.wait(email, at=at)


@get("/signin")
async def ask(request: Req, onward: Annotated[str, QueryParameter(name="next")] = "") -> Page:
    """The form for one's address; who is signed in already goes on. `next` waits in a cookie for the link."""
    there = own_path(onward)
    if request.cookies.get(COOKIE):
        try:
            asked = await asked_in_browser(request)
        except Unauthenticated:
            pass
        else:
            return redirect(there or home_of(asked.actor))
    answer = page(request, "signin.html", signin=SigninView(), headers=_NO_STORE)
    if there:
        answer.set_cookie(_next_cookie(request, there))
    return answer


@post("/signin")
async def send(request: Req, data: URLEncodedBody[EmailForm]) -> Page:
    """Always the same answer, as fast: whether anybody has the address is found out after it has been sent."""
    refuse_cross_site(request)
    try:
        with Checks() as check:
            email = check.email("email", data.email)
    except Invalid:
        error = _("Write the whole address, like name@acme.example")
        view = SigninView(email=data.email, error=error)
        return page(request, "signin.html", signin=view, status_code=422, headers=_NO_STORE)
    if seconds := _limits(request).wait(email=email, address=request.client.host if request.client else ""):
        return _too_often(request, seconds)
    answer = page(request, "signin_sent.html", signin=SigninView(email=email), headers=_NO_STORE)
    answer.background = BackgroundTask(_make_link, request.app.state.works, email, _base_url(request))
    return answer


@get("/signin/{token:str}")
async def confirm(request: Req, token: FromPath[str]) -> Page:
    """Whom the link signs in, with a button. Looking does not use the link up: mail scanners look."""
    works: Works = request.app.state.works
    try:
        async with works.begin(system("Sign-in")) as work:
            user = await signin.link_owner(work, token)
    except Unauthenticated as stale:
        return _stale(request, stale)
    person = words.person(user.id, user.display_name, email=user.email)
    view = SigninConfirmView(href=f"/signin/{token}", person=person)
    return page(request, "signin_confirm.html", confirm=view, headers=_NO_STORE)


@post("/signin/{token:str}")
async def enter(request: Req, token: FromPath[str]) -> Page:
    """Use the link up and open a session; a session that this browser had ends."""
    refuse_cross_site(request)
    works: Works = request.app.state.works
    try:
        async with works.begin(system("Sign-in")) as work:
            user = await signin.link_owner(work, token)
            secret = await signin.use_link(work, token, user_agent=request.headers.get("user-agent"))
            await signin.sign_out(work, request.cookies.get(COOKIE, ""))
    except Unauthenticated as stale:
        return _stale(request, stale)
    async with works.database.reading() as reader:
        home = home_of(await queries.actor_of(reader, user.id))
    answer = redirect(own_path(request.cookies.get(NEXT_COOKIE, "")) or home)
    answer.set_cookie(_session_cookie(request, secret))
    answer.delete_cookie(NEXT_COOKIE, path="/signin")
    return answer


@post("/signout")
async def leave(asked: Asking) -> Page:
    """End the session, here and in the database; pages that the browser keeps go too."""
    async with asked.work() as work:
        await signin.sign_out(work, asked.session_secret or "")
    answer = redirect("/signin")
    answer.headers["Clear-Site-Data"] = '"cache"'
    answer.delete_cookie(COOKIE)
    return answer


async def _make_link(works: Works, email: str, base_url: str) -> None:
    """There is no mail server yet, so the link goes to the log. For nobody's address nothing happens."""
    try:
        async with works.begin(system("Sign-in")) as work:
            user = await queries.person_by_email(work.session, email)
            secret = await signin.make_link(work, user)
    except (NotFound, Unprocessable):
        return
    except Exception as error:  # nobody waits for an answer any more: the log is all there is
        problems.note_failure(error, problems.body_of(error))
        return
    log.info("sign-in link", email=email, link=f"{base_url}/signin/{secret}")


def _base_url(request: Req) -> str:
    """The desk's own address. What a browser calls it counts only where no setting says so."""
    return (request.app.state.base_url or str(request.base_url)).rstrip("/")


def _limits(request: Req) -> Limits:
    limits: Limits | None = request.app.state.get("signin_limits")
    if limits is None:
        limits = request.app.state.signin_limits = Limits()
    return limits


def _too_often(request: Req, seconds: int) -> Page:
    sentence = _("That was often. Try again in a moment.")
    action = LinkView(label=_("Back to sign-in"), href="/signin")
    error = ErrorView(status=429, sentence=sentence, action=action)
    return wrong_page(request, error, headers={"Retry-After": str(seconds)})


def _stale(request: Req, error: Unauthenticated) -> Page:
    return page(request, "signin.html", signin=SigninView(error=str(error)), status_code=410, headers=_NO_STORE)


def _session_cookie(request: Req, secret: str) -> Cookie:
    return Cookie(
        key=COOKIE, value=secret, path="/", httponly=True, samesite="lax", secure=request.app.state.secure_cookies,
        max_age=int(signin.SESSION_LIVES.total_seconds()),
    )  # fmt: skip


def _next_cookie(request: Req, address: str) -> Cookie:
    return Cookie(
        key=NEXT_COOKIE, value=address, path="/signin", httponly=True, samesite="lax",
        secure=request.app.state.secure_cookies, max_age=_LINK_SECONDS,
    )  # fmt: skip


router = Router("/", route_handlers=[ask, send, confirm, enter, leave])
