"""What rules about new tickets can ask: what a ticket has before anybody has done anything with it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from codex.db.database import Reader
from codex.kernel.actor import system
from codex.kernel.criteria.grammar import CUSTOM, Vocabulary
from codex.tickets import vocabulary
from codex.tickets.criteria import CHANGE_FIELDS, FIELDS

OF_NEW = frozenset(
    {
        "priority", "channel", "requester", "category", "subject", "description", "anyText", "requesterEmail",
        "requesterDomain", "requesterDepartment", "requesterLocation", "tag", "createdAt",
    }
)  # fmt: skip
"""Fields that a new ticket has; custom fields besides."""
UNFIT: Mapping[str, str] = MappingProxyType(
    {
        name: f"Routing looks at new tickets; {name} says nothing about one yet."
        for name in (*FIELDS, *CHANGE_FIELDS)
        if name not in OF_NEW
    }
)
"""All others, and why not."""


async def of_new(reader: Reader, written: Iterable[object]) -> Vocabulary:
    """What has to be known to read these lists of conditions. Nobody is `me`: rules are nobody's."""
    words = await vocabulary.vocabulary(reader, system(), written)
    fitting = {name: field for name, field in words.fields.items() if name in OF_NEW or name.startswith(CUSTOM)}
    return replace(words, fields=fitting, unfit=UNFIT)
