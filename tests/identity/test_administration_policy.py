"""Who administers people and teams: every member of the cast × every operation, by the table of the specification."""

from collections.abc import Awaitable, Callable

import pytest

from codex.db.work import Work
from codex.identity import people, policy, queries, teams
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import Actor, TeamRole, UserRole, importer, system
from codex.kernel.errors import Forbidden
from codex.kernel.ids import new_id
from world import World

pytestmark = pytest.mark.anyio
CAST = ("rosa", "amir", "lena", "tara", "hana", "ona")
Do = Callable[[Work, World], Awaitable[object]]


async def add_person(work: Work, world: World) -> None:
    await people.add(work, email="nia@acme.example", display_name="Nia")


async def shut_out(work: Work, world: World) -> None:
    await people.deactivate(work, await queries.person(work.session, world.otto.id))


async def promote(work: Work, world: World) -> None:
    otto = await queries.person(work.session, world.otto.id)
    await people.change(work, otto, PersonChanges(role=UserRole.AGENT))


async def add_team(work: Work, world: World) -> None:
    await teams.add(work, name="Legal", slug="legal")


async def remove_team(work: Work, world: World) -> None:
    await teams.remove(work, await queries.team(work.session, world.finance.id), has_tickets=False)


async def rename_team(work: Work, world: World) -> None:
    await teams.change(work, await queries.team(work.session, world.it.id), TeamChanges(name="Help"))


async def join(work: Work, world: World) -> None:
    await teams.put_member(work, world.it, await queries.person(work.session, world.hana.id))


async def take_out(work: Work, world: World) -> None:
    await teams.remove_member(work, world.it, await queries.person(work.session, world.amir.id))


OPERATIONS: dict[Do, set[str]] = {
    add_person: {"ona"},
    shut_out: {"ona"},
    promote: {"ona"},
    add_team: {"ona"},
    remove_team: {"ona"},
    rename_team: {"tara", "ona"},
    join: {"tara", "ona"},
    take_out: {"tara", "ona"},
}


@pytest.mark.parametrize("do", OPERATIONS, ids=lambda do: do.__name__)
async def test_who_may_do_it_is_who_the_table_says(world: World, do: Do) -> None:
    may = set()
    for name in CAST:
        try:
            async with world.work(as_=getattr(world, name)) as work:
                await do(work, world)
                raise Undone
        except Undone:
            may.add(name)
        except Forbidden:
            pass

    assert may == OPERATIONS[do]


class Undone(Exception):
    """It was allowed; so that the next one finds the world as it was."""


async def test_an_admin_of_one_team_is_nobody_in_another(world: World) -> None:
    tara = await world.actor(world.tara)

    assert policy.may_administer_team(tara, world.it.id) and policy.may_see_team(tara, world.it.id)
    assert not policy.may_administer_team(tara, world.hr.id) and not policy.may_see_team(tara, world.hr.id)
    assert not any(policy.may_give_team_role(tara, world.hr.id, role) for role in TeamRole)


@pytest.mark.parametrize(
    ("name", "given"), [("amir", []), ("lena", []), ("tara", list(TeamRole)), ("ona", list(TeamRole))]
)
async def test_team_roles_are_given_up_to_ones_own(world: World, name: str, given: list[TeamRole]) -> None:
    actor = await world.actor(getattr(world, name))

    assert [role for role in TeamRole if policy.may_give_team_role(actor, world.it.id, role)] == given


@pytest.mark.parametrize("actor", [system(), importer("Log", new_id())], ids=["system", "import"])
def test_the_product_itself_may(actor: Actor) -> None:
    assert policy.may_administer_people(actor) and policy.may_administer_teams(actor)
    assert policy.may_give_role(actor, target_id=actor.id, role=UserRole.ADMIN)
