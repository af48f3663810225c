"""Which tickets a routing rule would have taken is which it takes; and whether that is where they were solved."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from rehearsals import another
from routes import decision, rule, send
from sqlalchemy import select

from codex.db.embedded import Server
from codex.rehearsal import routing, routing_drafts
from codex.rehearsal.answers import Rehearsed
from codex.rehearsal.period import Period, only_reading
from codex.routing.rules import NewRoutingRule
from codex.tickets import lifecycle
from codex.tickets.models import Ticket, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.queries import visible
from world import World, instant

pytestmark = pytest.mark.anyio
BEGIN = instant("2026-03-02T09:00Z")
MARCH = Period(BEGIN, BEGIN + timedelta(days=30))
WORDS = ("VPN", "printer", "salary", "chair", "Zürich", "wi-fi", "invoice")


async def rehearse(world: World, new: NewRoutingRule | None, stored: Any = None) -> Rehearsed:
    async with only_reading(world.works, await world.actor(world.ona), now=MARCH.until) as work:
        return await routing.rehearse(work, await routing_drafts.draft(work, new, stored), MARCH)


def made(random: Random, world: World, n: int) -> dict[str, Any]:
    """A rule as `routes.rule` takes it."""
    conditions: list[Any] = random.choice((
        [],
        [{"field": "priority", "operator": "in", "value": random.sample(["P1", "P2", "P3", "P4"], 2)}],
        [{"field": "tag", "operator": "equals", "value": "urgent"}],
        [{"field": "requesterDepartment", "operator": "isSet"}],
        [{"field": "category", "operator": "equals", "value": str(random.choice(_categories(world)))}],
        [{"field": "anyText", "operator": "contains", "value": "zurich"}],
    ))  # fmt: skip
    keywords = random.sample(WORDS, random.choice((0, 1, 2))) if conditions else random.sample(WORDS, 2)
    return {
        "team": random.choice((world.it, world.hr, world.facilities)), "keywords": keywords, "conditions": conditions,
        "priority": n, "name": f"Rule {n}",
    }  # fmt: skip


def _categories(world: World) -> list[Any]:
    return sorted(category.id for category in world.categories.values())


async def history(world: World, random: Random) -> list[Ticket]:
    """Tickets that nobody addressed, and some that somebody did."""
    found = []
    for n in range(40):
        at, person = BEGIN + timedelta(minutes=n), random.choice((world.rosa, world.amir, world.ona))
        found.append(
            await send(
                world, " ".join(random.sample(WORDS, 2)), as_=person,
                now=at.isoformat(), priority=random.choice(list(TicketPriority)), description=random.choice(WORDS),
                channel=random.choice(list(TicketChannel)), tags=["urgent"] if person is world.ona else [],
                category=random.choice((None, *sorted(world.categories.values(), key=lambda c: c.slug))),
                team=random.choice((None, None, None, world.finance)),
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("seed", [21, 22])
async def test_a_draft_would_have_taken_what_it_takes(
    world: World, server: Server, world_template: str, seed: int
) -> None:
    async with another(server, world_template) as without:
        tickets: list[Ticket] = []
        drafts: list[tuple[NewRoutingRule, Any]] = []
        for each in (world, without):
            random = Random(seed)
            for n in range(5):
                said = made(random, each, n * 10)
                await rule(each, said.pop("team"), *said.pop("keywords"), **said)
            said = made(random, each, 15)
            if each is world:
                stored = await rule(each, said["team"], *said["keywords"],
                                    conditions=said["conditions"], priority=15, name="Draft")  # fmt: skip
            new = NewRoutingRule(name="Draft", team_id=said["team"].id, priority=15, keywords=said["keywords"],
                                 conditions=said["conditions"])  # fmt: skip
            drafts.append((new, stored.id if each is world else None))
            told = await history(each, Random(seed))
            tickets = told if each is world else tickets
        taken = sorted([t.number for t in tickets if await _was_taken(world, t, stored.id)])

        by_draft = await rehearse(without, drafts[1][0])
        by_id = await rehearse(world, None, stored.id)

        assert by_draft.events_examined == 40
        for found, place in ((by_draft, without), (by_id, world)):
            assert sorted([await _number(place, match.ticket_id) for match in found.matches]) == taken
            assert found.match_count == len(taken)
        assert taken


async def _was_taken(world: World, ticket: Ticket, rule_id: Any) -> bool:
    routed = [event for event in await world.events(ticket) if event.type == "ROUTED"]
    return bool(routed) and (await decision(world, ticket)).rule_id == rule_id


async def _number(world: World, ticket_id: Any) -> int:
    async with world.session() as session:
        number = await session.scalar(select(Ticket.number).where(Ticket.id == ticket_id))
    assert number is not None
    return number


async def solve(world: World, ticket: Ticket) -> None:
    async with world.work(as_=world.ona, now=BEGIN + timedelta(hours=5)) as work:
        await lifecycle.move(work, await visible(work, ticket.id, lock=True), to=TicketStatus.RESOLVED)


async def test_the_confusion_says_how_often_rules_agree_with_who_solved_it(world: World) -> None:
    await rule(world, world.hr, "chair", priority=10)
    solved = [await send(world, "My chair is broken", team=world.facilities) for _ in range(3)]
    solved += [await send(world, "A chair for the new colleague") for _ in range(2)]
    solved += [await send(world, "No VPN", team=world.it)]
    await send(world, "Not solved yet: a chair")
    for ticket in solved:
        await solve(world, ticket)

    found = await rehearse(world, NewRoutingRule(name="Broken", team_id=world.facilities.id, priority=1,
                                                 keywords=["chair"]))  # fmt: skip

    told = found.confusion
    assert told
    names = told.teams
    table = {(names.get(a.today or ""), names.get(a.draft or ""), names.get(a.solved_by or "")): a.tickets
             for a in told.table}  # fmt: skip
    hr, facilities, it = world.hr.name, world.facilities.name, world.it.name
    assert table == {(hr, facilities, facilities): 3, (hr, facilities, hr): 2, (None, None, it): 1}
    assert (told.solved, told.today_agrees, told.draft_agrees) == (6, 2, 3)
    assert (found.match_count, found.actions) == (3, {"assign_team": 3})
    (conflict,) = found.conflicts
    assert (conflict.sets, conflict.wins, conflict.count, conflict.rule.name) == ("team", "draft", 3, "chair")
