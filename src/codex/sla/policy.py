"""Who may read and set what is promised (authorization.md, "Administration"). None as a team: the desk as a whole."""

from uuid import UUID

from codex.kernel.actor import Actor, TeamRole


def may_set(actor: Actor, team_id: UUID | None) -> bool:
    """Policies, their assignment, hours and calendar of a team: its admins. The desk's, and so the default: owners."""
    own = team_id is not None and actor.team_roles.get(team_id) is TeamRole.ADMIN
    return own or _may_all(actor)


def may_read(actor: Actor, team_id: UUID | None) -> bool:
    """A team's: who works for it. The desk's: who works for any team. Owners all."""
    own = actor.is_agent if team_id is None else team_id in actor.team_roles
    return own or _may_all(actor)


READABLE_SQL = "(%(reads_all)s OR {team} = ANY(%(my_teams)s) OR (%(is_agent)s AND {team} IS NULL))"
"""`may_read` of the team in the column `{team}`; a test holds the two equal."""


def readable(actor: Actor) -> dict[str, object]:
    """The parameters of READABLE_SQL."""
    return {"reads_all": _may_all(actor), "my_teams": list(actor.team_roles), "is_agent": actor.is_agent}


def _may_all(actor: Actor) -> bool:
    return actor.is_owner or not actor.is_person
