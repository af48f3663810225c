"""In whose name a transaction looks: what the row-level security of the database asks (migration 0007)."""

from datetime import datetime

from codex.kernel.actor import Actor

APP_ROLE = "codex_app"
"""The role that the application runs as: it owns nothing and cannot rewrite history."""

_NAMES = ("me", "teams", "sees_all", "now")
SEE = (
    f"SELECT {', '.join(f'''set_config('codex.{name}', %({name})s, true)''' for name in _NAMES)}, "
    "set_config('plan_cache_mode', 'force_generic_plan', true)"
)
"""Ends with the transaction, so that a pooled connection is nobody's afterwards.

A prepared statement keeps its plan: making one anew costs 3 to 8 ms for a list, carrying it out 1 ms.
"""
STEP_DOWN = f"SELECT set_config('role', '{APP_ROLE}', true)"
REPLAN = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"
"""For a statement whose values are so unevenly common that no one plan fits them all."""
SEE_ALL = "SELECT set_config('codex.sees_all', 'on', true)"
"""For what has been decided: its consequences reach beyond what the actor sees."""


def seen_by(actor: Actor, now: datetime) -> dict[str, str]:
    """The parameters of SEE; the same rule as `tickets.policy.sight`, in the words of the database."""
    return {
        "me": str(actor.id or ""),
        "teams": f"{{{','.join(map(str, actor.team_roles))}}}",
        "sees_all": "on" if actor.is_owner or not actor.is_person else "off",
        "now": now.isoformat(),
    }
