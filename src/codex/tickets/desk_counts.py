"""What stands in the navigation: how much there is to do, for an agent and for a requester."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.tickets.models import TicketStatus
from codex.tickets.policy import VISIBLE_SQL

MOST = 999
"""So far is counted; MOST + 1 says that there are more. Nobody works off more than that, and counting them all would
make every page of a desk slower as the desk grows."""


class TeamLoad(Struct, frozen=True):
    """An active team and how many of its tickets are not done, as far as MOST + 1."""

    id: UUID
    name: str
    slug: str
    unresolved: int


class DeskCounts(Struct, frozen=True):
    """Tickets that are not done, as far as MOST + 1: one's own, those of one's teams that nobody works on, and each
    team's."""

    mine: int
    unassigned: int
    teams: tuple[TeamLoad, ...]


def _held(condition: str) -> str:
    return f"""(SELECT count(*) FROM (
        SELECT FROM tickets WHERE tickets.completed_at IS NULL AND {condition} LIMIT {MOST + 1}) held)"""


def counts_sql(actor: Actor) -> str:
    """Three columns for `counts_of`, of the parameters of `sight`: over the agent's teams, for an owner over all teams
    and over tickets of no team. Each count ends at MOST + 1 and reads an index alone."""
    sees_all = actor.is_owner or not actor.is_person
    of_teams = "" if sees_all else "AND tickets.assigned_team_id = ANY(%(my_teams)s::uuid[])"
    return f"""
        {_held(f"tickets.assignee_id = %(me)s AND {VISIBLE_SQL}")},
        {_held(f"tickets.assignee_id IS NULL AND tickets.deleted_at IS NULL {of_teams}")},
        ARRAY(SELECT (t.id, t.name, t.slug, {_held("tickets.assigned_team_id = t.id AND tickets.deleted_at IS NULL")})
              FROM teams t WHERE t.is_active {"" if sees_all else "AND t.id = ANY(%(my_teams)s::uuid[])"}
              ORDER BY lower(t.name), t.id)"""


def counts_of(mine: int, unassigned: int, teams: list[Any]) -> DeskCounts:
    """What the columns of `counts_sql` say."""
    return DeskCounts(mine, unassigned, tuple(TeamLoad(*team) for team in teams))


async def my_turn(reader: Reader, actor: Actor) -> int:
    """How many requests of one's own wait for oneself."""
    row = await reader.first(
        """SELECT count(*) FROM tickets
           WHERE requester_id = %(me)s AND status = %(waiting)s::ticket_status AND deleted_at IS NULL""",
        {"me": actor.id, "waiting": TicketStatus.WAITING_ON_REQUESTER.value},
    )
    return int(row[0]) if row else 0
