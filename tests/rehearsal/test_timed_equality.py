"""What time would have woken is what time wakes: once for each stay, at the first look after all was so."""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from automations import SEAL
from random_lives import Lives, _something, begin
from rehearsals import ALWAYS, add, another, loud, quiet
from sqlalchemy import select, text

from codex.automation import timed
from codex.automation.models import TIMED, AutomationExecution
from codex.automation.rules import NewRule
from codex.db.embedded import Server
from codex.kernel.errors import CodexError
from codex.rehearsal import drafts
from codex.rehearsal.automation import Replay
from codex.rehearsal.period import Period, only_reading
from codex.tickets.models import Ticket, TicketEvent
from world import World, instant

pytestmark = pytest.mark.anyio
FIRST, LOOK = instant("2026-03-02T10:00Z"), timedelta(minutes=30)
Stays = dict[tuple[int, datetime, str], datetime]
"""When a rule acted, by ticket, and when and how the stay began."""


async def live(lives: Lives, hours: int) -> None:
    """Something happens now and then, always on the hour; half past each hour and at its end, time wakes rules."""
    lives.now = FIRST
    for _ in range(hours):
        if lives.random.random() < 0.7:
            with suppress(CodexError):
                await _something(lives, lives.random.choice(lives.tickets))
        for look in (lives.now + LOOK, lives.now + 2 * LOOK - timedelta(microseconds=1)):
            while await timed.sweep(lives.world.works, now=look):
                pass
        lives.now += timedelta(hours=1)
    async with lives.world.session() as session:
        await session.execute(text("UPDATE attachments SET created_at = file_name::timestamptz"))
        await session.commit()


async def foretold(world: World, new: NewRule, period: Period) -> Stays:
    async with world.session() as session:
        numbers = {row.id: row.number for row in await session.execute(select(Ticket.id, Ticket.number))}
    async with only_reading(world.works, await world.actor(world.ona), now=period.until) as work:
        draft = await drafts.draft(work, new, None, seal=SEAL)
        return {
            (numbers[found.life.ticket_id], found.event.created_at, found.event.type): found.at
            async for found in Replay(work, draft, period).occasions()
        }


async def done(world: World, name: str) -> tuple[Stays, int]:
    query = (
        select(Ticket.number, TicketEvent.created_at, TicketEvent.type, AutomationExecution.executed_at)
        .join(Ticket, Ticket.id == AutomationExecution.ticket_id)
        .join(TicketEvent, TicketEvent.id == AutomationExecution.stay_event_id)
        .where(text("rule_id = (SELECT id FROM automation_rules WHERE name = :name)"))
    )
    async with world.session() as session:
        rows = (await session.execute(query, {"name": name})).all()
    return {(number, at, kind): ran_at for number, at, kind, ran_at in rows}, len(rows)


@pytest.mark.parametrize("seed", [11, 12])
async def test_what_time_would_have_woken_is_what_it_wakes(
    world: World, server: Server, world_template: str, seed: int
) -> None:
    async with another(server, world_template) as without:
        names: list[str] = []
        for each in (world, without):
            random = Random(seed)
            for number in range(4):
                await add(each, loud(random, each, priority=number * 10))
            made = [
                quiet(random, each, TIMED[n % 3], priority=100 + n, hours=random.choice((1, 2, 5, 24)))
                for n in range(9)
            ]
            names = [new.name for new in made]
            if each is world:
                for new in made:
                    await add(each, new)
            await live(await begin(each, Random(seed), tickets=5), hours=50)
        period = Period(ALWAYS.since, FIRST + timedelta(hours=50))
        seen: Counter[str] = Counter()
        for name, new in zip(names, made, strict=True):
            expected, count = await done(world, name)
            found = await foretold(without, new, period)
            assert found.keys() == expected.keys(), new
            assert count == len(expected)
            assert all(at <= expected[stay] <= max(at, FIRST) + LOOK for stay, at in found.items()), new
            seen[new.trigger] += count
        assert len(seen) == 3 and min(seen.values()) > 0 and seen.total() > 15
