"""A ticket is deleted, softly: it is there for nobody until it is restored."""

from sqlalchemy import select

from codex.db.sql import clause
from codex.db.work import Work
from codex.kernel.errors import require
from codex.tickets import queries
from codex.tickets.facts import Deleted, Restored
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation, may
from codex.tickets.queries import Ref, ref_sql


async def delete(work: Work, ticket: Ticket) -> None:
    """Let a ticket be there for nobody. All that hangs on it stays, unseen."""
    require(may(work.actor, Operation.DELETE, ticket), "Only the team's admins and owners delete tickets.")
    ticket.deleted_at = work.now
    work.record(Deleted(ticket=ticket, old=None, new=work.now))


async def restore(work: Work, ref: Ref) -> Ticket:
    """Let a deleted ticket be there again; one that is there stays as it is.

    Raises NotFound for who may not restore it: to them it does not exist.
    """
    ticket = await _deleted(work, ref)
    if ticket is None or not may(work.actor, Operation.DELETE, ticket):
        ticket = await queries.visible(work, ref, lock=True)
        require(may(work.actor, Operation.DELETE, ticket), "Only the team's admins and owners restore tickets.")
        return ticket
    work.follow(ticket.updated_at)
    old, ticket.deleted_at = ticket.deleted_at, None
    work.record(Restored(ticket=ticket, old=old, new=None))
    return ticket


async def _deleted(work: Work, ref: Ref) -> Ticket | None:
    query = select(Ticket).where(clause(ref_sql(ref)), Ticket.deleted_at.is_not(None)).with_for_update(of=Ticket)
    found: Ticket | None = await work.session.scalar(query, {"ref": ref})
    return found
