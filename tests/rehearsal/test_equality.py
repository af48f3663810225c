"""What a rehearsal foretells is exactly what the rule does when it is at work."""

from datetime import timedelta
from random import Random

import pytest
from random_lives import Lives, begin, live_on
from rehearsals import FACTS, acted, add, another, loud, predicted, quiet
from sqlalchemy import text

from codex.db.embedded.server import Server
from codex.kernel.actor import system
from codex.sla import sweep
from world import World

pytestmark = pytest.mark.anyio
DRAFTS = 12


async def live(lives: Lives, *, rounds: int, steps: int = 30) -> None:
    """A history, with the worker looking at clocks now and then."""
    for _ in range(rounds):
        await live_on(lives, steps=steps)
        lives.now += timedelta(minutes=1)
        async with lives.world.work(as_=system("SLA"), now=lives.now) as work:
            await sweep.announce_due(work, limit=100)
        async with lives.world.session() as session:  # files that these lives have are named after their instant
            await session.execute(text("UPDATE attachments SET created_at = file_name::timestamptz"))
            await session.commit()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_draft_would_have_done_what_it_does(
    world: World, server: Server, world_template: str, seed: int
) -> None:
    """The same commands in two worlds with the same rules, of which one has the drafts at work besides."""
    async with another(server, world_template) as without:
        made = {}
        for each in (world, without):
            random = Random(seed)
            for number in range(6):
                await add(each, loud(random, each, priority=number * 10))
            drafts = [
                quiet(random, each, random.choice(FACTS), priority=random.choice(range(5, 65, 10)))
                for _ in range(DRAFTS)
            ]  # fmt: skip
            if each is world:
                made = {number: (await add(each, draft)).id for number, draft in enumerate(drafts)}
            await live(await begin(each, Random(seed), tickets=6), rounds=4)
        seen = 0
        for number, draft in enumerate(drafts):
            found = await acted(world, made[number])
            assert await predicted(without, new=draft) == found, f"draft {number}: {draft}"
            assert await predicted(world, stored=made[number]) == found, f"draft {number}, as it was at work: {draft}"
            seen += found.total()
        assert seen > 20


@pytest.mark.parametrize("seed", [4, 5, 6])
async def test_rules_at_work_would_have_done_what_they_did(world: World, seed: int) -> None:
    """Whatever they change, wake, stop and fail at: rehearsed on the history that they are part of."""
    random = Random(seed)
    made = [(await add(world, loud(random, world, priority=n))).id for n in range(10)]
    await live(await begin(world, Random(seed), tickets=6), rounds=4)
    counts = []
    for rule_id in made:
        found = await acted(world, rule_id)
        assert await predicted(world, stored=rule_id) == found
        counts.append(found.total())
    assert sum(counts) > 30
    assert sum(count > 0 for count in counts) > 3
