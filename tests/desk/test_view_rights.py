"""Who sees which saved view is the same in Python and in SQL, and two new defaults at once leave one."""

import asyncio
from uuid import UUID

import pytest

from codex.desk import saved_views
from codex.desk.view_filters import SavedFilters
from codex.desk.view_policy import OWN_SQL, SEEN_SQL, may_keep_view, may_see_view, view_sight
from codex.kernel.actor import Actor, system
from codex.kernel.errors import Conflict
from world import World

pytestmark = pytest.mark.anyio
EVERYTHING = SavedFilters([])


async def views(world: World) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """One view of each owner there can be: its id, whose it is."""
    async with world.work(as_=world.ona) as work:
        made = [
            await saved_views.add(work, name="T", filters=EVERYTHING, team_id=team.id) for team in (world.it, world.hr)
        ]
        made.append(await saved_views.add(work, name="G", filters=EVERYTHING, is_global=True))
    for person in (world.rosa, world.amir, world.ona):
        async with world.work(as_=person) as work:
            made.append(await saved_views.add(work, name="O", filters=EVERYTHING))
    return {view.id: (view.user_id, view.team_id) for view in made}


async def test_sight_of_views_is_the_same_in_python_and_in_sql(world: World) -> None:
    there = await views(world)
    people: list[Actor] = [system()]
    for name in ("rosa", "amir", "lena", "tara", "hana", "farid", "otto", "ona"):
        people.append(await world.actor(getattr(world, name)))
    async with world.reading() as reader:
        for actor in people:
            for sql, sees in ((SEEN_SQL, may_see_view), (OWN_SQL, _is_meant_for)):
                rows = await reader.all(f"SELECT v.id FROM saved_views v WHERE {sql}", view_sight(actor))
                expected = {key for key, (user, team) in there.items() if sees(actor, user_id=user, team_id=team)}
                assert {row[0] for row in rows} == expected, actor.name
            assert all(
                may_see_view(actor, user_id=user, team_id=team)
                for user, team in there.values()
                if may_keep_view(actor, user_id=user, team_id=team)
            )


def _is_meant_for(actor: Actor, *, user_id: UUID | None, team_id: UUID | None) -> bool:
    if user_id or team_id:
        return user_id == actor.id if user_id else team_id in actor.team_roles
    return actor.is_agent


async def test_two_new_defaults_at_once_leave_one(world: World) -> None:
    async def add(name: str) -> str:
        try:
            async with world.work(as_=world.amir) as work:
                await saved_views.add(work, name=name, filters=EVERYTHING, is_default=True)
            return "kept"
        except Conflict:
            return "refused"

    for _ in range(3):
        outcomes = await asyncio.gather(*(add(f"View {n}") for n in range(4)))
        assert "kept" in outcomes
    async with world.reading() as reader:
        rows = await reader.all("SELECT count(*) FROM saved_views WHERE is_default", {})
    assert rows == [(1,)]


async def test_conditions_are_kept_as_they_were_said(world: World) -> None:
    said = [{"field": "createdAt", "operator": "after", "value": "2026-03-02T10:00:00+01:00"}]
    async with world.work(as_=world.amir) as work:
        view = await saved_views.add(work, name="Since Monday", filters=SavedFilters(said, sort="-createdAt"))
    assert view.filters == {"conditions": said, "sort": "-createdAt"}
