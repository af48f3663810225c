"""What the things are called that rules name by id."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.tickets.policy import VISIBLE_SQL, sight

_NAMES = f"""
    SELECT u.id, u.display_name FROM users u WHERE u.id = ANY(%(ids)s)
    UNION ALL SELECT t.id, t.name FROM teams t WHERE t.id = ANY(%(ids)s)
    UNION ALL SELECT c.id, c.name FROM categories c WHERE c.id = ANY(%(ids)s)
    UNION ALL SELECT f.id, f.name FROM custom_fields f WHERE f.id = ANY(%(ids)s)
    UNION ALL SELECT r.id, r.name FROM canned_responses r WHERE r.id = ANY(%(ids)s) AND r.user_id IS NULL
    UNION ALL SELECT tickets.id, tickets.display_id FROM tickets WHERE tickets.id = ANY(%(ids)s) AND {VISIBLE_SQL}"""


async def names(reader: Reader, actor: Actor, ids: Collection[UUID], *, now: datetime) -> Mapping[str, str]:
    """By id in words: of people, teams, categories, fields, prepared texts of many, and tickets that the actor sees.
    One statement; without ids none."""
    if not ids:
        return {}
    rows = await reader.all(_NAMES, {**sight(actor, now), "ids": list(ids)})
    return {str(key): name for key, name in rows}
