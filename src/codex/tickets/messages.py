"""The conversation on a ticket: public replies and internal notes."""

from datetime import timedelta

from codex.db.work import Work
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, require
from codex.kernel.ids import new_id
from codex.tickets.facts import MessageAdded
from codex.tickets.lifecycle import shift
from codex.tickets.models import MessageType, Ticket, TicketMessage, TicketStatus
from codex.tickets.policy import Operation, may, works_on

BODY_MOST = 100_000
REOPENS_WITHIN = timedelta(days=14)
"""A requester's reply reopens a ticket closed no longer ago than this."""


async def add(work: Work, ticket: Ticket, *, type: MessageType, body: str) -> TicketMessage:
    """Write a message. The first public one of somebody who works on the ticket is its first response.

    A requester's public message puts a waiting ticket back to work and reopens a finished one (tickets.md,
    sla.md rule 9). Raises Invalid for an empty body, Conflict on a ticket closed too long ago to be reopened.
    """
    operation = Operation.REPLY if type is MessageType.PUBLIC else Operation.NOTE
    require(may(work.actor, operation, ticket), "You may not write this kind of message here.")
    with Checks() as check:
        body = check.text("body", body, most=BODY_MOST, required=True)
    from_requester = type is MessageType.PUBLIC and work.actor.id == ticket.requester_id
    if from_requester:
        _refuse_if_long_closed(work, ticket)
    answers_first = type is MessageType.PUBLIC and ticket.first_response_at is None and works_on(work.actor, ticket)
    message = TicketMessage(
        id=new_id(), ticket_id=ticket.id, author_id=work.actor.id, type=type, body=body, created_at=work.now
    )
    work.session.add(message)
    if answers_first:
        ticket.first_response_at = work.now
    work.record(MessageAdded(ticket=ticket, message_id=message.id, message_type=type, answers_first=answers_first))
    if from_requester:
        _wake(work, ticket)
    return message


def _refuse_if_long_closed(work: Work, ticket: Ticket) -> None:
    if ticket.closed_at is not None and work.now - ticket.closed_at > REOPENS_WITHIN:
        raise Conflict(f"This ticket was closed more than {REOPENS_WITHIN.days} days ago; open a new one.")


def _wake(work: Work, ticket: Ticket) -> None:
    """The requester spoke: what waited for them goes on, what was finished is not."""
    if ticket.status is TicketStatus.WAITING_ON_REQUESTER:
        shift(work, ticket, to=TicketStatus.IN_PROGRESS if ticket.assignee_id else TicketStatus.TRIAGED)
    elif ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        shift(work, ticket, to=TicketStatus.REOPENED)
