"""Looking after clocks that nothing happens to: what fell due is announced, once, in the order in which it did."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update

from codex.db.database import is_contended
from codex.db.work import Work, Works
from codex.kernel.actor import system
from codex.sla import instances, kept_versions
from codex.sla.models import SlaInstance
from codex.tickets.models import Ticket

BATCH = 200
PUT_OFF = timedelta(hours=1)
"""When a ticket whose clocks cannot be read is looked at again."""
ACTOR = system("SLA")
log = structlog.get_logger("codex.sla")


async def sweep(works: Works, *, batch: int = BATCH) -> int:
    """Announce what is due of the next tickets, in one transaction; of how many there was something.

    Any number of workers may do so at once: each takes tickets that no other holds. One that fails does not hold up
    the others: it is logged and looked at again later.
    """
    try:
        async with works.begin(ACTOR) as work:
            return await announce_due(work, limit=batch)
    except Exception:  # whatever is wrong with one of them: the others must be told of in time
        log.exception("sweep failed; tickets are taken one by one", batch=batch)
        return await _one_by_one(works, batch)


async def announce_due(work: Work, *, limit: int, only: UUID | None = None) -> int:
    """Announce what is due of so many tickets; of how many there was something.

    The clocks are locked with their ticket: of one that somebody else has just changed, only what is locked is read
    anew.
    """
    due = SlaInstance.next_due_at <= work.now
    chosen = due if only is None else due & (SlaInstance.ticket_id == only)
    found = (
        await work.session.execute(
            select(Ticket, SlaInstance)
            .join(SlaInstance, SlaInstance.ticket_id == Ticket.id)
            .where(chosen)
            .order_by(SlaInstance.next_due_at, SlaInstance.ticket_id)
            .limit(limit)
            .with_for_update(of=[Ticket, SlaInstance], skip_locked=True)
        )
    ).all()
    work.now = max([work.now, *(ticket.updated_at for ticket, _ in found)])
    await kept_versions.calendars(await work.reader(), [instance.calendar_version_id for _, instance in found])
    return sum([await instances.announce(work, ticket, instance) for ticket, instance in found])


async def _one_by_one(works: Works, batch: int) -> int:
    async with works.begin(ACTOR) as work:
        ids: Sequence[UUID] = (
            await work.session.scalars(
                select(SlaInstance.ticket_id)
                .where(SlaInstance.next_due_at <= work.now)
                .order_by(SlaInstance.next_due_at, SlaInstance.ticket_id)
                .limit(batch)
            )
        ).all()
    for ticket_id in ids:
        try:
            async with works.begin(ACTOR) as work:
                await announce_due(work, limit=1, only=ticket_id)
        except Exception as error:  # whatever is wrong with this one: the others must be told of in time
            log.exception("clocks cannot be swept", ticket=str(ticket_id))
            if not is_contended(error):
                await _put_off(works, ticket_id)
    return len(ids)


async def _put_off(works: Works, ticket_id: UUID) -> None:
    """Look at a ticket's clocks again later, unless somebody has moved them in the meantime."""
    async with works.begin(ACTOR) as work:
        still = (SlaInstance.ticket_id == ticket_id) & (SlaInstance.next_due_at <= work.now)
        await work.session.execute(update(SlaInstance).where(still).values(next_due_at=work.now + PUT_OFF))
