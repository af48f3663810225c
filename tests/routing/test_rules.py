"""Who sets routing rules, what they may say, and what is kept of it."""

from typing import Any
from uuid import UUID

import pytest
from routes import drop, refine, rule, set_columns
from sqlalchemy import select, text

from codex.identity.models import User
from codex.kernel.errors import Forbidden, Invalid, NotFound, Unprocessable
from codex.kernel.ids import new_id
from codex.routing import policy, reading
from codex.routing.models import RoutingRule, RoutingRuleVersion
from codex.routing.policy import READABLE_SQL, readable
from codex.tickets.criteria import CHANGE_FIELDS, FIELDS
from world import World

pytestmark = pytest.mark.anyio


async def versions(world: World, key: UUID) -> list[tuple[int, dict[str, Any]]]:
    query = select(RoutingRuleVersion).where(RoutingRuleVersion.rule_id == key).order_by(RoutingRuleVersion.version)
    async with world.session() as session:
        return [(row.version, row.terms) for row in await session.scalars(query)]


async def audited(world: World) -> list[tuple[str, UUID | None, dict[str, Any]]]:
    async with world.session() as session:
        rows = await session.execute(
            text("SELECT type, team_id, payload FROM admin_audit_events WHERE type LIKE 'ROUTING%' ORDER BY id")
        )
        return [(kind, team, payload) for kind, team, payload in rows]


async def test_every_save_is_a_version_and_an_entry_in_the_audit_log(world: World) -> None:
    made = await rule(world, world.it, "VPN", as_=world.tara)
    await refine(world, made, as_=world.tara, keywords=["VPN", "tunnel"], priority=20)
    await refine(world, made, as_=world.tara, priority=20)
    await drop(world, made, as_=world.tara)

    assert [(number, terms["keywords"]) for number, terms in await versions(world, made.id)] == [
        (1, ["VPN"]), (2, ["VPN", "tunnel"]),
    ]  # fmt: skip
    added, changed, removed = await audited(world)
    assert [kind for kind, _, _ in (added, changed, removed)] == [
        "ROUTING_RULE_ADDED", "ROUTING_RULE_CHANGED", "ROUTING_RULE_REMOVED",
    ]  # fmt: skip
    assert {team for _, team, _ in (added, changed, removed)} == {world.it.id}
    assert added[2]["terms"]["keywords"] == ["VPN"] and added[2]["ruleId"] == str(made.id)
    assert (changed[2]["from"], changed[2]["to"]) == (
        {"keywords": ["VPN"], "priority": 10}, {"keywords": ["VPN", "tunnel"], "priority": 20},
    )  # fmt: skip
    async with world.session() as session:
        assert await session.get(RoutingRule, made.id) is None


async def test_a_teams_admins_set_its_rules_and_owners_all(world: World) -> None:
    made = await rule(world, world.it, "VPN", as_=world.tara)
    for person in (world.amir, world.lena):
        with pytest.raises(Forbidden):
            await rule(world, world.it, "VPN", as_=person)
        with pytest.raises(Forbidden):
            await refine(world, made, as_=person, name="Mine")
        with pytest.raises(Forbidden):
            await drop(world, made, as_=person)
    with pytest.raises(Forbidden):
        await rule(world, world.hr, "salary", as_=world.tara)
    with pytest.raises(Forbidden):
        await refine(world, made, as_=world.tara, team_id=world.hr.id)
    for stranger in (world.rosa, world.hana):
        with pytest.raises(NotFound):
            await refine(world, made, as_=stranger, name="Mine")
    await refine(world, made, as_=world.ona, team_id=world.hr.id)
    with pytest.raises(NotFound):
        await drop(world, made, as_=world.tara)


async def test_who_reads_a_rule_is_the_same_in_sql(world: World) -> None:
    made = {team.id: (await rule(world, team, "VPN")).id for team in (world.it, world.hr, world.finance)}
    people = (world.rosa, world.amir, world.lena, world.tara, world.hana, world.farid, world.otto, world.ona)
    seen = set()
    for person in people:
        actor = await world.actor(person)
        async with world.reading() as reader:
            rows = await reader.all(f"SELECT r.id FROM routing_rules r WHERE {READABLE_SQL}", readable(actor))
        expected = {key for team, key in made.items() if policy.may_read(actor, team)}
        assert {row[0] for row in rows} == expected
        seen.add(len(expected))
    assert seen >= {0, 1, 3}


@pytest.mark.parametrize("name", sorted({*FIELDS, *CHANGE_FIELDS} - {
    "priority", "channel", "requester", "category", "subject", "description", "anyText", "requesterEmail", "tag",
    "requesterDomain", "requesterDepartment", "requesterLocation", "createdAt",
}))  # fmt: skip
async def test_what_says_nothing_about_a_new_ticket_is_refused_with_its_path(world: World, name: str) -> None:
    asks = [{"any": [{"field": "priority", "operator": "isSet"}, {"field": name, "operator": "isSet"}]}]
    with pytest.raises(Unprocessable) as refused:
        await rule(world, world.it, "VPN", conditions=asks)
    (problem,) = refused.value.problems
    assert problem.path == "conditions[0].any[1].field"
    assert problem.message == f"Routing looks at new tickets; {name} says nothing about one yet."


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"conditions": [{"field": "priority", "operator": "equals", "value": "P9"}]}, "conditions[0].value"),
        ({"conditions": [{"field": "requester", "operator": "equals", "value": "me"}]}, "conditions[0].value"),
        ({"conditions": [{"field": "nothing", "operator": "isSet"}]}, "conditions[0].field"),
        ({"conditions": [{"field": "subject", "operator": "matches", "value": "("}]}, "conditions[0].value"),
        ({"conditions": ["VPN"]}, "conditions[0]"),
        ({"keywords": []}, "keywords"),
        ({"team_id": new_id()}, "teamId"),
        ({"assignee_id": new_id()}, "assigneeId"),
    ],
)
async def test_what_can_never_be_done_is_refused_with_its_path(world: World, said: dict[str, Any], path: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        made = await rule(world, world.it, "VPN")
        await refine(world, made, **said)
    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(
    ("said", "path"),
    [({"name": " "}, "name"), ({"priority": -1}, "priority"), ({"priority": 2**31}, "priority"),
     ({"keywords": ["VPN", "vpn"]}, "keywords[1]")],
)  # fmt: skip
async def test_what_no_rule_can_say_is_invalid(world: World, said: dict[str, Any], path: str) -> None:
    made = await rule(world, world.it, "VPN")
    with pytest.raises(Invalid) as refused:
        await refine(world, made, **said)
    assert [problem.path for problem in refused.value.problems] == [path]


async def test_the_person_must_work_for_the_team(world: World) -> None:
    for person in (world.rosa, world.hana):
        with pytest.raises(Unprocessable, match="active member"):
            await rule(world, world.it, "VPN", assignee_id=person.id)
    assert (await rule(world, world.it, "VPN", assignee_id=world.tara.id)).assignee_id == world.tara.id


async def test_a_broken_rule_says_why_and_can_be_switched_off_but_not_on(world: World) -> None:
    made = await rule(world, world.it, "VPN", assignee_id=world.amir.id)
    await set_columns(world, "users", world.amir.id, is_active=False)
    async with world.reading() as reader:
        row = await reading.rule(reader, await world.actor(world.ona), made.id)
    assert row.broken == f"{world.amir.display_name} does not work for {world.it.name}."
    await refine(world, made, is_active=False)
    with pytest.raises(Unprocessable):
        await refine(world, made, is_active=True)


async def test_the_list_is_in_the_order_in_which_rules_are_asked_page_by_page(world: World) -> None:
    for number, priority in enumerate((30, 10, 20, 10, 10)):
        await rule(world, world.it, "VPN", name=f"Rule {number}", priority=priority)
    actor, names, cursor = await world.actor(world.amir), list[str](), None
    async with world.reading() as reader:
        while True:
            before = reader.statements
            page = await reading.rules(reader, actor, limit=2, cursor=cursor)
            assert reader.statements - before <= 2
            names += [row.name for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
    assert names == ["Rule 1", "Rule 3", "Rule 4", "Rule 2", "Rule 0"]


async def test_who_works_for_no_team_reads_no_rules(world: World) -> None:
    person: User = world.rosa
    async with world.reading() as reader:
        with pytest.raises(Forbidden):
            await reading.rules(reader, await world.actor(person))
