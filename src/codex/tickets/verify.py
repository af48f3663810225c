"""Folding every ticket's events and comparing with its row."""

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Select, func, select

from codex.db.work import Work
from codex.tickets import hanging
from codex.tickets.hanging import Grant, Hanging
from codex.tickets.hanging_models import CustomFieldValue, Tag, TicketAccess, TicketFollower, TicketTag
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

    While others write, the work must be a steady one: the row and its events are two statements.
    """
    last = UUID(int=0)
    while True:
        tickets = (
            await work.session.scalars(select(Ticket).where(Ticket.id > last).order_by(Ticket.id).limit(CHUNK))
        ).all()
        if not tickets:
            return
        ids = [ticket.id for ticket in tickets]
        last = ids[-1]
        columns = (TicketEvent.ticket_id, TicketEvent.version, TicketEvent.type, TicketEvent.payload,
                   TicketEvent.created_at)  # fmt: skip
        events = await work.session.execute(
            select(*columns).where(TicketEvent.ticket_id.in_(ids)).order_by(TicketEvent.ticket_id, TicketEvent.version)
        )
        kept = await hanging_on(work, ids)
        told = {key: list(rows) for key, rows in groupby(events, key=attrgetter("ticket_id"))}
        yield len(tickets), [d for t in tickets for d in compare(t, told.get(t.id, []), kept[t.id])]
        work.session.expunge_all()


def compare(ticket: Ticket, events: Sequence[Any], kept: Hanging) -> list[Difference]:
    """What one ticket's row, what hangs on it, and its events disagree about."""
    name = ticket.display_id or str(ticket.id)
    try:
        state = fold(events)
    except BrokenHistory as broken:
        return [Difference(name, "", str(broken), "")]
    found = (*differences(state, ticket), *hanging.differences(state.hanging, kept))
    return [Difference(name, column, str(told), str(there)) for column, told, there in found]


async def hanging_on(work: Work, ids: Sequence[UUID]) -> dict[UUID, Hanging]:
    """What the tables say hangs on the tickets."""
    kept = {key: Hanging() for key in ids}
    run = work.session.execute
    for key, user in await run(_of(ids, TicketFollower.ticket_id, TicketFollower.user_id)):
        kept[key].followers.add(user)
    access = (TicketAccess.ticket_id, TicketAccess.team_id, TicketAccess.access_level, TicketAccess.expires_at)
    for key, team, level, until in await run(_of(ids, *access)):
        kept[key].grants[team] = Grant(level.value, until)
    for key, tag in await run(_of(ids, TicketTag.ticket_id, Tag.name).join(Tag, Tag.id == TicketTag.tag_id)):
        kept[key].tags.add(tag)
    answers = (CustomFieldValue.ticket_id, CustomFieldValue.custom_field_id, CustomFieldValue.value)
    for key, asked, value in await run(_of(ids, *answers)):
        kept[key].answers[asked] = msgspec.json.decode(value)
    return kept


def _of(ids: Sequence[UUID], ticket_id: Any, *columns: Any) -> Select[Any]:
    return select(ticket_id, *columns).where(ticket_id.in_(ids))
