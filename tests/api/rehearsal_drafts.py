"""A draft of each kind that can be rehearsed."""

from typing import Any

from codex.identity.models import Team

KINDS = ("automation-rules", "routing-rules", "sla/policies")
MARCH = {"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
FIRE: dict[str, Any] = {
    "name": "Fire!", "trigger": "TICKET_CREATED", "priority": 10,
    "conditions": [{"field": "subject", "operator": "contains", "value": "fire"}],
    "actions": [{"type": "set_priority", "priority": "P1"},
                {"type": "send_email", "to": "fire@acme.example", "subject": "Fire", "body": "{{ticket.subject}}"}],
}  # fmt: skip


def drafts(team: Team) -> dict[str, dict[str, Any]]:
    """A draft of each kind, of a team."""
    return {
        "automation-rules": {**FIRE, "teamId": str(team.id)},
        "routing-rules": {"name": "Fire", "teamId": str(team.id), "priority": 1, "keywords": ["fire"]},
        "sla/policies": {"name": "Ours", "teamId": str(team.id), "targets": [{"priority": "P1", "resolutionHours": 4}]},
    }
