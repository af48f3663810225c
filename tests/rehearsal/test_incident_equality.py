"""On a month of the real incident log, lived with rules at work: what a rehearsal foretells is what each rule did."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from automations import SEAL
from lived_log import MARCH, eventful, live, rules_at_work, timed_rules_at_work
from rehearsals import acted, predicted
from sqlalchemy import select

from codex.automation import timed
from codex.automation.models import AutomationExecution, AutomationRule
from codex.automation.pausing import FAILURES
from codex.imports.incident_order import Replay
from codex.rehearsal import drafts
from codex.rehearsal.automation import Replay as Rehearsal
from codex.rehearsal.period import Period, only_reading
from world import World, instant

pytestmark = pytest.mark.anyio
_MOMENT = timedelta(microseconds=1)
LOGGED = instant("2016-02-29T00:00Z")
"""When the log begins."""
Stays = dict[UUID, datetime]
"""When a rule acted, by the event that began the stay."""


async def test_a_month_of_the_log_is_rehearsed_as_it_was_lived(world: World) -> None:
    rules = await rules_at_work(world)
    await live(world, eventful(16), at_once=40)
    counts = {}
    for rule_id in rules:
        async with world.session() as session:
            rule = await session.get_one(AutomationRule, rule_id)
        period = Period(LOGGED, rule.paused_at) if rule.paused_at else MARCH  # when it was at work
        found = await acted(world, rule_id, period)
        foretold = await predicted(world, stored=rule_id, period=period)
        assert foretold == found, (rule.name, (foretold - found).most_common(3), (found - foretold).most_common(3))
        counts[rule.name] = found.total()
    assert min(counts.values()) > 0 and counts["Fails until it is paused"] in (FAILURES - 1, FAILURES - 2), counts
    assert await world.differences() == []


async def live_looking(world: World, replay: Replay) -> Period:
    """Live it, with the worker looking at what time wakes just before anything happens; the time that it took."""
    moments = replay.moments
    for place, moment in enumerate(moments, start=1):
        while await timed.sweep(world.works, now=moment.at - _MOMENT):
            pass
        if place == len(moments) or moments[place].at > moment.at:
            await live(world, Replay(moments=moments[:place]), at_once=place)
    return Period(moments[0].at, moments[-1].at)


async def woke(world: World, rule_id: UUID, period: Period) -> Stays:
    query = select(AutomationExecution.stay_event_id, AutomationExecution.executed_at)
    query = query.where(AutomationExecution.rule_id == rule_id, AutomationExecution.executed_at < period.until)
    async with world.session() as session:
        rows = (await session.execute(query)).all()
    found = {stay: at for stay, at in rows if stay is not None}
    assert len(found) == len(rows), "once for a stay"
    return found


async def foretold_to_wake(world: World, rule_id: UUID, period: Period) -> Stays:
    async with only_reading(world.works, await world.actor(world.ona), now=period.until) as work:
        draft = await drafts.draft(work, None, rule_id, seal=SEAL)
        return {found.event.id: found.at async for found in Rehearsal(work, draft, period).occasions()}


async def test_what_time_woke_in_the_log_is_what_a_rehearsal_says_it_wakes(world: World) -> None:
    rules = await timed_rules_at_work(world)
    replay = eventful(4)
    replay.moments = replay.moments[:70]
    period = await live_looking(world, replay)
    happened = sorted({moment.at for moment in replay.moments})
    for rule_id in rules:
        done, foretold = await woke(world, rule_id, period), await foretold_to_wake(world, rule_id, period)
        assert foretold.keys() == done.keys() and done
        for stay, at in foretold.items():
            looked = next(moment for moment in happened if moment > at) - _MOMENT
            assert done[stay] == looked, "at the first look after all was so"
