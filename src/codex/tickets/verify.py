"""Folding every ticket's events and comparing with its row."""

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select, text

from codex.db.work import Work
from codex.tickets.history import BrokenHistory, differences, fold
from codex.tickets.models import Ticket, TicketEvent

CHUNK = 1000


class Difference(Struct, frozen=True, rename="camel"):
    """Where a ticket is not what its history says. `column` is empty when the history itself is broken."""

    ticket: str
    column: str
    history: str
    row: str


async def count(work: Work) -> int:
    """How many tickets there are to verify."""
    return await work.session.scalar(select(func.count()).select_from(Ticket)) or 0


async def verify(work: Work) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Chunk by chunk, in the order of ids: how many tickets were compared, and what was found.

    All as of one moment, whoever writes meanwhile: it must be the first thing that the work does.
    """
    await work.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    last = UUID(int=0)
    while True:
        tickets = (
            await work.session.scalars(select(Ticket).where(Ticket.id > last).order_by(Ticket.id).limit(CHUNK))
        ).all()
        if not tickets:
            return
        last = tickets[-1].id
        columns = (TicketEvent.ticket_id, TicketEvent.version, TicketEvent.type, TicketEvent.payload,
                   TicketEvent.created_at)  # fmt: skip
        events = await work.session.execute(
            select(*columns)
            .where(TicketEvent.ticket_id.in_([ticket.id for ticket in tickets]))
            .order_by(TicketEvent.ticket_id, TicketEvent.version)
        )
        told = {key: list(rows) for key, rows in groupby(events, key=attrgetter("ticket_id"))}
        yield len(tickets), [d for ticket in tickets for d in compare(ticket, told.get(ticket.id, []))]
        work.session.expunge_all()


def compare(ticket: Ticket, events: Sequence[Any]) -> list[Difference]:
    """What one ticket's row and events disagree about."""
    name = ticket.display_id or str(ticket.id)
    try:
        state = fold(events)
    except BrokenHistory as broken:
        return [Difference(name, "", str(broken), "")]
    return [Difference(name, column, str(told), str(kept)) for column, told, kept in differences(state, ticket)]
