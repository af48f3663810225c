"""`/tickets/{ref}/texts`: prepared texts to choose from; choosing one fills the reply box, and nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from codex.automation import macros, naming
from codex.automation.macros import Macro, MacroPreview
from codex.db.work import Work
from codex.desk import reading as desk
from codex.desk.navigation import navigation
from codex.httpkit.asked import Asked, Asking, Req, base_url
from codex.kernel.errors import CodexError, Forbidden, NotFound, Unprocessable, require
from codex.tickets import queries, reading
from codex.tickets.actions import written
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation, may
from codex.web.asking import Listing
from codex.web.present import prepared
from codex.web.present.navigation import shell
from codex.web.present.rule_views import MacroView
from codex.web.present.rule_words import ids_in
from codex.web.present.ticket import Refusal
from codex.web.present.worklist import Worklist
from codex.web.rendering import Page, page, wants_fragment
from codex.web.ticket import answer

_MOST = 200
"""How many texts the menu shows."""
_STAFF = "Prepared texts are for those who work on the ticket."


class Typed(Struct):
    """What stands in the reply box so far."""

    body: str = ""


@dataclass(frozen=True, slots=True)
class _Chosen:
    macro: Macro
    preview: MacroPreview
    names: Mapping[str, str]


@get("/tickets/{ref:str}/texts", opt={"operation": Operation.NOTE})
async def choose(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str]) -> Page:
    """The texts that the reader may use, with what each does; for htmx the menu alone."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        require(may(asked.actor, Operation.NOTE, ticket), _STAFF)
        rows = (await desk.canned_responses(reader, asked.actor, limit=_MOST)).items
        told = [[row.actions, str(row.team_id)] for row in rows]
        names = await naming.names(reader, asked.actor, set(ids_in(told)), now=asked.now)
        around = None if wants_fragment(request) else await navigation(reader, asked.actor, now=asked.now)
    href = f"/tickets/{queries.parse_ref(ref)}"
    found = tuple(prepared.row(one, names, href=f"{href}/texts/{one.id}{worklist.query}") for one in rows)
    if around is None:
        return page(request, "agent/texts.html", asked=asked, texts=found)
    window = shell(asked.actor, around.counts, view=worklist.view, saved=[one.row for one in around.views])
    back = f"{href}{worklist.query}"
    return page(request, "agent/texts_page.html", asked=asked, shell=window, texts=found, back_href=back)


@get("/tickets/{ref:str}/texts/{text:uuid}", opt={"operation": Operation.NOTE})
async def fill(request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], text: FromPath[UUID]) -> Page:
    """The ticket with the text in its reply box, and beside it what goes with the text."""
    return await _filled(request, asked, worklist, ref, text, "")


@post("/tickets/{ref:str}/texts/{text:uuid}", opt={"operation": Operation.NOTE})
async def fill_on(
    request: Req, asked: Asking, worklist: Listing, ref: FromPath[str], text: FromPath[UUID],
    data: URLEncodedBody[Typed],
) -> Page:  # fmt: skip
    """The same, below what was typed already."""
    return await _filled(request, asked, worklist, ref, text, data.body)


async def act(work: Work, ticket: Ticket, key: str) -> None:
    """Do what goes with the text that a form names. Raises Unprocessable where it is no more, or not for this person;
    then nothing is sent either."""
    try:
        await macros.act(work, ticket, await macros.for_ticket(work, ticket, UUID(key)))
    except ValueError as bad:
        raise Unprocessable("There is no such prepared text.") from bad
    except (NotFound, Forbidden) as refused:
        raise Unprocessable(str(refused)) from refused


async def again(asked: Asked, ref: str, key: str) -> MacroView | None:
    """What goes with a text that a refused form named; None where it named none, or none that can be used."""
    try:
        chosen = await _chosen(asked, ref, UUID(key), base_url="")
    except (ValueError, CodexError):
        return None
    return prepared.macro(chosen.macro, chosen.preview, chosen.names)


async def _filled(request: Req, asked: Asked, worklist: Worklist, ref: str, text: UUID, typed: str) -> Page:
    try:
        chosen = await _chosen(asked, ref, text, base_url=base_url(request))
    except Unprocessable as broken:
        refusal = Refusal(str(broken), "reply", typed)
        return await answer(request, asked, worklist, ref, refusal=refusal, status_code=422)
    body = f"{typed.rstrip()}\n\n{chosen.preview.body}" if typed.strip() else chosen.preview.body
    view = prepared.macro(chosen.macro, chosen.preview, chosen.names)
    return await answer(request, asked, worklist, ref, refusal=Refusal("", "reply", body, macro=view))


async def _chosen(asked: Asked, ref: str, text: UUID, *, base_url: str) -> _Chosen:
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref))
        macro = await macros.for_ticket(work, ticket, text)
        ids = set(ids_in(written(macro.actions)))
        names = await naming.names(await work.reader(), asked.actor, ids, now=asked.now)
        return _Chosen(macro, await macros.preview(work, ticket, macro, base_url=base_url), names)


router = Router("/", route_handlers=[choose, fill, fill_on])
