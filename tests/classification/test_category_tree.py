"""The tree of categories changes: moved, taken out of choice, removed; what never happens to it."""

import asyncio
from typing import Any

import pytest

from codex.classification import categories, queries, reading
from codex.classification.models import Category
from codex.identity import queries as people
from codex.identity.models import User
from codex.identity.teams import TeamChanges
from codex.identity.teams import change as change_team
from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden, Invalid, Unprocessable
from codex.kernel.ids import new_id
from codex.tickets import in_use, opening, triage
from codex.tickets.queries import visible
from questions import audited, category, field, rearrange
from world import World

pytestmark = pytest.mark.anyio


async def chairs(world: World) -> tuple[Category, Category, Category]:
    """Three categories, each under the one before."""
    root = await category(world, "chairs")
    office = await category(world, "office", parent_id=root.id)
    return root, office, await category(world, "blue", parent_id=office.id)


async def tree(world: World, who: User | None = None) -> dict[str, str | None]:
    """Which category lies under which, by slug, in their order."""
    actor = await world.actor(who) if who else system()
    async with world.reading() as reader:
        found = (await reading.categories(reader, actor, limit=200)).items
    slugs = {row.id: row.slug for row in found}
    return {row.slug: slugs.get(row.parent_id) if row.parent_id else None for row in found}


async def test_a_branch_moves_with_all_that_lies_under_it(world: World) -> None:
    root, office, _ = await chairs(world)
    await rearrange(world, "office", parent_id=world.categories["vpn"].id)

    found = await tree(world)
    assert (found["office"], found["blue"]) == ("vpn", "office")
    assert list(found)[list(found).index("vpn") : list(found).index("vpn") + 3] == ["vpn", "office", "blue"]
    await rearrange(world, office.id, parent_id=None)
    assert (await tree(world))["office"] is None
    assert await audited(world) == [
        ("CATEGORY_CHANGED", None, {
            "categoryId": str(office.id), "slug": "office", "from": {"parent_id": old}, "to": {"parent_id": new},
        }) for old, new in ((str(root.id), str(world.categories["vpn"].id)), (str(world.categories["vpn"].id), None))
    ]  # fmt: skip


async def test_a_category_never_lies_under_itself(world: World) -> None:
    root, office, blue = await chairs(world)
    for place in (root.id, office.id, blue.id):
        with pytest.raises(Unprocessable, match="below itself") as refused:
            await rearrange(world, root.id, parent_id=place)
        assert refused.value.problems[0].path == "parentId"
    assert (await tree(world))["chairs"] is None


async def test_of_two_who_move_branches_under_each_other_one_is_refused(world: World) -> None:
    one, other = await category(world, "tables"), await category(world, "lamps")
    moves = (rearrange(world, one.id, parent_id=other.id), rearrange(world, other.id, parent_id=one.id))
    ends = await asyncio.gather(*moves, return_exceptions=True)

    assert sorted(type(end).__name__ for end in ends) == ["Category", "Unprocessable"]
    found = await tree(world)
    assert [found["tables"], found["lamps"]].count(None) == 1


async def test_siblings_stand_by_their_place_and_then_by_name(world: World) -> None:
    root = await category(world, "chairs")
    for slug, place in (("b", 0), ("c", -1), ("a", 0), ("d", 2**31 - 1), ("e", -(2**31))):
        await category(world, slug, parent_id=root.id, sort_order=place)
    found = [slug for slug, above in (await tree(world)).items() if above == "chairs"]
    assert found == ["e", "c", "a", "b", "d"]
    await rearrange(world, "d", sort_order=-5)
    assert [slug for slug, above in (await tree(world)).items() if above == "chairs"] == ["e", "d", "c", "a", "b"]


async def test_pages_of_any_size_hold_the_whole_tree(world: World) -> None:
    await chairs(world)
    whole = list(await tree(world))
    async with world.reading() as reader:
        for limit in (1, 2, 3, len(whole)):
            found, cursor = [], None
            while True:
                page = await reading.categories(reader, system(), limit=limit, cursor=cursor)
                found += [row.slug for row in page.items]
                if (cursor := page.next_cursor) is None:
                    break
            assert found == whole


async def test_an_inactive_category_keeps_its_tickets_and_is_with_its_branch_no_longer_chosen(world: World) -> None:
    root, office, blue = await chairs(world)
    kept = await world.ticket(team=world.it, category=blue)
    other = await world.ticket(team=world.it)
    await rearrange(world, root.id, is_active=False)

    assert (await world.reload(kept)).category_id == blue.id
    assert {"chairs", "office", "blue"} & set(await tree(world, world.rosa)) == set()
    assert {"chairs", "office", "blue"} <= set(await tree(world, world.amir))
    async with world.work(as_=world.amir) as work:
        for one in (root, office, blue):
            chosen = await queries.category(work.session, one.id)
            with pytest.raises(Unprocessable, match="Chairs is no longer in use"):
                await opening.open_ticket(work, requester=None, subject="A chair", category=chosen)
            with pytest.raises(Unprocessable, match="Chairs is no longer in use"):
                await triage.set_category(work, await visible(work, other.id, lock=True), chosen)
        await triage.set_category(work, await visible(work, kept.id, lock=True), blue)
    await rearrange(world, root.id, is_active=True)
    assert (await world.ticket(category=blue)).category_id == blue.id
    assert await world.differences() == []


@pytest.mark.parametrize("use", ["tickets", "once", "opened", "below", "fields"])
async def test_what_is_or_was_in_use_is_not_removed(world: World, use: str) -> None:
    root = await category(world, "chairs")
    match use:
        case "below":
            await category(world, "office", parent_id=root.id)
        case "fields":
            await field(world, category_id=root.id)
        case "once":
            ticket = await world.ticket(team=world.it)
            for chosen in (root, None):
                async with world.work(as_=world.amir) as work:
                    await triage.set_category(work, await visible(work, ticket.id, lock=True), chosen)
        case _:
            ticket = await world.ticket(team=world.it, category=root)
            async with world.work(as_=world.amir) as work:
                if use == "opened":
                    await triage.set_category(work, await visible(work, ticket.id, lock=True), None)

    with pytest.raises(Conflict, match=r"deactivate it|move or remove them"):
        await remove(world, "chairs")
    assert "chairs" in await tree(world)


async def remove(world: World, slug: str, *, as_: User | None = None) -> None:
    async with world.work(as_=as_ or world.ona, now="2026-03-02T12:00Z") as work:
        found = await queries.held_category(work.session, slug)
        used = await in_use.has_category(work, found.id)
        await categories.remove(work, found, has_tickets=used)


async def test_tickets_count_that_the_teams_admin_does_not_see(world: World) -> None:
    root = await category(world, "chairs", default_team_id=world.it.id)
    ticket = await world.ticket(team=world.hr, category=root)
    async with world.work(as_=world.hana) as work:
        await triage.set_category(work, await visible(work, ticket.id, lock=True), None)
    with pytest.raises(Conflict, match="There are, or were, tickets"):
        await remove(world, "chairs", as_=world.tara)


async def test_what_nothing_ever_was_of_is_removed(world: World) -> None:
    root = await category(world, "chairs", default_team_id=world.it.id)
    await remove(world, "chairs")
    assert "chairs" not in await tree(world)
    told = {"categoryId": str(root.id), "slug": "chairs"}
    assert await audited(world) == [("CATEGORY_REMOVED", world.it.id, told)]


async def test_a_ticket_without_a_team_goes_to_the_nearest_teams_queue(world: World) -> None:
    root, office, blue = await chairs(world)
    assert (await world.ticket(category=blue)).assigned_team_id is None
    await rearrange(world, root.id, default_team_id=world.facilities.id)
    opened = await world.ticket(category=blue)
    assert (opened.assigned_team_id, opened.display_id) == (world.facilities.id, f"FAC-{opened.number}")
    await rearrange(world, office.id, default_team_id=world.finance.id)
    assert (await world.ticket(category=blue)).assigned_team_id == world.finance.id
    assert (await world.ticket(category=root)).assigned_team_id == world.facilities.id
    assert (await world.ticket(category=blue, team=world.it)).assigned_team_id == world.it.id
    async with world.work(as_=world.ona) as work:
        await change_team(work, await people.team(work.session, world.finance.id), TeamChanges(is_active=False))
    assert (await world.ticket(category=blue)).assigned_team_id == world.facilities.id
    assert await world.differences() == []


@pytest.mark.parametrize(
    ("wanted", "error", "path"),
    [
        ({"name": " "}, Invalid, "name"),
        ({"slug": "No slug"}, Invalid, "slug"),
        ({"description": "x" * 2001}, Invalid, "description"),
        ({"sort_order": 2**31}, Invalid, "sortOrder"),
        ({"parent_id": new_id()}, Unprocessable, "parentId"),
        ({"default_team_id": new_id()}, Unprocessable, "defaultTeamId"),
        ({"slug": "vpn"}, Conflict, None),
    ],
)
async def test_a_change_that_cannot_be_is_refused(
    world: World, wanted: dict[str, Any], error: type[Exception], path: str | None
) -> None:
    await category(world, "chairs")
    with pytest.raises(error) as refused:
        await rearrange(world, "chairs", **wanted)
    if path:
        assert refused.value.problems[0].path == path  # type: ignore[attr-defined]


async def test_the_same_again_changes_nothing(world: World) -> None:
    made = await category(world, "chairs", default_team_id=world.it.id)
    await rearrange(world, made.id, name="Chairs", slug="chairs", default_team_id=world.it.id, description=None)
    assert await audited(world) == []


async def test_a_category_is_its_default_teams(world: World) -> None:
    """An admin of the team writes it; gives it to no other team and takes none from another."""
    await category(world, "own", as_=world.tara, default_team_id=world.it.id)
    await category(world, "others", default_team_id=world.hr.id)
    await rearrange(world, "own", as_=world.tara, name="Own", is_active=False, parent_id=world.categories["vpn"].id)
    for slug, wanted in (
        ("others", {"name": "Mine"}), ("others", {"default_team_id": world.it.id}), ("vpn", {"name": "Mine"}),
        ("own", {"default_team_id": world.hr.id}), ("own", {"default_team_id": None}),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            await rearrange(world, slug, as_=world.tara, **wanted)
    for who in (world.rosa, world.amir, world.lena, world.hana):
        for slug in ("own", "others"):
            with pytest.raises(Forbidden):
                await rearrange(world, slug, as_=who, name="Mine")
            with pytest.raises(Forbidden):
                await remove(world, slug, as_=who)
        with pytest.raises(Forbidden):
            await category(world, "mine", as_=who, default_team_id=world.it.id)
    await remove(world, "own", as_=world.tara)
    with pytest.raises(Forbidden):
        await remove(world, "others", as_=world.tara)
