"""Who may administer people and teams (authorization.md, "Administration")."""

from uuid import UUID

from codex.kernel.actor import TEAM_RANK, Actor, TeamRole, UserRole


def may_administer_people(actor: Actor) -> bool:
    """Create, deactivate, change roles: owners, and the product itself."""
    return not actor.is_person or actor.is_owner


def may_administer_teams(actor: Actor) -> bool:
    """Add and remove whole teams."""
    return may_administer_people(actor)


def may_administer_team(actor: Actor, team_id: UUID) -> bool:
    """Change one team and its members: its admins, and owners."""
    return may_administer_teams(actor) or actor.team_roles.get(team_id) is TeamRole.ADMIN


def may_give_team_role(actor: Actor, team_id: UUID, role: TeamRole) -> bool:
    """Team roles up to one's own."""
    if may_administer_teams(actor):
        return True
    own = actor.team_roles.get(team_id)
    return own is TeamRole.ADMIN and TEAM_RANK[role] <= TEAM_RANK[own]


def may_see_team(actor: Actor, team_id: UUID) -> bool:
    """A team's settings and members: whoever is in it, and owners."""
    return may_administer_teams(actor) or team_id in actor.team_roles


def may_give_role(actor: Actor, *, target_id: UUID | None, role: UserRole) -> bool:
    """Owners give any role but never to themselves (None: somebody new). People no longer give the deprecated ADMIN."""
    if not may_administer_people(actor):
        return False
    return not actor.is_person or (actor.id != target_id and role is not UserRole.ADMIN)
