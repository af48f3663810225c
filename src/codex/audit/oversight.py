"""What owners read outside their own teams is on record; of a confidential team they say why first
(authorization.md, note 1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.audit.facts import TicketRead
from codex.db.database import Reader
from codex.db.sql import clause
from codex.db.work import Work
from codex.kernel.actor import Actor
from codex.kernel.checks import Checks
from codex.kernel.errors import Forbidden
from codex.tickets.queries import Ref, ref_sql

EVERY = timedelta(minutes=10)
"""A person who goes on reading a ticket is on record once in so long."""
REMEMBERED = timedelta(hours=1)
"""A reason holds for so long after it was last on record: reading on need not be explained again."""
REASON_MOST = 500
_LOCK = "SELECT pg_advisory_xact_lock(hashtext(CAST(%(reading)s AS text)))"


class ReasonNeeded(Forbidden):
    """The ticket is of a confidential team, and its reader has not said why they read it."""

    def __init__(self, display_id: str, team_name: str) -> None:
        super().__init__(f"{display_id} is confidential to {team_name}; say why you read it: send X-Access-Reason.")
        self.display_id, self.team_name = display_id, team_name


class Outside(Struct, frozen=True):
    """A ticket of a team that its reader does not work for, and when and why they were last on record with it."""

    id: UUID
    display_id: str
    team_id: UUID
    team_name: str
    is_confidential: bool
    read_at: datetime | None
    reason: str | None

    def is_due(self, reason: str | None, *, now: datetime) -> bool:
        """Whether reading it now is to be put on record, or needs a reason first."""
        is_fresh = self.read_at is not None and now - self.read_at < EVERY
        is_explained = self.reason is not None or not self.is_confidential
        return not (is_fresh and is_explained) or reason not in (None, self.reason)


async def look(reader: Reader, actor: Actor, ref: Ref, *, now: datetime) -> Outside | None:
    """What an owner is about to read outside their teams; None for what is not outside, not there or not theirs."""
    if not actor.is_owner:
        return None
    return _outside(await reader.first(_sql(ref), _params(actor, ref, now)))


async def read(work: Work, ref: Ref, *, reason: str | None = None) -> None:
    """Put on record that the actor reads a ticket, unless that is not due. Raises ReasonNeeded where one has to be
    given, and Invalid for one that is too long. Two at once are on record once."""
    with Checks() as check:
        reason = check.note("reason", reason, most=REASON_MOST)
    await work.session.execute(clause(_LOCK), {"reading": f"{work.actor.id} reads {ref}"})
    found = await work.session.execute(clause(_sql(ref)), _params(work.actor, ref, work.now))
    outside = _outside(found.first())
    if outside is None or not outside.is_due(reason, now=work.now):
        return
    because = reason or outside.reason
    if outside.is_confidential and because is None:
        raise ReasonNeeded(outside.display_id, outside.team_name)
    team, ticket, name = outside.team_id, outside.id, outside.display_id
    work.record(TicketRead(team_id=team, ticket_id=ticket, display_id=name, reason=because))


def _sql(ref: Ref) -> str:
    return f"""
        SELECT tickets.id, tickets.display_id, t.id, t.name, t.is_confidential, l.created_at, l.payload->>'reason'
        FROM tickets JOIN teams t ON t.id = tickets.assigned_team_id LEFT JOIN LATERAL (
            SELECT e.created_at, e.payload FROM admin_audit_events e
            WHERE e.type = '{TicketRead.type}' AND e.created_by_id = %(me)s AND e.created_at > %(since)s
              AND e.payload->>'ticketId' = tickets.id::text AND e.team_id = t.id
            ORDER BY e.created_at DESC LIMIT 1) l ON true
        WHERE {ref_sql(ref)} AND tickets.deleted_at IS NULL AND NOT t.id = ANY(%(my_teams)s)"""


def _params(actor: Actor, ref: Ref, now: datetime) -> dict[str, object]:
    return {"me": actor.id, "my_teams": list(actor.team_roles), "since": now - REMEMBERED, "ref": ref}


def _outside(row: Sequence[Any] | None) -> Outside | None:
    return Outside(*row) if row else None
