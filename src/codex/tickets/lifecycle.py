"""A ticket moves along the status machine (tickets.md, "Status machine")."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from codex.db.work import Work
from codex.kernel.errors import Conflict, require
from codex.tickets import answers
from codex.tickets.facts import StatusChanged
from codex.tickets.history import restamp, stamp
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.policy import Operation, TicketFacts, may, may_move

_S = TicketStatus
_OPEN = (_S.TRIAGED, _S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_ON_REQUESTER, _S.WAITING_ON_VENDOR, _S.RESOLVED, _S.CLOSED)
MOVES: Mapping[TicketStatus, tuple[TicketStatus, ...]] = MappingProxyType(
    {
        **{
            status: tuple(to for to in _OPEN if to is not status)
            for status in (_S.NEW, _S.TRIAGED, _S.ASSIGNED, _S.IN_PROGRESS, _S.REOPENED)
        },
        _S.WAITING_ON_REQUESTER: (
            _S.TRIAGED, _S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_ON_VENDOR, _S.RESOLVED, _S.CLOSED,
        ),
        _S.WAITING_ON_VENDOR: (
            _S.TRIAGED, _S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_ON_REQUESTER, _S.RESOLVED, _S.CLOSED,
        ),
        _S.RESOLVED: (_S.CLOSED, _S.REOPENED),
        _S.CLOSED: (_S.REOPENED,),
    }
)  # fmt: skip
NEED_ASSIGNEE = (_S.ASSIGNED, _S.IN_PROGRESS)
UNTOUCHED = (_S.NEW, _S.TRIAGED, _S.REOPENED)
"""Assigning somebody in one of these makes the ticket ASSIGNED."""
WAITING = (_S.WAITING_ON_REQUESTER, _S.WAITING_ON_VENDOR)
DONE = (_S.RESOLVED, _S.CLOSED)


def allowed_from(ticket: TicketFacts) -> tuple[TicketStatus, ...]:
    """Where the ticket can go from here, whoever asks."""
    return tuple(to for to in MOVES[ticket.status] if ticket.assignee_id or to not in NEED_ASSIGNEE)


async def move(work: Work, ticket: Ticket, *, to: TicketStatus) -> None:
    """Change a ticket's status; to the status that it has changes nothing.

    Raises Forbidden when the actor may not, Conflict naming what is possible when the machine has no such way,
    Unprocessable naming the custom fields that whoever works on a ticket has to answer before it is done.
    """
    require(may_move(work.actor, ticket, to=to), "You may not move this ticket there.")
    if to is ticket.status:
        return
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket goes on as the one that it was merged into; undo that first.")
    allowed = allowed_from(ticket)
    if to not in allowed:
        why = " while nobody is assigned" if to in MOVES[ticket.status] else ""
        raise Conflict(f"A ticket that is {ticket.status} cannot become {to}{why}.", allowed=allowed)
    if to in DONE and ticket.status not in DONE and may(work.actor, Operation.CHANGE, ticket):
        await answers.require_resolvable(work, ticket)
    shift(work, ticket, to=to)


def shift(work: Work, ticket: Ticket, *, to: TicketStatus) -> None:
    """Enter a status as the consequence of something already allowed (an assignment, a reply)."""
    old, ticket.status = ticket.status, to
    stamp(ticket, at=work.now)
    work.record(StatusChanged(ticket=ticket, old=old, new=to))


def put_back(
    work: Work, ticket: Ticket, *, to: TicketStatus, resolved_at: datetime | None, closed_at: datetime | None
) -> None:
    """Undo moves: the status, and when it was resolved and closed, are what they were. Where nobody is assigned any
    more, what needs somebody becomes TRIAGED."""
    if to in NEED_ASSIGNEE and ticket.assignee_id is None:
        to = TicketStatus.TRIAGED
    if to is ticket.status and (resolved_at, closed_at) == (ticket.resolved_at, ticket.closed_at):
        return
    old, ticket.status = ticket.status, to
    restamp(ticket, resolved_at=resolved_at, closed_at=closed_at)
    work.record(StatusChanged(ticket=ticket, old=old, new=to, stamps=(resolved_at, closed_at)))


def after_requester_spoke(status: TicketStatus, *, is_assigned: bool) -> TicketStatus:
    """What waited for the requester goes on, what was finished is not; anything else stays as it is."""
    if status is TicketStatus.WAITING_ON_REQUESTER:
        return TicketStatus.IN_PROGRESS if is_assigned else TicketStatus.TRIAGED
    return TicketStatus.REOPENED if status in DONE else status
