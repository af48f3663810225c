"""Who watches a ticket, and thereby sees it."""

from uuid import UUID

from sqlalchemy import select

from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.errors import Unprocessable, require
from codex.tickets.hanging_facts import FollowerAdded, FollowerRemoved
from codex.tickets.hanging_models import TicketFollower
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation, may


async def add(work: Work, ticket: Ticket, user: User) -> None:
    """Let somebody follow the ticket; who does already goes on doing so. Raises Unprocessable for the deactivated."""
    own = user.id == work.actor.id
    require(may(work.actor, Operation.FOLLOW if own else Operation.ADD_FOLLOWER, ticket), "You may not add followers.")
    if not user.is_active:
        raise Unprocessable(f"{user.display_name} is deactivated.", path="userId")
    if await _following(work, ticket, user.id) is not None:
        return
    added_by_id = None if own else work.actor.id
    follower = TicketFollower(ticket_id=ticket.id, user_id=user.id, added_by_id=added_by_id, created_at=work.now)
    work.session.add(follower)
    work.record(FollowerAdded(ticket=ticket, user_id=user.id))


async def remove(work: Work, ticket: Ticket, user_id: UUID) -> None:
    """Let somebody follow the ticket no more. A requester removes whom they added themselves (authorization.md, 10)."""
    following = await _following(work, ticket, user_id)
    own = user_id == work.actor.id
    added = following is not None and following.added_by_id is not None and following.added_by_id == work.actor.id
    operation = Operation.FOLLOW if own else Operation.ADD_FOLLOWER if added else Operation.REMOVE_FOLLOWER
    require(may(work.actor, operation, ticket), "You may not remove this follower.")
    if following is None:
        return
    await work.session.delete(following)
    work.record(FollowerRemoved(ticket=ticket, user_id=user_id))


async def _following(work: Work, ticket: Ticket, user_id: UUID) -> TicketFollower | None:
    query = select(TicketFollower).where(TicketFollower.ticket_id == ticket.id, TicketFollower.user_id == user_id)
    found: TicketFollower | None = await work.session.scalar(query)
    return found
