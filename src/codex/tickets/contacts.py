"""Whose contact somebody may see: everybody's names are open, addresses and places are not (authorization.md)."""

from datetime import datetime

from codex.identity.directory import Contacts
from codex.kernel.actor import Actor
from codex.tickets.policy import VISIBLE_SQL, sight

_ON_VISIBLE_TICKETS = f"""(
    EXISTS (SELECT FROM tickets WHERE tickets.requester_id = u.id AND {VISIBLE_SQL})
    OR EXISTS (SELECT FROM tickets WHERE tickets.assignee_id = u.id AND {VISIBLE_SQL})
    OR EXISTS (SELECT FROM ticket_followers c JOIN tickets ON tickets.id = c.ticket_id
               WHERE c.user_id = u.id AND {VISIBLE_SQL}))"""
_OF_OWN_TEAMS = """(
    EXISTS (SELECT FROM team_members m WHERE m.user_id = u.id AND m.team_id = ANY(%(my_teams)s))
    OR (u.role IN ('TEAM_ADMIN', 'ADMIN') AND u.primary_team_id = ANY(%(my_teams)s)))"""
_SQL = f"""(%(sees_all)s OR u.id = %(me)s
    OR (%(is_agent)s AND ({_OF_OWN_TEAMS} OR {_ON_VISIBLE_TICKETS})))"""


def contacts(actor: Actor, now: datetime) -> Contacts:
    """One's own contact; for agents that of the people of their teams and of the requesters, assignees and followers
    of the tickets that they see; all for owners."""
    return Contacts(_SQL, {**sight(actor, now), "is_agent": actor.is_agent})
