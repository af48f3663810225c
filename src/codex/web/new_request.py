"""`/requests/new`: somebody asks for something."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Router, get, post
from litestar.params import QueryParameter, URLEncodedBody
from msgspec import Struct

from codex.classification import queries as classification
from codex.classification import reading
from codex.db.work import Work
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.kernel.errors import CodexError, Invalid, Unprocessable
from codex.routing import intake
from codex.sla.expecting import first_responses
from codex.tickets import questionnaire
from codex.tickets.desk_counts import my_turn
from codex.tickets.models import Ticket, TicketPriority
from codex.web.answering import Answered, answered
from codex.web.asking import PORTAL, zone_of
from codex.web.present import refusals
from codex.web.present.fields import Typed, unanswered
from codex.web.present.language import gettext as _
from codex.web.present.navigation import portal
from codex.web.present.new_request import IMPACTS, Promises, Written, new_request
from codex.web.present.refusals import REFUSALS
from codex.web.rendering import Page, page, see, wants_fragment

_MOST_CATEGORIES = 1000


class Form(Struct):
    """What the form sends beside the answers to custom fields. `step`: only show what another category asks."""

    category: str = ""
    subject: str = ""
    description: str = ""
    priority: Literal["P2", "P3", "P4"] = "P3"
    step: str = ""

    def written(self) -> Written:
        """What is written in it."""
        return Written(_id(self.category), self.subject, self.description, TicketPriority(self.priority))


@get(f"{PORTAL}/new")
async def show(
    request: Req, asked: Asking, category: Annotated[UUID | None, QueryParameter(name="category")] = None
) -> Page:
    """An empty form, or one about a category."""
    return await _form(request, asked, Written(category), Typed())


@post(f"{PORTAL}/new")
async def send(request: Req, asked: Asking, data: URLEncodedBody[Form]) -> Page:
    """Open the request, or show the form again: with what another category asks, or with what is wrong."""
    said, written = await answered(request, asked), data.written()
    if data.step == "questions":
        return await _form(request, asked, written, Typed(said.texts))
    try:
        async with asked.work() as work:
            ticket = await _open(work, written, said)
    except REFUSALS as error:
        return await _form(request, asked, written, said.refused(error), error=error)
    return see(request, f"{PORTAL}/{ticket.display_id}")


async def _open(work: Work, written: Written, said: Answered) -> Ticket:
    category = await classification.category(work.session, written.category) if written.category else None
    return await intake.receive(
        work, requester=None, subject=written.subject, description=written.description, priority=written.priority,
        category=category, custom_fields=said.given,
    )  # fmt: skip


async def _form(request: Req, asked: Asked, written: Written, typed: Typed, *, error: CodexError | None = None) -> Page:
    async with asked.reading() as reader:
        questions = await questionnaire.of_new(reader, written.category)
        categories = await reading.categories(reader, asked.actor, limit=_MOST_CATEGORIES)
        turn = await my_turn(reader, asked.actor)
        by = await first_responses(reader, written.category, IMPACTS, now=asked.now)
    if error is not None:
        typed = Typed(typed.texts, {**unanswered(questions.fields, typed), **typed.errors})
    promises = Promises(asked.now, zone_of(asked), by)
    view = new_request(categories.items, questions, written, typed, errors=_errors(error), promises=promises)
    if wants_fragment(request):
        return page(request, "portal/questions.html", asked=asked, new=view)
    return page(
        request, "portal/new.html", asked=asked, status_code=refusals.status_code(error) if error else 200,
        portal=portal(asked.actor, turn=turn), new=view,
    )  # fmt: skip


def _errors(error: CodexError | None) -> dict[str, str]:
    """What is wrong, by what it is about; of the subject in the words of the form."""
    problems = error.problems if isinstance(error, Invalid | Unprocessable) else ()
    told = {problem.path: problem.message for problem in problems}
    if "empty" in told.get("subject", ""):
        told["subject"] = _("Say in a few words what it is about.")
    return told


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as bad:
        raise Unprocessable("There is no such category.", path="categoryId") from bad


router = Router("/", route_handlers=[show, send], opt={"operation": Need.PERSON})
