"""How far a person has read a ticket. A mark of theirs alone, no fact: nobody decided anything."""

from datetime import datetime
from uuid import UUID

from codex.db.database import Reader
from codex.kernel.actor import Actor

_MARK = """
    INSERT INTO ticket_reads AS r (user_id, ticket_id, version, read_at)
    VALUES (%(me)s, %(ticket)s, %(version)s, %(now)s)
    ON CONFLICT (user_id, ticket_id) DO UPDATE SET version = excluded.version, read_at = excluded.read_at"""


async def mark_read(reader: Reader, actor: Actor, ticket_id: UUID, *, version: int, now: datetime) -> None:
    """The actor has read the ticket up to a version; who has read further stays there."""
    params = {"me": actor.id, "ticket": ticket_id, "version": version, "now": now}
    await reader.run(f"{_MARK} WHERE r.version < excluded.version", params)


async def mark_unread(reader: Reader, actor: Actor, ticket_id: UUID, *, now: datetime) -> None:
    """The ticket is unread to the actor, whoever changed it last."""
    await reader.run(_MARK, {"me": actor.id, "ticket": ticket_id, "version": 0, "now": now})
