"""What conditions see of a ticket is the same, read of its row or out of its history; and it can be kept."""

import json
from datetime import timedelta
from random import Random

import pytest
from random_lives import begin, live_on, told

from codex.classification.models import FieldType
from codex.kernel.actor import system
from codex.kernel.criteria.grammar import Operator
from codex.kernel.criteria.packing import pack, unpack
from codex.kernel.criteria.tree import All, Leaf, Values
from codex.tickets.criteria import FIELDS, custom_field
from codex.tickets.criteria_state import asked_fields, state_values
from codex.tickets.criteria_values import values_of
from world import World

pytestmark = pytest.mark.anyio
GIVEN = ("slaFirstResponsePercent", "slaResolutionPercent")
"""What the clocks say, and a ticket's own history does not."""


def in_order(values: Values) -> dict[str, list[object]]:
    """Many values of a field stand in no order."""
    return {name: sorted(found, key=str) for name, found in values.items()}


async def test_the_row_and_the_history_of_a_ticket_say_the_same(world: World) -> None:
    lives = await begin(world, Random(2026), tickets=10)
    custom = [custom_field(one.id, FieldType(one.field_type), tuple(one.options or ())) for one in lives.asked]
    asked = All(tuple(Leaf(f, Operator.IS_SET, None, None) for f in (*FIELDS.values(), *custom) if f.name not in GIVEN))
    seen: dict[str, set[object]] = {field.name: set() for field in asked_fields([asked])}
    happened = 0
    for _ in range(4):
        happened += await live_on(lives, steps=90)
        now = lives.now + timedelta(minutes=7)
        async with world.reading() as reader:
            rows = await values_of(reader, system(), [ticket.id for ticket in lives.tickets], asked, now=now)
        for ticket in lives.tickets:
            by_history = state_values(asked_fields([asked]), *await told(world, ticket), now=now)
            assert in_order(by_history) == in_order(rows[ticket.id])
            for name, found in by_history.items():
                seen[name].add(found)
            packed = json.loads(json.dumps(pack(by_history)))
            present = {name: found for name, found in by_history.items() if found}
            assert unpack(packed, {field.name: field for field in asked_fields([asked])}) == present
    assert happened >= 200
    for name, values in seen.items():
        assert len(values) > 1, f"{name} never changed: {values}"
