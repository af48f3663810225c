"""What rules saw of a ticket, kept so that each can be asked again what it said and why. Pure.

Long texts, and what people wrote to each other, are not kept whole: of those stands beside their beginnings which
comparisons held. So a redacted message can be forgotten here too, and the answer stays what it was.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct, json

from codex.kernel.criteria.grammar import Kind
from codex.kernel.criteria.packing import Packed, pack, unpack
from codex.kernel.criteria.tree import All, Finding, Leaf, Values, explain, holds, leaves

KEPT = timedelta(days=30)
"""So long is kept what rules that did not act had seen, and what became of calls of webhooks."""
WRITTEN = "anyText"
"""The field that holds what people wrote to each other."""
LONG, MANY = 200, 50
"""Characters of a text, and texts of a field, that are kept."""


class Seen(Struct, frozen=True):
    """Values by field, packed; and of fields that are not kept whole, the comparisons that held on them."""

    values: Packed
    held: dict[str, list[str]] = {}


Comparisons = Mapping[str, Mapping[str, Leaf]]
"""What conditions compare the texts of a field with: by field, each once."""


def comparisons(conditions: Iterable[All]) -> Comparisons:
    """What these conditions compare texts with."""
    found: dict[str, dict[str, Leaf]] = {}
    for tree in conditions:
        for leaf in leaves(tree):
            if leaf.field.kind is Kind.TEXT:
                found.setdefault(leaf.field.name, {})[_key(leaf)] = leaf
    return found


def keep(values: Values, compared: Comparisons) -> Seen:
    """What conditions saw that compare these."""
    shortened = [name for name, found in values.items() if name in compared and (name == WRITTEN or _is_long(found))]
    held = {
        name: [key for key, leaf in compared[name].items() if holds(leaf, values) is not leaf.is_negative]
        for name in shortened
    }
    kept = {name: _short(found) if name in shortened else found for name, found in values.items()}
    return Seen(pack(kept), held)


def findings(tree: All, seen: Seen) -> list[Finding]:
    """Each condition of a tree, with what it saw then."""
    values = unpack(seen.values, {leaf.field.name: leaf.field for leaf in leaves(tree)})
    return [_finding(leaf, values, seen) for leaf in leaves(tree)]


def _finding(leaf: Leaf, values: Values, seen: Seen) -> Finding:
    found = explain(leaf, values)[0]
    held = seen.held.get(leaf.field.name)
    if held is None:
        return found
    return Finding(found.field, found.operator, found.value, found.seen, (_key(leaf) in held) is not leaf.is_negative)


def _is_long(found: tuple[Any, ...]) -> bool:
    return len(found) > MANY or any(isinstance(value, str) and len(value) > LONG for value in found)


def _short(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value[:LONG] if isinstance(value, str) else value for value in found[:MANY])


def _key(leaf: Leaf) -> str:
    """What a condition compares with, whatever its negation."""
    return json.encode([leaf.field.name, leaf.comparison, leaf.said]).decode()
