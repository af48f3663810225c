"""One request as its requester sees it: in people's words, without anything internal."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from codex.kernel.actor import Actor
from codex.tickets.models import TicketStatus
from codex.tickets.policy import REQUESTER_MOVES, Operation, TicketFacts, may, may_move
from codex.tickets.questionnaire import Asked
from codex.tickets.rows import TicketDetail, TicketRow
from codex.tickets.thread import Said, Thread
from codex.web.present import fields, words
from codex.web.present.conversation import Reading, entries, first_name, staff
from codex.web.present.language import gettext as _
from codex.web.present.portal_views import (
    MoveView,
    RequestRowView,
    RequestSectionView,
    RequestsView,
    RequestView,
    StepView,
)
from codex.web.present.thread import Entry, arrange
from codex.web.present.ticket import Refusal
from codex.web.present.views import DayView, MessageView, Tone

_S = TicketStatus
_STEP = {_S.NEW: 0, _S.TRIAGED: 0, _S.WAITING_ON_REQUESTER: 2, _S.RESOLVED: 3, _S.CLOSED: 3}
_IN_PROGRESS = 1
_SIGNS: tuple[tuple[str, Tone], ...] = (
    ("s-closed", "accent"),
    ("s-in-progress", "accent"),
    ("s-waiting-on-requester", "amber"),
    ("s-resolved", "green"),
)


def requests(
    undone: Sequence[TicketRow], done: Sequence[TicketRow], *, next_cursor: str | None, is_first: bool, reading: Reading
) -> RequestsView:
    """One's own requests: what waits for oneself, what is under way, then what is done, page by page."""
    turn = [ticket for ticket in undone if _turn(ticket, reading)]
    open_ = [ticket for ticket in undone if not _turn(ticket, reading)]
    sections = ((_("Your turn"), turn), (_("Open"), open_), (_("Solved"), done))
    return RequestsView(
        sections=tuple(RequestSectionView(title=t, rows=tuple(_row(r, reading) for r in rows)) for t, rows in sections),
        next_href=f"/requests?cursor={next_cursor}" if next_cursor else None,
        first_href=None if is_first else "/requests",
    )


def request(
    found: TicketDetail,
    seen: TicketFacts,
    thread: Thread,
    *,
    actor: Actor,
    reading: Reading,
    reopens_within: timedelta,
    answered: Sequence[Asked] = (),
    refusal: Refusal | None = None,
) -> RequestView:
    """The page of one request. A control is there when the command behind it would be allowed.

    `reopens_within`: for how long after it was closed a reply opens it again, and no new one.
    """
    said = (entry for entry in thread.entries if isinstance(entry, Said) and not entry.is_internal)
    told = entries(found, said, reading, is_whole=thread.earlier is None, names={})
    ways = _moves(actor, seen)
    typed = refusal if refusal and refusal.kind else None
    return RequestView(
        id=found.display_id,
        href=f"/requests/{found.display_id}",
        subject=found.subject,
        say=say(found, reading),
        status=words.status_for_requesters(found.status), steps=_steps(TicketStatus(found.status)),
        thread=_conversation(told, reading),
        opened=words.when(found.created_at, now=reading.now, zone=reading.zone),
        team=found.assigned_team.name if found.assigned_team else "",
        helper=staff(found.assignee, reading) if found.assignee else None,
        turn=_turn(found, reading),
        question=_question(seen.status) if ways else "",
        moves=ways,
        cancel=_cancel(actor, seen),
        may_reply=may(actor, Operation.REPLY, seen),
        reply_hint=_reply_hint(found, reading, reopens_within),
        reply_body=typed.body if typed else "", reply_error=typed.sentence if typed else "",
        problem=refusal.sentence if refusal and not typed else "",
        earlier_href=f"/requests/{found.display_id}?before={thread.earlier}" if thread.earlier else None,
        answers=fields.answers(answered),
    )  # fmt: skip


def say(ticket: TicketRow, reading: Reading) -> str:
    """How a request stands, in a sentence, and up to when somebody replies where that is promised."""
    helper = first_name(ticket.assignee.display_name) if ticket.assignee else ""
    promise = _promise(ticket, reading)
    match TicketStatus(ticket.status):
        case _S.WAITING_ON_REQUESTER if ticket.requester.id == reading.me:
            return _("{name} waits for your answer.").format(name=helper) if helper else _("We wait for your answer.")
        case _S.WAITING_ON_REQUESTER:
            name = first_name(ticket.requester.display_name)
            return _("We wait for an answer from {name}.").format(name=name)
        case _S.WAITING_ON_VENDOR:
            return _("We wait for a supplier.")
        case _S.RESOLVED:
            return _("Solved {when}.").format(when=_moment(ticket.resolved_at, ticket, reading))
        case _S.CLOSED:
            return _("Closed {when}.").format(when=_moment(ticket.closed_at, ticket, reading))
        case _ if helper:
            working = _("{helper} is working on it.").format(helper=helper)
            return f"{working} {promise}" if promise else working
        case _:
            return f"{_('We have it.')} {promise or _('Someone looks at it next.')}"


def _promise(ticket: TicketRow, reading: Reading) -> str:
    """Nothing where nothing is promised, somebody has replied, or it is late."""
    by = ticket.first_response_due_at
    if by is None or ticket.first_response_at is not None or by < reading.now:
        return ""
    return words.promised(by, now=reading.now, zone=reading.zone)


def _conversation(told: Iterable[Entry], reading: Reading) -> tuple[MessageView | DayView, ...]:
    items = arrange(told, now=reading.now, zone=reading.zone)
    return tuple(item for item in items if isinstance(item, MessageView | DayView))


def _row(ticket: TicketRow, reading: Reading) -> RequestRowView:
    return RequestRowView(
        id=ticket.display_id,
        href=f"/requests/{ticket.display_id}",
        subject=ticket.subject,
        status=words.status_for_requesters(ticket.status),
        say=say(ticket, reading),
        meta=_("Asked {when}").format(when=_moment(ticket.created_at, ticket, reading)),
        turn=_turn(ticket, reading),
    )


def _moment(at: datetime | None, ticket: TicketRow, reading: Reading) -> str:
    return words.moment(at or ticket.updated_at, now=reading.now, zone=reading.zone)


def _turn(ticket: TicketRow, reading: Reading) -> str:
    waits = ticket.status == _S.WAITING_ON_REQUESTER and ticket.requester.id == reading.me
    return _("Your turn.") if waits else ""


def _steps(status: TicketStatus) -> tuple[StepView, ...]:
    current = _STEP.get(status, _IN_PROGRESS)
    labels = (_("Received"), _("In progress"), _("Your turn"), _("Solved"))
    steps = []
    for place, (word, (glyph, tone)) in enumerate(zip(labels, _SIGNS, strict=True)):
        state: Literal["done", "current", "todo"] = (
            "done" if place < current else "current" if place == current else "todo"
        )
        sign = {"done": "s-resolved", "current": glyph, "todo": "todo"}[state]
        steps.append(StepView(word=word, state=state, glyph=sign, tone=tone))
    return tuple(steps)


def _moves(actor: Actor, seen: TicketFacts) -> tuple[MoveView, ...]:
    if seen.status not in (_S.RESOLVED, _S.CLOSED):
        return ()
    again = _("No, not yet") if seen.status is _S.RESOLVED else _("Open it again")
    ways = (
        MoveView(status=_S.CLOSED, label=_("Yes, it’s solved"), icon="check", is_primary=True),
        MoveView(status=_S.REOPENED, label=again, icon="rotate-ccw"),
    )
    return tuple(way for way in ways if _may(actor, seen, TicketStatus(way.status)))


def _cancel(actor: Actor, seen: TicketFacts) -> MoveView | None:
    if seen.status not in (_S.NEW, _S.TRIAGED) or not _may(actor, seen, _S.CLOSED):
        return None
    return MoveView(status=_S.CLOSED, label=_("Cancel this request"), icon="x")


def _may(actor: Actor, seen: TicketFacts, to: TicketStatus) -> bool:
    """The portal offers the requester's own ways only, also to a requester who works on tickets."""
    own = actor.id == seen.requester_id and to in REQUESTER_MOVES.get(seen.status, ())
    return own and may_move(actor, seen, to=to)


def _question(status: TicketStatus) -> str:
    return _("Is it solved?") if status is _S.RESOLVED else _("Not solved after all?")


def _reply_hint(ticket: TicketRow, reading: Reading, reopens_within: timedelta) -> str:
    if ticket.completed_at is None or ticket.requester.id != reading.me:
        return ""
    if ticket.closed_at is not None and reading.now - ticket.closed_at > reopens_within:
        return _("This was closed a while ago: a reply opens a new request.")
    return _("A reply opens this request again.")
