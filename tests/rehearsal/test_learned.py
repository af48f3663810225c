"""Drafts that routing has learned, rehearsed all at once on the tickets since: as good as learning says."""

import pytest
from routes import rule

from codex.kernel.actor import system
from codex.rehearsal.learned import Agreed, rehearse
from codex.rehearsal.period import Period, only_reading
from codex.routing.drafting import LearnedRow, learn
from codex.tickets.models import TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio
BEFORE, SINCE = "2026-02-01T08:00Z", "2026-02-03T08:00Z"
UNTIL = instant("2026-02-02T00:00Z")


async def solved(world: World, subject: str, day: str, minute: int, *, by_hr: bool = False) -> None:
    team = world.hr if by_hr else world.it
    at = instant(day).replace(minute=minute)
    await world.ticket(team=team, subject=subject, status=TicketStatus.RESOLVED, at=at)


async def learned(world: World) -> LearnedRow:
    async with world.work(as_=world.ona) as work:
        return await learn(work, until=UNTIL, keep=False)


async def rehearsed(world: World, found: LearnedRow) -> Agreed:
    now = instant("2026-03-01T00:00Z")
    async with only_reading(world.works, system("Test"), now=now) as work:
        return await rehearse(work, found.proposals, Period(UNTIL, now))


async def test_all_drafts_together_are_rehearsed_behind_todays_rules(world: World) -> None:
    for minute in range(6):
        await solved(world, "VPN", BEFORE, minute)
        await solved(world, "My salary", BEFORE, minute + 10, by_hr=True)
    for minute, (subject, by_hr) in enumerate(
        [("VPN?", False), ("The VPN", True), ("Salary", True), ("Hello", True), ("Urgent: salary", False)]
    ):
        await solved(world, subject, SINCE, minute, by_hr=by_hr)

    found = await learned(world)
    assert (found.tickets, found.matched, found.agreed) == (5, 4, 2)
    assert await rehearsed(world, found) == Agreed(solved=5, today_agrees=0, with_drafts=2)

    await rule(world, world.it, "urgent", priority=1)
    assert await rehearsed(world, found) == Agreed(solved=5, today_agrees=1, with_drafts=3)
