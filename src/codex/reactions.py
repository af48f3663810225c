"""What else happens when …? This list, in this order, in the same transaction; and the loop that works it off."""

from collections.abc import Awaitable, Callable

import structlog

from codex.audit import reaction as audit
from codex.db.database import Database
from codex.db.work import Work, Works
from codex.kernel.facts import Fact
from codex.tickets import history
from codex.tickets import reaction as tickets

Reaction = Callable[[Work, Fact], Awaitable[None]]

RECORDS: tuple[Reaction, ...] = (
    history.write,  # every fact about a ticket becomes a TicketEvent: first, so that the rest can be explained by it
    audit.react,  # every administrative fact becomes an AdminAuditEvent
)
REACTIONS: tuple[Reaction, ...] = (
    tickets.react,  # who leaves a team gives its tickets back
)
DEPTH = 4
"""Consequences of consequences: deeper ones are recorded and no longer reacted to."""

log = structlog.get_logger("codex.reactions")


async def settle(work: Work) -> None:
    """Let every recorded fact have its consequences, which may record more, until nothing is left.

    Facts of one wave are recorded before any of them is reacted to; each remembers the event that caused it.
    Beyond DEPTH facts are still recorded, since what they say has happened; they only cause nothing more.
    """
    cause_id, depth = work.cause_id, 0
    while wave := work.take_recorded():
        for recorded in wave:
            work.cause_id = recorded.cause_id
            for record in RECORDS:
                await record(work, recorded.fact)
            if depth < DEPTH:
                for react in REACTIONS:
                    await react(work, recorded.fact)
            else:
                log.warning("reactions cut off", fact=recorded.fact.type, depth=depth)
        depth += 1
    work.cause_id = cause_id


def works(database: Database) -> Works:
    """Where work begins on a database, with everything that then happens."""
    return Works(database, settle)
