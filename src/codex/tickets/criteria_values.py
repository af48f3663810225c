"""What tickets have of what a condition asks about, read so that it can be tested and explained in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import Field, Kind
from codex.kernel.criteria.tree import Condition, Values, leaves
from codex.tickets.criteria import place
from codex.tickets.policy import VISIBLE_SQL, sight


async def values_of(
    reader: Reader, actor: Actor, tickets: Collection[UUID], condition: Condition, *, now: datetime
) -> dict[UUID, Values]:
    """Of each of these tickets that the actor may see, what they may know of what the condition asks about."""
    fields = list({leaf.field.name: leaf.field for leaf in leaves(condition)}.values())
    return await values_of_fields(reader, actor, tickets, fields, now=now)


async def values_of_fields(
    reader: Reader, actor: Actor, tickets: Collection[UUID], fields: Sequence[Field], *, now: datetime
) -> dict[UUID, Values]:
    """The same, of these fields."""
    readings = "".join(f", {place(field).reading()}" for field in fields)
    rows = await reader.all(
        f"SELECT tickets.id{readings} FROM tickets WHERE tickets.id = ANY(%(tickets)s) AND {VISIBLE_SQL}",
        {**sight(actor, now), "tickets": list(tickets)},
    )
    return {
        row[0]: {field.name: _values(field, found, now) for field, found in zip(fields, row[1:], strict=True)}
        for row in rows
    }


def _values(field: Field, found: list[Any] | None, now: datetime) -> tuple[Any, ...]:
    return tuple(now - since for since in found or ()) if field.kind is Kind.HOURS else tuple(found or ())
