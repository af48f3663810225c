"""Lists: what filters let through, in which order, page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from scenes import follow
from sqlalchemy import text

from codex.db.page import Place, decode
from codex.kernel.actor import system
from codex.kernel.errors import Invalid
from codex.tickets import listing, listing_sql
from codex.tickets.filters import STATUSES_OF, Filters, Span, StatusGroup
from codex.tickets.models import Ticket, TicketChannel, TicketPriority
from codex.tickets.models import TicketStatus as S
from codex.tickets.rows import TicketRow
from crowd import NOW, Crowd, gather
from world import World

pytestmark = pytest.mark.anyio

EVERYTHING = Filters()


async def pages(
    world: World, filters: Filters = EVERYTHING, *, who: Any = None, **options: Any
) -> list[list[TicketRow]]:
    """A list, page by page."""
    found, cursor = [], None
    actor = await world.actor(who) if who else system()
    async with world.database.reading(actor, now=NOW) as reader:
        while True:
            page = await listing.page(reader, actor, filters, now=NOW, cursor=cursor, **options)
            found.append(list(page.items))
            cursor = page.next_cursor
            if cursor is None:
                return found


async def with_due_times(world: World, crowd: Crowd) -> list[Ticket]:
    """Some tickets get a due time, several of them the same."""
    async with world.session() as session:
        for n, ticket in enumerate(crowd.tickets):
            if n % 3:
                ticket.due_at = NOW + timedelta(hours=n % 5)
                await session.execute(
                    text("UPDATE tickets SET due_at = :due WHERE id = :id"), {"due": ticket.due_at, "id": ticket.id}
                )
        await session.commit()
    return crowd.tickets


NEVER = datetime.max.replace(tzinfo=UTC)
KEYS: dict[str, Callable[[Any], Any]] = {
    "updatedAt": lambda t: (t.updated_at, t.id),
    "createdAt": lambda t: (t.created_at, t.id),
    "dueAt": lambda t: (t.due_at or NEVER, t.id),
    "number": lambda t: (t.number, t.id),
}


async def test_pages_of_any_size_in_any_order_hold_every_ticket_once_though_times_are_equal(world: World) -> None:
    tickets = await with_due_times(world, await gather(world, 5, tickets=30))
    assert len({t.updated_at for t in tickets}) < 10
    assert set(listing.SORTS) == {f"{way}{name}" for name in KEYS for way in ("", "-")}
    for sort in listing.SORTS:
        expected = [t.id for t in sorted(tickets, key=KEYS[sort.lstrip("-")], reverse=sort.startswith("-"))]
        for who in (None, world.ona):
            for limit in (1, 7, 30, 200):
                found = await pages(world, sort=sort, limit=limit, who=who)
                assert [row.id for page in found for row in page] == expected, (sort, limit)
                assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
                assert found[-1]


@pytest.mark.parametrize("many", [0, listing_sql.MANY])
async def test_who_sees_through_several_ties_reads_the_same_order(
    world: World, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_sql, "MANY", many)
    crowd = await gather(world, 6, tickets=30)
    await with_due_times(world, crowd)
    for person in crowd.people[:8]:
        for sort in listing.SORTS:
            mine = [t for t in crowd.tickets if crowd.sees(person, t)]
            expected = [t.id for t in sorted(mine, key=KEYS[sort.lstrip("-")], reverse=sort.startswith("-"))]
            found = await pages(world, sort=sort, limit=4, who=person)
            assert [row.id for page in found for row in page] == expected


async def test_filters_let_through_what_they_say(world: World) -> None:
    crowd = await gather(world, 7)
    await with_due_times(world, crowd)
    vpn, others = list(world.categories.values())[:2]
    start, end = NOW - timedelta(days=9, minutes=3), NOW - timedelta(days=9, minutes=1)
    cases: list[tuple[Filters, Callable[[Ticket], bool]]] = [
        (Filters(statuses=(S.NEW, S.CLOSED)), lambda t: t.status in (S.NEW, S.CLOSED)),
        (Filters(statuses=(S.NEW,)), lambda t: t.status is S.NEW),
        (Filters(groups=(StatusGroup.WAITING, StatusGroup.DONE)), lambda t: t.status[:3] in ("WAI", "RES", "CLO")),
        (Filters(groups=(StatusGroup.OPEN,)), lambda t: t.completed_at is None and "WAITING" not in t.status),
        (Filters(statuses=(S.NEW,), groups=(StatusGroup.DONE,)), lambda t: False),
        (Filters(priorities=(TicketPriority.P1, TicketPriority.P2)), lambda t: t.priority.value in ("P1", "P2")),
        (Filters(priorities=(TicketPriority.P4,)), lambda t: t.priority is TicketPriority.P4),
        (Filters(channels=(TicketChannel.EMAIL,)), lambda t: False),
        (Filters(categories=(vpn.id, others.id)), lambda t: t.category_id in (vpn.id, others.id)),
        (Filters(created=Span(start, end)), lambda t: start <= t.created_at < end),
        (Filters(updated=Span(start)), lambda t: t.updated_at >= start),
        (Filters(completed=Span(None, end)), lambda t: t.completed_at is not None and t.completed_at < end),
        (Filters(due=Span(NOW, NOW + timedelta(hours=2))), lambda t: t.due_at is not None
            and NOW <= t.due_at < NOW + timedelta(hours=2)),
        (Filters(teams=(world.it.id,), priorities=(TicketPriority.P1,), groups=(StatusGroup.OPEN,)), lambda t: (
            t.assigned_team_id == world.it.id and t.priority is TicketPriority.P1 and t.status in
            (S.NEW, S.TRIAGED, S.ASSIGNED, S.IN_PROGRESS, S.REOPENED))),
    ]  # fmt: skip
    for filters, keep in cases:
        found = [row.id for page in await pages(world, filters, limit=200) for row in page]
        assert sorted(found) == sorted(t.id for t in crowd.tickets if keep(t)), filters


def test_every_status_is_in_one_group() -> None:
    assert sorted(s for statuses in STATUSES_OF.values() for s in statuses) == sorted(S)


async def test_a_list_of_nothing_is_one_empty_page(world: World) -> None:
    assert await pages(world) == [[]]
    assert await pages(world, who=world.otto) == [[]]
    async with world.reading() as reader:
        counted = await listing.counts(reader, await world.actor(world.otto), EVERYTHING, now=NOW)
    assert (counted.total, counted.by_status, counted.by_team, counted.by_assignee) == (0, {}, {}, {})


async def test_the_address_of_a_requester_is_for_them_and_for_who_works_on_the_ticket(world: World) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it)
    await follow(world, ticket, world.farid)
    found = [(await pages(world, who=who))[0][0].requester.email for who in (world.rosa, world.amir, world.farid)]
    assert found == [world.rosa.email, world.rosa.email, UNSET]


KEY = UUID(int=7)
FOREIGN = {
    "of another order": Place("-createdAt", 1, KEY).encode(),
    "of the other direction": Place("updatedAt", 1, KEY).encode(),
    "of a conversation": Place("messages", "2026-03-02T09:00:00+00:00", KEY).encode(),
    "of words": Place("-updatedAt", "yesterday", KEY).encode(),
    "of nothing": Place("-updatedAt", None, KEY).encode(),
    "of a time beyond time": Place("-updatedAt", 2**62, KEY).encode(),
    "of a time before time": Place("-updatedAt", -(2**62), KEY).encode(),
    "no cursor": "never",
    "no text": "\x00ÿ",
    "empty": "",
}


@pytest.mark.parametrize("case", FOREIGN)
async def test_a_foreign_cursor_is_refused(world: World, case: str) -> None:
    async with world.reading() as reader:
        with pytest.raises(Invalid) as refused:
            await listing.page(reader, system(), EVERYTHING, now=NOW, cursor=FOREIGN[case])
    assert refused.value.problems[0].path == "cursor"


async def test_an_unknown_order_is_refused(world: World) -> None:
    async with world.reading() as reader:
        with pytest.raises(Invalid, match="updatedAt"):
            await listing.page(reader, system(), EVERYTHING, now=NOW, sort="subject; DROP TABLE tickets")


@given(value=st.one_of(st.none(), st.integers(-(2**60), 2**60), st.text("xyz:+-é界")), key=st.uuids())
def test_a_cursor_comes_back_as_the_place_it_is(value: int | str | None, key: UUID) -> None:
    place = Place("number", value, key)
    assert decode(place.encode(), sort="number") == place


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_travels_in_a_cursor_to_the_microsecond(at: datetime) -> None:
    assert listing._instant(listing._micros(at)) == at
