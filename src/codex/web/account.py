"""`/account`: how one signs in, one's API tokens, and where one is signed in."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import segno
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from codex.httpkit.asked import FRESH, IN_PERSON, Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.httpkit.proving import check_password, spend_code
from codex.identity import credentials, passwords, queries, second_factor, sessions, tokens, totp
from codex.kernel.actor import Scope
from codex.kernel.errors import Conflict, Invalid
from codex.tickets.desk_counts import my_turn
from codex.web.asking import zone_of
from codex.web.present import account as present
from codex.web.present.account_views import NoticeView, Section, SetupView
from codex.web.present.language import gettext as _
from codex.web.present.navigation import portal
from codex.web.rendering import Page, page, redirect

_NO_STORE = {"Cache-Control": "no-store"}
_MOST = 200
"""How many tokens and sessions the page shows."""
_DONE: Mapping[str, NoticeView] = {
    "password": NoticeView(section="password", sentence=_("Your password is set. Other browsers are signed out.")),
    "factor": NoticeView(section="second-factor", sentence=_("The second factor is off.")),
    "token": NoticeView(section="tokens", sentence=_("The token no longer works.")),
    "session": NoticeView(section="sessions", sentence=_("Signed out there.")),
}


class PasswordForm(Struct):
    """A new password, and the one before where there is one."""

    password: str = ""
    current: str = ""


class CodeForm(Struct):
    """A code of the second factor."""

    code: str = ""


class TokenForm(Struct):
    """A token to be made; `days` that it lives, nothing for ever."""

    name: str = ""
    scope: Scope = Scope.READ
    days: str = ""


@get(present.HREF)
async def show(request: Req, asked: Asking, done: FromQuery[str] = "") -> Page:
    """The page; `done` names what has just been done."""
    return await _page(request, asked, notice=_DONE.get(done))


@post(f"{present.HREF}/password", opt=IN_PERSON)
async def set_password(request: Req, asked: Asking, data: URLEncodedBody[PasswordForm]) -> Page:
    """Set it, or say why not."""
    async with asked.reading() as reader:
        has_one = (await credentials.proofs(reader, asked.me)).has_password
    try:
        if has_one:
            await check_password(asked, data.current)
        async with asked.work() as work:
            user = await queries.person(work.session, asked.me, lock=True)
            await passwords.put(work, user, data.password, keep=asked.session_secret)
    except Invalid as wrong:
        return await _refused(request, asked, "password", wrong)
    return redirect(f"{present.HREF}?done=password#password")


@post(f"{present.HREF}/second-factor", opt=IN_PERSON)
async def begin_factor(request: Req, asked: Asking) -> Page:
    """Show what the authenticator app needs."""
    try:
        async with asked.work() as work:
            user = await queries.person(work.session, asked.me)
            secret = await second_factor.begin(work, user, request.app.state.seal)
    except Conflict as wrong:
        return await _refused(request, asked, "second-factor", wrong)
    return await _page(request, asked, setup=_setup(asked, secret))


@post(f"{present.HREF}/second-factor/confirmation", opt=IN_PERSON)
async def confirm_factor(request: Req, asked: Asking, data: URLEncodedBody[CodeForm]) -> Page:
    """Turn it on with a code, and show the recovery codes, once."""
    seal, setup = request.app.state.seal, None
    try:
        async with asked.work() as work:
            user = await queries.person(work.session, asked.me)
            waiting = await second_factor.pending_secret(work, user, seal)
            setup = _setup(asked, waiting) if waiting else None
            codes = await second_factor.confirm(work, user, seal, data.code)
    except (Invalid, Conflict) as wrong:
        return await _refused(request, asked, "second-factor", wrong, setup=setup)
    sentence = _("The second factor is on. Keep these recovery codes; they are not shown again.")
    return await _page(request, asked, notice=_codes(sentence, codes))


@post(f"{present.HREF}/second-factor/recovery-codes", opt=IN_PERSON)
async def renew_codes(request: Req, asked: Asking, data: URLEncodedBody[CodeForm]) -> Page:
    """New recovery codes, shown once."""
    try:
        await spend_code(asked, request, data.code)
        async with asked.work() as work:
            codes = await second_factor.renew_codes(work, await queries.person(work.session, asked.me))
    except (Invalid, Conflict) as wrong:
        return await _refused(request, asked, "second-factor", wrong)
    sentence = _("These recovery codes replace the ones before; they are not shown again.")
    return await _page(request, asked, notice=_codes(sentence, codes))


@post(f"{present.HREF}/second-factor/removal", opt=IN_PERSON)
async def remove_factor(request: Req, asked: Asking, data: URLEncodedBody[CodeForm]) -> Page:
    """Turn it off with a code of it."""
    try:
        await spend_code(asked, request, data.code)
        async with asked.work() as work:
            await second_factor.remove(work, await queries.person(work.session, asked.me))
    except Invalid as wrong:
        return await _refused(request, asked, "second-factor", wrong)
    return redirect(f"{present.HREF}?done=factor#second-factor")


@post(f"{present.HREF}/tokens", opt=FRESH)
async def make_token(request: Req, asked: Asking, data: URLEncodedBody[TokenForm]) -> Page:
    """Make one and show it, once."""
    days = (
        timedelta(days=int(data.days)) if data.days.isascii() and data.days.isdigit() and len(data.days) <= 4 else None
    )
    try:
        async with asked.work() as work:
            user = await queries.person(work.session, asked.me)
            ends = asked.now + days if days else None
            _token, secret = await tokens.issue(work, user, name=data.name, scope=data.scope, expires_at=ends)
    except Invalid as wrong:
        return await _refused(request, asked, "tokens", wrong)
    sentence = _("Copy the token now; it is not shown again.")
    return await _page(request, asked, notice=NoticeView(section="tokens", sentence=sentence, token=secret))


@post(f"{present.HREF}/tokens/{{token_id:uuid}}/revocation")
async def revoke_token(asked: Asking, token_id: FromPath[UUID]) -> Page:
    """It stops working at once."""
    async with asked.work() as work:
        await tokens.revoke(work, token_id)
    return redirect(f"{present.HREF}?done=token#tokens")


@post(f"{present.HREF}/sessions/{{session_id:uuid}}/end")
async def end_session(asked: Asking, session_id: FromPath[UUID]) -> Page:
    """That browser is signed out at once."""
    async with asked.work() as work:
        await sessions.revoke(work, session_id)
    return redirect(f"{present.HREF}?done=session#sessions")


async def _page(
    request: Req,
    asked: Asked,
    *,
    setup: SetupView | None = None,
    notice: NoticeView | None = None,
    status_code: int = 200,
) -> Page:
    async with asked.reading() as reader:
        proofs = await credentials.proofs(reader, asked.me)
        mine = await credentials.tokens(reader, asked.me, limit=_MOST)
        open_ = await credentials.sessions(reader, asked.me, now=asked.now, current=asked.session_secret, limit=_MOST)
        turn = await my_turn(reader, asked.actor)
    view = present.account(
        proofs, mine.items, open_.items, now=asked.now, zone=zone_of(asked), may_change=asked.is_fresh, setup=setup,
        notice=notice,
    )  # fmt: skip
    head = portal(asked.actor, turn=turn)
    return page(request, "portal/account.html", asked=asked, status_code=status_code, headers=_NO_STORE,
                portal=head, account=view)  # fmt: skip


async def _refused(
    request: Req, asked: Asked, section: Section, wrong: Invalid | Conflict, *, setup: SetupView | None = None
) -> Page:
    notice = NoticeView(section=section, sentence=_(str(wrong)), is_wrong=True)
    status_code = 409 if isinstance(wrong, Conflict) else 422
    return await _page(request, asked, setup=setup, notice=notice, status_code=status_code)


def _setup(asked: Asked, secret: bytes) -> SetupView:
    uri = totp.uri(secret, account=asked.actor.email, issuer="Codex")
    return present.setup(totp.written(secret), uri, segno.make(uri, error="m", micro=False).matrix)


def _codes(sentence: str, codes: list[str]) -> NoticeView:
    return NoticeView(section="second-factor", sentence=sentence, codes=tuple(codes))


router = Router(
    "/",
    route_handlers=[
        show, set_password, begin_factor, confirm_factor, renew_codes, remove_factor, make_token, revoke_token,
        end_session,
    ],
    opt={"operation": Need.PERSON},
)  # fmt: skip
