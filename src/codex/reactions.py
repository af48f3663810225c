"""What else happens when …? This list, in this order, in the same transaction; and the loop that works it off."""

from collections.abc import Awaitable, Callable

import structlog

from codex.audit import reaction as audit
from codex.db.database import Database
from codex.db.work import Work, Works
from codex.kernel.facts import Fact
from codex.notifications import reaction as notifications
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
    tickets.react,  # who leaves a team gives its tickets back
    notifications.react,  # last: people hear the outcome, once
)
DEPTH = 4
"""Consequences of consequences: deeper ones are recorded and no longer reacted to."""

log = structlog.get_logger("codex.reactions")


async def settle(work: Work) -> None:
    """Let every recorded fact have its consequences, which may record more, until nothing is left.

    The facts of a wave are all kept before the first of them is reacted to; what a reaction records knows the event
    that caused it. Beyond DEPTH facts are still kept, since what they say has happened; they only cause nothing more.
    """
    cause_id, depth = work.cause_id, work.depth
    while wave := work.take_recorded():
        causes = [recorded.cause_id for recorded in wave]
        for keep in RECORDS:  # the whole wave in one record before the next: a row is whole once its history is written
            for number, recorded in enumerate(wave):
                work.cause_id = causes[number]
                await keep(work, recorded.fact)
                causes[number] = work.cause_id
        work.depth += 1
        for recorded, event_id in zip(wave, causes, strict=True):
            work.cause_id = event_id
            await _react(work, recorded.fact)
    work.cause_id, work.depth = cause_id, depth


async def _react(work: Work, fact: Fact) -> None:
    if work.depth > DEPTH:
        log.warning("reactions cut off", fact=fact.type)
        return
    for react in REACTIONS:
        await react(work, fact)


def works(database: Database) -> Works:
    """Where work begins on a database, with everything that then happens."""
    return Works(database, settle)
