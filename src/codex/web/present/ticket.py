"""A ticket as an agent sees it: the head, the conversation, the reply box. What stands beside it: details.py."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from codex.kernel.actor import Actor
from codex.tickets.lifecycle import DONE, allowed_from
from codex.tickets.models import TicketStatus
from codex.tickets.policy import Operation, TicketFacts, may, may_move
from codex.tickets.questionnaire import Asked
from codex.tickets.rows import TicketDetail, TicketRow
from codex.tickets.thread import Thread
from codex.web.present import fields, words
from codex.web.present.conversation import Reading, entries
from codex.web.present.desk_views import ComposerView, SendView, TicketView
from codex.web.present.field_views import MissingView
from codex.web.present.fields import Typed
from codex.web.present.language import gettext as _
from codex.web.present.rule_views import MacroView
from codex.web.present.thread import arrange
from codex.web.present.worklist import Worklist

_S = TicketStatus


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused, and in which words: a change of a property, or (with `kind`) what was typed and not sent.

    `typed`: what was answered to custom fields and what is wrong with it; with `to`, the status that was to be entered
    and needs these answers. `macro`: the prepared text that was chosen; without a sentence nothing was refused, and
    `body` is that text.
    """

    sentence: str
    kind: Literal["", "reply", "note"] = ""
    body: str = ""
    typed: Typed = field(default_factory=Typed)
    to: TicketStatus | None = None
    macro: MacroView | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """The list that a ticket is opened from, as far as it is read: for the way to its neighbours."""

    worklist: Worklist
    tickets: Sequence[TicketRow] = ()


def ticket(
    found: TicketDetail,
    seen: TicketFacts,
    thread: Thread,
    *,
    actor: Actor,
    reading: Reading,
    names: Mapping[str, str],
    beside: Beside,
    asked: Sequence[Asked] = (),
    refusal: Refusal | None = None,
) -> TicketView:
    """The pane of a ticket. A control is there when the command behind it would be allowed."""
    href, query = f"/tickets/{found.display_id}", beside.worklist.query
    told = entries(found, thread.entries, reading, is_whole=thread.earlier is None, names=names)
    reachable = moves(actor, seen)
    previous, following = _neighbours(found, beside)
    missing = _missing(asked, refusal)
    is_typed = bool(refusal and refusal.kind)
    return TicketView(
        id=found.display_id, href=href, query=query, back_href=beside.worklist.href,
        subject=found.subject,
        requester=words.person(found.requester.id, found.requester.display_name),
        opened=words.when(found.created_at, now=reading.now, zone=reading.zone),
        channel=words.channel(found.channel),
        category=names.get(str(found.category.id), found.category.name) if found.category else "",
        status=words.status_for_agents(found.status),
        thread=arrange(told, now=reading.now, zone=reading.zone),
        composer=_composer(actor, seen, reachable, refusal, missing),
        may_resolve=_S.RESOLVED in reachable,
        may_take=_may_take(actor, seen), take_value=str(actor.id),
        previous_href=previous, next_href=following,
        earlier_href=f"{href}{query}{'&' if query else '?'}before={thread.earlier}" if thread.earlier else None,
        problem=refusal.sentence if refusal and not is_typed and not _is_told(asked, refusal) else "",
        missing=None if is_typed else missing,
    )  # fmt: skip


def moves(actor: Actor, seen: TicketFacts) -> tuple[TicketStatus, ...]:
    """Where this person can move the ticket from here."""
    return tuple(to for to in allowed_from(seen) if may_move(actor, seen, to=to))


def _neighbours(found: TicketDetail, beside: Beside) -> tuple[str | None, str | None]:
    shown = [ticket.display_id for ticket in beside.tickets]
    if found.display_id not in shown:
        return None, None
    at = shown.index(found.display_id)
    hrefs: list[str | None] = [f"/tickets/{display_id}{beside.worklist.query}" for display_id in shown]
    ways = [None, *hrefs, None]
    return ways[at], ways[at + 2]


def _may_take(actor: Actor, seen: TicketFacts) -> bool:
    return may(actor, Operation.TAKE, seen) and seen.assignee_id != actor.id and seen.status not in DONE


def _is_told(asked: Sequence[Asked], refusal: Refusal) -> bool:
    """Whether the refusal stands beside a field already."""
    return any(one.id in refusal.typed.errors for one in asked if one.is_open)


def _missing(asked: Sequence[Asked], refusal: Refusal | None) -> MissingView | None:
    """What a move needs that was refused for it; None where it was refused for something else."""
    wanted = fields.missing(asked, refusal.typed) if refusal and refusal.to else ()
    if refusal is None or refusal.to is None or not wanted:
        return None
    is_closed = refusal.to is _S.CLOSED
    return MissingView(
        status=refusal.to, label=_("Save and close") if is_closed else _("Save and resolve"), fields=wanted
    )


def _composer(
    actor: Actor,
    seen: TicketFacts,
    reachable: Collection[TicketStatus],
    refusal: Refusal | None,
    missing: MissingView | None,
) -> ComposerView:
    may_reply, may_note = may(actor, Operation.REPLY, seen), may(actor, Operation.NOTE, seen)
    typed = refusal if refusal and refusal.kind else None
    sends = _sends(actor, seen, reachable) if may_reply else ()
    if typed and typed.to:  # what was meant comes first, also when it is sent again
        sends = tuple(sorted(sends, key=lambda send: send.status is None or send.status.value != typed.to))
    if typed and typed.macro and typed.macro.moves:  # what goes with the text says which status it will be
        sends = tuple(SendView(label=_("Send")) for _one in sends[:1])
    return ComposerView(
        may_reply=may_reply,
        may_note=may_note,
        sends=sends,
        kind=(typed.kind or "reply") if typed else "reply",
        body=typed.body if typed else "",
        error=typed.sentence if typed else "",
        missing=missing if typed else None,
        macro=typed.macro if typed else None,
    )


def _sends(actor: Actor, seen: TicketFacts, reachable: Collection[TicketStatus]) -> tuple[SendView, ...]:
    """An answer usually puts the ball in the requester's court; one's own request stays where it is."""
    if actor.id == seen.requester_id:
        return (SendView(label=_("Send")),)
    as_it_is = SendView(label=_("Send, leave the status as it is"))
    others = {_S.RESOLVED: _("Send and resolve"), _S.WAITING_ON_VENDOR: _("Send and wait on vendor")}
    rest = tuple(
        SendView(label=label, status=words.status_for_agents(to)) for to, label in others.items() if to in reachable
    )
    if _S.WAITING_ON_REQUESTER not in reachable:
        return (SendView(label=_("Send")), *rest)
    return (SendView(label=_("Send"), status=words.status_for_agents(_S.WAITING_ON_REQUESTER)), as_it_is, *rest)
