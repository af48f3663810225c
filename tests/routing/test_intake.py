"""A new ticket finds its team and its person, and says why."""

from typing import Any

import pytest
from routes import decision, drop, give_default, refine, rule, send, set_columns, told

from codex.classification import fields
from codex.classification.models import FieldType
from codex.identity.models import TeamAssignmentStrategy
from codex.kernel.actor import ActorKind
from codex.kernel.errors import Unprocessable
from codex.routing.decision import PersonBy, TeamBy
from codex.tickets.models import TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio


async def test_a_keyword_sends_it_to_a_team_and_its_name_begins_with_the_teams_prefix(world: World) -> None:
    await rule(world, world.hr, "salary", "pay slip")
    ticket = await send(world, "Where is my pay slip?")
    assert ticket.assigned_team_id == world.hr.id and (ticket.display_id or "").startswith("HR-")
    found = await decision(world, ticket)
    assert (found.rule, found.keyword, found.team_by) == ("salary", "pay slip", TeamBy.RULE)
    assert found.team_because == f'The rule salary sends it to {world.hr.name}: it says "pay slip".'
    assert await world.differences() == []


async def test_the_description_counts_too_and_whole_words_only(world: World) -> None:
    await rule(world, world.hr, "salary")
    assert (await send(world, "A question", description="about my SALARY.")).assigned_team_id == world.hr.id
    assert (await send(world, "Salaryman, the film")).assigned_team_id is None


async def test_rules_are_asked_by_priority_then_the_oldest_first_and_the_first_that_matches_wins(world: World) -> None:
    late = await rule(world, world.hr, "VPN", priority=20)
    first, second = [await rule(world, team, "VPN", priority=10) for team in (world.facilities, world.finance)]
    ticket = await send(world, "VPN")
    assert ticket.assigned_team_id == world.facilities.id
    assert [row.rule_id for row in (await told(world, world.ona, ticket)).rules] == [first.id]
    await refine(world, first, is_active=False)
    assert (await send(world, "VPN")).assigned_team_id == world.finance.id
    await refine(world, second, priority=30)
    assert (await send(world, "VPN")).assigned_team_id == world.hr.id
    await drop(world, late)
    assert (await send(world, "VPN")).assigned_team_id == world.finance.id


async def test_without_a_match_its_category_decides_and_without_one_it_waits_for_triage(world: World) -> None:
    await rule(world, world.hr, "salary")
    vpn = world.categories["vpn"]
    await give_default(world, vpn, world.facilities)
    ticket = await send(world, "Help", category=vpn)
    found = await decision(world, ticket)
    assert (ticket.assigned_team_id, found.team_by) == (world.facilities.id, TeamBy.CATEGORY)
    assert found.team_because == f"No rule matches; what is about {vpn.name} goes to {world.facilities.name}."
    lost = await send(world, "Help")
    assert (lost.assigned_team_id, (await decision(world, lost)).team_by) == (None, TeamBy.NOTHING)
    assert (lost.display_id or "").startswith("TKT-")


async def test_a_rule_goes_before_the_category(world: World) -> None:
    await rule(world, world.hr, "salary")
    await give_default(world, world.categories["vpn"], world.it)
    assert (await send(world, "salary", category=world.categories["vpn"])).assigned_team_id == world.hr.id


async def test_who_names_a_team_gets_that_teams_queue_and_nothing_is_decided(world: World) -> None:
    await rule(world, world.hr, "VPN")
    ticket = await send(world, "VPN", team=world.it)
    assert (ticket.assigned_team_id, ticket.assignee_id, ticket.status) == (world.it.id, None, TicketStatus.NEW)
    assert [event.type for event in await world.events(ticket)] == ["TICKET_CREATED"]


async def test_the_rules_person_gets_it_from_the_rule(world: World) -> None:
    made = await rule(world, world.it, "VPN", assignee_id=world.lena.id)
    ticket = await send(world, "VPN")
    assert (ticket.assignee_id, ticket.status) == (world.lena.id, TicketStatus.ASSIGNED)
    created, routed, assigned, status = await world.events(ticket)
    assert [e.type for e in (created, routed, assigned, status)] == [
        "TICKET_CREATED", "ROUTED", "ASSIGNED", "STATUS_CHANGED",
    ]  # fmt: skip
    assert (assigned.actor_kind, assigned.actor_name, assigned.cause_id) == (ActorKind.RULE, made.name, routed.id)
    found = await decision(world, ticket)
    assert (found.assignee_by, found.assignee_because) == (
        PersonBy.RULE, f"The rule VPN gives it to {world.lena.display_name}.",
    )  # fmt: skip
    assert await world.differences() == []


async def test_a_team_that_takes_turns_gives_it_to_the_next(world: World) -> None:
    await rule(world, world.it, "VPN")
    there = sorted((world.amir, world.lena, world.tara), key=lambda person: person.id)
    tickets = [await send(world, "VPN") for _ in range(4)]
    assert [ticket.assignee_id for ticket in tickets] == [person.id for person in (*there, there[0])]
    found = await decision(world, tickets[0])
    assert found.assignee_because == (
        f"It is the turn of {there[0].display_name}, of 3 in {world.it.name} who are available."
    )
    assert (await world.events(tickets[0]))[2].actor_kind is ActorKind.SYSTEM


async def test_whom_the_opener_names_takes_no_turn(world: World) -> None:
    await rule(world, world.it, "VPN")
    ticket = await send(world, "VPN", as_=world.amir, assignee_id=world.lena.id)
    assert (ticket.assignee_id, (await decision(world, ticket)).assignee_by) == (None, PersonBy.ASKED)
    assert (await send(world, "VPN")).assignee_id == min(p.id for p in (world.amir, world.lena, world.tara))


async def test_the_away_and_the_deactivated_and_who_is_no_agent_any_more_are_passed_over(world: World) -> None:
    await rule(world, world.it, "VPN")
    await set_columns(world, "users", world.amir.id, away_until="2026-03-03T00:00Z")
    await set_columns(world, "users", world.tara.id, is_active=False)
    assert {(await send(world, "VPN")).assignee_id for _ in range(3)} == {world.lena.id}
    await set_columns(world, "users", world.lena.id, role="EMPLOYEE")
    ticket = await send(world, "VPN")
    assert (ticket.assignee_id, ticket.status, ticket.assigned_team_id) == (None, TicketStatus.NEW, world.it.id)
    assert (await decision(world, ticket)).assignee_because == (
        f"Nobody in {world.it.name} is available (1 of 2 members are away), so it waits in the queue."
    )
    await set_columns(world, "users", world.amir.id, away_until="2026-03-02T08:59Z")
    assert (await send(world, "VPN")).assignee_id == world.amir.id


async def test_a_queue_team_leaves_it_in_the_queue(world: World) -> None:
    assert world.hr.assignment_strategy is TeamAssignmentStrategy.QUEUE_ONLY
    await rule(world, world.hr, "salary")
    ticket = await send(world, "salary")
    assert (await decision(world, ticket)).assignee_because == f"{world.hr.name} takes its tickets from the queue."


@pytest.mark.parametrize(
    ("condition", "given", "matches"),
    [
        ({"field": "priority", "operator": "in", "value": ["P1"]}, {"priority": TicketPriority.P1}, True),
        ({"field": "priority", "operator": "in", "value": ["P1"]}, {}, False),
        ({"field": "category", "operator": "equals", "value": "software"}, {"category": "vpn"}, True),
        ({"field": "category", "operator": "isNotSet"}, {"category": "vpn"}, False),
        ({"field": "requesterDomain", "operator": "equals", "value": "acme.example"}, {}, True),
        ({"field": "requesterDepartment", "operator": "equals", "value": "Sales"}, {}, True),
        ({"field": "requesterDepartment", "operator": "equals", "value": "HR"}, {}, False),
        ({"field": "anyText", "operator": "matches", "value": "tun+el"}, {"description": "the tunnel"}, True),
        ({"field": "createdAt", "operator": "after", "value": "2026-03-02T08:00:00Z"}, {}, True),
        ({"not": {"field": "channel", "operator": "equals", "value": "PORTAL"}}, {}, False),
    ],
)
async def test_conditions_narrow_a_rule(world: World, condition: Any, given: dict[str, Any], matches: bool) -> None:
    await rule(world, world.hr, "VPN", conditions=[condition])
    if "category" in given:
        given = {**given, "category": world.categories[given["category"]]}
    ticket = await send(world, "VPN", **given)
    assert (ticket.assigned_team_id == world.hr.id) is matches
    (row,) = (await told(world, world.ona, ticket)).rules
    assert row.matched is matches and row.keyword == ("VPN" if matches else None)
    assert all(finding.holds for finding in row.conditions) is (matches or "not" in condition)


async def test_a_rule_without_keywords_goes_by_its_conditions_and_answers_count(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        asked = await fields.add(work, name="Room", field_type=FieldType.TEXT)
    room = {"field": f"customField:{asked.id}", "operator": "startsWith", "value": "b"}
    await rule(world, world.facilities, conditions=[room])
    ticket = await send(world, "Cold", custom_fields={str(asked.id): "  B-12 "})
    assert ticket.assigned_team_id == world.facilities.id
    (row,) = (await told(world, world.ona, ticket)).rules
    assert [(finding.seen, finding.holds) for finding in row.conditions] == [("B-12", True)]
    assert (await send(world, "Cold", custom_fields={str(asked.id): "A-1"})).assigned_team_id is None
    with pytest.raises(Unprocessable):
        await send(world, "Cold", custom_fields={str(asked.id): 4})


async def test_tags_that_an_agent_gives_count(world: World) -> None:
    await rule(world, world.it, conditions=[{"field": "tag", "operator": "equals", "value": "vpn"}])
    ticket = await send(world, "Help", as_=world.amir, tags=["VPN"])
    assert ticket.assigned_team_id == world.it.id
    assert [e.type for e in await world.events(ticket)][:3] == ["TICKET_CREATED", "TAG_ADDED", "ROUTED"]


async def test_a_broken_rule_is_passed_over_with_the_reason(world: World) -> None:
    gone = await rule(world, world.hr, "VPN", priority=1)
    left = await rule(world, world.it, "VPN", priority=2, assignee_id=world.amir.id)
    asks = {"field": "category", "operator": "equals", "value": str(world.categories["vpn"].id)}
    await rule(world, world.it, "VPN", priority=3, conditions=[asks], name="Narrow")
    await rule(world, world.facilities, "VPN", priority=4)
    await set_columns(world, "teams", world.hr.id, is_active=False)
    await set_columns(world, "users", world.amir.id, is_active=False)
    async with world.session() as session:
        await session.delete(await session.get_one(type(world.categories["vpn"]), world.categories["vpn"].id))
        await session.commit()
    ticket = await send(world, "VPN")
    assert ticket.assigned_team_id == world.facilities.id
    rows = (await told(world, world.ona, ticket)).rules
    assert [(row.name, row.matched, row.broken) for row in rows] == [
        (gone.name, False, f"The team {world.hr.name} is not active."),
        (left.name, False, f"{world.amir.display_name} does not work for {world.it.name}."),
        ("Narrow", False, f"conditions[0].value: There is no category '{world.categories['vpn'].id}'."),
        ("VPN", True, None),
    ]  # fmt: skip


async def test_a_category_that_moves_takes_its_branch_along_in_rules_that_were_read_before(world: World) -> None:
    await rule(world, world.it, conditions=[{"field": "category", "operator": "equals", "value": "software"}])
    vpn = world.categories["vpn"]
    assert (await send(world, "Help", category=vpn)).assigned_team_id == world.it.id
    await set_columns(world, "categories", vpn.id, parent_id=None, updated_at="2026-03-02T09:00Z")
    assert (await send(world, "Help", category=vpn)).assigned_team_id is None


async def test_what_was_decided_is_told_as_it_was_after_the_rule_has_changed_and_gone(world: World) -> None:
    made = await rule(
        world, world.it, "VPN", conditions=[{"field": "priority", "operator": "notEquals", "value": "P1"}]
    )
    ticket = await send(world, "VPN", description="x")
    before = await told(world, world.ona, ticket)
    await refine(world, made, name="Other", keywords=["tunnel"], conditions=[])
    await drop(world, made)
    assert await told(world, world.ona, ticket) == before
    assert [(f.seen, f.holds) for f in before.rules[0].conditions] == [("P3", True)]


async def test_rules_of_teams_that_the_reader_does_not_work_for_are_counted_not_told(world: World) -> None:
    await rule(world, world.hr, "secret", priority=1)
    await rule(world, world.it, "VPN", priority=2)
    ticket = await send(world, "VPN")
    mine = await told(world, world.amir, ticket)
    assert ([row.name for row in mine.rules], mine.hidden_rules) == (["VPN"], 1)
    assert (await told(world, world.ona, ticket)).hidden_rules == 0
