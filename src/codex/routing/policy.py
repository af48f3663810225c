"""Who may read and set where new tickets go (authorization.md, "Administration")."""

from uuid import UUID

from codex.kernel.actor import Actor, TeamRole


def may_set(actor: Actor, team_id: UUID) -> bool:
    """Rules that send tickets to a team: its admins. Owners all."""
    return _may_all(actor) or actor.team_roles.get(team_id) is TeamRole.ADMIN


def may_read(actor: Actor, team_id: UUID) -> bool:
    """A team's rules: who works for it. Owners all."""
    return _may_all(actor) or team_id in actor.team_roles


def may_read_any(actor: Actor) -> bool:
    """Whether there may be rules that the actor reads: who works for any team does."""
    return _may_all(actor) or actor.is_agent


READABLE_SQL = "(%(reads_all)s OR r.team_id = ANY(%(my_teams)s))"
"""`may_read` over `routing_rules r`; a test holds the two equal."""


def readable(actor: Actor) -> dict[str, object]:
    """The parameters of READABLE_SQL."""
    return {"reads_all": _may_all(actor), "my_teams": list(actor.team_roles)}


def _may_all(actor: Actor) -> bool:
    return actor.is_owner or not actor.is_person
