"""Who leaves a team or the desk gives back what they worked on there; what they finished stays theirs."""

from collections.abc import Awaitable, Callable

import pytest
from scenes import act, assign, hire, move, standing, team_of

from codex.db.work import Work
from codex.identity import people, teams
from codex.identity.models import User
from codex.identity.people import PersonChanges
from codex.identity.queries import person
from codex.kernel.actor import ActorKind, TeamRole, UserRole
from codex.tickets.models import TicketStatus as S
from world import World

pytestmark = pytest.mark.anyio

LATER = "2026-03-02T12:00Z"


async def change(work: Work, user: User, **wanted: object) -> None:
    await people.change(work, await person(work.session, user.id, lock=True), PersonChanges(**wanted))  # type: ignore[arg-type]


async def leave_team(work: Work, world: World) -> None:
    await teams.remove_member(work, await team_of(work, world.it.id), await person(work.session, world.amir.id))


WAYS: dict[str, Callable[[Work, World], Awaitable[None]]] = {
    "removed from the team": leave_team,
    "deactivated": lambda work, world: change(work, world.amir, is_active=False),
    "made an employee": lambda work, world: change(work, world.amir, role=UserRole.EMPLOYEE),
}


@pytest.mark.parametrize("way", WAYS)
async def test_who_leaves_is_unassigned_from_what_is_not_done(world: World, way: str) -> None:
    working = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    waiting = await standing(world, S.WAITING_ON_REQUESTER, assignee=world.amir)
    solved = await standing(world, S.RESOLVED, assignee=world.amir)
    of_lena = await standing(world, S.ASSIGNED, assignee=world.lena)
    async with world.work(as_=world.ona, now=LATER) as work:
        await WAYS[way](work, world)

    working, waiting, solved, of_lena = [await world.reload(t) for t in (working, waiting, solved, of_lena)]
    assert (working.assignee_id, working.status) == (None, S.TRIAGED)
    assert (waiting.assignee_id, waiting.status) == (None, S.WAITING_ON_REQUESTER)
    assert (solved.assignee_id, of_lena.assignee_id) == (world.amir.id, world.lena.id)
    event = (await world.events(waiting))[-1]
    assert (event.type, event.actor_kind) == ("ASSIGNED", ActorKind.SYSTEM)
    assert await world.differences() == []


@pytest.mark.parametrize("way", WAYS)
async def test_what_comes_back_after_somebody_left_is_nobodys(world: World, way: str) -> None:
    solved = await standing(world, S.RESOLVED, assignee=world.amir)
    async with world.work(as_=world.ona, now=LATER) as work:
        await WAYS[way](work, world)
    reopened = await act(world, world.rosa, solved, move(S.REOPENED), now=LATER)

    assert (reopened.assignee_id, reopened.status) == (None, S.REOPENED)
    assert await world.differences() == []


async def test_what_comes_back_to_somebody_who_stayed_is_still_theirs(world: World) -> None:
    solved = await standing(world, S.RESOLVED, assignee=world.amir)
    assert (await act(world, world.rosa, solved, move(S.REOPENED))).assignee_id == world.amir.id


async def test_who_leaves_one_team_keeps_the_tickets_of_another(world: World) -> None:
    both = {world.it.id: TeamRole.AGENT, world.hr.id: TeamRole.AGENT}
    mira = await hire(world, "Mira", UserRole.AGENT, both)
    tickets = [await world.ticket(team=team, assignee=mira) for team in (world.it, world.hr)]
    async with world.work(as_=world.ona, now=LATER) as work:
        await teams.remove_member(work, await team_of(work, world.hr.id), await person(work.session, mira.id))
    assert [(await world.reload(ticket)).assignee_id for ticket in tickets] == [mira.id, None]


async def test_a_team_admin_whose_primary_team_changes_gives_back_the_old_ones(world: World) -> None:
    admin = await hire(world, "Admin", UserRole.TEAM_ADMIN)
    async with world.work(as_=world.ona) as work:
        await change(work, admin, primary_team_id=world.hr.id)
    ticket = await world.ticket(team=world.hr)
    ticket = await act(world, admin, ticket, assign(admin))
    async with world.work(as_=world.ona, now=LATER) as work:
        await change(work, admin, primary_team_id=world.finance.id)
    assert (await world.reload(ticket)).assignee_id is None


async def test_a_change_that_keeps_the_work_keeps_the_tickets(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    async with world.work(as_=world.ona, now=LATER) as work:
        await change(work, world.amir, role=UserRole.LEAD, display_name="Amir H.")
    assert (await world.reload(ticket)).assignee_id == world.amir.id


async def test_who_is_removed_as_member_and_still_administers_the_team_keeps_its_tickets(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.tara)
    async with world.work(as_=world.ona, now=LATER) as work:
        await teams.remove_member(work, await team_of(work, world.it.id), await person(work.session, world.tara.id))
    assert (await world.reload(ticket)).assignee_id == world.tara.id
