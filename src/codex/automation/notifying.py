"""Whom a rule tells of a ticket: those of the people it names who may see it."""

from collections.abc import Collection
from uuid import UUID

from codex.db.database import Reader
from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.actor import Actor, TeamRole
from codex.tickets.actions import NotifyRole
from codex.tickets.models import AccessLevel, Ticket, Ties
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen

_LEADS = (TeamRole.LEAD, TeamRole.ADMIN)
_NEAR = """
    SELECT user_id, true FROM ticket_followers WHERE ticket_id = %(ticket)s
    UNION ALL SELECT user_id, false FROM team_members WHERE team_id = %(team)s AND %(of_team)s
    UNION ALL SELECT id, false FROM users WHERE primary_team_id = %(team)s AND %(of_team)s
    UNION ALL SELECT id, false FROM users WHERE role = 'OWNER' AND %(owners)s"""
_GRANTS = """
    SELECT team_id, access_level::text FROM ticket_access
    WHERE ticket_id = %(ticket)s AND (expires_at IS NULL OR expires_at > %(now)s)"""


async def told(work: Work, ticket: Ticket, *, user_ids: Collection[UUID], roles: Collection[NotifyRole]) -> list[Actor]:
    """The active people who are meant, each once, by name, and who may see the ticket."""
    reader = await work.reader()
    follows, near = await _near(reader, ticket, roles)
    named = {*user_ids, *near, *(key for key in (ticket.requester_id, ticket.assignee_id) if key)}
    found = await people.actors_of(reader, named)
    meant = [one for one in found if one.id in user_ids or _is_meant(one, ticket, follows, set(roles))]
    rows = await reader.all(_GRANTS, {"ticket": ticket.id, "now": work.now})
    grants = {team: AccessLevel(level) for team, level in rows}
    return [one for one in meant if _sees(one, ticket, follows, grants)]


async def _near(reader: Reader, ticket: Ticket, roles: Collection[NotifyRole]) -> tuple[set[UUID], set[UUID]]:
    """Who follows the ticket, and everybody who may be meant by a role."""
    of_team = bool({NotifyRole.TEAM, NotifyRole.TEAM_LEADS} & set(roles))
    asked = {"ticket": ticket.id, "team": ticket.assigned_team_id, "of_team": of_team}
    rows = await reader.all(_NEAR, {**asked, "owners": NotifyRole.OWNER in roles})
    return {row[0] for row in rows if row[1]}, {row[0] for row in rows}


def _is_meant(one: Actor, ticket: Ticket, follows: set[UUID], roles: set[NotifyRole]) -> bool:
    in_team = one.team_roles.get(ticket.assigned_team_id) if ticket.assigned_team_id else None
    is_so = {
        NotifyRole.ASSIGNEE: one.id == ticket.assignee_id,
        NotifyRole.TEAM_LEADS: in_team in _LEADS,
        NotifyRole.TEAM: in_team is not None,
        NotifyRole.FOLLOWERS: one.id in follows,
        NotifyRole.REQUESTER: one.id == ticket.requester_id,
        NotifyRole.OWNER: one.is_owner,
    }
    return any(is_so[role] for role in roles)


def _sees(one: Actor, ticket: Ticket, follows: set[UUID], grants: dict[UUID, AccessLevel]) -> bool:
    if one.id is None:
        return False
    levels = [grants[team] for team in one.team_roles if team in grants]
    ties = Ties(one.id in follows, levels[0] if levels else None)
    facts = Seen(
        ticket.id, ticket.status, ticket.requester_id, ticket.assigned_team_id, ticket.assignee_id, {one.id: ties}
    )
    return may(one, Operation.VIEW, facts)
