"""Whether a filled desk is true: every row is what its events fold to."""

import random
from collections.abc import AsyncIterator
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select

from bench.fill import Filled
from codex import reactions
from codex.db.database import Access, Database
from codex.db.work import Work
from codex.kernel.actor import system
from codex.tickets import verify
from codex.tickets.models import Ticket, TicketEvent
from codex.tickets.verify import Difference

SAMPLE = 20_000
_CHUNK = 500


async def check(access: Access, desk: Filled) -> tuple[int, list[Difference]]:
    """Compare all tickets, or SAMPLE of them where there are more: how many were compared, and what was found."""
    database = Database(access, max_connections=1)
    await database.open()
    compared, found = 0, []
    try:
        async with reactions.works(database).begin(system("Benchmark")) as work:
            chunks = verify.verify(work) if desk.tickets <= SAMPLE else _sample(work, desk)
            async for count, differences in chunks:
                compared += count
                found += differences
    finally:
        await database.close()
    return compared, found


async def _sample(work: Work, desk: Filled) -> AsyncIterator[tuple[int, list[Difference]]]:
    numbers = random.Random(1).sample(range(1, desk.tickets + 1), SAMPLE)
    for start in range(0, SAMPLE, _CHUNK):
        ids = [desk.timeline.ticket_id(number) for number in numbers[start : start + _CHUNK]]
        tickets = (await work.session.scalars(select(Ticket).where(Ticket.id.in_(ids)))).all()
        events = await work.session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id.in_(ids))
            .order_by(TicketEvent.ticket_id, TicketEvent.version)
        )
        told = {key: list(rows) for key, rows in groupby(events, key=attrgetter("ticket_id"))}
        yield len(tickets), [d for t in tickets for d in verify.compare(t, told.get(t.id, []))]
        work.session.expunge_all()
