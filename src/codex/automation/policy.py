"""Who may read and write rules (authorization.md, "Administration"), and what a rule itself may do with a ticket."""

from uuid import UUID

from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole
from codex.tickets.policy import Operation, TicketFacts, may

_READERS = (TeamRole.LEAD, TeamRole.ADMIN)


def may_set(actor: Actor, team_id: UUID | None) -> bool:
    """A team's rules: its admins. Everybody's (None): owners."""
    return _may_all(actor) or (team_id is not None and actor.team_roles.get(team_id) is TeamRole.ADMIN)


def may_read(actor: Actor, team_id: UUID | None) -> bool:
    """A team's rules: its leads and admins. Everybody's: owners."""
    return _may_all(actor) or (team_id is not None and actor.team_roles.get(team_id) in _READERS)


def may_read_any(actor: Actor) -> bool:
    """Whether there may be rules that the actor reads."""
    return _may_all(actor) or any(role in _READERS for role in actor.team_roles.values())


def may_set_webhooks(actor: Actor) -> bool:
    """Where tickets may be sent to: owners say."""
    return _may_all(actor)


READABLE_SQL = "(r.deleted_at IS NULL AND (%(reads_all)s OR r.team_id = ANY(%(read_teams)s)))"
"""`may_read` over `automation_rules r` that are there; a test holds the two equal."""


def readable(actor: Actor) -> dict[str, object]:
    """The parameters of READABLE_SQL."""
    led = [team for team, role in actor.team_roles.items() if role in _READERS]
    return {"reads_all": _may_all(actor), "read_teams": led}


def rule_actor(name: str, rule_id: UUID | None = None) -> Actor:
    """A rule as history names it."""
    return Actor(ActorKind.RULE, name, rule_id=rule_id)


def may_do(rule_id: UUID, team_id: UUID | None, operation: Operation, ticket: TicketFacts) -> bool:
    """Whether a rule may do this to a ticket: a team's no more than the admins of that team, everybody's anything.

    What `ticket.ties` has of `rule_id` are the grants that the team has.
    """
    if team_id is None:
        return True
    as_admin = Actor(ActorKind.PERSON, "", rule_id, role=UserRole.TEAM_ADMIN, team_roles={team_id: TeamRole.ADMIN})
    return may(as_admin, operation, ticket)


def _may_all(actor: Actor) -> bool:
    return actor.is_owner or not actor.is_person
