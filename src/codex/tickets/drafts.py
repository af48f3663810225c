"""What a person has begun to write on a ticket: theirs alone, until it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.actor import Actor
from codex.kernel.checks import Checks
from codex.kernel.errors import NotFound, require
from codex.tickets.hanging_models import Draft
from codex.tickets.models import BODY_MOST, MessageType, Ticket, TicketMessage
from codex.tickets.policy import Operation, may
from codex.tickets.rows import Row


class DraftRow(Row, frozen=True):
    """What is written so far."""

    type: MessageType
    body: str
    updated_at: datetime


async def keep(work: Work, ticket: Ticket, *, type: MessageType, body: str) -> None:
    """Keep what the actor has written so far, in place of what it was; without words there is no draft.

    No fact about the ticket: nobody else is told. Raises Forbidden for a kind of message that they may not write.
    """
    operation = Operation.REPLY if type is MessageType.PUBLIC else Operation.NOTE
    require(may(work.actor, operation, ticket), "You may not write this kind of message here.")
    with Checks() as check:
        body = check.text("body", body, most=BODY_MOST)
    if not body.strip():
        await discard(work, ticket.id)
        return
    written = {"type": type, "body": body, "updated_at": work.now}
    new = insert(Draft).values(user_id=work.actor.id, ticket_id=ticket.id, **written)
    await work.session.execute(new.on_conflict_do_update(index_elements=["user_id", "ticket_id"], set_=written))


async def discard(work: Work, ticket_id: UUID) -> None:
    """Forget what the actor has begun to write."""
    await work.session.execute(delete(Draft).where(Draft.user_id == work.actor.id, Draft.ticket_id == ticket_id))


async def kept_at(work: Work, ticket_id: UUID) -> datetime | None:
    """When the actor last kept something, for a change of it; None: there is no draft."""
    own = select(Draft.updated_at).where(Draft.user_id == work.actor.id, Draft.ticket_id == ticket_id)
    found: datetime | None = await work.session.scalar(own.with_for_update())
    return found


async def forget_words(work: Work, message: TicketMessage) -> None:
    """Forget the draft in which the author of a message repeats what is to be gone for good."""
    own = (Draft.ticket_id == message.ticket_id, Draft.user_id == message.author_id)
    await work.session.execute(delete(Draft).where(*own, Draft.body.contains(message.body, autoescape=True)))


async def draft(reader: Reader, actor: Actor, ticket_id: UUID) -> DraftRow:
    """What the actor has written so far. Raises NotFound when that is nothing."""
    row = await reader.first(
        "SELECT type::text, body, updated_at FROM drafts WHERE user_id = %(me)s AND ticket_id = %(ticket)s",
        {"me": actor.id, "ticket": ticket_id},
    )
    if row is None:
        raise NotFound("You have begun to write nothing here.")
    return DraftRow(MessageType(row[0]), row[1], row[2])
