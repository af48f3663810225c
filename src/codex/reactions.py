"""What else happens when …? This list, in this order, in the same transaction; and the loop that works it off."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from codex.audit import reaction as audit
from codex.automation import reaction as automation
from codex.db.database import Database
from codex.db.work import Recorded, Work, Works
from codex.kernel.facts import Fact
from codex.notifications import reaction as notifications
from codex.routing import reaction as routing
from codex.sla import reaction as sla
from codex.tickets import history
from codex.tickets import reaction as tickets

Reaction = Callable[[Work, Fact], Awaitable[None]]

RECORDS: tuple[Reaction, ...] = (
    history.write,  # every fact about a ticket becomes a TicketEvent: first, so that the rest can be explained by it
    audit.react,  # every administrative fact becomes an AdminAuditEvent
)
REACTIONS: tuple[Reaction, ...] = (
    sla.react,  # clocks start, pause, go on, stop, count against another target
    routing.react,  # whom routing chose for a new ticket gets it
    tickets.react,  # who leaves a team gives its tickets back
)
AFTERWARDS: tuple[Reaction, ...] = (
    automation.react,  # rules act on what has become of the whole wave: their facts come after all of it
    notifications.react,  # last: people hear the outcome, once
)
DEPTH = 4
"""Consequences of consequences: deeper ones are recorded and no longer reacted to."""

log = structlog.get_logger("codex.reactions")


async def settle(work: Work) -> None:
    """Let every recorded fact have its consequences, which may record more, until nothing is left.

    The facts of a wave are all kept before the first of them is reacted to, and all reacted to before the first rule
    acts on one; what a reaction records knows the event that caused it, and the one that it all goes back to. Beyond
    DEPTH facts are still kept, since what they say has happened; they only cause nothing more.
    """
    cause_id, root_id, depth = work.cause_id, work.root_id, work.depth
    while wave := work.take_recorded():
        causes = [recorded.cause_id for recorded in wave]
        for keep in RECORDS:  # the whole wave in one record before the next: a row is whole once its history is written
            for number, recorded in enumerate(wave):
                work.cause_id = causes[number]
                await keep(work, recorded.fact)
                causes[number] = work.cause_id
        work.depth += 1
        if work.depth > DEPTH:
            log.warning("reactions cut off", facts=[recorded.fact.type for recorded in wave])
        else:
            await _react(work, wave, causes)
    work.cause_id, work.root_id, work.depth = cause_id, root_id, depth


async def _react(work: Work, wave: Sequence[Recorded], event_ids: Sequence[UUID | None]) -> None:
    for each in (REACTIONS, AFTERWARDS):
        for recorded, event_id in zip(wave, event_ids, strict=True):
            work.cause_id, work.root_id = event_id, recorded.root_id or event_id
            for react in each:
                await react(work, recorded.fact)


def works(database: Database, *, base_url: str = "") -> Works:
    """Where work begins on a database, with everything that then happens. `base_url`: the desk's own address."""
    return Works(database, settle, base_url)
