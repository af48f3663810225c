"""Merging and parting tickets in tests, and all that can be told of tickets to be compared."""

from typing import Any

from sqlalchemy import select

from codex.identity.models import User
from codex.tickets import messages
from codex.tickets.hanging_models import Attachment, TicketFollower
from codex.tickets.merging import merge, unmerge
from codex.tickets.models import MessageType, Ticket, TicketMessage
from codex.tickets.queries import visible
from world import MORNING, World


async def join(world: World, ticket: Ticket, into: Ticket, *, by: User | None = None, now: str = MORNING) -> Ticket:
    """Merge a ticket into another, as Lena; the ticket as it then is."""
    async with world.work(as_=by or world.lena, now=now) as work:
        await merge(work, ticket.id, into=into.id)
    return await world.reload(ticket)


async def part(world: World, ticket: Ticket, *, by: User | None = None, now: str = MORNING) -> Ticket:
    """Undo a merge, as Lena; the ticket as it then is."""
    async with world.work(as_=by or world.lena, now=now) as work:
        await unmerge(work, ticket.id)
    return await world.reload(ticket)


async def say(
    world: World, person: User, ticket: Ticket, body: str, *, internal: bool = False, now: str = MORNING
) -> TicketMessage:
    """Somebody writes to a ticket."""
    kind = MessageType.INTERNAL if internal else MessageType.PUBLIC
    async with world.work(as_=person, now=now) as work:
        return await messages.add(work, await visible(work, ticket.id, lock=True), type=kind, body=body)


async def attach(world: World, ticket: Ticket, name: str, message: TicketMessage | None = None) -> None:
    """A file on a ticket, or on one of its messages."""
    async with world.session() as session:
        session.add(
            Attachment(
                ticket_id=ticket.id, message_id=message.id if message else None, file_name=name,
                content_type="text/plain", size_bytes=1, storage_key=f"{ticket.id}/{name}",
            )
        )  # fmt: skip
        await session.commit()


async def said(world: World, ticket: Ticket) -> list[str]:
    """The words on a ticket, oldest first."""
    return [message.body for message in await world.messages(ticket)]


async def files(world: World, ticket: Ticket) -> set[str]:
    """The names of a ticket's files."""
    async with world.session() as session:
        return set(await session.scalars(select(Attachment.file_name).where(Attachment.ticket_id == ticket.id)))


async def followers(world: World, ticket: Ticket) -> set[str]:
    """The names of a ticket's followers."""
    query = select(User.display_name).join(TicketFollower, TicketFollower.user_id == User.id)
    async with world.session() as session:
        return set(await session.scalars(query.where(TicketFollower.ticket_id == ticket.id)))


async def whole(world: World, ticket: Ticket) -> dict[str, Any]:
    """All that a merge may touch, but for what counts up: the version, when it changed last and was given its status,
    its history."""
    row = await world.reload(ticket)
    unlike = ("version", "updated_at", "active_at", "status_since")
    columns = {c.key: getattr(row, c.key) for c in Ticket.__table__.columns if c.key not in unlike}
    messages = [(m.id, m.merged_from_id, m.body) for m in await world.messages(ticket)]
    return {
        **columns, "messages": messages, "files": await files(world, ticket),
        "followers": await followers(world, ticket),
    }  # fmt: skip
