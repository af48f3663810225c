"""Loading a ticket to change it: by any of its names, only if the actor may see it, with what decides rights."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from codex.db.sql import clause
from codex.db.work import Work
from codex.kernel.errors import NotFound, StaleVersion
from codex.tickets.models import Ticket, TicketEvent
from codex.tickets.policy import FOLLOWERS_REPLY_SQL, FOLLOWS_SQL, GRANT_SQL, VISIBLE_SQL, sight, ties_of

Ref = UUID | int | str
"""A ticket's id, number or display id."""


def parse_ref(text: str) -> Ref:
    """What kind of name a ticket is called by. Anything that is neither id nor number is taken for a display id,
    without the NUL bytes that PostgreSQL cannot hold."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    try:
        return UUID(text)
    except ValueError:
        return text.replace("\x00", "").strip().upper()


def ref_sql(ref: Ref) -> str:
    """The condition that names the ticket, on the parameter `ref`."""
    column = "id" if isinstance(ref, UUID) else "number" if isinstance(ref, int) else "display_id"
    return f"tickets.{column} = %(ref)s"


async def visible(work: Work, ref: Ref, *, lock: bool = False, versions: Collection[int] | None = None) -> Ticket:
    """The ticket, if the actor may see it, and what it is to the actor.

    `lock`: for a change; waits for whoever is changing it, and since time does not run backwards on a ticket, what
    is done now happens no earlier than what was done then. Raises NotFound, and StaleVersion when the caller expected
    other `versions`.
    """
    if lock:
        await work.session.flush()  # a locked row is read anew, and what this work has changed of it stays
    query = _query(ref_sql(ref), is_person=work.actor.is_person, lock=lock)
    found = (await work.session.execute(query, {**sight(work.actor, work.now), "ref": ref})).one_or_none()
    if found is None:
        raise NotFound("There is no such ticket.")
    ticket: Ticket = found[0]
    if work.actor.id is not None:
        ticket.ties[work.actor.id] = ties_of(*found[1:])
    if versions is not None and ticket.version not in versions:
        raise StaleVersion(f"The ticket has changed since then; it is at version {ticket.version}.")
    if lock:
        work.follow(ticket.updated_at)
    return ticket


async def several(work: Work, refs: Iterable[Ref]) -> dict[Ref, Ticket]:
    """Those of the tickets that the actor may see, by what they were called, each locked for a change and with what
    it is to the actor. Locked like tickets that are merged, and with what they go on as: merged ones first, then in
    the order of ids."""
    wanted = list(refs)
    params: dict[str, list[object]] = {
        "ids": [ref for ref in wanted if isinstance(ref, UUID)],
        "numbers": [ref for ref in wanted if isinstance(ref, int)],
        "display_ids": [ref for ref in wanted if isinstance(ref, str)],
    }
    await work.session.flush()
    await hold_merges(work)
    params["ids"] += await work.session.scalars(_SURVIVORS, params)
    query = _query(_NAMED, is_person=work.actor.is_person, lock=True)
    rows = await work.session.execute(query, {**sight(work.actor, work.now), **params})
    found: dict[Ref, Ticket] = {}
    for ticket, *ties in rows:
        if work.actor.id is not None:
            ticket.ties[work.actor.id] = ties_of(*ties)
        work.follow(ticket.updated_at)
        found |= {ticket.id: ticket, ticket.number: ticket, ticket.display_id or "": ticket}
    return {ref: found[ref] for ref in wanted if ref in found}


async def hold_merges(work: Work, *, for_merging: bool = False) -> None:
    """Let nobody merge or split tickets until the work is done; only who does so themselves keeps others waiting that
    do not.

    For whoever locks several tickets, before the first: in which order depends on which of them are merged.
    """
    kind = "" if for_merging else "_shared"
    await work.session.execute(text(f"SELECT pg_advisory_xact_lock{kind}(hashtext('ticket_merges'))"))


_NAMED = """(tickets.id = ANY(CAST(%(ids)s AS uuid[])) OR tickets.number = ANY(CAST(%(numbers)s AS bigint[]))
    OR tickets.display_id = ANY(CAST(%(display_ids)s AS text[])))"""

_SURVIVORS = clause(f"SELECT tickets.merged_into_id FROM tickets WHERE tickets.merged_into_id IS NOT NULL AND {_NAMED}")


@cache
def _query(named: str, *, is_person: bool, lock: bool) -> Select[Any]:
    """Built once of each kind: building it costs as much as running it."""
    query: Select[Any] = select(Ticket)
    if is_person:
        query = query.add_columns(clause(FOLLOWS_SQL), clause(f"{GRANT_SQL}::text"), clause(FOLLOWERS_REPLY_SQL))
        query = query.where(clause(f"{named} AND {VISIBLE_SQL}"))
    else:
        query = query.add_columns(clause("false"), clause("NULL"), clause("NULL"))
        query = query.where(clause(f"{named} AND tickets.deleted_at IS NULL"))
    if lock:
        query = query.order_by(Ticket.merged_into_id.is_(None), Ticket.id)
        query = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    return query


async def has_tickets(session: AsyncSession, team_id: UUID) -> bool:
    """Whether any ticket is, or ever was, the team's: its history names the team."""
    if await session.scalar(select(exists().where(Ticket.assigned_team_id == team_id))):
        return True
    told = TicketEvent.payload
    named = or_(*(told[key].astext == str(team_id) for key in ("teamId", "from", "to")))
    moves = TicketEvent.type.in_(("TICKET_CREATED", "TEAM_CHANGED"))
    return bool(await session.scalar(select(exists().where(moves, named))))
