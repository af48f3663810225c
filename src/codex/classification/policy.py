"""Who may change the classification (authorization.md, "Administration")."""

from uuid import UUID

from codex.kernel.actor import Actor, TeamRole


def may_administer(actor: Actor, team_id: UUID | None) -> bool:
    """Categories and custom fields of a team: its admins. Those of no team: owners, and the product itself.

    A category is its default team's.
    """
    own = team_id is not None and actor.team_roles.get(team_id) is TeamRole.ADMIN
    return own or not actor.is_person or actor.is_owner


def may_read_all(actor: Actor) -> bool:
    """The whole classification: who works for a team. Everybody else reads what forms need."""
    return actor.is_agent or not actor.is_person
