"""Teams: added, changed, removed, and who belongs to them."""

import pytest
from sqlalchemy import select

from codex.identity import people, queries, teams
from codex.identity.models import Team, TeamAssignmentStrategy, User
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import TeamRole, UserRole, system
from codex.kernel.errors import Conflict, Invalid, NotFound, Unprocessable
from codex.kernel.ids import new_id
from codex.tickets.models import TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio
NOON = "2026-03-02T12:00Z"


async def reload(world: World, team: Team) -> Team | None:
    async with world.session() as session:
        return (await session.scalars(select(Team).where(Team.id == team.id))).one_or_none()


async def change(world: World, by: User, team: Team, **wanted: object) -> Team:
    async with world.work(as_=by, now=NOON) as work:
        found = await queries.team(work.session, team.id, lock=True)
        await teams.change(work, found, TeamChanges(**wanted))  # type: ignore[arg-type]
    kept = await reload(world, team)
    assert kept
    return kept


async def put(world: World, by: User, team: Team, user: User, role: TeamRole = TeamRole.AGENT) -> None:
    async with world.work(as_=by, now=NOON) as work:
        await teams.put_member(work, team, await queries.person(work.session, user.id), role=role)


async def take(world: World, by: User, team: Team, user: User) -> None:
    async with world.work(as_=by, now=NOON) as work:
        await teams.remove_member(work, team, user)


async def test_an_owner_adds_a_team(world: World) -> None:
    async with world.work(as_=world.ona, now=NOON) as work:
        team = await teams.add(work, name=" Legal  Affairs", slug="legal", prefix="LEG", description="a\x00b",
                               strategy=TeamAssignmentStrategy.ROUND_ROBIN, is_confidential=True)  # fmt: skip
    kept = await reload(world, team)

    assert kept and (kept.name, kept.slug, kept.prefix, kept.description) == ("Legal Affairs", "legal", "LEG", "ab")
    assert (kept.assignment_strategy, kept.is_confidential, kept.is_active) == ("ROUND_ROBIN", True, True)
    assert kept.created_at == instant(NOON)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"slug": "Legal"}, Invalid), ({"name": ""}, Invalid), ({"prefix": "leg"}, Invalid), ({"slug": "it"}, Conflict),
        ({"description": "x" * 2001}, Invalid),
    ],
)  # fmt: skip
async def test_a_team_that_cannot_be_is_refused(world: World, given: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        async with world.work(as_=world.ona) as work:
            await teams.add(work, **{"name": "Legal", "slug": "legal", **given})  # type: ignore[arg-type]


async def test_its_admin_changes_a_team_and_what_is_not_given_stays(world: World) -> None:
    it = await change(world, world.tara, world.it, name="IT", description=None, prefix="HELP", is_confidential=True)

    assert (it.name, it.description, it.prefix, it.is_confidential) == ("IT", None, "HELP", True)
    assert (it.slug, it.assignment_strategy, it.updated_at) == ("it", world.it.assignment_strategy, instant(NOON))


async def test_what_is_the_same_already_changes_nothing(world: World) -> None:
    it = await change(world, world.tara, world.it, name=world.it.name, slug="it", is_active=True)

    assert it.updated_at == world.it.updated_at


@pytest.mark.parametrize(
    ("wanted", "error"),
    [({"slug": "hr"}, Conflict), ({"slug": "I T"}, Invalid), ({"prefix": ""}, Invalid), ({"name": "\x00"}, Invalid)],
)
async def test_a_wrong_change_is_refused(world: World, wanted: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        await change(world, world.tara, world.it, **wanted)


async def test_the_prefix_counts_for_tickets_from_then_on(world: World) -> None:
    old = await world.ticket(team=world.it)
    it = await change(world, world.tara, world.it, prefix="HELP")
    new = await world.ticket(team=it)

    assert (await world.reload(old)).display_id == f"IT-{old.number}"
    assert new.display_id == f"HELP-{new.number}"


async def test_a_team_without_tickets_is_removed_with_its_memberships(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        await teams.remove(work, await queries.team(work.session, world.finance.id, lock=True), has_tickets=False)

    assert await reload(world, world.finance) is None
    async with world.works.begin(system("Test")) as work:
        with pytest.raises(NotFound, match="no team finance"):
            await queries.team_by_slug(work.session, "finance")
        with pytest.raises(NotFound):
            await queries.team(work.session, new_id())


async def test_a_team_with_tickets_stays(world: World) -> None:
    with pytest.raises(Conflict, match="deactivate it"):
        async with world.work(as_=world.ona) as work:
            await teams.remove(work, await queries.team(work.session, world.it.id), has_tickets=True)


@pytest.mark.parametrize("role", TeamRole)
async def test_a_teams_admin_gives_every_role_of_the_team(world: World, role: TeamRole) -> None:
    await change_role(world, world.otto, UserRole.OWNER)
    await put(world, world.tara, world.it, world.otto, role)

    assert (await world.actor(world.otto)).team_roles[world.it.id] is role


async def test_a_membership_is_worth_no_more_than_the_global_role(world: World) -> None:
    await put(world, world.tara, world.it, world.rosa, TeamRole.ADMIN)
    await put(world, world.tara, world.it, world.amir, TeamRole.ADMIN)

    assert (await world.actor(world.rosa)).team_roles == {}
    assert (await world.actor(world.amir)).team_roles == {world.it.id: TeamRole.AGENT}


async def test_somebody_deactivated_joins_no_team(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, world.otto.id, lock=True))
    with pytest.raises(Unprocessable, match="Otto Weiss is deactivated"):
        await put(world, world.tara, world.it, world.otto)


async def test_who_is_taken_out_has_no_rights_at_once(world: World) -> None:
    await take(world, world.tara, world.it, world.amir)

    assert (await world.actor(world.amir)).team_roles == {}
    with pytest.raises(NotFound, match="Amir Haddad is not in this team"):
        await take(world, world.tara, world.it, world.amir)


async def test_who_leaves_gives_back_what_is_open_there_and_only_there(world: World) -> None:
    await put(world, world.ona, world.facilities, world.amir)
    done = await world.ticket(team=world.it, assignee=world.amir, status=TicketStatus.RESOLVED)
    mine = await world.ticket(team=world.it, assignee=world.amir)
    elsewhere = await world.ticket(team=world.facilities, assignee=world.amir)
    await take(world, world.tara, world.it, world.amir)

    assert (await world.reload(mine)).assignee_id is None
    assert (await world.reload(elsewhere)).assignee_id == (await world.reload(done)).assignee_id == world.amir.id
    assert await world.differences() == []


@pytest.mark.parametrize("role", UserRole)
async def test_who_has_no_longer_the_role_for_it_gives_back_too(world: World, role: UserRole) -> None:
    mine = await world.ticket(team=world.it, assignee=world.amir)
    async with world.works.begin(system("Test"), now=instant(NOON)) as work:
        amir = await queries.person(work.session, world.amir.id, lock=True)
        await people.change(work, amir, PersonChanges(role=role))

    assert ((await world.reload(mine)).assignee_id is None) is (role is UserRole.EMPLOYEE)
    assert await world.differences() == []


async def test_a_team_admin_of_another_team_gives_back_what_was_held_by_that_alone(world: World) -> None:
    await take(world, world.ona, world.it, world.tara)
    mine = await world.ticket(team=world.it, assignee=world.tara)
    async with world.work(as_=world.ona, now=NOON) as work:
        tara = await queries.person(work.session, world.tara.id, lock=True)
        await people.change(work, tara, PersonChanges(primary_team_id=world.hr.id))

    assert (await world.reload(mine)).assignee_id is None


async def test_a_team_admin_is_one_with_or_without_a_membership(world: World) -> None:
    await take(world, world.ona, world.it, world.tara)

    assert (await world.actor(world.tara)).team_roles == {world.it.id: TeamRole.ADMIN}
    async with world.works.begin(system("Test")) as work:
        assert await queries.is_active_member(work.session, world.it.id, world.tara.id)
        assert not await queries.is_active_member(work.session, world.hr.id, world.tara.id)


async def change_role(world: World, user: User, role: UserRole) -> None:
    async with world.work(as_=world.ona) as work:
        await people.change(work, await queries.person(work.session, user.id, lock=True), PersonChanges(role=role))
