"""Who is to be told: pure."""

from collections.abc import Collection, Iterable
from uuid import UUID

from codex.kernel.actor import Actor, TeamRole
from codex.sla.models import SlaNotifyRole


def of_clock(
    roles: Collection[SlaNotifyRole], people: Iterable[Actor], *, team_id: UUID | None, assignee_id: UUID | None
) -> list[Actor]:
    """Which of these people hear that a clock is at risk or breached (sla.md rule 18): the assignee or nobody, the
    team's leads, its admins, the owners."""
    return [one for one in people if roles and _roles(one, team_id, assignee_id) & set(roles)]


def _roles(person: Actor, team_id: UUID | None, assignee_id: UUID | None) -> set[SlaNotifyRole]:
    in_team = person.team_roles.get(team_id) if team_id else None
    found = {
        SlaNotifyRole.AGENT: person.id == assignee_id,
        SlaNotifyRole.LEAD: in_team is TeamRole.LEAD,
        SlaNotifyRole.MANAGER: in_team is TeamRole.ADMIN,
        SlaNotifyRole.OWNER: person.is_owner,
    }
    return {role for role, is_so in found.items() if is_so}
