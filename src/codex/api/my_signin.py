"""`/me/password`, `/me/second-factor`, `/me/proof`: how one signs in. For people in a browser; no token does it."""

from litestar import Router, get, post, put
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from codex.api.common import Body
from codex.api.refusals import refusals
from codex.httpkit import proving
from codex.httpkit.asked import IN_PERSON, Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.identity import credentials, passwords, queries, second_factor, totp
from codex.identity.credentials import Proofs
from codex.kernel.errors import Invalid, Problem

_ISSUER = "Codex"


class NewPassword(Body):
    """A password to be set; `current` where there is one already."""

    password: str
    current: str | UnsetType = UNSET


class Proof(Body):
    """What proves who one is: the password, or a code of the second factor."""

    password: str = ""
    code: str = ""


class Code(Body):
    """A code of the authenticator app, or a recovery code."""

    code: str


class NewFactor(Struct, frozen=True, rename="camel"):
    """What an authenticator app needs to know; it counts once a code has confirmed it."""

    secret: str
    uri: str


class RecoveryCodes(Struct, frozen=True, rename="camel"):
    """Codes for when the app is lost: each works once, and they are shown once."""

    recovery_codes: list[str]


@post("/proof", summary="Prove anew who one is", status_code=204, opt={"in_person": True}, responses=refusals(429))
async def prove(request: Req, asked: Asking, data: JSONBody[Proof]) -> None:
    """By the password or a code; what is sensitive may then be done for ten minutes."""
    if not (data.password or data.code):
        raise Invalid(Problem("password", "Send your password, or a code."))
    await proving.prove_again(asked, request, password=data.password, code=data.code)


@put("/password", summary="Set one's password", status_code=204, opt=IN_PERSON, responses=refusals(422, 429))
async def set_password(asked: Asking, data: JSONBody[NewPassword]) -> None:
    """Other sessions end; tokens stay. 400 says why a password is not taken."""
    if (await _proofs(asked)).has_password:
        await proving.check_password(asked, "" if data.current is UNSET else str(data.current), path="current")
    async with asked.work() as work:
        user = await queries.person(work.session, asked.me, lock=True)
        await passwords.put(work, user, data.password, keep=asked.session_secret)


@get("/second-factor", summary="How one can prove who one is")
async def show_factor(asked: Asking) -> Proofs:
    """Whether there is a password, since when a second factor, and how many recovery codes are left."""
    return await _proofs(asked)


@post("/second-factor", summary="Begin with a second factor", opt=IN_PERSON, responses=refusals(409))
async def begin_factor(request: Req, asked: Asking) -> NewFactor:
    """The secret for an authenticator app. Asking again makes another one."""
    async with asked.work() as work:
        user = await queries.person(work.session, asked.me)
        secret = await second_factor.begin(work, user, request.app.state.seal)
    return NewFactor(totp.written(secret), totp.uri(secret, account=asked.actor.email, issuer=_ISSUER))


@post("/second-factor/confirm", summary="Turn the second factor on", opt=IN_PERSON, responses=refusals(409, 429))
async def confirm_factor(request: Req, asked: Asking, data: JSONBody[Code]) -> RecoveryCodes:
    """With a code that the app shows; from then on every sign-in asks for one."""
    async with asked.work() as work:
        user = await queries.person(work.session, asked.me)
        return RecoveryCodes(await second_factor.confirm(work, user, request.app.state.seal, data.code))


@post("/second-factor/recovery-codes", summary="Make new recovery codes", opt=IN_PERSON, responses=refusals(409, 429))
async def renew_codes(request: Req, asked: Asking, data: JSONBody[Code]) -> RecoveryCodes:
    """The ones before them are over."""
    await proving.spend_code(asked, request, data.code)
    async with asked.work() as work:
        return RecoveryCodes(await second_factor.renew_codes(work, await queries.person(work.session, asked.me)))


@post("/second-factor/remove", summary="Turn the second factor off", status_code=204, opt=IN_PERSON,
      responses=refusals(429))  # fmt: skip
async def remove_factor(request: Req, asked: Asking, data: JSONBody[Code]) -> None:
    """With a code of it. Who has none left asks the operator (`codex user second-factor-reset`)."""
    await proving.spend_code(asked, request, data.code)
    async with asked.work() as work:
        await second_factor.remove(work, await queries.person(work.session, asked.me))


async def _proofs(asked: Asked) -> Proofs:
    async with asked.reading() as reader:
        return await credentials.proofs(reader, asked.me)


router = Router(
    "/me",
    route_handlers=[
        prove, set_password, show_factor, begin_factor, confirm_factor, renew_codes, remove_factor,
    ],
    opt={"operation": Need.PERSON},
    tags=["me"],
)  # fmt: skip
