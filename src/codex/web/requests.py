"""`/requests`: what people asked for, as they see it."""

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from codex.httpkit.asked import Asked, Asking, Req
from codex.httpkit.needs import Need
from codex.kernel.errors import CodexError, Forbidden
from codex.tickets import lifecycle, listing, marks, messages, queries, questionnaire, reading, thread
from codex.tickets.desk_counts import my_turn
from codex.tickets.filters import Filters, StatusGroup
from codex.tickets.models import MessageType, TicketStatus
from codex.tickets.reading import Seen
from codex.web.asking import PORTAL, zone_of
from codex.web.present import refusals, words
from codex.web.present.conversation import Reading
from codex.web.present.navigation import portal
from codex.web.present.refusals import REFUSALS
from codex.web.present.request import request as request_view
from codex.web.present.request import requests as requests_view
from codex.web.present.ticket import Refusal
from codex.web.rendering import Page, page, see
from codex.web.ticket import Before

_UNDONE_MOST = 200
_UNDONE = (StatusGroup.OPEN, StatusGroup.WAITING)


class Reply(Struct):
    """What the reply box sends."""

    body: str = ""


class Move(Struct):
    """The status to go to."""

    status: TicketStatus


@get(PORTAL)
async def show_all(request: Req, asked: Asking, cursor: FromQuery[str | None] = None) -> Page:
    """What is under way on the first page, what is done on all."""
    own = Filters(requester=asked.actor.id, groups=(StatusGroup.DONE,))
    async with asked.reading() as reader:
        done = await listing.page(reader, asked.actor, own, now=asked.now, cursor=cursor)
        mine = Filters(requester=asked.actor.id, groups=_UNDONE)
        undone = await listing.page(reader, asked.actor, mine, now=asked.now, limit=_UNDONE_MOST)
    turn = sum(ticket.status == TicketStatus.WAITING_ON_REQUESTER for ticket in undone.items)
    view = requests_view(
        undone.items if cursor is None else (), done.items, next_cursor=done.next_cursor, is_first=cursor is None,
        reading=_reading(asked),
    )  # fmt: skip
    head = portal(asked.actor, turn=turn, is_list=True)
    return page(request, "portal/requests.html", asked=asked, portal=head, requests=view)


@get(f"{PORTAL}/{{ref:str}}")
async def show(request: Req, asked: Asking, ref: FromPath[str], before: Before = None) -> Page:
    """One request, for who asked and who follows; who works on it is sent to the desk."""
    return await _answer(request, asked, ref, before=before)


@post(f"{PORTAL}/{{ref:str}}/replies")
async def reply(request: Req, asked: Asking, ref: FromPath[str], data: URLEncodedBody[Reply]) -> Page:
    """Write back; what could not be sent comes back in the box."""
    try:
        async with asked.work() as work:
            ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
            message = await messages.add(
                work, ticket, type=MessageType.PUBLIC, body=data.body, reopens_within=request.app.state.reopens_within
            )
    except REFUSALS as error:
        sentence = refusals.of_message(error, words.status_for_requesters)
        return await _answer(request, asked, ref, refusal=Refusal(sentence, "reply", data.body), error=error)
    is_here = message.ticket_id in (ticket.id, ticket.merged_into_id)
    return see(request, f"{PORTAL}/{queries.parse_ref(ref) if is_here else message.ticket_id}#m-{message.id}")


@post(f"{PORTAL}/{{ref:str}}/status")
async def move(request: Req, asked: Asking, ref: FromPath[str], data: URLEncodedBody[Move]) -> Page:
    """Confirm, reopen or cancel; sent twice, it has happened once."""
    try:
        async with asked.work() as work:
            ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
            if ticket.status is not data.status:
                await lifecycle.move(work, ticket, to=data.status)
    except (*REFUSALS, Forbidden) as error:
        sentence = refusals.of_change(error, words.status_for_requesters)
        return await _answer(request, asked, ref, refusal=Refusal(sentence), error=error)
    return see(request, f"{PORTAL}/{queries.parse_ref(ref)}")


async def _answer(
    request: Req,
    asked: Asked,
    ref: str,
    *,
    before: str | None = None,
    refusal: Refusal | None = None,
    error: CodexError | None = None,
) -> Page:
    async with asked.reading() as reader:
        found, seen = await reading.detail(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        if not _is_theirs(asked, seen):
            if error is not None:  # what was refused is not done elsewhere
                raise error
            return see(request, f"/tickets/{found.display_id}")
        said = await thread.latest(reader, asked.actor, seen, before=before, only_public_messages=True)
        turn = await my_turn(reader, asked.actor)
        answered = await questionnaire.answered(reader, seen.id) if found.custom_fields else []
        if found.is_unread:
            await marks.mark_read(reader, asked.actor, seen.id, version=seen.version, now=asked.now)
    view = request_view(
        found, seen, said, actor=asked.actor, reading=_reading(asked), refusal=refusal,
        reopens_within=request.app.state.reopens_within, answered=answered,
    )  # fmt: skip
    return page(
        request, "portal/request.html", asked=asked, status_code=refusals.status_code(error) if error else 200,
        portal=portal(asked.actor, turn=turn), request=view,
    )  # fmt: skip


def _is_theirs(asked: Asked, seen: Seen) -> bool:
    me = asked.actor.id
    return me == seen.requester_id or (me in seen.ties and seen.ties[me].follows)


def _reading(asked: Asked) -> Reading:
    return Reading(asked.actor.id, asked.now, zone_of(asked), knows_staff=False)


router = Router("/", route_handlers=[show_all, show, reply, move], opt={"operation": Need.PERSON})
