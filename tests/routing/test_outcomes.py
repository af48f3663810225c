"""Which new tickets a rule took, how many came as far as it, and why it did not take one."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from routes import decision, drop, rule, send, set_columns
from sqlalchemy import select

from codex.identity.models import User
from codex.kernel.errors import Forbidden, NotFound
from codex.routing import counting, outcomes, rules
from codex.routing import queries as routing
from codex.routing.models import RoutingRule, RoutingRuleVersion
from codex.routing.outcomes import Outcome, OutcomeRow, Overview
from codex.routing.rules import NewRoutingRule, RoutingRuleChanges
from codex.tickets import assignment, queries
from codex.tickets.models import Ticket, TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio
NOW = instant("2026-03-03T09:00Z")
URGENT = {"field": "priority", "operator": "in", "value": ["P1", "P2"]}


async def refine_at(world: World, now: str, key: UUID, **wanted: Any) -> None:
    async with world.work(as_=world.ona, now=now) as work:
        await rules.change(work, await routing.held_rule(work, key), RoutingRuleChanges(**wanted))


async def version_ids(world: World, made: RoutingRule) -> set[int]:
    async with world.session() as session:
        found = await session.scalars(select(RoutingRuleVersion.id).where(RoutingRuleVersion.rule_id == made.id))
        return set(found)


async def became(world: World, found: RoutingRule, ticket: Ticket, *, as_: User | None = None) -> OutcomeRow:
    actor = await world.actor(as_ or world.ona)
    async with world.database.reading(actor) as reader:
        return await outcomes.on_ticket(reader, actor, found.id, ticket.id, now=NOW)


async def seen(world: World, found: RoutingRule, *, as_: User | None = None, days: int = 30) -> Overview:
    actor = await world.actor(as_ or world.ona)
    async with world.database.reading(actor) as reader:
        return await outcomes.overview(reader, actor, found.id, now=NOW, since=NOW - timedelta(days=days))


async def test_a_ticket_that_it_took_is_told_with_its_keyword_and_where_it_is_now(world: World) -> None:
    made = await rule(world, world.it, "tunnel", "VPN")
    ticket = await send(world, "My VPN drops", now="2026-03-02T09:00Z")
    await send(world, "The tunnel is closed", now="2026-03-02T10:00Z")
    await send(world, "No coffee", now="2026-03-02T11:00Z")
    async with world.work(as_=world.ona, now="2026-03-02T12:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        await assignment.transfer_to(work, held, world.facilities)
    found = (await seen(world, made)).taken.items

    assert [(row.subject, row.keyword, row.team.name if row.team else None) for row in found] == [
        ("The tunnel is closed", "tunnel", world.it.name), ("My VPN drops", "VPN", world.facilities.name),
    ]  # fmt: skip
    assert {row.outcome for row in found} == {Outcome.TOOK}
    assert found[1].winner is not None and (found[1].winner.name, found[1].winner.keyword) == ("tunnel", "VPN")
    assert (found[0].status, found[1].status) == (TicketStatus.ASSIGNED, TicketStatus.TRIAGED)


async def test_what_did_not_match_names_keywords_or_the_condition_with_what_it_saw(world: World) -> None:
    made = await rule(world, world.it, "VPN", conditions=[URGENT])
    dry, calm = await send(world, "No coffee"), await send(world, "VPN drops")

    silent, unfit = await became(world, made, dry), await became(world, made, calm)

    assert (silent.outcome, silent.keyword, silent.keywords) == (Outcome.DID_NOT_MATCH, None, ["VPN"])
    assert (unfit.outcome, unfit.keyword) == (Outcome.DID_NOT_MATCH, "VPN")
    (condition,) = unfit.conditions
    assert (condition.field, condition.seen, condition.holds) == ("priority", "P3", False)


async def test_each_reason_for_which_it_was_not_asked_is_told(world: World) -> None:
    first, later = await rule(world, world.it, "VPN", priority=1), await rule(world, world.it, "drops", priority=2)
    taken = await send(world, "VPN drops", now="2026-03-02T09:00Z")
    named = await world.ticket(team=world.it, at="2026-03-02T09:30Z", subject="VPN drops")
    await refine_at(world, "2026-03-02T10:00Z", later.id, is_active=False)
    while_off = await send(world, "It drops", now="2026-03-02T10:30Z")
    async with world.work(as_=world.ona, now="2026-03-02T11:00Z") as work:
        new = NewRoutingRule(name="Young", keywords=["drops"], team_id=world.it.id, priority=0)
        young = await rules.add(work, new)

    earlier = await became(world, later, taken)
    assert (earlier.outcome, earlier.version) == (Outcome.EARLIER_RULE, 1)
    assert earlier.winner is not None and (earlier.winner.id, earlier.winner.keyword) == (first.id, "VPN")
    assert earlier.conditions == [] and earlier.keyword is None
    assert (await became(world, later, while_off)).outcome is Outcome.OFF
    assert (await became(world, later, named)).outcome is Outcome.TEAM_NAMED
    assert (await became(world, young, taken)).outcome is Outcome.NOT_THERE_YET


async def test_a_broken_rule_says_why_it_was_passed_over(world: World) -> None:
    made = await rule(world, world.it, "VPN", assignee_id=world.amir.id)
    await set_columns(world, "users", world.amir.id, is_active=False)
    found = await became(world, made, await send(world, "VPN drops"))

    assert found.outcome is Outcome.BROKEN
    assert found.broken == f"{world.amir.display_name} does not work for {world.it.name}."


async def test_what_the_rule_said_then_counts_also_when_it_says_something_else_now(world: World) -> None:
    made = await rule(world, world.it, "VPN")
    ticket = await send(world, "VPN drops")
    other = await send(world, "Tunnel closed")
    await refine_at(world, "2026-03-02T10:00Z", made.id, keywords=["tunnel"])

    assert ((await became(world, made, ticket)).version, (await became(world, made, ticket)).keyword) == (1, "VPN")
    assert (await became(world, made, other)).keywords == ["VPN"]


async def test_a_ticket_is_told_of_to_who_sees_its_internal_side_and_a_rule_to_its_team(world: World) -> None:
    made = await rule(world, world.it, "VPN")
    theirs = await world.ticket(team=world.hr, subject="VPN drops")
    mine = await send(world, "VPN drops")

    assert (await became(world, made, mine, as_=world.amir)).outcome is Outcome.TOOK
    with pytest.raises(NotFound):
        await became(world, made, theirs, as_=world.amir)
    with pytest.raises(NotFound):
        await became(world, made, mine, as_=world.hana)
    with pytest.raises(Forbidden):
        await became(world, made, mine, as_=world.rosa)
    async with world.work(as_=world.ona, now="2026-03-02T12:00Z") as work:
        held = await queries.visible(work, mine.id, lock=True)
        await assignment.transfer_to(work, held, world.hr)
    assert (await seen(world, made, as_=world.amir)).taken.items == []
    assert (await seen(world, made, as_=world.amir)).counts.took == 0
    assert (await seen(world, made)).counts.took == 1


async def test_taken_tickets_are_read_page_by_page(world: World) -> None:
    made = await rule(world, world.it, "VPN")
    sent = [await send(world, f"VPN {n}", now=f"2026-03-02T09:0{n // 2}Z") for n in range(5)]
    actor, found, cursor = await world.actor(world.ona), [], None
    async with world.database.reading(actor) as reader:
        while True:
            page = await outcomes.taken(reader, actor, made.id, now=NOW, limit=2, cursor=cursor)
            found += [row.ticket_id for row in page.items]
            if (cursor := page.next_cursor) is None:
                break

    assert len(found) == 5 and set(found) == {ticket.id for ticket in sent}
    assert found[0] == sent[4].id and set(found[1:3]) == {sent[2].id, sent[3].id}


async def test_how_many_were_asked_about_is_what_the_decisions_say(world: World) -> None:
    """Over rules that come, go, change places and are switched off and on between tickets."""
    chance, words = random.Random(7), ("alpha", "beta", "gamma", "delta")
    there = [await rule(world, world.it, word, priority=place % 2) for place, word in enumerate(words)]
    gone, sent = there.pop(1), []
    for hour in range(24):
        at = f"2026-03-02T{hour:02}:00Z"
        sent.append(await send(world, chance.choice([*words, "nothing", "gamma delta"]), now=at))
        wanted = {"priority": chance.randrange(3)} if hour % 3 else {"is_active": chance.random() < 0.6}
        await refine_at(world, at.replace(":00Z", ":30Z"), chance.choice(there).id, **wanted)
        if hour == 12:
            await drop(world, gone)
    decided = [await decision(world, ticket) for ticket in sent]
    versions = {made.id: await version_ids(world, made) for made in there}

    for made in there:
        counts = (await seen(world, made)).counts
        assert counts.asked == sum(not versions[made.id].isdisjoint(one.looked) for one in decided)
        assert counts.took == sum(one.rule_id == made.id for one in decided)


async def test_only_tickets_of_late_are_counted_and_no_further_than_needed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await rule(world, world.it, "VPN")
    for day in (1, 2, 2, 2):
        await send(world, "VPN drops", now=f"2026-03-0{day}T10:00Z")

    assert (await seen(world, made, days=1)).counts == counting.Counts(3, 3)
    assert (await seen(world, made, days=5)).counts == counting.Counts(4, 4)
    monkeypatch.setattr(counting, "MOST", 1)
    assert (await seen(world, made, days=5)).counts == counting.Counts(2, 2)
