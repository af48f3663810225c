"""Reading what is promised by team: assignments, hours of its own, opening hours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, cut, decode
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound, require
from codex.sla.hours import number
from codex.sla.policy import READABLE_SQL, may_read, readable
from codex.sla.queries import GLOBAL
from codex.sla.reading import FOR_AGENTS
from codex.tickets.models import TicketPriority

_ASSIGNMENT = """SELECT a.team_id, a.policy_config_id, c.name, a.created_at, a.updated_at, a.id
    FROM sla_policy_assignments a JOIN sla_policy_configs c ON c.id = a.policy_config_id"""
_HOURS = """SELECT s.id, s.team_id, s.priority::text, s.first_response_hours, s.resolution_hours, s.version,
    s.created_at, s.updated_at FROM sla_policies s"""
_OF_TEAM = "Only those who work for a team read what it promises."


class AssignmentRow(Struct, frozen=True, rename="camel"):
    """The policy that a team is under."""

    team_id: UUID
    policy_id: UUID
    policy_name: str
    created_at: datetime
    updated_at: datetime


class TeamPolicyRow(Struct, frozen=True, rename="camel"):
    """A team's own hours for a priority; 0 or null: no such clock."""

    id: UUID
    team_id: UUID
    priority: TicketPriority
    first_response_hours: float | None
    resolution_hours: float | None
    version: int
    created_at: datetime
    updated_at: datetime


class BusinessHoursRow(Struct, frozen=True, rename="camel"):
    """Opening hours by local weekday, and the days that are otherwise; `teamId` null: everybody's."""

    team_id: UUID | None
    timezone: str
    schedule: dict[str, Any]
    holidays: list[Any]
    version: int
    created_at: datetime
    updated_at: datetime


async def assignments(
    reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None
) -> Page[AssignmentRow]:
    """The policies of the actor's teams, of all teams for owners."""
    rows = await _by_team(
        reader, actor, _ASSIGNMENT, ("a.team_id::text", "a.team_id"), limit=limit, cursor=cursor,
    )  # fmt: skip
    page = cut(rows, limit=limit, place=lambda row: Place("team", str(row[0]), row[-1]))
    return Page([AssignmentRow(*row[:-1]) for row in page.items], page.next_cursor)


async def assignment(reader: Reader, actor: Actor, team_id: UUID) -> AssignmentRow:
    """The policy that a team is under. Raises NotFound, and Forbidden for who does not work for the team."""
    require(may_read(actor, team_id), _OF_TEAM)
    row = await reader.first(f"{_ASSIGNMENT} WHERE a.team_id = %(team)s", {"team": team_id})
    if row is None:
        raise NotFound("This team is under no policy of its own.")
    return AssignmentRow(*row[:-1])


async def team_policies(
    reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None
) -> Page[TeamPolicyRow]:
    """The own hours of the actor's teams, of all teams for owners, by team and priority."""
    rows = await _by_team(
        reader, actor, _HOURS, ("s.team_id::text || s.priority::text", "s.team_id"), limit=limit, cursor=cursor,
    )  # fmt: skip
    page = cut(rows, limit=limit, place=lambda row: Place("team", f"{row[1]}{row[2]}", row[0]))
    return Page([_team_policy(row) for row in page.items], page.next_cursor)


async def team_policy(reader: Reader, actor: Actor, team_id: UUID, priority: TicketPriority) -> TeamPolicyRow:
    """A team's own hours for a priority. Raises NotFound, and Forbidden for who does not work for the team."""
    require(may_read(actor, team_id), _OF_TEAM)
    row = await reader.first(
        f"{_HOURS} WHERE s.team_id = %(team)s AND s.priority = %(priority)s::ticket_priority",
        {"team": team_id, "priority": priority.value},
    )
    if row is None:
        raise NotFound(f"This team has no hours of its own for {priority}.")
    return _team_policy(row)


async def business_hours(reader: Reader, actor: Actor, team_id: UUID | None) -> BusinessHoursRow:
    """A team's own opening hours, or everybody's. Raises NotFound, and Forbidden for who may not read them."""
    require(may_read(actor, team_id), FOR_AGENTS if team_id is None else _OF_TEAM)
    row = await reader.first(
        """SELECT h.team_id, h.timezone, h.schedule, h.holidays, h.version, h.created_at, h.updated_at
           FROM sla_business_hours_settings h WHERE h.id = %(id)s""",
        {"id": str(team_id) if team_id else GLOBAL},
    )
    if row is None:
        raise NotFound("No opening hours are set here.")
    return BusinessHoursRow(*row)


async def _by_team(
    reader: Reader, actor: Actor, sql: str, columns: tuple[str, str], *, limit: int, cursor: str | None
) -> list[Row]:
    """Rows of teams; `columns`: the unique text they are in the order of, and the column with the team."""
    require(may_read(actor, None), FOR_AGENTS)
    place, team = columns
    params: dict[str, object] = {**readable(actor), "limit": limit + 1}
    after = "true"
    if cursor is not None:
        after, params["after"] = f'{place} COLLATE "C" > %(after)s', str(decode(cursor, sort="team").value)
    return await reader.all(
        f"""{sql} WHERE {READABLE_SQL.format(team=team)} AND {after} ORDER BY {place} COLLATE "C" LIMIT %(limit)s""",
        params,
    )


def _team_policy(row: Row) -> TeamPolicyRow:
    key, team, priority, first, resolution, version, created, updated = row
    return TeamPolicyRow(
        key, team, TicketPriority(priority), number(first), number(resolution), version, created, updated
    )
