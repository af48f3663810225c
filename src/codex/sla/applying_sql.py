"""Which open tickets run by something else than what is promised now: found by the database, however many there are."""

from collections.abc import Collection, Mapping
from uuid import UUID

from codex.sla.selecting import Chosen
from codex.tickets.models import TicketPriority

OPEN = "t.completed_at IS NULL AND t.deleted_at IS NULL AND t.merged_into_id IS NULL"
_NOBODY = UUID(int=0)
"""Stands for no team, so that kinds of tickets can be joined by equality."""
_RUN_BY = "(i.policy_version_id, i.settings_version_id, i.calendar_version_id, i.priority)"
BEHIND = f"""
    FROM unnest(
        %(teams)s::uuid[], %(priorities)s::ticket_priority[], %(policies)s::uuid[], %(versions)s::uuid[],
        %(settings)s::uuid[], %(calendars)s::uuid[]
    ) p(team, priority, policy_config_id, policy_version_id, settings_version_id, calendar_version_id)
    JOIN tickets t ON coalesce(t.assigned_team_id, '{_NOBODY}') = p.team AND t.priority = p.priority
    JOIN sla_instances i ON i.ticket_id = t.id
    WHERE {OPEN} AND t.id > %(after)s
        AND {_RUN_BY} IS DISTINCT FROM (p.policy_version_id, p.settings_version_id, p.calendar_version_id, p.priority)
        AND (%(policy)s::uuid IS NULL OR %(policy)s IN (i.policy_config_id, p.policy_config_id))
        AND (%(ids)s::uuid[] IS NULL OR t.id = ANY(%(ids)s))"""
"""Tickets `t` with their clocks `i`; the same as `instances.runs_by` says of one."""


def behind(
    promised: Mapping[tuple[UUID | None, TicketPriority], Chosen],
    policy_id: UUID | None,
    ticket_ids: Collection[UUID] | None,
    after: UUID | None,
    limit: int,
) -> dict[str, object]:
    """The parameters of BEHIND, and `limit`."""
    chosen = list(promised.values())
    return {
        "teams": [team_id or _NOBODY for team_id, _ in promised],
        "priorities": [priority.value for _, priority in promised],
        "policies": [each.policy_config_id for each in chosen],
        "versions": [each.policy_version_id for each in chosen],
        "settings": [each.settings_version_id for each in chosen],
        "calendars": [each.calendar_version_id for each in chosen],
        "policy": policy_id,
        "ids": None if ticket_ids is None else list(ticket_ids),
        "after": after or _NOBODY,
        "limit": limit,
    }
