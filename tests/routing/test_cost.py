"""Many rules cost little: creating a ticket with 200 of them takes at most twice the work."""

import statistics
import time
from random import Random
from typing import Any

import pytest
from routes import rule, send

from world import World

pytestmark = pytest.mark.anyio
RULES, ROUNDS = 200, 40
WORDS = [f"word{number}" for number in range(1_000)]
DESCRIPTION = " ".join(Random(1).choices(WORDS, k=120))
CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"field": "priority", "operator": "in", "value": ["P1", "P2"]}],
    [{"field": "requesterDepartment", "operator": "equals", "value": "HR"}],
    [{"any": [{"field": "category", "operator": "equals", "value": "software"},
              {"field": "subject", "operator": "contains", "value": "urgent"}]}],
)  # fmt: skip


async def median_cpu(world: World) -> float:
    """Seconds of our own work per ticket."""
    spent = []
    for number in range(ROUNDS):
        began = time.process_time()
        await send(world, f"Help {number}", description=DESCRIPTION)
        spent.append(time.process_time() - began)
    return statistics.median(spent[5:])


async def test_two_hundred_rules_at_most_double_the_work_of_a_new_ticket(world: World) -> None:
    without = await median_cpu(world)
    random = Random(7)
    for number in range(RULES):
        keywords = random.sample(["vpnish", "salary", "badge", "printer", "remote access", "Wi-Fi", "laptop", "tax"], 4)
        await rule(world, world.hr, *keywords, name=f"Rule {number}", conditions=CONDITIONS[number % 4])
    with_rules = await median_cpu(world)
    assert with_rules <= 2 * without, f"{without * 1000:.2f} ms without rules, {with_rules * 1000:.2f} ms with them"
