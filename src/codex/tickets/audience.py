"""Reading who has an eye on a ticket, and what other teams may do with it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import UNSET

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.errors import require
from codex.tickets.models import AccessLevel
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import PersonRef, Row, TicketDetail


class Watching(StrEnum):
    """As what somebody has an eye on a ticket."""

    REQUESTER = "REQUESTER"
    ASSIGNEE = "ASSIGNEE"
    FOLLOWER = "FOLLOWER"


class WatcherRow(Row, frozen=True):
    """Somebody who has an eye on a ticket; `via`: as what, at least one."""

    user: PersonRef
    via: list[Watching]


class AccessRow(Row, frozen=True):
    """What another team may do with a ticket, until when and why. `grantedBy` null: not a person."""

    team_id: UUID
    name: str
    access_level: AccessLevel
    expires_at: datetime | None
    reason: str | None
    granted_by: PersonRef | None
    created_at: datetime


def watchers(ticket: TicketDetail) -> list[WatcherRow]:
    """The requester, the assignee, then the followers by name; who is several of them is named once."""
    followers = ticket.followers if ticket.followers is not UNSET else []
    people = [(ticket.requester, Watching.REQUESTER)]
    people += [(ticket.assignee, Watching.ASSIGNEE)] if ticket.assignee else []
    people += [(follower, Watching.FOLLOWER) for follower in followers]
    found: dict[UUID, WatcherRow] = {}
    for person, via in people:
        found.setdefault(person.id, WatcherRow(person, [])).via.append(via)
    return list(found.values())


async def grants(reader: Reader, actor: Actor, ticket: Seen) -> list[AccessRow]:
    """The grants of a ticket, oldest first. Raises Forbidden for who does not see its internal side."""
    require(may(actor, Operation.SEE_INTERNAL, ticket), "You may not see which teams have access.")
    rows = await reader.all(
        """SELECT g.team_id, t.name, g.access_level::text, g.expires_at, g.reason, u.id, u.display_name, g.created_at
           FROM ticket_access g JOIN teams t ON t.id = g.team_id LEFT JOIN users u ON u.id = g.granted_by_id
           WHERE g.ticket_id = %(ticket)s ORDER BY g.created_at, g.id""",
        {"ticket": ticket.id},
    )
    return [
        AccessRow(r[0], r[1], AccessLevel(r[2]), r[3], r[4], PersonRef(r[5], r[6]) if r[5] else None, r[7])
        for r in rows
    ]
