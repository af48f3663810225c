"""What stands in the navigation: how much there is to do, for an agent and for a requester."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.tickets.models import TicketStatus
from codex.tickets.policy import VISIBLE_SQL, sight


class TeamLoad(Struct, frozen=True):
    """An active team and how many of its tickets are not done."""

    id: UUID
    name: str
    slug: str
    unresolved: int


class DeskCounts(Struct, frozen=True):
    """Tickets that are not done: one's own, those of one's teams that nobody works on, and each team's."""

    mine: int
    unassigned: int
    teams: tuple[TeamLoad, ...]


async def desk_counts(reader: Reader, actor: Actor, *, now: datetime) -> DeskCounts:
    """The counts of an agent: over the agent's teams, for an owner over all teams and over tickets of no team."""
    sees_all = actor.is_owner or not actor.is_person
    rows = await reader.all(
        f"""WITH undone AS (
                SELECT tickets.assigned_team_id AS team_id, count(*) AS n,
                       count(*) FILTER (WHERE tickets.assignee_id IS NULL) AS free
                FROM tickets WHERE tickets.completed_at IS NULL AND tickets.deleted_at IS NULL
                  {"" if sees_all else "AND tickets.assigned_team_id = ANY(%(my_teams)s)"}
                GROUP BY tickets.assigned_team_id)
            SELECT t.id, t.name, t.slug, COALESCE(undone.n, 0),
                   (SELECT COALESCE(sum(free), 0)::bigint FROM undone),
                   (SELECT count(*) FROM tickets
                    WHERE tickets.assignee_id = %(me)s AND tickets.completed_at IS NULL AND {VISIBLE_SQL})
            FROM (SELECT) always
            LEFT JOIN teams t ON t.is_active {"" if sees_all else "AND t.id = ANY(%(my_teams)s)"}
            LEFT JOIN undone ON undone.team_id = t.id
            ORDER BY lower(t.name), t.id""",
        sight(actor, now),
    )
    teams = tuple(TeamLoad(*row[:4]) for row in rows if row[0] is not None)
    return DeskCounts(mine=rows[0][5], unassigned=rows[0][4], teams=teams)


async def my_turn(reader: Reader, actor: Actor) -> int:
    """How many requests of one's own wait for oneself."""
    row = await reader.first(
        """SELECT count(*) FROM tickets
           WHERE requester_id = %(me)s AND status = %(waiting)s::ticket_status AND deleted_at IS NULL""",
        {"me": actor.id, "waiting": TicketStatus.WAITING_ON_REQUESTER.value},
    )
    return int(row[0]) if row else 0
