"""`/proof`: somebody who is signed in proves anew that it is them, before something sensitive."""

from typing import Annotated

from litestar import Router, get, post
from litestar.params import QueryParameter, URLEncodedBody
from msgspec import Struct

from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.httpkit.proving import prove_again
from codex.identity import credentials
from codex.kernel.errors import Invalid
from codex.web.asking import own_path
from codex.web.present.language import gettext as _
from codex.web.present.navigation import me
from codex.web.present.views import ProofView
from codex.web.rendering import Page, page, redirect


class ProofForm(Struct):
    """What the form sends: one of the two."""

    password: str = ""
    code: str = ""
    onward: str = ""


@get("/proof")
async def ask(request: Req, asked: Asking, onward: Annotated[str, QueryParameter(name="next")] = "") -> Page:
    """The ways in which one can."""
    return await _form(request, asked, onward=onward)


@post("/proof", opt={"in_person": True})
async def prove(request: Req, asked: Asking, data: URLEncodedBody[ProofForm]) -> Page:
    """By the password or a code; then on to where one was going."""
    if not (data.password or data.code):
        return await _form(request, asked, onward=data.onward, error=_("Write your password, or a code."))
    try:
        await prove_again(asked, request, password=data.password, code=data.code)
    except Invalid as wrong:
        return await _form(request, asked, onward=data.onward, error=_(str(wrong)))
    return redirect(own_path(data.onward) or "/")


async def _form(request: Req, asked: Asked, *, onward: str, error: str = "") -> Page:
    async with asked.reading() as reader:
        proofs = await credentials.proofs(reader, asked.me)
    view = ProofView(
        person=me(asked.actor), onward=own_path(onward), has_password=proofs.has_password,
        has_factor=proofs.second_factor_since is not None, has_provider=request.app.state.provider is not None,
        error=error,
    )  # fmt: skip
    headers = {"Cache-Control": "no-store"}
    return page(request, "proof.html", asked=asked, proof=view, status_code=422 if error else 200, headers=headers)


router = Router("/", route_handlers=[ask, prove], opt={"operation": Need.PERSON})
