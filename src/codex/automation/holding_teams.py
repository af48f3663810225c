"""What would be lost with a team: whoever removes the team is told of it, and removes or moves it first.

Memberships, and what is set for the team alone and has no name (its service levels, its opening hours), go with it.
"""

from collections.abc import Mapping
from itertools import groupby
from types import MappingProxyType
from uuid import UUID

from codex.db.work import Work

TOLD = 3
"""So many of a kind are named."""
HOLDING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "routing_rules": ("routing rule", "r.name FROM routing_rules r WHERE r.team_id = %(team)s"),
        "automation_rules": ("automation rule", "r.name FROM automation_rules r WHERE r.team_id = %(team)s"),
        "saved_views": ("view", "v.name FROM saved_views v WHERE v.team_id = %(team)s"),
        "canned_responses": ("prepared text", "c.name FROM canned_responses c WHERE c.team_id = %(team)s"),
        "custom_fields": ("custom field", "f.name FROM custom_fields f WHERE f.team_id = %(team)s"),
        "categories": ("default of the category", "c.name FROM categories c WHERE c.default_team_id = %(team)s"),
        "tags": ("tag", "t.name FROM tags t WHERE t.team_id = %(team)s"),
        "sla_policy_configs": ("SLA policy", "p.name FROM sla_policy_configs p WHERE p.team_id = %(team)s"),
        "ticket_access": (
            "grant on the ticket",
            "t.display_id FROM ticket_access a JOIN tickets t ON t.id = a.ticket_id WHERE a.team_id = %(team)s",
        ),
    }
)
"""By table: what it holds, for whoever reads it, and what each is called."""
_ALL = " UNION ALL ".join(f"SELECT '{table}', {sql}" for table, (_, sql) in HOLDING.items())
_HOLDING = f"SELECT held.kind, held.name FROM ({_ALL}) held(kind, name) ORDER BY held.kind, lower(held.name)"


async def held_by(work: Work, team_id: UUID) -> list[str]:
    """What a team would take with it, in words, each kind with its first names; nothing is in the way: none."""
    await work.see_beyond()
    rows = await (await work.reader()).all(_HOLDING, {"team": team_id})
    return [_told(HOLDING[kind][0], [row[1] for row in found]) for kind, found in groupby(rows, key=lambda row: row[0])]


def _told(kind: str, names: list[str]) -> str:
    named = ", ".join(f"“{name}”" for name in names[:TOLD])
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return f"the {kind} {named}{more}"
