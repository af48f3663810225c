"""How promises would have been kept under a policy is how they are kept under it."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from random_lives import BEGIN, Lives, live_on
from rehearsals import another

from codex.classification import fields
from codex.classification.models import FieldType
from codex.db.embedded import Server
from codex.rehearsal import compliance, promises
from codex.rehearsal.answers import Rehearsed, Standing
from codex.rehearsal.period import Period, only_reading
from codex.sla import assignments, policies
from codex.sla.clock_state import ReopenMode
from codex.sla.policies import NewPolicy, Target
from codex.tickets.models import TicketPriority, TicketStatus
from world import FOUNDED, World

pytestmark = pytest.mark.anyio


def policy(random: Random, **more: Any) -> NewPolicy:
    targets = [
        Target(priority, random.choice((0.5, 5, 20)), random.choice((2, 20, 60)))
        for priority in random.sample(list(TicketPriority), 3)
    ]
    return NewPolicy(
        name=f"Policy {random.random()}", targets=targets, business_hours_only=random.choice((True, False)),
        reopen=random.choice(list(ReopenMode)), first_response_pauses=random.choice((True, False)),
        pause_on=random.choice(([], [TicketStatus.WAITING_ON_REQUESTER])), **more,
    )  # fmt: skip


async def lives_under(world: World, random: Random, *, default: NewPolicy, team: NewPolicy | None) -> Lives:
    """Tickets under a default policy, and those of IT under another."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        await policies.add(work, default)
        if team is not None:
            made = await policies.add(work, team)
            await assignments.assign(work, world.it, made.id)
        asked = [await fields.add(work, name="Text", field_type=FieldType.TEXT)]
    tickets = [
        await world.ticket(
            requester=random.choice((world.rosa, world.amir)), team=random.choice((world.it, world.hr, None)),
            at=BEGIN + timedelta(minutes=n), priority=random.choice(list(TicketPriority)),
        )
        for n in range(8)
    ]  # fmt: skip
    return Lives(world, random, asked, tickets, BEGIN + timedelta(hours=1))


async def rehearse(
    world: World, lives: Lives, new: NewPolicy | None, *, later: timedelta = timedelta(hours=3)
) -> Rehearsed:
    now = lives.now + later
    async with only_reading(world.works, await world.actor(world.ona), now=now) as work:
        draft = await promises.draft(work, new, None)
        return await compliance.rehearse(work, draft, Period(BEGIN, now))


def plain(standings: list[Standing]) -> list[Any]:
    return [(s.priority, s.team.name if s.team else None, s.first_response, s.resolution) for s in standings]


@pytest.mark.parametrize("seed", [31, 32, 33])
async def test_a_default_would_have_kept_what_it_keeps(
    world: World, server: Server, world_template: str, seed: int
) -> None:
    """The same history under one default policy and under another; IT is under one of its own in both."""
    async with another(server, world_template) as without:
        random = Random(seed)
        team = policy(random) if random.random() < 0.7 else None
        draft, other = policy(random, is_default=True), policy(random, is_default=True)
        under = await lives_under(world, Random(seed), default=draft, team=team)
        beside = await lives_under(without, Random(seed), default=other, team=team)
        for lives in (under, beside):
            await live_on(lives, steps=90)

        as_it_is = (await rehearse(world, under, draft)).compliance
        as_it_would_be = (await rehearse(without, beside, draft)).compliance

        assert as_it_is and as_it_would_be
        assert plain(as_it_is.before) == plain(as_it_is.after) == plain(as_it_would_be.after)
        assert sum(s.resolution.met + s.resolution.breached + s.resolution.open for s in as_it_would_be.after) > 0


async def test_a_teams_policy_is_rehearsed_on_its_tickets(world: World) -> None:
    usual = NewPolicy(name="Usual", is_default=True, targets=[Target(p, 1, 2) for p in TicketPriority])
    lives = await lives_under(world, Random(5), default=usual, team=None)
    await live_on(lives, steps=40)
    new = NewPolicy(name="Ours", team_id=world.it.id, targets=[Target(p, 1000, 1000) for p in TicketPriority])

    found = await rehearse(world, lives, new, later=timedelta(days=30))

    assert found.compliance and found.match_count
    assert {s.team.name for s in found.compliance.after if s.team} == {world.it.name}
    assert all(s.resolution.breached == 0 for s in found.compliance.after)
    assert any(s.resolution.breached for s in found.compliance.before)
