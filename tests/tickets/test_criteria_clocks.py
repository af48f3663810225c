"""How far a clock has come is the same for a condition as for the clock itself, in whatever state it is."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from condition_scenes import NOW, Filled, fill
from sqlalchemy import delete, select

from codex.identity.models import User
from codex.kernel.criteria.reading import read
from codex.sla import openings
from codex.sla.clock_state import ClockKind
from codex.sla.clock_verdicts import State, seen_at
from codex.sla.models import SlaCalendarOpening
from codex.tickets.criteria_values import values_of
from codex.tickets.vocabulary import vocabulary
from world import World

pytestmark = pytest.mark.anyio
_FIELDS = {ClockKind.FIRST_RESPONSE: "slaFirstResponsePercent", ClockKind.RESOLUTION: "slaResolutionPercent"}
_TICK = timedelta(microseconds=1)
_ASKED = [{"field": name, "operator": "isSet"} for name in _FIELDS.values()]


async def seen(world: World, person: User, filled: Filled, at: datetime) -> dict[Any, dict[str, tuple[Any, ...]]]:
    """What a person's conditions see of clocks, by ticket."""
    actor = await world.actor(person)
    async with world.reading() as reader:
        tree, problems = read(_ASKED, await vocabulary(reader, actor, _ASKED))
        assert problems == []
        return {
            key: dict(found) for key, found in (await values_of(reader, actor, filled.tickets, tree, now=at)).items()
        }


def expected(filled: Filled, key: Any, at: datetime) -> dict[str, tuple[Decimal, ...]]:
    """The same by the clocks: percents cut to six decimals."""
    found: dict[str, tuple[Decimal, ...]] = dict.fromkeys(_FIELDS.values(), ())
    for kind, verdict in seen_at(filled.clocks[key], at).items() if key in filled.clocks else ():
        if verdict and verdict.target:
            elapsed, target = verdict.elapsed // _TICK, verdict.target // _TICK
            found[_FIELDS[kind]] = (Decimal(100_000_000 * elapsed // target).scaleb(-6),)
    return found


async def test_it_is_what_the_clock_says_at_every_instant(world: World) -> None:
    random, compared, states = Random(5), 0, Counter[State | None]()
    filled = await fill(world, random, tickets=80)
    instants = [NOW + timedelta(seconds=random.choice((0, 1e-6, 60, 7_200, 90_000, 4e5, 3e7)) * n) for n in range(8)]
    for at in instants:
        for key, found in (await seen(world, world.ona, filled, at)).items():
            assert found == expected(filled, key, at)
            compared += len([value for value in found.values() if value])
            verdicts = seen_at(filled.clocks[key], at) if key in filled.clocks else {}
            states.update(verdict.state if verdict else None for verdict in verdicts.values())
    assert compared > 500 and states.keys() == {*State} - {State.UNSCHEDULABLE} | {None}


async def test_requesters_do_not_know_how_far_it_is(world: World) -> None:
    filled = await fill(world, Random(6), tickets=20)
    for key, found in (await seen(world, world.rosa, filled, NOW)).items():
        assert found == dict.fromkeys(_FIELDS.values(), ()), key


async def test_calendars_are_written_out_ahead_and_where_they_are_not_nothing_is_known(world: World) -> None:
    filled = await fill(world, Random(7), tickets=30)
    later = NOW + 6 * timedelta(days=366)
    running = [
        key for key, state in filled.clocks.items()
        if state.terms and state.terms.calendar_version_id and state.resolution.target
        and seen_at(state, NOW)[ClockKind.RESOLUTION].state in (State.RUNNING, State.BREACHED)  # type: ignore[union-attr]
        and state.resolution.phase == "RUNNING"
    ]  # fmt: skip
    assert running

    async def known(at: datetime) -> list[bool]:
        found = await seen(world, world.ona, filled, at)
        return [bool(found[key]["slaResolutionPercent"]) for key in running]

    assert set(await known(NOW)) == {True} and set(await known(later)) == {False}
    async with world.work(as_=world.ona, now=later) as work:
        assert await openings.write_ahead(work) == 1
        assert await openings.write_ahead(work) == 0
    assert set(await known(later)) == {True} and set(await known(NOW)) == {True}


async def test_a_calendar_from_before_there_were_openings_gets_them(world: World) -> None:
    filled = await fill(world, Random(8), tickets=10)
    async with world.session() as session:
        kept = [(o.opens_at, o.closes_at, o.open_before) for o in await session.scalars(select(SlaCalendarOpening))]
        await session.execute(delete(SlaCalendarOpening))
    async with world.work(as_=world.ona, now=NOW) as work:
        assert await openings.write_ahead(work) == 1
    async with world.session() as session:
        again = [(o.opens_at, o.closes_at, o.open_before) for o in await session.scalars(select(SlaCalendarOpening))]
    assert len(filled.tickets) == 10 and {*kept[:-1]} <= {*again}
