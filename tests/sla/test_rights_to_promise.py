"""Who sets and reads what is promised: every member of the cast × every verb, by the table of the specification."""

from collections.abc import Awaitable, Callable

import pytest

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.actor import Actor, importer, system
from codex.kernel.errors import Forbidden, NotFound
from codex.kernel.ids import new_id
from codex.sla import assignments, business_hours, policies, queries, team_policies
from codex.sla.business_hours import OpeningHours
from codex.sla.hours import written
from codex.sla.models import SlaPolicyConfig
from codex.sla.policies import NewPolicy, PolicyChanges
from codex.sla.policy import READABLE_SQL, may_read, may_set, readable
from codex.tickets.models import TicketPriority
from world import World

pytestmark = pytest.mark.anyio
CAST = ("rosa", "amir", "lena", "tara", "hana", "ona")
P1 = TicketPriority.P1
Do = Callable[[Work, "Scene"], Awaitable[object]]


class Scene:
    """A team (None: the desk), with a policy and hours of its own, and a policy of the desk's to be put under."""

    def __init__(self, team: Team | None, policy: SlaPolicyConfig, desks: SlaPolicyConfig) -> None:
        self.team, self.policy, self.desks = team, policy, desks

    @property
    def a_team(self) -> Team:
        assert self.team is not None
        return self.team


async def add(work: Work, scene: Scene) -> None:
    await policies.add(work, NewPolicy(name="New", team_id=scene.team.id if scene.team else None))


async def change(work: Work, scene: Scene) -> None:
    policy = await work.session.get_one(SlaPolicyConfig, scene.policy.id)
    await policies.change(work, policy, PolicyChanges(name="Other"))


async def put_target(work: Work, scene: Scene) -> None:
    policy = await work.session.get_one(SlaPolicyConfig, scene.policy.id)
    await policies.put_target(work, policy, P1, written(9, 9))


async def remove_target(work: Work, scene: Scene) -> None:
    await policies.remove_target(work, await work.session.get_one(SlaPolicyConfig, scene.policy.id), P1)


async def remove(work: Work, scene: Scene) -> None:
    await policies.remove(work, await work.session.get_one(SlaPolicyConfig, scene.policy.id))


async def put_opening_hours(work: Work, scene: Scene) -> None:
    await business_hours.put(work, scene.team, OpeningHours(timezone="UTC", schedule={}))


async def assign(work: Work, scene: Scene) -> None:
    await assignments.assign(work, scene.a_team, scene.desks.id)


async def withdraw(work: Work, scene: Scene) -> None:
    await assignments.withdraw(work, scene.a_team)


async def put_hours(work: Work, scene: Scene) -> None:
    await team_policies.put(work, scene.a_team, P1, written(9, 9))


async def remove_hours(work: Work, scene: Scene) -> None:
    await team_policies.remove(work, scene.a_team, P1)


async def remove_opening_hours(work: Work, scene: Scene) -> None:
    await business_hours.remove(work, scene.a_team)


OF_ALL: tuple[Do, ...] = (add, change, put_target, remove_target, remove, put_opening_hours)
OF_TEAMS: tuple[Do, ...] = (assign, withdraw, put_hours, remove_hours, remove_opening_hours)


async def set_up(world: World, team: Team | None) -> Scene:
    async with world.work(as_=world.ona) as work:
        targets = [policies.Target(P1, 1, 4)]
        policy = await policies.add(work, NewPolicy(name="Own", targets=targets, team_id=team.id if team else None))
        desks, other = [await policies.add(work, NewPolicy(name=name)) for name in ("Desk's", "Other")]
        if team is not None:
            await assignments.assign(work, team, other.id)
            await team_policies.put(work, team, P1, written(1, 4))
        await business_hours.put(work, team, OpeningHours(timezone="Europe/Berlin", schedule={}))
    return Scene(team, policy, desks)


class Undone(Exception):
    """It was allowed; so that the next one finds the world as it was."""


@pytest.mark.parametrize(
    ("slug", "do"),
    [*((slug, do) for slug in ("it", "hr") for do in (*OF_ALL, *OF_TEAMS)), *((None, do) for do in OF_ALL)],
    ids=lambda value: getattr(value, "__name__", value or "desk"),
)
async def test_who_sets_it_is_who_the_table_says(world: World, slug: str | None, do: Do) -> None:
    scene = await set_up(world, getattr(world, slug) if slug else None)
    may = set()
    for name in CAST:
        try:
            async with world.work(as_=getattr(world, name)) as work:
                await do(work, scene)
                raise Undone
        except Undone:
            may.add(name)
        except Forbidden:
            pass

    assert may == ({"tara", "ona"} if slug == "it" else {"ona"})


@pytest.mark.parametrize(
    ("name", "read"),
    [("rosa", ""), ("amir", "desk it"), ("lena", "desk it"), ("tara", "desk it"), ("hana", "desk hr"),
     ("ona", "desk it hr")],
)  # fmt: skip
async def test_who_reads_it_is_who_the_table_says_in_python_and_in_sql(world: World, name: str, read: str) -> None:
    actor = await world.actor(getattr(world, name))
    for of, team in (("desk", None), ("it", world.it.id), ("hr", world.hr.id)):
        async with world.reading() as reader:
            sql = f"SELECT coalesce({READABLE_SQL.format(team='o.team')}, false) FROM (SELECT %(team)s::uuid AS team) o"
            row = await reader.first(sql, {**readable(actor), "team": team})
        assert row is not None and may_read(actor, team) is row[0] is (of in read.split()), of


async def test_a_policy_that_one_may_not_read_is_not_there_to_be_changed(world: World) -> None:
    scene = await set_up(world, world.hr)
    async with world.work(as_=world.tara) as work:
        with pytest.raises(NotFound):
            await queries.held_policy(work, scene.policy.id)


@pytest.mark.parametrize("actor", [system(), importer("Log", new_id())], ids=["system", "import"])
def test_the_product_itself_may(actor: Actor) -> None:
    assert all(may_set(actor, team) and may_read(actor, team) for team in (None, new_id()))
