"""A ticket moves along the status machine (tickets.md, "Status machine")."""

from collections.abc import Mapping
from types import MappingProxyType

from codex.db.work import Work
from codex.kernel.errors import Conflict, require
from codex.tickets.facts import StatusChanged
from codex.tickets.history import stamp
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.policy import TicketFacts, may_move

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

    Raises Forbidden when the actor may not, Conflict naming what is possible when the machine has no such way.
    """
    require(may_move(work.actor, ticket, to=to), "You may not move this ticket there.")
    if to is ticket.status:
        return
    allowed = allowed_from(ticket)
    if to not in allowed:
        why = " while nobody is assigned" if to in MOVES[ticket.status] else ""
        raise Conflict(f"A ticket that is {ticket.status} cannot become {to}{why}.", allowed=allowed)
    shift(work, ticket, to=to)


def shift(work: Work, ticket: Ticket, *, to: TicketStatus) -> None:
    """Enter a status as the consequence of something already allowed (an assignment, a reply)."""
    old, ticket.status = ticket.status, to
    stamp(ticket, at=work.now)
    work.record(StatusChanged(ticket=ticket, old=old, new=to))
