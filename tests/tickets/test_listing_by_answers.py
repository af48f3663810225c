"""Lists of tickets by what they answer to custom fields: narrowed, counted, and in the order of the answers."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest

from codex.classification.models import CustomField, FieldType
from codex.classification.values import sort_value
from codex.db.page import Place
from codex.kernel.actor import system
from codex.kernel.errors import Invalid
from codex.kernel.ids import new_id
from codex.tickets import answers, listing
from codex.tickets.filters import Filters, Said
from codex.tickets.models import Ticket
from codex.tickets.queries import visible
from crowd import NOW, Crowd, gather
from questions import field
from world import World

pytestmark = pytest.mark.anyio
F = FieldType
EVERYTHING = Filters()
VALUES: dict[FieldType, list[Any]] = {
    F.TEXT: ["LT-88", "lt-9", "Zoë", "a" * 300, "ÄÖ"],
    F.NUMBER: [-1e15, -20, -3.5, 0, 0.25, 7, 100],
    F.MULTISELECT: [["Lyon"], ["Oslo", "Berlin"], ["Berlin", "Lyon"], ["Berlin"]],
    F.DATE: ["0999-12-31", "2026-03-02", "2026-11-01"],
    F.CHECKBOX: [True, False],
}
MEANING: dict[FieldType, Callable[[Any], Any]] = {F.TEXT: lambda a: a.lower()[:200], F.MULTISELECT: lambda a: a[0]}


async def answered(world: World, crowd: Crowd, kind: FieldType) -> tuple[CustomField, dict[UUID, Any]]:
    """Most of the tickets answer a field, several of them the same."""
    asked, random = await field(world, kind), Random(kind)
    given = {ticket.id: random.choice(VALUES[kind]) for ticket in crowd.tickets if random.random() < 0.7}
    async with world.work(as_=system("Test"), now=NOW) as work:
        for key, value in given.items():
            await answers.change(work, await visible(work, key, lock=True), {str(asked.id): value})
    return asked, given


EVERYTHING = Filters()


async def ids(
    world: World,
    filters: Filters = EVERYTHING,
    *,
    who: Any = None,
    **options: Any,
) -> list[list[UUID]]:
    found, cursor = [], None
    actor = await world.actor(who) if who else system()
    async with world.database.reading(actor, now=NOW) as reader:
        while True:
            page = await listing.page(reader, actor, filters, now=NOW, cursor=cursor, **options)
            found.append([row.id for row in page.items])
            if (cursor := page.next_cursor) is None:
                return found


def in_order(kind: FieldType, tickets: list[Ticket], given: dict[UUID, Any], *, descending: bool) -> list[UUID]:
    """Those with an answer by what it means, then those without, by age; the ids break ties."""
    meaning = MEANING.get(kind, lambda value: value)
    said = sorted((meaning(given[t.id]), t.id) for t in tickets if t.id in given)
    unsaid = sorted(t.id for t in tickets if t.id not in given)
    return [key for _, key in said[:: -1 if descending else 1]] + unsaid[:: -1 if descending else 1]


@pytest.mark.parametrize("kind", VALUES)
async def test_lists_follow_the_answers_page_by_page_for_whoever_reads(world: World, kind: FieldType) -> None:
    crowd = await gather(world, 11, tickets=30)
    asked, given = await answered(world, crowd, kind)
    for who in (None, world.amir, world.otto, crowd.people[9]):
        seen = [t for t in crowd.tickets if who is None or crowd.sees(who, t)]
        for descending in (False, True):
            expected = in_order(kind, seen, given, descending=descending)
            for limit in (3, 30):
                sort = f"{'-' if descending else ''}customField.{asked.id}"
                pages = await ids(world, who=who, sort=sort, limit=limit)
                assert [key for page in pages for key in page] == expected, (who, sort, limit)
                assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)


@pytest.mark.parametrize("kind", VALUES)
async def test_lists_and_counts_are_narrowed_to_answers(world: World, kind: FieldType) -> None:
    crowd = await gather(world, 12, tickets=30)
    asked, given = await answered(world, crowd, kind)
    other, elsewhere = await answered(world, crowd, kind)
    several = kind is F.MULTISELECT
    for wanted in (["Berlin"], ["Lyon", "Oslo"]) if several else (VALUES[kind][:1], VALUES[kind][1:3]):
        keys = tuple(wanted) if several else tuple(sort_value(kind, value) for value in wanted)
        filters = Filters(answers=(Said(asked.id, keys, is_option=several),))
        hit = {key for key, value in given.items() if (set(value) & set(wanted) if several else value in wanted)}
        for who in (None, world.amir, world.rosa):
            seen = {t.id for t in crowd.tickets if t.id in hit and (who is None or crowd.sees(who, t))}
            assert {key for page in await ids(world, filters, who=who) for key in page} == seen
            actor = await world.actor(who) if who else system()
            async with world.database.reading(actor, now=NOW) as reader:
                assert (await listing.counts(reader, actor, filters, now=NOW)).total == len(seen)
        both = Filters(answers=(*filters.answers, Said(other.id, keys, is_option=several)))
        same = {key for key in hit if key in elsewhere and (
            set(elsewhere[key]) & set(wanted) if several else elsewhere[key] in wanted)}  # fmt: skip
        assert {key for page in await ids(world, both) for key in page} == same
        sort = f"customField.{other.id}"
        found = [key for page in await ids(world, filters, sort=sort, limit=3) for key in page]
        assert found == in_order(kind, [t for t in crowd.tickets if t.id in hit], elsewhere, descending=False)


KEY = UUID(int=7)
SORT = f"customField.{KEY}"


@pytest.mark.parametrize("sort", ["customField.", "customField.asset", "-customField.7", "customfield.x", "--number"])
async def test_what_names_no_field_is_no_order(world: World, sort: str) -> None:
    with pytest.raises(Invalid, match="<id of a field>") as refused:
        await ids(world, sort=sort)
    assert refused.value.problems[0].path == "sort"


@pytest.mark.parametrize(
    "cursor", [Place(SORT, 7, KEY), Place(f"-{SORT}", "a", KEY), Place("number", 7, KEY), Place(SORT, "a\x00", KEY)]
)
async def test_a_foreign_cursor_is_refused(world: World, cursor: Place) -> None:
    async with world.reading() as reader:
        with pytest.raises(Invalid) as refused:
            await listing.page(reader, system(), Filters(), now=NOW, sort=SORT, cursor=cursor.encode())
    assert refused.value.problems[0].path == "cursor"


async def test_by_a_field_that_nobody_answers_all_come_by_age(world: World) -> None:
    made = [(await world.ticket(team=world.it)).id for _ in range(3)]
    assert await ids(world, sort=f"-customField.{new_id()}", limit=2) == [made[:0:-1], made[:1]]
