"""The words that conditions about tickets may use: their fields, and what teams, people and categories are called."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from codex.classification.models import FieldType
from codex.db.database import Reader, Row
from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import CUSTOM, NAMED, Field, Kind, Vocabulary
from codex.kernel.criteria.reading import mentioned
from codex.tickets.criteria import FIELDS, custom_field

_FOUND = """
    WITH RECURSIVE branch AS (
        SELECT id AS root, slug, id FROM categories WHERE id = ANY(%(ids)s) OR slug = ANY(%(words)s)
        UNION SELECT b.root, b.slug, c.id FROM categories c JOIN branch b ON c.parent_id = b.id)
    SELECT 'category', root, slug, array_agg(id), NULL::text[] FROM branch GROUP BY root, slug
    UNION ALL
    SELECT 'team', id, slug, ARRAY[id], NULL FROM teams WHERE id = ANY(%(ids)s) OR slug = ANY(%(words)s)
    UNION ALL
    SELECT 'person', id, NULL, ARRAY[id], NULL FROM users WHERE id = ANY(%(ids)s)
    UNION ALL
    SELECT field_type, id, NULL, NULL, ARRAY(SELECT jsonb_array_elements_text(COALESCE(options, '[]')))
                                       || retired_options
    FROM custom_fields WHERE id = ANY(%(ids)s)"""


_NAME = re.compile(r"[a-z0-9-]{1,80}")
"""An id or a slug."""


async def vocabulary(reader: Reader, actor: Actor, written: Iterable[object]) -> Vocabulary:
    """What has to be known to read these lists of conditions. The actor is called `me`."""
    texts = {text.removeprefix(CUSTOM).lower() for one in written for text in mentioned(one, FIELDS)}
    said = [text for text in texts if _NAME.fullmatch(text)]
    ids = {text: key for text in said if (key := _id(text))}
    names: dict[Kind, dict[str, frozenset[UUID]]] = {kind: {} for kind in NAMED}
    fields = dict(FIELDS)
    if actor.id is not None:
        names[Kind.PERSON]["me"] = frozenset({actor.id})
    if said:
        found = await reader.all(_FOUND, {"ids": list(ids.values()), "words": said})
        for row in found:
            _learn(row, names, fields)
    return Vocabulary(fields, names)


def _learn(row: Row, names: Mapping[Kind, dict[str, frozenset[UUID]]], fields: dict[str, Field]) -> None:
    what, key, slug, ids, choices = row
    if ids is None:
        field = custom_field(key, FieldType(what), tuple(choices))
        fields[field.name] = field
    else:
        names[Kind(what)] |= dict.fromkeys((str(key), slug or str(key)), frozenset(ids))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
