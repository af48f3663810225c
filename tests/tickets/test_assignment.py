"""Whose a ticket is: assign, take, unassign, transfer, and people who leave."""

import pytest
from scenes import act, assign, grant, hire, standing, story

from codex.identity import people, teams
from codex.identity.people import PersonChanges
from codex.identity.queries import person
from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole
from codex.kernel.errors import Forbidden, Unprocessable
from codex.tickets import assignment
from codex.tickets.models import AccessLevel
from codex.tickets.models import TicketStatus as S
from world import World

pytestmark = pytest.mark.anyio


UNTOUCHED, WORKED_ON = (S.NEW, S.TRIAGED, S.REOPENED), (S.ASSIGNED, S.IN_PROGRESS)


@pytest.mark.parametrize("status", [s for s in S if s not in WORKED_ON])
async def test_assigning_makes_an_untouched_ticket_assigned_and_leaves_others_where_they_are(
    world: World, status: S
) -> None:
    ticket = await standing(world, status)
    ticket = await act(world, world.lena, ticket, assign(world.amir))
    assert (ticket.assignee_id, ticket.status) == (world.amir.id, S.ASSIGNED if status in UNTOUCHED else status)


@pytest.mark.parametrize("status", [s for s in S if s is not S.NEW])
async def test_taking_the_person_away_makes_work_in_progress_triaged_and_nothing_else(world: World, status: S) -> None:
    ticket = await standing(world, status, assignee=world.amir)
    ticket = await act(world, world.amir, ticket, assign(None))
    assert (ticket.assignee_id, ticket.status) == (None, S.TRIAGED if status in WORKED_ON else status)
    assert await world.differences() == []


async def test_passing_it_on_keeps_the_status_and_records_both(world: World) -> None:
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    ticket = await act(world, world.amir, ticket, assign(world.lena))
    last = (await world.events(ticket))[-1]
    assert (ticket.status, last.type) == (S.IN_PROGRESS, "ASSIGNED")
    assert last.payload == {"from": str(world.amir.id), "to": str(world.lena.id)}


async def test_an_agent_takes_a_ticket_of_a_colleague_and_does_not_give_it_to_a_third(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.lena)
    with pytest.raises(Forbidden):
        await act(world, world.amir, ticket, assign(world.tara))
    assert (await act(world, world.amir, ticket, assign(world.amir))).assignee_id == world.amir.id
    assert (await act(world, world.amir, ticket, assign(world.tara))).assignee_id == world.tara.id


async def test_assigning_whoever_has_it_writes_nothing(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    assert (await act(world, world.lena, ticket, assign(world.amir))).version == ticket.version
    ticket = await act(world, world.lena, ticket, assign(None))
    assert (await act(world, world.lena, ticket, assign(None))).version == ticket.version


@pytest.mark.parametrize("status", [S.ASSIGNED, S.REOPENED])
async def test_who_is_refused_is_refused_what_would_change_nothing_too(world: World, status: S) -> None:
    ticket = await standing(world, status, assignee=world.amir)
    for command in (assign(world.amir), lambda w, t: assignment.transfer_to(w, t, world.it)):
        with pytest.raises(Forbidden):
            await act(world, world.rosa, ticket, command)


async def test_only_active_members_of_the_team_get_its_tickets(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    demoted = await hire(world, "Demoted", UserRole.EMPLOYEE, {world.it.id: TeamRole.AGENT})
    gone = await hire(world, "Gone", UserRole.AGENT, {world.it.id: TeamRole.AGENT})
    admin = await hire(world, "Admin", UserRole.TEAM_ADMIN)
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await person(work.session, gone.id))
        await people.change(work, await person(work.session, admin.id), PersonChanges(primary_team_id=world.it.id))
    for outsider in (world.hana, world.rosa, world.ona, demoted, gone):
        with pytest.raises(Unprocessable, match="active member") as refused:
            await act(world, world.lena, ticket, assign(outsider))
        assert refused.value.path == "assigneeId"
    assert (await act(world, world.lena, ticket, assign(admin))).assignee_id == admin.id


async def test_an_owner_outside_the_team_gives_its_tickets_away_and_cannot_take_them(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    with pytest.raises(Forbidden):
        await act(world, world.ona, ticket, assign(world.ona))
    assert (await act(world, world.ona, ticket, assign(world.amir))).assignee_id == world.amir.id


async def test_a_ticket_of_no_team_has_nobody_to_work_on_it(world: World) -> None:
    ticket = await world.ticket(team=None)
    with pytest.raises(Unprocessable):
        await act(world, world.ona, ticket, assign(world.amir))


async def test_a_transfer_leaves_the_old_person_and_team_behind(world: World) -> None:
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    ticket = await act(world, world.amir, ticket, lambda w, t: assignment.transfer_to(w, t, world.hr))
    assert (ticket.assigned_team_id, ticket.assignee_id, ticket.status) == (world.hr.id, None, S.TRIAGED)
    assert (await story(world, ticket))[-3:] == ["ASSIGNED", "STATUS_CHANGED", "TEAM_CHANGED"]
    assert ticket.display_id == f"IT-{ticket.number}"
    assert await world.differences() == []


async def test_a_transfer_to_somebody_there_is_one_change(world: World) -> None:
    ticket = await standing(world, S.WAITING_ON_VENDOR, assignee=world.amir)
    moved = await act(
        world, world.lena, ticket, lambda w, t: assignment.transfer_to(w, t, world.hr, agent_id=world.hana.id)
    )
    assert (moved.assigned_team_id, moved.assignee_id, moved.status) == (
        world.hr.id, world.hana.id, S.WAITING_ON_VENDOR,
    )  # fmt: skip
    with pytest.raises(Unprocessable):
        await act(world, world.hana, moved, lambda w, t: assignment.transfer_to(w, t, world.it, agent_id=world.rosa.id))
    assert (await world.reload(moved)).assigned_team_id == world.hr.id


async def test_a_transfer_within_the_team_takes_nobody_off(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    same = await act(world, world.lena, ticket, lambda w, t: assignment.transfer_to(w, t, world.it))
    assert (same.assignee_id, same.version) == (world.amir.id, ticket.version)
    to_lena = await act(
        world, world.lena, ticket, lambda w, t: assignment.transfer_to(w, t, world.it, agent_id=world.lena.id)
    )
    assert to_lena.assignee_id == world.lena.id


async def test_an_inactive_team_gets_no_tickets(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.ona) as work:
        world.hr = await work.session.merge(world.hr)
        await teams.change(work, world.hr, teams.TeamChanges(is_active=False))
    with pytest.raises(Unprocessable, match="not active"):
        await act(world, world.lena, ticket, lambda w, t: assignment.transfer_to(w, t, world.hr))


async def test_a_grant_to_write_is_none_to_give_the_ticket_away(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE)
    for command in (assign(world.amir), assign(world.farid), lambda w, t: assignment.transfer_to(w, t, world.hr)):
        with pytest.raises(Forbidden):
            await act(world, world.farid, ticket, command)


async def test_a_rule_assigns_within_the_team_only(world: World) -> None:
    ticket, rule = await world.ticket(team=world.it), Actor(ActorKind.RULE, "Night shift")
    with pytest.raises(Unprocessable):
        await act(world, rule, ticket, assign(world.hana))
    ticket = await act(world, rule, ticket, assign(world.amir))
    event = (await world.events(ticket))[1]
    assert (event.actor_kind, event.actor_name, event.created_by_id) == (ActorKind.RULE, "Night shift", None)
