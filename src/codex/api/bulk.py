"""`/tickets/bulk`: one change of many tickets, with a result for each, undone as one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Router, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from msgspec import UNSET, Meta, Struct, UnsetType, field, to_builtins

from codex.api.common import Body, id_of
from codex.api.refusals import refusals
from codex.api.tickets import FirstMessage
from codex.automation import macros
from codex.automation.macros import Macro
from codex.classification.models import Category
from codex.classification.queries import category
from codex.db.work import Work
from codex.desk import reading as desk
from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import OPERATION, Need
from codex.httpkit.problems import ProblemBody, body_of
from codex.identity import queries as people
from codex.identity.models import Team
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Problem, Unprocessable
from codex.tickets import bulk, queries, reading, tagging
from codex.tickets.bulk import Begin, Compose, Result, Wanted
from codex.tickets.models import BODY_MOST, MessageType, TicketPriority, TicketStatus
from codex.tickets.queries import Ref

UndoId = Annotated[
    str,
    PathParameter(
        name="undoId", description="The undoId of the change.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip


class BulkChanges(Body):
    """What is to become of each ticket; what is not sent stays. `assigneeId: null` unassigns, `categoryId: null` takes
    the category away. `cannedResponseId`: its text is sent as a public reply, in place of a `message`, and what goes
    with it is done."""

    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    category_id: UUID | None | UnsetType = UNSET
    team_id: UUID | UnsetType = UNSET
    assignee_id: UUID | None | UnsetType = UNSET
    add_tags: list[str] = field(default_factory=list)
    remove_tags: list[str] = field(default_factory=list)
    message: FirstMessage | UnsetType = UNSET
    canned_response_id: UUID | UnsetType = UNSET


class Bulk(Body):
    """Which tickets, by id, number or display id, and what is to become of them."""

    ids: Annotated[list[str], Meta(min_length=1, max_length=bulk.MOST)]
    changes: BulkChanges


class BulkResult(Struct, frozen=True):
    """How it went with a ticket; `problem`: why it is as it was. `remains`: what undoing has left as it is."""

    id: str
    ok: bool
    problem: ProblemBody | UnsetType = UNSET
    remains: list[str] | UnsetType = UNSET


class BulkAnswer(Struct, frozen=True, rename="camel"):
    """A result for each ticket; `undoId` to undo them by."""

    results: list[BulkResult]
    undo_id: UUID | UnsetType = UNSET


@post("/", summary="Change many tickets", status_code=200, responses=refusals(422))
async def change(request: Req, asked: Asking, data: JSONBody[Bulk]) -> BulkAnswer:
    """Each by itself, with one's rights on it: some may be changed and others not, which the results tell. A ticket
    that one may not see looks like one that does not exist; one named twice is changed once."""
    compose = await _compose(asked, data.changes, base_url=request.app.state.base_url)
    async with asked.work() as work:
        macro = await _macro(work, data.changes.canned_response_id)
        wanted = await _wanted(work, data.changes, compose, macro)
        announced = await bulk.announce(work, asked=_without_words(data.changes))
    refs = [queries.parse_ref(name) for name in data.ids]
    results = await bulk.change(_begin(asked), refs, wanted, announced=announced)
    return BulkAnswer([_told(result) for result in results], announced.id)


@post("/{undoId:str}/undo", summary="Undo a change of many tickets", status_code=200, responses=refusals(404, 409))
async def undo(asked: Asking, undo_id: UndoId) -> BulkAnswer:
    """One's own change, once. Each ticket is put back to how it was, unless it has been changed since or one may no
    longer do so; messages that were sent remain."""
    async with asked.work() as work:
        done = await bulk.claim_undo(work, id_of(undo_id))
    return BulkAnswer([_told(result) for result in await bulk.undo(_begin(asked), done)])


def _begin(asked: Asked) -> Begin:
    return partial(asked.works.begin, asked.actor, now=asked.now, origin=asked.origin)


async def _macro(work: Work, response_id: UUID | UnsetType) -> Macro | None:
    if response_id is UNSET:
        return None
    with _at("changes.cannedResponseId"):
        return await macros.usable(work, response_id)


async def _wanted(work: Work, asked: BulkChanges, compose: Compose | None, macro: Macro | None) -> Wanted:
    """Raises Invalid and Unprocessable for what is wrong for every ticket alike."""
    if all(getattr(asked, name) in (UNSET, []) for name in asked.__struct_fields__):
        raise Invalid(Problem("changes", "Name at least one change."))
    if asked.message is not UNSET and asked.canned_response_id is not UNSET:
        raise Invalid(Problem("changes.cannedResponseId", "Send a message or a canned response, not both."))
    for name in ("add_tags", "remove_tags"):
        for tag in getattr(asked, name):
            tagging.name_of(tag, path="changes.addTags" if name == "add_tags" else "changes.removeTags")
    return Wanted(
        category=await _category(work, asked.category_id),
        priority=None if asked.priority is UNSET else asked.priority,
        add_tags=asked.add_tags,
        remove_tags=asked.remove_tags,
        message_type=MessageType.PUBLIC if asked.message is UNSET else asked.message.type,
        compose=compose,
        act=partial(macros.act, macro=macro) if macro and macro.actions else None,
        lasting=macro.remains if macro else (),
        assignee_id=asked.assignee_id,
        status=None if asked.status is UNSET else asked.status,
        team=await _team(work, asked.team_id),
    )


async def _category(work: Work, asked: UUID | None | UnsetType) -> Category | None | UnsetType:
    if not isinstance(asked, UUID):
        return asked
    with _at("changes.categoryId"):
        return await category(work.session, asked)


async def _team(work: Work, asked: UUID | UnsetType) -> Team | None:
    if asked is UNSET:
        return None
    with _at("changes.teamId"):
        return await people.team(work.session, asked)


async def _compose(asked: Asked, changes: BulkChanges, *, base_url: str) -> Compose | None:
    if changes.message is not UNSET:
        with Checks() as check:
            body = check.text("changes.message.body", changes.message.body, most=BODY_MOST, required=True)

        async def same(_: Ref) -> str:
            return body

        return same
    if changes.canned_response_id is UNSET:
        return None
    async with asked.reading() as reader:
        with _at("changes.cannedResponseId"):
            text = await desk.canned_response(reader, asked.actor, changes.canned_response_id)

    async def filled(ref: Ref) -> str:
        async with asked.reading() as reader:
            ticket = await reading.seen(reader, asked.actor, ref, now=asked.now)
            return await desk.filled(reader, asked.actor, text, ticket, base_url=base_url)

    return filled


@contextmanager
def _at(path: str) -> Iterator[None]:
    """What is not there is named by the body, not by the address: Unprocessable, at the path."""
    try:
        yield
    except (NotFound, Unprocessable) as missing:
        raise Unprocessable(str(missing), path=path) from missing


def _without_words(changes: BulkChanges) -> dict[str, Any]:
    """What is kept of a request: the words of a message are kept with the message alone, where they can be redacted."""
    told: dict[str, Any] = to_builtins(changes)
    if changes.message is not UNSET:
        told["message"] = {"type": changes.message.type.value}
    return told


def _told(result: Result) -> BulkResult:
    return BulkResult(
        id=result.name,
        ok=result.error is None,
        problem=body_of(result.error) if result.error else UNSET,
        remains=list(result.remains) or UNSET,
    )


router = Router("/tickets/bulk", route_handlers=[change, undo], opt={OPERATION: Need.PERSON}, tags=["tickets"])
