"""What a saved view holds: conditions in the grammar of rules, and an order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.criteria.reading import read
from codex.kernel.criteria.tree import Condition
from codex.kernel.errors import Invalid, Problem
from codex.tickets.listing import BY_ANSWER, SORTS
from codex.tickets.vocabulary import vocabulary

_BY_ANSWER = re.compile(rf"-?{re.escape(BY_ANSWER)}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")


class SavedFilters(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All conditions hold together; without `sort` the newest change comes first."""

    conditions: list[Any]
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """Filters read for somebody: what they come to, or, where there are problems, why they come to nothing."""

    condition: Condition
    sort: str | None
    problems: Sequence[Problem]


async def understand(reader: Reader, actor: Actor, filters: SavedFilters, *, path: str = "filters") -> Understood:
    """The filters as the actor means them, who is their `me`. `path`: where they stand."""
    return (await understand_all(reader, actor, [filters], path=path))[0]


async def understand_all(
    reader: Reader, actor: Actor, each: Sequence[SavedFilters], *, path: str = "filters"
) -> list[Understood]:
    """Many filters, in one look at what they name."""
    words = await vocabulary(reader, actor, [filters.conditions for filters in each])
    found = []
    for filters in each:
        condition, problems = read(filters.conditions, words, path=_at(path, "conditions"))
        if filters.sort is not None and filters.sort not in SORTS and not _BY_ANSWER.fullmatch(filters.sort):
            known = f"{', '.join(SORTS)}, or {BY_ANSWER}<id of a field>"
            problems.append(Problem(_at(path, "sort"), f"A list is sorted by one of {known}."))
        found.append(Understood(condition, filters.sort, problems))
    return found


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def refuse(understood: Understood) -> None:
    """Raise Invalid naming everything that was not understood."""
    if understood.problems:
        raise Invalid(*understood.problems)
