"""Categories: a tree that owners add to."""

import pytest
from sqlalchemy import select

from codex.classification import categories, queries
from codex.classification.models import Category
from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden, Invalid, Unprocessable
from codex.kernel.ids import new_id
from world import World, instant

pytestmark = pytest.mark.anyio
NOON = "2026-03-02T12:00Z"


async def add(world: World, **given: object) -> Category:
    async with world.work(as_=world.ona, now=NOON) as work:
        made = await categories.add(work, **{"name": "Chairs", "slug": "chairs", **given})  # type: ignore[arg-type]
    async with world.session() as session:
        return (await session.scalars(select(Category).where(Category.id == made.id))).one()


async def test_an_owner_adds_a_category_below_another(world: World) -> None:
    kept = await add(
        world, name=" Chairs  and desks", description="To s\x00it on", parent_id=world.categories["vpn"].id
    )

    assert (kept.name, kept.slug, kept.description) == ("Chairs and desks", "chairs", "To sit on")
    assert (kept.parent_id, kept.is_active, kept.created_at) == (world.categories["vpn"].id, True, instant(NOON))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"name": " ", "slug": "No Slug"}, Invalid, "must not be empty. Use lower-case"),
        ({"description": "x" * 2001}, Invalid, "at most 2000 characters"),
        ({"slug": "vpn"}, Conflict, "A category vpn exists already"),
        ({"parent_id": new_id()}, Unprocessable, "no such parent"),
    ],
)
async def test_a_category_that_cannot_be_is_refused(
    world: World, given: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        await add(world, **given)


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara"])
async def test_nobody_but_owners_adds_one(world: World, who: str) -> None:
    with pytest.raises(Forbidden, match="Only owners"):
        async with world.work(as_=getattr(world, who)) as work:
            await categories.add(work, name="Chairs", slug="chairs")


async def test_a_branch_is_a_category_with_all_below_it(world: World) -> None:
    chairs = await add(world)
    office = await add(world, name="Office", slug="office-chairs", parent_id=chairs.id)
    deep = await add(world, name="Blue", slug="blue-chairs", parent_id=office.id)
    async with world.reading() as reader:
        by_slug = await queries.category_ids(reader, ids=[], slugs=["chairs", "nothing"])
        by_both = await queries.category_ids(reader, ids=[office.id, new_id()], slugs=["office-chairs", "vpn"])

    assert by_slug.named == {"chairs", str(chairs.id)}
    assert by_slug.with_descendants == {chairs.id, office.id, deep.id}
    assert {"office-chairs", str(office.id), "vpn"} <= by_both.named
    assert {office.id, deep.id, world.categories["vpn"].id} <= by_both.with_descendants
    assert chairs.id not in by_both.with_descendants


async def test_a_ticket_may_only_be_of_a_category_that_there_is(world: World) -> None:
    async with world.works.begin(system("Test")) as work:
        assert (await queries.category(work.session, world.categories["vpn"].id)).slug == "vpn"
        with pytest.raises(Unprocessable, match="no such category"):
            await queries.category(work.session, new_id())
