"""Who reads the audit log (authorization.md, "Administration"); nobody changes it."""

from collections.abc import Sequence
from uuid import UUID

from codex.kernel.actor import Actor, TeamRole


def may_read_all(actor: Actor) -> bool:
    """All of it, and take it along: owners, and the product itself."""
    return not actor.is_person or actor.is_owner


def readable_teams(actor: Actor) -> Sequence[UUID]:
    """The teams whose part of it somebody reads: those that they administer."""
    return [team for team, role in actor.team_roles.items() if role is TeamRole.ADMIN]
