"""The last steps of every way in: a code where there is a second factor, a session, and on to where one was going."""

from datetime import datetime, timedelta
from uuid import UUID

from litestar.datastructures import Cookie
from msgspec import DecodeError, Struct, json

from codex.db.work import Work, Works
from codex.httpkit.asked import COOKIE, Req, origin_of
from codex.identity import queries, second_factor, sessions
from codex.identity.models import User
from codex.kernel import clock
from codex.kernel.errors import Unauthenticated
from codex.web.asking import home_of, own_path
from codex.web.rendering import Page, redirect

NEXT_COOKIE, STEP_COOKIE = "codex_next", "codex_step"
STEP_LIVES = timedelta(minutes=10)
_STEP = "first step of signing in"


class _Step(Struct, frozen=True, array_like=True):
    """Who has given the first proof and still owes the second, and when that was."""

    user_id: UUID
    at: datetime


async def begin(request: Req, work: Work, user: User) -> str | None:
    """After the first proof: a session's secret, or None where a code of the second factor is to be asked for."""
    if await second_factor.is_on(work.session, user.id):
        return None
    return await open_session(request, work, user)


async def open_session(request: Req, work: Work, user: User) -> str:
    """After the last proof; a session that this browser had ends."""
    await sessions.sign_out(work, request.cookies.get(COOKIE, ""))
    agent, address = request.headers.get("user-agent"), origin_of(request).address
    return await sessions.begin(work, user, user_agent=agent, address=address)


async def go_on(request: Req, user_id: UUID, secret: str | None) -> Page:
    """To the page that asks for a code, or with the session's cookie to where one was going."""
    if secret is None:
        answer = redirect("/signin/code")
        step = request.app.state.seal.close(_STEP, json.encode(_Step(user_id, clock.now()))).hex()
        answer.set_cookie(brief_cookie(request, STEP_COOKIE, step, STEP_LIVES))
        return answer
    works: Works = request.app.state.works
    async with works.database.reading() as reader:
        home = home_of(await queries.actor_of(reader, user_id))
    answer = redirect(own_path(request.cookies.get(NEXT_COOKIE, "")) or home)
    answer.set_cookie(
        Cookie(
            key=COOKIE, value=secret, path="/", httponly=True, samesite="lax", secure=request.app.state.secure_cookies,
            max_age=int(sessions.SESSION_LIVES.total_seconds()),
        )
    )  # fmt: skip
    for over in (NEXT_COOKIE, STEP_COOKIE):
        answer.delete_cookie(over, path="/signin")
    return answer


def first_step_of(request: Req) -> UUID:
    """Who still owes the second proof. Raises Unauthenticated where nobody does, or the first is too long ago."""
    try:
        sealed = bytes.fromhex(request.cookies.get(STEP_COOKIE, ""))
        step = json.decode(request.app.state.seal.open(_STEP, sealed) or b"", type=_Step)
    except (ValueError, DecodeError) as bad:
        raise Unauthenticated("Sign in from the beginning.") from bad
    if clock.now() - step.at > STEP_LIVES:
        raise Unauthenticated("That took long. Sign in from the beginning.")
    return step.user_id


def brief_cookie(request: Req, name: str, value: str, lives: timedelta) -> Cookie:
    """A cookie for the way in only. `lax`: it comes along when a provider sends the browser back."""
    return Cookie(
        key=name, value=value, path="/signin", httponly=True, samesite="lax",
        secure=request.app.state.secure_cookies, max_age=int(lives.total_seconds()),
    )  # fmt: skip
