"""`/tickets/{ref}/status`, `/assignee`, `/priority`, `/category`, `/fields/{id}`: the small forms beside a ticket."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Router, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from codex.classification.queries import category
from codex.db.work import Work
from codex.httpkit.asked import Asked, Asking, Req
from codex.kernel.errors import Unprocessable
from codex.tickets import answers, assignment, lifecycle, queries, triage
from codex.tickets.models import Ticket, TicketPriority, TicketStatus
from codex.tickets.policy import Operation
from codex.web.answering import Answered, answered
from codex.web.asking import Listing
from codex.web.present import refusals
from codex.web.present.fields import Typed
from codex.web.present.refusals import REFUSALS
from codex.web.present.ticket import Refusal
from codex.web.present.worklist import Worklist
from codex.web.rendering import Page
from codex.web.ticket import answer, changed

Command = Callable[[Work, Ticket], Awaitable[None]]


class StatusForm(Struct):
    """The status to go to."""

    status: TicketStatus


class AssigneeForm(Struct):
    """The id of the person, nothing for nobody."""

    assignee: str = ""


class PriorityForm(Struct):
    """How urgent it is."""

    priority: TicketPriority


class CategoryForm(Struct):
    """The id of the category, nothing for none."""

    category: str = ""


@post("/tickets/{ref:str}/status", opt={"operation": Operation.CHANGE})
async def set_status(
    request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: URLEncodedBody[StatusForm]
) -> Page:
    """Move it to another status, with the answers that this needs, if it came with any."""
    said = await answered(request, asked)

    async def command(work: Work, ticket: Ticket) -> None:
        if said.given:
            await answers.change(work, ticket, said.given)
        await lifecycle.move(work, ticket, to=data.status)

    return await _change(request, asked, worklist, ref, command, said=said, to=data.status)


@post("/tickets/{ref:str}/assignee", opt={"operation": Operation.ASSIGN})
async def set_assignee(
    request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: URLEncodedBody[AssigneeForm]
) -> Page:
    """Give it to somebody of the team, or to nobody."""

    async def command(work: Work, ticket: Ticket) -> None:
        await assignment.assign_to(work, ticket, _id(data.assignee, "assignee"))

    return await _change(request, asked, worklist, ref, command)


@post("/tickets/{ref:str}/priority", opt={"operation": Operation.CHANGE})
async def set_priority(
    request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: URLEncodedBody[PriorityForm]
) -> Page:
    """Say how urgent it is."""

    async def command(work: Work, ticket: Ticket) -> None:
        await triage.set_priority(work, ticket, data.priority)

    return await _change(request, asked, worklist, ref, command)


@post("/tickets/{ref:str}/category", opt={"operation": Operation.CHANGE})
async def set_category(
    request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], data: URLEncodedBody[CategoryForm]
) -> Page:
    """Say what it is about."""

    async def command(work: Work, ticket: Ticket) -> None:
        chosen = _id(data.category, "category")
        await triage.set_category(work, ticket, await category(work.session, chosen) if chosen else None)

    return await _change(request, asked, worklist, ref, command)


@post("/tickets/{ref:str}/fields/{field:uuid}", opt={"operation": Operation.CHANGE})
async def set_field(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], field: FromPath[UUID]) -> Page:
    """Answer a custom field, or take the answer away."""
    said = await answered(request, asked)

    async def command(work: Work, ticket: Ticket) -> None:
        await answers.change(work, ticket, {str(field): said.given.get(str(field))})

    return await _change(request, asked, worklist, ref, command, said=said)


async def _change(
    request: Req,
    asked: Asked,
    worklist: Worklist,
    ref: str,
    command: Command,
    *,
    said: Answered | None = None,
    to: TicketStatus | None = None,
) -> Page:
    try:
        async with asked.work() as work:
            await command(work, await queries.visible(work, queries.parse_ref(ref), lock=True))
    except REFUSALS as error:
        typed = said.refused(error) if said else Typed()
        refusal = Refusal(refusals.of_change(error), typed=typed, to=to)
        return await answer(request, asked, worklist, ref, refusal=refusal, status_code=refusals.status_code(error))
    return await changed(request, asked, worklist, ref)


def _id(text: str, path: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as bad:
        raise Unprocessable(f"There is no such {path}.", path=path) from bad


router = Router("/", route_handlers=[set_status, set_assignee, set_priority, set_category, set_field])
