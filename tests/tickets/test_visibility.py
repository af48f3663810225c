"""One sight on every road: the policy in Python, its SQL, lists, counts and reading by name agree on random desks."""

from collections import Counter
from uuid import UUID

import pytest

from codex.db.database import Reader
from codex.desk.navigation import navigation
from codex.kernel.actor import Actor, system
from codex.kernel.errors import NotFound
from codex.tickets import listing, queries, reading
from codex.tickets.desk_counts import my_turn
from codex.tickets.filters import Filters
from codex.tickets.lifecycle import DONE
from codex.tickets.models import Ticket, TicketStatus, Ties
from codex.tickets.policy import VISIBLE_SQL, Operation, may, sight
from codex.tickets.surroundings import around
from crowd import NOW, Crowd, gather
from world import World

pytestmark = pytest.mark.anyio

SEEDS = (1, 2)
EVERYTHING = Filters()


async def listed(reader: Reader, actor: Actor, filters: Filters = EVERYTHING, *, limit: int = 200) -> list[UUID]:
    """The ids of a whole list, page by page."""
    found: list[UUID] = []
    cursor = None
    while True:
        page = await listing.page(reader, actor, filters, now=NOW, limit=limit, cursor=cursor)
        found += [row.id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def readable(reader: Reader, actor: Actor, tickets: list[Ticket]) -> set[UUID]:
    """The ids of those that are found by name: one by its id, the next by its number, the next by its display id."""
    found = set()
    for turn, ticket in enumerate(tickets):
        ref = (ticket.id, ticket.number, ticket.display_id or "")[turn % 3]
        try:
            found.add((await reading.seen(reader, actor, ref, now=NOW)).id)
        except NotFound:
            continue
    return found


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_road_shows_exactly_what_one_may_see(world: World, seed: int) -> None:
    crowd = await gather(world, seed)
    for person in crowd.people:
        actor = await world.actor(person)
        expected = {ticket.id for ticket in crowd.tickets if crowd.sees(person, ticket)}
        for ticket in crowd.tickets:
            ticket.ties[person.id] = Ties((ticket.id, person.id) in crowd.followers, crowd.grant(person, ticket))
        async with world.reading() as reader:
            rows = await reader.all(f"SELECT id FROM tickets WHERE {VISIBLE_SQL}", sight(actor, NOW))
            read = await readable(reader, actor, crowd.tickets)
        async with world.database.reading(actor, now=NOW) as reader:
            by_page = await listed(reader, actor, limit=7)
            counted = await listing.counts(reader, actor, EVERYTHING, now=NOW)

        assert {row[0] for row in rows} == expected, person.display_name
        assert {ticket.id for ticket in crowd.tickets if may(actor, Operation.VIEW, ticket)} == expected
        assert (len(by_page), set(by_page)) == (len(expected), expected), person.display_name
        assert (counted.total, read) == (len(expected), expected)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_narrowed_list_holds_and_counts_what_is_visible_of_it(world: World, seed: int) -> None:
    crowd = await gather(world, seed, tickets=40)
    for person in crowd.people:
        actor = await world.actor(person)
        visible = [ticket for ticket in crowd.tickets if crowd.sees(person, ticket)]
        async with world.database.reading(actor, now=NOW) as reader:
            for filters, keep in narrowings(world, crowd):
                expected = [ticket for ticket in visible if keep(ticket)]
                found = await listed(reader, actor, filters)
                counts = await listing.counts(reader, actor, filters, now=NOW)
                assert Counter(found) == Counter(ticket.id for ticket in expected), (person.display_name, filters)
                assert counts.total == len(expected)
                assert counts.by_status == Counter(ticket.status.value for ticket in expected)
                assert counts.by_team == Counter(str(ticket.assigned_team_id or "none") for ticket in expected)
                assert counts.by_assignee == Counter(str(ticket.assignee_id or "none") for ticket in expected)


def narrowings(world: World, crowd: Crowd):  # type: ignore[no-untyped-def]
    """Filters over which lists take another road, and what they let through."""
    amir, rosa, newcomer = world.amir.id, world.rosa.id, crowd.people[-1].id
    own, others = world.it.id, world.hr.id
    return [
        (Filters(teams=(own,)), lambda t: t.assigned_team_id == own),
        (Filters(teams=(own, others)), lambda t: t.assigned_team_id in (own, others)),
        (Filters(requester=rosa), lambda t: t.requester_id == rosa),
        (Filters(requester=newcomer), lambda t: t.requester_id == newcomer),
        (Filters(assignees=(amir,)), lambda t: t.assignee_id == amir),
        (Filters(assignees=("none",)), lambda t: t.assignee_id is None),
        (Filters(assignees=("none", amir)), lambda t: t.assignee_id in (None, amir)),
        (Filters(follower=rosa), lambda t: (t.id, rosa) in crowd.followers),
    ]


@pytest.mark.parametrize("seed", SEEDS[:1])
async def test_what_a_change_loads_and_what_it_may_is_what_is_seen(world: World, seed: int) -> None:
    crowd = await gather(world, seed, tickets=25)
    for person in crowd.people:
        actor = await world.actor(person)
        async with world.works.begin(actor, now=NOW) as work:
            for ticket in crowd.tickets:
                try:
                    loaded: Ticket | None = await queries.visible(work, ticket.id, lock=True)
                except NotFound:
                    loaded = None
                assert (loaded is not None) is crowd.sees(person, ticket)
                if loaded is not None:
                    follows = (ticket.id, person.id) in crowd.followers
                    assert loaded.ties[person.id] == Ties(follows, crowd.grant(person, ticket))


async def test_the_product_itself_sees_everything(world: World) -> None:
    crowd = await gather(world, 4, tickets=20)
    async with world.reading() as reader:
        assert len(await listed(reader, system())) == 20
        assert (await listing.counts(reader, system(), EVERYTHING, now=NOW)).total == 20
    async with world.works.begin(system()) as work:
        assert [(await queries.visible(work, ticket.number)).id for ticket in crowd.tickets] == [
            ticket.id for ticket in crowd.tickets
        ]


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_counts_beside_the_work_are_those_of_the_lists(world: World, seed: int) -> None:
    crowd = await gather(world, seed)
    for person in crowd.people:
        actor, teams = await world.actor(person), crowd.teams_of(person)
        undone = [t for t in crowd.tickets if t.status not in DONE]
        team_wide = [t for t in undone if person.role.value == "OWNER" or t.assigned_team_id in teams]
        async with world.reading() as reader:
            load = (await navigation(reader, actor, now=NOW)).counts
            waiting = await my_turn(reader, actor)
        assert load.mine == sum(t.assignee_id == person.id and crowd.sees(person, t) for t in undone)
        assert load.unassigned == sum(t.assignee_id is None for t in team_wide)
        assert {team.id: team.unresolved for team in load.teams} == {
            team.id: sum(t.assigned_team_id == team.id for t in team_wide)
            for team in (world.it, world.hr, world.facilities, world.finance)
            if person.role.value == "OWNER" or team.id in teams
        }
        mine = [t for t in crowd.tickets if t.requester_id == person.id]
        assert waiting == sum(t.status is TicketStatus.WAITING_ON_REQUESTER for t in mine)


async def test_beside_a_ticket_stand_only_those_others_of_its_requester_that_one_may_see(world: World) -> None:
    for at, team in (("2026-03-01T09:00Z", world.hr), ("2026-03-01T10:00Z", world.it)):
        await world.ticket(requester=world.rosa, team=team, at=at, subject=f"For {team.name}")
    ticket = await world.ticket(requester=world.rosa, team=world.it)
    async with world.reading() as reader:
        for person, subjects in ((world.amir, ["For IT Support"]), (world.ona, ["For IT Support", "For HR"])):
            actor = await world.actor(person)
            seen = await reading.seen(reader, actor, ticket.id, now=NOW)
            assert [e.subject for e in (await around(reader, actor, seen, now=NOW)).earlier] == subjects
