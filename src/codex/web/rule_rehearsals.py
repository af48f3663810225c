"""What a stored rule would have done of late, for its page. Nothing is written."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from litestar import Response

from codex.automation import naming
from codex.automation.tallies import OF_LATE
from codex.db.work import Work
from codex.httpkit.asked import Asked, Req
from codex.httpkit.leaving import GONE, ClientGone, while_there
from codex.kernel.errors import Unprocessable
from codex.rehearsal import automation, drafts, routing, routing_drafts
from codex.rehearsal.answers import Rehearsed
from codex.rehearsal.period import Period, only_reading, period
from codex.web.asking import zone_of
from codex.web.present import rule_rehearsal
from codex.web.present.rule_rehearsal_views import RehearsalView, RehearsingView
from codex.web.present.rule_words import ids_in
from codex.web.rendering import Page, page, wants_fragment

ShowsPage = Callable[[RehearsalView], Awaitable[Page]]


async def of_automation(request: Req, asked: Asked, rule_id: UUID) -> RehearsalView | None:
    """Of an automation rule; None: whoever asked has left, and it was ended. Raises NotFound, and Forbidden for who may
    not write it."""

    async def rehearsed(work: Work, late: Period) -> Rehearsed:
        draft = await drafts.draft(work, None, rule_id, seal=request.app.state.seal)
        return await automation.rehearse(work, draft, late)

    return await _told(request, asked, rehearsed, is_routing=False)


async def of_routing(request: Req, asked: Asked, rule_id: UUID) -> RehearsalView | None:
    """Of a routing rule, likewise."""

    async def rehearsed(work: Work, late: Period) -> Rehearsed:
        return await routing.rehearse(work, await routing_drafts.draft(work, None, rule_id), late)

    return await _told(request, asked, rehearsed, is_routing=True)


async def answered(request: Req, asked: Asked, answer: RehearsalView | None, *, whole: ShowsPage) -> Page:
    """The answer alone for htmx, for everybody else within the `whole` page."""
    if answer is None:
        return Response(b"", status_code=GONE)
    if wants_fragment(request):
        return page(request, "agent/rehearsed.html", asked=asked, status_code=status_of(answer), rehearsal=answer)
    return await whole(answer)


def status_of(answer: RehearsalView | None) -> int:
    """That of a page with this answer."""
    return 422 if answer is not None and answer.problem else 200


def control(href: str, answer: RehearsalView | None, *, may_change: bool) -> RehearsingView:
    """The control on a rule's page: for who may write the rule."""
    return RehearsingView(href=f"{href}/rehearsal" if may_change else None, days=OF_LATE.days, answer=answer)


async def _told(
    request: Req, asked: Asked, rehearse: Callable[[Work, Period], Awaitable[Rehearsed]], *, is_routing: bool
) -> RehearsalView | None:
    """What is refused, as too much or because the rule is broken, is told in its place. It ends with its reader."""
    late = period(asked.now - OF_LATE, asked.now, now=asked.now)

    async def found_with_names() -> tuple[Rehearsed, Mapping[str, str]]:
        async with only_reading(asked.works, asked.actor, now=asked.now) as work:
            found = await rehearse(work, late)
            ids = set(ids_in(rule_rehearsal.named_in(found)))
            return found, await naming.names(await work.reader(), asked.actor, ids, now=asked.now)

    try:
        found, names = await while_there(request.receive, found_with_names())
    except ClientGone:
        return None
    except Unprocessable as refused:
        said = str(refused)
        more = [problem.message for problem in refused.problems if problem.message not in said]
        return RehearsalView(problem=" ".join([said, *more]))
    return rule_rehearsal.rehearsal(found, names, is_routing=is_routing, now=asked.now, zone=zone_of(asked))
