"""Signing in: the form, a password, a link that works once, a code; and signing out."""

from typing import Annotated

import structlog
from litestar import Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Struct

from codex.db.work import Works
from codex.httpkit import problems
from codex.httpkit.asked import COOKIE, Asking, Req, base_url, origin_of
from codex.httpkit.needs import Need
from codex.httpkit.proving import counted
from codex.identity import attempts, entering, queries, sessions, signin
from codex.identity.attempts import Way
from codex.identity.entering import SIGNIN
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Unauthenticated, Unprocessable
from codex.web import arriving
from codex.web.arriving import NEXT_COOKIE
from codex.web.asking import asked_in_browser, home_of, own_path, refuse_cross_site
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.views import CodeView, SigninConfirmView, SigninView
from codex.web.rendering import Page, page, redirect

NO_STORE = {"Cache-Control": "no-store"}
log = structlog.get_logger("codex.signin")


class SigninForm(Struct):
    """What the sign-in form sends; the password is left out, or not looked at, where a link is asked for."""

    email: str = ""
    password: str = ""


class CodeForm(Struct):
    """What the form for the second factor sends."""

    code: str = ""


@get("/signin")
async def ask(request: Req, onward: Annotated[str, QueryParameter(name="next")] = "") -> Page:
    """The form; who is signed in already goes on. `next` waits in a cookie meanwhile."""
    there = own_path(onward)
    if request.cookies.get(COOKIE):
        try:
            asked = await asked_in_browser(request)
        except Unauthenticated:
            pass
        else:
            return redirect(there or home_of(asked.actor))
    answer = form(request)
    if there:
        answer.set_cookie(arriving.brief_cookie(request, NEXT_COOKIE, there, signin.LINK_LIVES))
    return answer


@post("/signin")
async def send_link(request: Req, data: URLEncodedBody[SigninForm]) -> Page:
    """Always the same answer, as fast: whether anybody has the address is found out after it has been sent."""
    refuse_cross_site(request)
    works: Works = request.app.state.works
    email = _address(data.email)
    if not email:
        return form(request, email=data.email, email_error=_NOT_WHOLE, status_code=422)
    with counted("link"):
        async with works.begin(SIGNIN) as work:
            await attempts.begin(work, Way.LINK, email=email, address=origin_of(request).address or "")
    answer = page(request, "signin_sent.html", signin=SigninView(email=email), headers=NO_STORE)
    answer.background = BackgroundTask(_make_link, works, email, base_url(request))
    return answer


@post("/signin/password")
async def use_password(request: Req, data: URLEncodedBody[SigninForm]) -> Page:
    """The same words, and the same time, whatever it is that does not fit."""
    refuse_cross_site(request)
    works: Works = request.app.state.works
    email = _address(data.email)
    if not email or not data.password:
        errors = {"email_error": "" if email else _NOT_WHOLE, "error": _("Write your password.") if email else ""}
        return form(request, email=data.email, status_code=422, **errors)
    try:
        with counted("password"):
            address = origin_of(request).address or ""
            user_id = await entering.by_password(works, email=email, password=data.password, address=address)
    except Unauthenticated as wrong:
        return form(request, email=data.email, error=_(str(wrong)), status_code=422)
    async with works.begin(SIGNIN, origin=origin_of(request)) as work:
        secret = await arriving.begin(request, work, await queries.person(work.session, user_id))
    return await arriving.go_on(request, user_id, secret)


@get("/signin/code")
async def ask_code(request: Req) -> Page:
    """The second step, for who has taken the first."""
    try:
        arriving.first_step_of(request)
    except Unauthenticated as stale:
        return form(request, error=_(str(stale)), status_code=410)
    return page(request, "signin_code.html", code=CodeView(), headers=NO_STORE)


@post("/signin/code")
async def use_code(request: Req, data: URLEncodedBody[CodeForm]) -> Page:
    """A code of the authenticator app, or a recovery code."""
    refuse_cross_site(request)
    works: Works = request.app.state.works
    try:
        user_id = arriving.first_step_of(request)
    except Unauthenticated as stale:
        return form(request, error=_(str(stale)), status_code=410)
    try:
        with counted("code"):
            address = origin_of(request).address or ""
            await entering.by_code(works, request.app.state.seal, user_id, data.code, address=address)
    except Unauthenticated as wrong:
        view = CodeView(error=_(str(wrong)))
        return page(request, "signin_code.html", code=view, status_code=422, headers=NO_STORE)
    async with works.begin(SIGNIN, origin=origin_of(request)) as work:
        secret = await arriving.open_session(request, work, await queries.person(work.session, user_id))
    return await arriving.go_on(request, user_id, secret)


@get("/signin/{token:str}")
async def confirm(request: Req, token: FromPath[str]) -> Page:
    """Whom the link signs in, with a button. Looking does not use the link up: mail scanners look."""
    works: Works = request.app.state.works
    try:
        async with works.begin(SIGNIN) as work:
            user = await signin.link_owner(work, token)
    except Unauthenticated as stale:
        return form(request, error=str(stale), status_code=410)
    person = words.person(user.id, user.display_name, email=user.email)
    view = SigninConfirmView(href=f"/signin/{token}", person=person)
    return page(request, "signin_confirm.html", confirm=view, headers=NO_STORE)


@post("/signin/{token:str}")
async def enter(request: Req, token: FromPath[str]) -> Page:
    """Use the link up."""
    refuse_cross_site(request)
    works: Works = request.app.state.works
    try:
        async with works.begin(SIGNIN, origin=origin_of(request)) as work:
            user = await signin.use_link(work, token)
            secret = await arriving.begin(request, work, user)
    except Unauthenticated as stale:
        return form(request, error=str(stale), status_code=410)
    return await arriving.go_on(request, user.id, secret)


@post("/signout", opt={"operation": Need.PERSON})
async def leave(asked: Asking) -> Page:
    """End the session, here and in the database; pages that the browser keeps go too."""
    async with asked.work() as work:
        await sessions.sign_out(work, asked.session_secret or "")
    answer = redirect("/signin")
    answer.headers["Clear-Site-Data"] = '"cache"'
    answer.delete_cookie(COOKIE)
    return answer


def form(request: Req, *, email: str = "", email_error: str = "", error: str = "", status_code: int = 200) -> Page:
    """The sign-in form, with what was typed but the password."""
    has_provider = request.app.state.provider is not None
    view = SigninView(email=email, email_error=email_error, error=error, has_provider=has_provider)
    return page(request, "signin.html", signin=view, status_code=status_code, headers=NO_STORE)


async def _make_link(works: Works, email: str, base_url: str) -> None:
    """There is no mail server yet, so the link goes to the log. For nobody's address nothing happens."""
    try:
        async with works.begin(SIGNIN) as work:
            user = await queries.person_by_email(work.session, email)
            secret = await signin.make_link(work, user)
    except (NotFound, Unprocessable):
        return
    except Exception as error:  # nobody waits for an answer any more: the log is all there is
        problems.note_failure(error, problems.body_of(error))
        return
    log.info("sign-in link", email=email, link=f"{base_url}/signin/{secret}")


def _address(text: str) -> str:
    """The mail address as it is kept; empty when it is none."""
    try:
        with Checks() as check:
            return check.email("email", text)
    except Invalid:
        return ""


_NOT_WHOLE = _("Write the whole address, like name@acme.example")
router = Router(
    "/",
    route_handlers=[ask, send_link, use_password, ask_code, use_code, confirm, enter, leave],
    opt={"operation": Need.PUBLIC},
)
