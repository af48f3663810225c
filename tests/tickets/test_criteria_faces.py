"""A condition has two faces, and they agree: in memory and in SQL it holds on the same tickets."""

from random import Random
from typing import Any

import pytest
from condition_scenes import NOW, Filled, condition, fill, leaf

from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import Vocabulary, operators
from codex.kernel.criteria.reading import read
from codex.kernel.criteria.tree import All, AnyOf, Not, holds
from codex.tickets.criteria import condition_sql
from codex.tickets.criteria_values import values_of
from codex.tickets.policy import VISIBLE_SQL, sight
from codex.tickets.vocabulary import vocabulary
from world import World

pytestmark = pytest.mark.anyio
TICKETS = 60


async def disagreements(world: World, actor: Actor, filled: Filled, said: list[list[Any]]) -> tuple[int, list[Any]]:
    """How many pairs of a condition and a ticket were compared, and where the faces differ."""
    async with world.reading() as reader:
        words = await vocabulary(reader, actor, said)
        trees = [understood(one, words) for one in said]
        values = await values_of(reader, actor, filled.tickets, AnyOf(tuple(trees)), now=NOW)
        params: dict[str, object] = {**sight(actor, NOW), "tickets": filled.tickets}
        columns = "".join(f", ({condition_sql(tree, params)}) IS TRUE" for tree in trees)
        rows = await reader.all(
            f"SELECT tickets.id{columns} FROM tickets WHERE id = ANY(%(tickets)s) AND {VISIBLE_SQL}", params
        )
    differing = [
        (one, values[row[0]], by_sql)
        for row in rows
        for one, tree, by_sql in zip(said, trees, row[1:], strict=True)
        if holds(tree, values[row[0]]) is not by_sql
    ]
    assert len(rows) == len(values)
    return len(rows) * len(said), differing


def understood(said: list[Any], words: Vocabulary) -> All:
    tree, problems = read(said, words)
    assert problems == [], said
    return tree


async def test_both_faces_agree_on_every_field_and_operator_and_on_random_trees(world: World) -> None:
    random, pairs, ona = Random(2026), 0, await world.actor(world.ona)
    filled = await fill(world, random, tickets=TICKETS)
    every = [
        [leaf(random, field, filled, operator)]
        for field in filled.fields.values()
        for operator in operators(field)
        for _ in range(2)
    ]
    trees = [[condition(random, filled) for _ in range(random.randint(0, 3))] for _ in range(200)]
    for start in range(0, len(every + trees), 40):
        compared, differing = await disagreements(world, ona, filled, (every + trees)[start : start + 40])
        assert differing == []
        pairs += compared
    assert pairs >= 20_000


async def test_both_faces_agree_on_what_a_person_may_not_know(world: World) -> None:
    random = Random(11)
    filled = await fill(world, random, tickets=TICKETS)
    hidden = (
        "tag", "requesterEmail", "requesterDomain", "requesterDepartment", "requesterLocation", "slaState",
        "slaFirstResponsePercent", "slaResolutionPercent",
    )  # fmt: skip
    said = [[leaf(random, filled.fields[name], filled, o)] for name in hidden for o in operators(filled.fields[name])]
    for person in (world.rosa, world.otto, world.amir, world.farid, world.ona):
        compared, differing = await disagreements(world, await world.actor(person), filled, said)
        assert compared and differing == []


def test_negation_turns_absence_around_too() -> None:
    tree = Not(All(()))
    assert not holds(tree, {})
