"""Which terms a ticket is under: the first of three sources, counted in the team's calendar or everybody's, and why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from codex.identity.models import Team
from codex.sla import assignments, business_hours, kept_versions, policies, queries, team_policies
from codex.sla.business_hours import OpeningHours
from codex.sla.calendar import Calendar
from codex.sla.clock_state import ReopenMode, Source, Terms
from codex.sla.hours import Hours, written
from codex.sla.models import SlaNotifyRole, SlaPolicyConfig
from codex.sla.policies import NewPolicy, PolicyChanges, Target
from codex.sla.selecting import Chosen, terms_for, terms_of
from codex.tickets.models import TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
P1, P2 = TicketPriority.P1, TicketPriority.P2
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


async def a_policy(
    world: World, name: str, *targets: Target, under: Team | None = None, **said: Any
) -> SlaPolicyConfig:
    async with world.work(as_=world.ona) as work:
        policy = await policies.add(work, NewPolicy(name=name, targets=list(targets), **said))
        if under is not None:
            await assignments.assign(work, under, policy.id)
    return policy


async def own_hours(world: World, team: Team, priority: TicketPriority, hours: Hours) -> None:
    async with world.work(as_=world.ona) as work:
        await team_policies.put(work, team, priority, hours)


async def opened(world: World, team: Team | None, zone: str) -> None:
    async with world.work(as_=world.ona) as work:
        await business_hours.put(work, team, OpeningHours(timezone=zone, schedule=WEEK))


async def chosen(world: World, team: Team | None, priority: TicketPriority) -> Chosen:
    async with world.reading() as reader:
        await terms_of(reader, team.id if team else None, priority)
        before = reader.statements
        found = await terms_of(reader, team.id if team else None, priority)
        assert reader.statements == before + 1
    return found


def promised(found: Chosen) -> tuple[Source, timedelta | None, timedelta | None]:
    assert isinstance(found.terms, Terms)
    return found.terms.source, found.terms.first_response, found.terms.resolution


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


async def test_without_any_policy_nothing_is_promised(world: World) -> None:
    found = await chosen(world, world.it, P1)

    assert (found.terms, found.why) == (None, "Nothing is promised for P1.")
    assert (await chosen(world, None, P1)).why == "The ticket is of no team. Nothing is promised for P1."


async def test_the_first_source_with_a_target_wins(world: World) -> None:
    await a_policy(world, "Standard", Target(P1, 1, 4), Target(P2, 4, 8), is_default=True)
    assert promised(await chosen(world, world.it, P1)) == (Source.DEFAULT, hours(1), hours(4))
    assert promised(await chosen(world, None, P1)) == (Source.DEFAULT, hours(1), hours(4))

    await a_policy(world, "Gold", Target(P1, 0.5, 2), under=world.it)
    assert promised(await chosen(world, world.it, P1)) == (Source.ASSIGNED, hours(0.5), hours(2))
    assert promised(await chosen(world, world.it, P2)) == (Source.DEFAULT, hours(4), hours(8))
    assert promised(await chosen(world, world.hr, P1)) == (Source.DEFAULT, hours(1), hours(4))

    await own_hours(world, world.it, P1, written(0.25, None))
    assert promised(await chosen(world, world.it, P1)) == (Source.TEAM_POLICY, hours(0.25), None)
    assert promised(await chosen(world, world.hr, P1)) == (Source.DEFAULT, hours(1), hours(4))


async def test_disabled_policies_promise_nothing(world: World) -> None:
    await a_policy(world, "Gold", Target(P1, 0.5, 2), under=world.it, enabled=False)
    standard = await a_policy(world, "Standard", Target(P1, 1, 4), is_default=True)
    assert promised(await chosen(world, world.it, P1))[0] is Source.DEFAULT

    async with world.work(as_=world.ona) as work:
        await policies.change(work, await queries.held_policy(work, standard.id), PolicyChanges(enabled=False))
    assert (await chosen(world, world.it, P1)).terms is None


async def test_zero_hours_are_a_promise_of_nothing_which_ends_the_search(world: World) -> None:
    await a_policy(world, "Standard", Target(P1, 1, 4), is_default=True)
    await a_policy(world, "Never", Target(P1, 0, 0), under=world.it)

    assert promised(await chosen(world, world.it, P1)) == (Source.ASSIGNED, None, None)


async def test_targets_are_exact_to_the_microsecond(world: World) -> None:
    await a_policy(world, "Quick", Target(P1, 2 / 3600, 0.1), is_default=True)

    assert promised(await chosen(world, world.it, P1))[1:] == (timedelta(seconds=2), timedelta(minutes=6))


async def test_all_that_a_policy_says_goes_into_the_terms(world: World) -> None:
    policy = await a_policy(
        world, "Gold", Target(P1, 1, 4), under=world.it, business_hours_only=False, escalation_after_percent=50,
        breach_notify_roles=[SlaNotifyRole.OWNER], reopen=ReopenMode.TOTAL, first_response_pauses=True,
        pause_on=[TicketStatus.WAITING_ON_VENDOR],
    )  # fmt: skip
    found = await chosen(world, world.it, P1)

    assert found.terms is not None
    assert (found.terms.reopen, found.terms.pause_on) == (ReopenMode.TOTAL, ("WAITING_ON_VENDOR",))
    assert (found.terms.first_response_pauses, found.terms.at_risk_percent) == (True, 50)
    assert (found.terms.policy, found.terms.policy_version, found.terms.priority) == ("Gold", 1, "P1")
    assert found.breach_notify_roles == (SlaNotifyRole.OWNER,)
    assert (found.policy_config_id, found.policy_id, found.settings_version_id) == (policy.id, None, None)
    assert found.terms.policy_version_id == str(found.policy_version_id)


async def test_who_does_not_escalate_warns_nobody(world: World) -> None:
    await a_policy(world, "Calm", Target(P1, 1, 4), is_default=True, escalation_enabled=False)

    assert getattr((await chosen(world, world.it, P1)).terms, "at_risk_percent", 0) is None


async def test_a_team_s_own_hours_go_by_its_policy_else_the_default_else_the_usual_in_all_else(world: World) -> None:
    await own_hours(world, world.it, P1, written(1, 4))
    usual = await chosen(world, world.it, P1)
    assert usual.terms is not None and (usual.terms.at_risk_percent, usual.terms.reopen) == (80, ReopenMode.RESUME)
    assert (usual.policy_config_id, usual.settings_version_id) == (None, None)
    assert usual.breach_notify_roles == (SlaNotifyRole.AGENT, SlaNotifyRole.LEAD)

    standard = await a_policy(world, "Standard", is_default=True, escalation_after_percent=60)
    by_default = await chosen(world, world.it, P1)
    assert by_default.terms is not None and by_default.terms.at_risk_percent == 60
    assert by_default.policy_config_id == standard.id

    gold = await a_policy(world, "Gold", under=world.it, escalation_after_percent=40)
    by_gold = await chosen(world, world.it, P1)
    assert by_gold.terms is not None and by_gold.terms.at_risk_percent == 40
    assert by_gold.policy_config_id == gold.id and by_gold.settings_version_id not in (
        None, by_default.settings_version_id,
    )  # fmt: skip
    assert by_gold.policy_version_id == by_default.policy_version_id == usual.policy_version_id
    assert promised(by_gold) == (Source.TEAM_POLICY, hours(1), hours(4))


async def test_the_team_s_calendar_wins_over_everybody_s(world: World) -> None:
    await a_policy(world, "Standard", Target(P1, 1, 4), is_default=True)
    unset = await chosen(world, world.it, P1)
    await opened(world, None, "Europe/Berlin")
    await opened(world, world.hr, "America/New_York")
    everybodys, own = await chosen(world, world.it, P1), await chosen(world, world.hr, P1)

    assert unset.terms and everybodys.terms and own.terms
    assert unset.terms.calendar.is_always and unset.calendar_version_id is None
    assert (everybodys.terms.calendar.zone, own.terms.calendar.zone) == ("Europe/Berlin", "America/New_York")
    assert (await chosen(world, None, P1)).calendar_version_id == everybodys.calendar_version_id
    assert everybodys.terms.calendar_version_id == str(everybodys.calendar_version_id)
    async with world.reading() as reader:
        ids = [found.calendar_version_id for found in (everybodys, own)]
        found = await kept_versions.calendars(reader, [key for key in ids if isinstance(key, UUID)])
    assert [found[key].zone for key in ids if key] == ["Europe/Berlin", "America/New_York"]


async def test_round_the_clock_is_counted_in_no_calendar(world: World) -> None:
    await a_policy(world, "Always", Target(P1, 1, 4), is_default=True, business_hours_only=False)
    await opened(world, None, "Europe/Berlin")
    found = await chosen(world, world.it, P1)

    assert found.terms is not None and found.terms.calendar == Calendar.always()
    assert (found.calendar_version_id, found.terms.calendar_version_id) == (None, None)


async def test_the_newest_versions_are_chosen_at_once(world: World) -> None:
    gold = await a_policy(world, "Gold", Target(P1, 1, 4), under=world.it)
    await opened(world, None, "Europe/Berlin")
    await own_hours(world, world.hr, P1, written(1, 4))
    before = await chosen(world, world.it, P1)
    async with world.work(as_=world.ona) as work:
        await policies.put_target(work, await queries.held_policy(work, gold.id), P1, written(2, 8))
    await opened(world, None, "Europe/London")
    await own_hours(world, world.hr, P1, written(3, None))
    after = await chosen(world, world.it, P1)

    assert promised(after) == (Source.ASSIGNED, hours(2), hours(8))
    assert after.terms and after.terms.calendar.zone == "Europe/London" and after.terms.policy_version == 2
    assert before.policy_version_id != after.policy_version_id
    assert before.calendar_version_id != after.calendar_version_id
    assert promised(await chosen(world, world.hr, P1)) == (Source.TEAM_POLICY, hours(3), None)


async def test_it_is_said_why(world: World) -> None:
    await a_policy(world, "Standard", Target(P1, 1, 4), Target(P2, 4, 8), is_default=True)
    await a_policy(world, "Gold", Target(P1, 0.5, 2), under=world.it)
    await opened(world, None, "Europe/Berlin")
    await own_hours(world, world.hr, P1, written(1, 4))
    await opened(world, world.hr, "Europe/Berlin")

    assert (await chosen(world, world.it, P1)).why == (
        "The policy of IT Support, Gold (version 1), has a target for P1. Counted in the opening hours of the desk."
    )
    assert (await chosen(world, world.it, P2)).why == (
        "The policy of IT Support, Gold (version 1), has no target for P2. The default policy, Standard (version 1), "
        "has a target for P2. Counted in the opening hours of the desk."
    )
    assert (await chosen(world, world.hr, P1)).why == (
        "HR has hours of its own for P1 (version 1); all else goes by Standard (version 1). "
        "Counted in the opening hours of HR."
    )
    assert (await chosen(world, world.it, TicketPriority.P4)).why == (
        "The policy of IT Support, Gold (version 1), has no target for P4. The default policy, Standard (version 1), "
        "has no target for P4. Nothing is promised for P4."
    )


async def test_a_ticket_is_under_the_terms_of_its_team_and_priority(world: World) -> None:
    await a_policy(world, "Gold", Target(P1, 0.5, 2), under=world.it)
    ticket = await world.ticket(team=world.it, priority=P1)

    async with world.work(as_=world.amir) as work:
        assert promised(await terms_for(work, ticket.assigned_team_id, ticket.priority)) == (
            Source.ASSIGNED,
            hours(0.5),
            hours(2),
        )
