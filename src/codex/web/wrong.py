"""What went wrong, as a page, as a part of one, or as a problem document, to fit who asked."""

from typing import Any
from urllib.parse import quote

from litestar import Response

from codex.audit.oversight import ReasonNeeded
from codex.httpkit import problems
from codex.httpkit.asked import SAFE, Asked, Req
from codex.httpkit.problems import ProblemBody
from codex.kernel.errors import NeedsProof
from codex.web.asking import proof_address, signin_address
from codex.web.present.language import gettext as _
from codex.web.present.views import ErrorView, LinkView, ReasonView
from codex.web.rendering import page, see, wants_fragment

_FOR_MACHINES = ("/api", "/health", "/metrics")


def error_or_problem(request: Req, error: Exception) -> Response[Any]:
    """The exception handler of everything but the API."""
    if _is_machine(request):
        return problems.respond(request, error)
    body = problems.body_of(error)
    problems.note_failure(error, body)
    if body.status == 401:
        return _sign_in_first(request)
    if isinstance(error, NeedsProof):
        return see(request, proof_address(request))
    if isinstance(error, ReasonNeeded) and request.method in SAFE:
        return ask_reason(request, error)
    return wrong_page(request, _view(request, body), headers=problems.retry_after(error, body))


def wrong_page(request: Req, error: ErrorView, *, headers: dict[str, str] | None = None) -> Response[Any]:
    """The page, or the part of it, that says what is the matter."""
    asked: Asked | None = request.state.get("asked")
    template = "agent/wrong.html" if wants_fragment(request) else "error.html"
    return page(request, template, asked=asked, status_code=error.status, headers=headers, error=error)


def ask_reason(request: Req, error: ReasonNeeded, *, problem: str = "") -> Response[Any]:
    """The page that asks an owner why they read a confidential ticket; `problem`: what is wrong with what they said."""
    ticket = f"/tickets/{error.display_id}"
    if wants_fragment(request):
        return see(request, ticket)
    sentence = _("%(ticket)s is confidential to %(team)s.") % {"ticket": error.display_id, "team": error.team_name}
    asked: Asked | None = request.state.get("asked")
    view = ReasonView(sentence=sentence, href=f"{ticket}/reason", error=problem)
    return page(request, "reason.html", asked=asked, status_code=422 if problem else 403, reason=view)


def _is_machine(request: Req) -> bool:
    accept = request.headers.get("accept", "")
    path = request.url.path
    is_api = any(path == root or path.startswith(f"{root}/") for root in _FOR_MACHINES)
    return is_api or ("json" in accept and "text/html" not in accept)


def _sign_in_first(request: Req) -> Response[Any]:
    """htmx is told by the status: what was typed stays on the page (static/js/feedback.js)."""
    if wants_fragment(request):
        return Response(_("You are signed out."), status_code=401, media_type="text/html")
    return see(request, signin_address(request))


def _view(request: Req, body: ProblemBody) -> ErrorView:
    start = LinkView(label=_("Go to the start"), href="/")
    again = LinkView(label=_("Try again"), href=quote(request.url.path) if request.method in SAFE else "/")
    match body.status:
        case 404 | 405:
            # Word for word the same whether it is not there or not theirs to see.
            sentence = _("There is nothing here, or it is not yours to see.")
            return ErrorView(status=body.status, sentence=sentence, action=start)
        case 503:
            return ErrorView(status=503, sentence=body.detail, action=again)
        case status if status >= 500:
            hint = _("It is written down and we look at it. Nothing you sent before is lost.")
            return ErrorView(status=status, sentence=_("Something broke on our side."), hint=hint, action=again)
        case status:
            hint = "" if request.method in SAFE else _("Go back in your browser: what you wrote is still there.")
            return ErrorView(status=status, sentence=body.detail, hint=hint, action=start)
