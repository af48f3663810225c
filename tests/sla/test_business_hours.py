"""Opening hours and a team's own hours: what is kept, in which versions, and what is refused."""

import asyncio
from typing import Any

import pytest
from at_once import somebody_waits
from sqlalchemy import select

from codex.identity.models import Team
from codex.kernel.errors import Conflict, Invalid, NotFound, StaleVersion, Unprocessable
from codex.kernel.ids import new_id
from codex.sla import assignments, business_hours, policies, team_policies
from codex.sla.business_hours import OpeningHours
from codex.sla.hours import Hours, written
from codex.sla.models import SlaBusinessHoursSetting, SlaCalendarVersion, SlaPolicy, SlaPolicyVersion
from codex.sla.policies import NewPolicy
from codex.tickets.models import TicketPriority
from world import World

pytestmark = pytest.mark.anyio
P1 = TicketPriority.P1
WEEK: dict[str, Any] = {"mon": [["09:00", "17:00"]], "sat": []}
XMAS = {"date": "2026-12-25", "name": "Christmas"}
EVE = {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]}


async def put(world: World, team: Team | None = None, **said: Any) -> None:
    async with world.work(as_=world.ona) as work:
        hours = OpeningHours(**{"timezone": "Europe/Berlin", "schedule": WEEK, "holidays": [XMAS, EVE], **said})
        await business_hours.put(work, team, hours)


async def calendar(world: World, setting_id: str = "global") -> SlaBusinessHoursSetting | None:
    async with world.session() as session:
        return await session.get(SlaBusinessHoursSetting, setting_id)


async def versions(world: World) -> list[tuple[str, int, str]]:
    kind = SlaCalendarVersion
    async with world.session() as session:
        found = await session.scalars(select(kind).order_by(kind.setting_id, kind.version))
        return [(one.setting_id, one.version, one.timezone) for one in found]


async def test_opening_hours_are_kept_with_their_holidays_in_order(world: World) -> None:
    await put(world)
    kept = await calendar(world)

    assert kept is not None and (kept.team_id, kept.version, kept.timezone) == (None, 1, "Europe/Berlin")
    assert (kept.schedule, kept.holidays) == (WEEK, [EVE, XMAS])


async def test_each_save_is_a_version_and_the_same_once_more_is_none(world: World) -> None:
    await put(world)
    await put(world, holidays=[EVE, XMAS])
    await put(world, timezone="Europe/London")
    await put(world, world.it)

    assert await versions(world) == [
        (str(world.it.id), 1, "Europe/Berlin"), ("global", 1, "Europe/Berlin"), ("global", 2, "Europe/London"),
    ]  # fmt: skip
    async with world.reading() as reader:
        rows = await reader.all("SELECT payload, team_id FROM admin_audit_events WHERE type LIKE 'SLA%%' ORDER BY id")
    assert [(told["version"], told["teamId"], team) for told, team in rows] == [
        (1, None, None), (2, None, None), (1, str(world.it.id), world.it.id),
    ]  # fmt: skip
    assert (rows[1][0]["from"]["timezone"], rows[1][0]["to"]["timezone"]) == ("Europe/Berlin", "Europe/London")


async def test_the_numbers_of_removed_hours_go_on_when_they_are_set_again(world: World) -> None:
    await put(world, world.it)
    async with world.work(as_=world.ona) as work:
        await business_hours.remove(work, world.it)
    assert await calendar(world, str(world.it.id)) is None
    await put(world, world.it, timezone="Europe/London")

    assert await versions(world) == [(str(world.it.id), 1, "Europe/Berlin"), (str(world.it.id), 2, "Europe/London")]
    async with world.work(as_=world.ona) as work:
        await business_hours.remove(work, world.it)
        with pytest.raises(NotFound, match="no opening hours of its own"):
            await business_hours.remove(work, world.it)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"schedule": {"monday": []}}, "schedule.monday"),
        ({"schedule": {"mon": [["09:00", "25:00"]]}}, "schedule.mon[0][1]"),
        ({"schedule": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "schedule.mon[1]"),
        ({"schedule": {"mon": "always"}}, "schedule.mon"),
        ({"holidays": [{"date": "2026-02-30", "name": "Never"}]}, "holidays[0].date"),
        ({"holidays": [XMAS, XMAS]}, "holidays[1].date"),
        ({"holidays": [7]}, "holidays[0]"),
        ({"holidays": [{**XMAS, "colour": "red"}]}, "holidays[0].colour"),
    ],
)
async def test_hours_that_cannot_be_are_named(world: World, said: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await put(world, **said)
    assert [problem.path for problem in refused.value.problems] == [path]
    assert await versions(world) == []


async def test_what_the_database_cannot_keep_is_taken_out_of_names(world: World) -> None:
    await put(world, holidays=[{"date": "2026-12-25", "name": "Christ\x00mas"}, {"date": "2026-12-26"}])
    kept = await calendar(world)

    assert kept is not None
    assert kept.holidays == [{"date": "2026-12-25", "name": "Christmas"}, {"date": "2026-12-26", "name": ""}]


async def test_opening_hours_of_another_version_than_expected_are_stale(world: World) -> None:
    await put(world)
    hours = OpeningHours(timezone="UTC", schedule={})
    async with world.work(as_=world.ona) as work:
        with pytest.raises(StaleVersion, match="version 1"):
            await business_hours.put(work, None, hours, expected={2})
        with pytest.raises(StaleVersion):
            await business_hours.put(work, world.it, hours, expected={1})
        await business_hours.put(work, None, hours, expected={1})


async def test_of_two_who_set_the_first_hours_at_once_one_is_told_so(world: World) -> None:
    waiting = asyncio.Event()

    async def second() -> None:
        async with world.work(as_=world.ona) as work:
            waiting.set()
            await business_hours.put(work, None, OpeningHours(timezone="Europe/London", schedule={}))

    async with world.work(as_=world.ona) as work:
        await business_hours.put(work, None, OpeningHours(timezone="UTC", schedule={}))
        late = asyncio.create_task(second())
        await waiting.wait()
        await somebody_waits(world)

    with pytest.raises(Conflict):
        await late
    assert await versions(world) == [("global", 1, "UTC")]


async def test_a_team_s_own_hours_make_versions_of_their_own(world: World) -> None:
    async def own(hours: Hours | None) -> None:
        async with world.work(as_=world.tara) as work:
            if hours is None:
                await team_policies.remove(work, world.it, P1)
            else:
                await team_policies.put(work, world.it, P1, hours)

    for hours in (written(1, 4), written(1.0, 4.0), written(2, None), None, written(1, 4)):
        await own(hours)

    kind = SlaPolicyVersion
    async with world.session() as session:
        found = await session.scalars(select(kind).order_by(kind.version))
        assert [(one.team_id, one.priority, one.version, one.terms["resolutionHours"]) for one in found] == [
            (world.it.id, P1, 1, "4"), (world.it.id, P1, 2, None), (world.it.id, P1, 3, "4"),
        ]  # fmt: skip
        assert [row.version for row in await session.scalars(select(SlaPolicy))] == [3]
    async with world.reading() as reader:
        rows = await reader.all("SELECT type, payload FROM admin_audit_events WHERE type LIKE 'SLA%%' ORDER BY id")
    assert [(told["version"], told["from"] is None, told["to"] is None) for _, told in rows] == [
        (1, True, False), (2, False, False), (2, False, True), (3, True, False),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        await own(Hours())


async def test_a_team_is_under_one_policy_and_only_under_one_that_it_may_be(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        desk, gold = [await policies.add(work, NewPolicy(name=name)) for name in ("Desk", "Gold")]
        own = await policies.add(work, NewPolicy(name="HR only", team_id=world.hr.id))

    async with world.work(as_=world.tara) as work:
        for policy in (desk, gold, gold):
            await assignments.assign(work, world.it, policy.id)
        for policy_id in (own.id, new_id()):
            with pytest.raises(Unprocessable, match="no such policy"):
                await assignments.assign(work, world.it, policy_id)
    async with world.work(as_=world.ona) as work:
        with pytest.raises(Unprocessable, match="another team's own"):
            await assignments.assign(work, world.it, own.id)
        await assignments.assign(work, world.hr, own.id)
        await assignments.withdraw(work, world.it)
        with pytest.raises(NotFound):
            await assignments.withdraw(work, world.it)

    async with world.reading() as reader:
        rows = await reader.all(
            "SELECT payload FROM admin_audit_events WHERE type = 'SLA_POLICY_ASSIGNED' ORDER BY chain_position"
        )
    told = [(said["from"], said["to"]) for (said,) in rows if said["teamId"] == str(world.it.id)]
    assert told == [(None, str(desk.id)), (str(desk.id), str(gold.id)), (str(gold.id), None)]
