"""Named policies: what they may say, their targets, their versions, the one default."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from at_once import somebody_waits
from sqlalchemy import select

from codex.kernel.errors import Conflict, Invalid, NotFound, StaleVersion, Unprocessable
from codex.kernel.ids import new_id
from codex.sla import assignments, policies, queries
from codex.sla.clock_state import ReopenMode
from codex.sla.hours import Hours
from codex.sla.models import SlaNotifyRole, SlaPolicyConfig, SlaPolicyVersion
from codex.sla.policies import NewPolicy, PolicyChanges, Target
from codex.tickets.models import TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
P1, P2 = TicketPriority.P1, TicketPriority.P2
_GOLD = (Target(P1, 0.5, 4), Target(P2, resolution_hours=8))
LATER = "2026-03-02T10:00Z"


async def added(world: World, **said: Any) -> SlaPolicyConfig:
    async with world.work(as_=world.ona) as work:
        return await policies.add(work, NewPolicy(**{"name": "Gold", "targets": list(_GOLD), **said}))


async def changed(world: World, policy: SlaPolicyConfig, **wanted: Any) -> None:
    async with world.work(as_=world.ona, now=LATER) as work:
        await policies.change(work, await queries.held_policy(work, policy.id), PolicyChanges(**wanted))


async def reloaded(world: World, policy: SlaPolicyConfig) -> SlaPolicyConfig:
    async with world.session() as session:
        return (await session.scalars(select(SlaPolicyConfig).where(SlaPolicyConfig.id == policy.id))).one()


async def kept(world: World, policy: SlaPolicyConfig) -> list[SlaPolicyVersion]:
    of = SlaPolicyVersion.policy_config_id == policy.id
    async with world.session() as session:
        return list(await session.scalars(select(SlaPolicyVersion).where(of).order_by(SlaPolicyVersion.version)))


async def audited(world: World) -> list[tuple[str, dict[str, Any]]]:
    async with world.reading() as reader:
        rows = await reader.all("SELECT type, payload FROM admin_audit_events WHERE type LIKE 'SLA%%' ORDER BY id")
    return [(row[0], row[1]) for row in rows]


async def test_a_policy_says_what_it_was_given_and_the_usual_for_the_rest(world: World) -> None:
    policy = await reloaded(world, await added(world))

    assert (policy.name, policy.team_id, policy.version, policy.created_by_id) == ("Gold", None, 1, world.ona.id)
    assert (policy.enabled, policy.is_default, policy.business_hours_only) == (True, False, True)
    assert policy.breach_notify_roles == [SlaNotifyRole.AGENT, SlaNotifyRole.LEAD]
    assert policy.pause_on == [TicketStatus.WAITING_ON_REQUESTER, TicketStatus.WAITING_ON_VENDOR]
    assert (policy.reopen, policy.first_response_pauses) == (ReopenMode.RESUME, False)


async def test_the_first_version_holds_all_that_a_policy_says(world: World) -> None:
    policy = await added(world)
    (version,) = await kept(world, policy)

    assert (version.version, version.created_by_id, version.created_at) == (1, world.ona.id, policy.created_at)
    assert version.terms == {
        "name": "Gold", "description": None, "isDefault": False, "enabled": True, "businessHoursOnly": True,
        "escalationEnabled": True, "escalationAfterPercent": 80, "breachNotifyRoles": ["AGENT", "LEAD"],
        "reopen": "RESUME", "pauseOn": ["WAITING_ON_REQUESTER", "WAITING_ON_VENDOR"], "firstResponsePauses": False,
        "targets": {"P1": {"firstResponseHours": "0.5", "resolutionHours": "4"},
                    "P2": {"firstResponseHours": None, "resolutionHours": "8"}},
    }  # fmt: skip


async def test_every_save_is_one_more_version_and_the_former_ones_stay(world: World) -> None:
    policy = await added(world)
    await changed(world, policy, escalation_after_percent=50, targets=[Target(P1, 1, 4)])
    async with world.work(as_=world.ona, now=LATER) as work:
        held = await queries.held_policy(work, policy.id)
        await policies.put_target(work, held, P2, Hours(resolution_hours=Decimal(16)))
    async with world.work(as_=world.ona, now=LATER) as work:
        await policies.remove_target(work, await queries.held_policy(work, policy.id), P1)

    versions = await kept(world, policy)
    assert [version.version for version in versions] == [1, 2, 3, 4]
    assert [sorted(version.terms["targets"]) for version in versions] == [["P1", "P2"], ["P1"], ["P1", "P2"], ["P2"]]
    assert [version.terms["escalationAfterPercent"] for version in versions] == [80, 50, 50, 50]
    assert (await reloaded(world, policy)).version == 4


async def test_a_change_that_changes_nothing_writes_nothing(world: World) -> None:
    policy = await added(world)
    await changed(world, policy, name=" Gold ", targets=[*reversed(_GOLD)], reopen=ReopenMode.RESUME)
    async with world.work(as_=world.ona) as work:
        held = await queries.held_policy(work, policy.id)
        await policies.put_target(work, held, P1, Hours(Decimal("0.50"), Decimal("4.0")))

    assert len(await kept(world, policy)) == 1
    assert [kind for kind, _ in await audited(world)] == ["SLA_POLICY_ADDED"]
    assert (await reloaded(world, policy)).updated_at == policy.created_at


async def test_a_change_is_audited_with_what_was_before(world: World) -> None:
    policy = await added(world)
    await changed(world, policy, name="Platinum", pause_on=[])

    kind, told = (await audited(world))[-1]
    assert (kind, told["name"], told["version"]) == ("SLA_POLICY_CHANGED", "Platinum", 2)
    assert told["from"] == {"name": "Gold", "pauseOn": ["WAITING_ON_REQUESTER", "WAITING_ON_VENDOR"]}
    assert told["to"] == {"name": "Platinum", "pauseOn": []}


async def test_a_new_default_takes_the_place_of_the_former_which_is_audited_too(world: World) -> None:
    former = await added(world, name="Standard", is_default=True)
    gold = await added(world)
    await changed(world, gold, is_default=True)
    third = await added(world, name="Third", is_default=True)

    assert [(await reloaded(world, one)).is_default for one in (former, gold, third)] == [False, False, True]
    assert [(await reloaded(world, one)).version for one in (former, gold, third)] == [2, 3, 1]
    told = [(kind, said["name"], said.get("to")) for kind, said in await audited(world)][2:]
    assert told == [
        ("SLA_POLICY_CHANGED", "Standard", {"isDefault": False}), ("SLA_POLICY_CHANGED", "Gold", {"isDefault": True}),
        ("SLA_POLICY_CHANGED", "Gold", {"isDefault": False}), ("SLA_POLICY_ADDED", "Third", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"escalation_after_percent": 0}, "escalationAfterPercent"),
        ({"escalation_after_percent": 101}, "escalationAfterPercent"),
        ({"breach_notify_roles": [SlaNotifyRole.LEAD] * 2}, "breachNotifyRoles"),
        ({"pause_on": [TicketStatus.IN_PROGRESS]}, "pauseOn"),
        ({"pause_on": [TicketStatus.WAITING_ON_VENDOR] * 2}, "pauseOn"),
        ({"targets": [_GOLD[0], _GOLD[0]]}, "targets"),
        ({"targets": [Target(P1)]}, "targets[0].resolutionHours"),
        ({"targets": [_GOLD[0], Target(P2, -1)]}, "targets[1].firstResponseHours"),
        ({"targets": [Target(P1, float("nan"))]}, "targets[0].firstResponseHours"),
        ({"targets": [Target(P1, float("inf"))]}, "targets[0].firstResponseHours"),
        ({"targets": [Target(P1, None, 87600.01)]}, "targets[0].resolutionHours"),
        ({"targets": [Target(P1, None, 1e300)]}, "targets[0].resolutionHours"),
        ({"targets": [Target(P1, None, 1e-21)]}, "targets[0].resolutionHours"),
        ({"targets": [Target(P1, None, 1e-10)]}, "targets[0].resolutionHours"),
    ],
)
async def test_what_no_policy_can_say_is_named(world: World, said: dict[str, Any], path: str) -> None:
    policy = await added(world)
    for attempt in (added(world, **said), changed(world, policy, **said)):
        with pytest.raises(Invalid) as refused:
            await attempt
        assert [problem.path for problem in refused.value.problems] == [path]
    assert len(await kept(world, policy)) == 1


async def test_zero_hours_and_ten_years_are_promises_too(world: World) -> None:
    policy = await added(world, targets=[Target(P1, 0, 0), Target(P2, 87600)])
    assert len(await kept(world, policy)) == 1


async def test_the_default_is_no_team_s_own(world: World) -> None:
    with pytest.raises(Unprocessable, match="cannot be a team's own"):
        await added(world, team_id=world.it.id, is_default=True)
    policy = await added(world, team_id=world.it.id)
    with pytest.raises(Unprocessable, match="cannot be a team's own"):
        await changed(world, policy, is_default=True)


async def test_a_policy_of_a_team_that_there_is_not_is_refused(world: World) -> None:
    with pytest.raises(Unprocessable, match="no such active team"):
        await added(world, team_id=new_id())


async def test_what_was_never_promised_cannot_be_taken_back(world: World) -> None:
    policy = await added(world, targets=[])
    async with world.work(as_=world.ona) as work:
        with pytest.raises(NotFound, match="no target for P1"):
            await policies.remove_target(work, await queries.held_policy(work, policy.id), P1)


async def test_a_policy_that_counts_for_somebody_is_not_removed_and_a_removed_one_leaves_its_versions(
    world: World,
) -> None:
    policy = await added(world, is_default=True)

    async def remove() -> None:
        async with world.work(as_=world.ona) as work:
            await policies.remove(work, await queries.held_policy(work, policy.id))

    with pytest.raises(Conflict, match="default"):
        await remove()
    await changed(world, policy, is_default=False)
    async with world.work(as_=world.ona) as work:
        await assignments.assign(work, world.it, policy.id)
    with pytest.raises(Conflict, match="under this policy"):
        await remove()
    async with world.work(as_=world.ona) as work:
        await assignments.withdraw(work, world.it)
    await remove()

    async with world.session() as session:
        left = [(v.version, v.policy_config_id) for v in await session.scalars(select(SlaPolicyVersion))]
        assert sorted(left) == [(1, None), (2, None)]
        assert (await session.scalars(select(SlaPolicyConfig))).all() == []
    assert (await audited(world))[-1][0] == "SLA_POLICY_REMOVED"


async def test_a_change_of_another_version_than_expected_is_stale(world: World) -> None:
    policy = await added(world)
    await changed(world, policy, name="Platinum")
    async with world.work(as_=world.ona) as work:
        with pytest.raises(StaleVersion, match="version 2"):
            await queries.held_policy(work, policy.id, versions={1})
        assert (await queries.held_policy(work, policy.id, versions={2})).name == "Platinum"


async def test_of_two_who_save_at_once_one_is_told_so(world: World) -> None:
    policy = await added(world)
    waiting = asyncio.Event()

    async def second() -> None:
        async with world.work(as_=world.ona) as work:
            waiting.set()
            await policies.change(work, await queries.held_policy(work, policy.id), PolicyChanges(name="Second"))

    async with world.work(as_=world.ona) as work:
        held = await queries.held_policy(work, policy.id)
        late = asyncio.create_task(second())
        await waiting.wait()
        await somebody_waits(world)
        await policies.change(work, held, PolicyChanges(name="First"))

    with pytest.raises(Conflict, match="just saved"):
        await late
    assert (await reloaded(world, policy)).name == "First"
    assert [version.version for version in await kept(world, policy)] == [1, 2]


async def test_of_two_who_make_a_default_at_once_there_is_one(world: World) -> None:
    waiting = asyncio.Event()

    async def second() -> None:
        async with world.work(as_=world.ona) as work:
            waiting.set()
            await policies.add(work, NewPolicy(name="Second", is_default=True))

    async with world.work(as_=world.ona) as work:
        await policies.add(work, NewPolicy(name="First", is_default=True))
        late = asyncio.create_task(second())
        await waiting.wait()
        await somebody_waits(world)

    with pytest.raises(Conflict):
        await late
    async with world.session() as session:
        assert (await session.scalars(select(SlaPolicyConfig.name))).all() == ["First"]
