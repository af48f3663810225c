"""`/automation-rules` over REST: whole CRUD with versions, rights, and every bad input named with its path."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from codex.audit.models import AdminAuditEvent
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
RULES = "/api/v1/automation-rules"
FIRE: dict[str, Any] = {
    "name": "Fire!", "trigger": "TICKET_CREATED", "priority": 10,
    "conditions": [{"field": "subject", "operator": "contains", "value": "fire"}],
    "actions": [{"type": "set_priority", "priority": "P1"}],
}  # fmt: skip


@pytest.fixture
async def ona(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with await world.client(world.ona, Scope.ADMIN) as client:
        yield client


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post(RULES, json={**FIRE, **more})
    assert answer.status_code == 201, answer.text
    rule: dict[str, Any] = answer.json()
    return rule


async def test_a_rule_is_added_read_changed_and_removed(world: World, ona: httpx.AsyncClient) -> None:
    answer = await ona.post(RULES, json=FIRE)
    rule = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == f"{RULES}/{rule['id']}"
    assert {name: rule[name] for name in FIRE} == FIRE
    assert (rule["isActive"], rule["version"], rule["teamId"], rule["broken"], rule["mayChange"]) == (
        True, 1, None, [], True
    )  # fmt: skip

    changed = await ona.patch(f"{RULES}/{rule['id']}", json={"isActive": False}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"], changed.json()["isActive"]) == (200, 2, False)
    stale = await ona.patch(f"{RULES}/{rule['id']}", json={"priority": 3}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    same = await ona.patch(f"{RULES}/{rule['id']}", json={"isActive": False})
    assert same.json()["version"] == 2

    versions = (await ona.get(f"{RULES}/{rule['id']}/versions")).json()["items"]
    assert [(v["version"], v["isActive"]) for v in versions] == [(2, False), (1, True)]
    assert (await ona.delete(f"{RULES}/{rule['id']}")).status_code == 204
    assert (await ona.get(f"{RULES}/{rule['id']}")).status_code == 404
    async with world.session() as session:
        kinds = list(await session.scalars(select(AdminAuditEvent.type).where(
            AdminAuditEvent.type.like("AUTOMATION_RULE%")).order_by(AdminAuditEvent.created_at)))  # fmt: skip
    assert kinds == ["AUTOMATION_RULE_ADDED", "AUTOMATION_RULE_CHANGED", "AUTOMATION_RULE_REMOVED"]


async def test_rules_are_listed_in_the_order_in_which_they_run_page_by_page(ona: httpx.AsyncClient) -> None:
    for name, priority in (("c", 30), ("a", 10), ("b", 20)):
        await made(ona, name=name, priority=priority)

    first = (await ona.get(RULES, params={"limit": 2})).json()
    rest = (await ona.get(RULES, params={"limit": 2, "cursor": first["nextCursor"]})).json()

    assert [rule["name"] for rule in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": " "}, "name"),
        ({"priority": -1}, "priority"),
        ({"trigger": "FULL_MOON"}, "trigger"),
        ({"conditions": [{"field": "colour", "operator": "equals", "value": "red"}]}, "conditions[0].field"),
        ({"conditions": [{"all": [{"field": "priority", "operator": "in", "value": ["P9"]}]}]},
         "conditions[0].all[0].value[0]"),
        ({"conditions": [{"field": "toStatus", "operator": "equals", "value": "SHUT"}]}, "conditions[0].value"),
        ({"conditions": [{"field": "assignee", "operator": "equals", "value": "me"}]}, "conditions[0].value"),
        ({"actions": []}, "actions"),
        ({"actions": [{"type": "explode"}]}, "actions[0].type"),
        ({"actions": [{"type": "set_priority"}]}, "actions[0].priority"),
        ({"actions": [{"type": "set_priority", "priority": "P1", "loud": True}]}, "actions[0].loud"),
        ({"actions": [{"type": "set_status", "status": "NEW"}]}, "actions[0].status"),
        ({"actions": [{"type": "add_tag", "tag": "a/b"}]}, "actions[0].tag"),
        ({"actions": [{"type": "send_public_reply", "body": "{{ticket.colour}}"}]}, "actions[0].body"),
        ({"actions": [{"type": "send_public_reply", "body": "a\u0000"}]}, "actions[0]"),
        ({"actions": [{"type": "notify"}]}, "actions[0]"),
        ({"actions": [{"type": "notify", "roles": ["BOSS"]}]}, "actions[0].roles[0]"),
        ({"actions": [{"type": "send_email", "to": "x", "subject": "s", "body": "b"}]}, "actions[0].to"),
        ({"actions": [{"type": "send_email", "to": [], "subject": "s", "body": "b"}]}, "actions[0].to"),
        ({"actions": [{"type": "send_email", "to": ["a@b.example", "x"], "subject": "s", "body": "b"}]},
         "actions[0].to[1]"),
        ({"actions": [{"type": "send_email", "to": ["a@b.example", "A@b.example"], "subject": "s", "body": "b"}]},
         "actions[0].to[1]"),
        ({"actions": [{"type": "send_email", "to": "a@b.example", "subject": "s\r\nBcc: x@y.z", "body": "b"}]},
         "actions[0].subject"),
        ({"actions": [{"type": "call_webhook", "url": "file:///etc/passwd"}]}, "actions[0].url"),
        ({"actions": [{"type": "call_webhook", "url": "https://a.example", "sealedSecret": "x"}]},
         "actions[0].sealedSecret"),
        ({"actions": [{"type": "call_webhook", "url": "https://a.example", "hasSecret": True}]}, "actions[0].secret"),
        ({"triggerConfig": {"hours": 4}}, "triggerConfig.hours"),
        ({"trigger": "TIME_IN_STATUS"}, "triggerConfig.hours"),
        ({"trigger": "TIME_IN_STATUS", "triggerConfig": {"hours": 0}}, "triggerConfig.hours"),
        ({"trigger": "MESSAGE_ADDED", "triggerConfig": {"status": "CLOSED"}}, "triggerConfig.status"),
        ({"trigger": "TICKET_CREATED", "triggerConfig": {"colour": "red"}}, "triggerConfig.colour"),
    ],
)  # fmt: skip
async def test_what_no_rule_can_say_is_refused_with_its_path(
    ona: httpx.AsyncClient, change: dict[str, Any], path: str
) -> None:
    answer = await ona.post(RULES, json={**FIRE, **change})

    assert answer.status_code == 400, answer.text
    assert path in [problem["path"] for problem in answer.json()["errors"]]


NOBODY = "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"


@pytest.mark.parametrize(
    ("action", "path"),
    [
        ({"type": "assign_team", "teamId": NOBODY}, "teamId"),
        ({"type": "assign_user", "userId": NOBODY}, "userId"),
        ({"type": "set_category", "categoryId": NOBODY}, "categoryId"),
        ({"type": "set_custom_field", "fieldId": NOBODY, "value": 1}, "fieldId"),
        ({"type": "notify", "userIds": [NOBODY]}, "userIds[0]"),
        ({"type": "grant_access", "teamId": NOBODY, "accessLevel": "READ"}, "teamId"),
        ({"type": "apply_macro", "cannedResponseId": NOBODY}, "cannedResponseId"),
        ({"type": "add_internal_note", "body": "{{customField.Colour}}"}, "body"),
    ],
)
async def test_what_a_rule_names_must_be_there(ona: httpx.AsyncClient, action: dict[str, Any], path: str) -> None:
    answer = await ona.post(RULES, json={**FIRE, "actions": [action]})

    assert answer.status_code == 422, answer.text
    assert [problem["path"] for problem in answer.json()["errors"]] == [f"actions[0].{path}"]


async def test_who_reads_and_who_writes(world: World, ona: httpx.AsyncClient) -> None:
    everybodys, its = await made(ona), await made(ona, teamId=str(world.it.id), name="IT")
    expected = {
        # read everybody's, read IT's, listed, write everybody's, write IT's
        "rosa": (403, 403, None, 403, 403),
        "amir": (403, 403, None, 403, 403),
        "lena": (404, 200, ["IT"], 403, 403),
        "tara": (404, 200, ["IT"], 403, 201),
        "hana": (403, 403, None, 403, 403),
        "ona": (200, 200, ["Fire!", "IT"], 201, 201),
    }
    for who, rights in expected.items():
        async with await world.client(getattr(world, who), Scope.ADMIN) as client:
            reads = [(await client.get(f"{RULES}/{rule['id']}")).status_code for rule in (everybodys, its)]
            answer = await client.get(RULES)
            listed = [rule["name"] for rule in answer.json()["items"]] if answer.status_code == 200 else None
            names = [name for name in listed if name != "New"] if listed is not None else None
            new = {**FIRE, "name": "New", "isActive": False}
            writes = [(await client.post(RULES, json={**new, "teamId": team})).status_code
                      for team in (None, str(world.it.id))]  # fmt: skip
            assert (*reads, names, *writes) == rights, who
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        assert (await tara.patch(f"{RULES}/{its['id']}", json={"priority": 1})).status_code == 200
        assert (await tara.delete(f"{RULES}/{everybodys['id']}")).status_code == 404
        hers = await tara.post(RULES, json={**FIRE, "teamId": str(world.hr.id)})
        assert hers.status_code == 403


async def test_owners_alone_say_where_tickets_are_sent_to(world: World, ona: httpx.AsyncClient) -> None:
    hook = {"type": "call_webhook", "url": "https://hooks.example/x", "secret": "tiger"}
    rule = await made(ona, teamId=str(world.it.id), actions=[hook])
    assert rule["actions"] == [{"type": "call_webhook", "url": "https://hooks.example/x", "hasSecret": True}]

    async with await world.client(world.tara, Scope.ADMIN) as tara:
        mine = await tara.post(RULES, json={**FIRE, "teamId": str(world.it.id), "actions": [hook]})
        assert mine.status_code == 403
        kept = await tara.patch(f"{RULES}/{rule['id']}", json={"actions": [*rule["actions"], *FIRE["actions"]]})
        assert (kept.status_code, len(kept.json()["actions"])) == (200, 2)
        moved = {**rule["actions"][0], "url": "https://elsewhere.example"}
        assert (await tara.patch(f"{RULES}/{rule['id']}", json={"actions": [moved]})).status_code == 400
    for place in ("", "/versions"):
        assert "tiger" not in (await ona.get(f"{RULES}/{rule['id']}{place}")).text
    async with world.session() as session:
        sealed = await session.scalar(text("SELECT actions->0->>'sealedSecret' FROM automation_rules"))
        audited = str(list(await session.scalars(text("SELECT payload::text FROM admin_audit_events"))))
    assert sealed and "tiger" not in sealed and sealed not in audited and "tiger" not in audited


async def test_the_log_of_a_rule_and_the_rules_of_a_ticket(world: World, ona: httpx.AsyncClient) -> None:
    rule = await made(ona)
    async with await world.client(world.rosa) as rosa:
        asked = {"description": "x", "teamId": str(world.it.id)}
        tickets = [(await rosa.post("/api/v1/tickets", json={**asked, "subject": subject})).json()
                   for subject in ("A fire", "A flood")]  # fmt: skip
    assert tickets[0]["priority"] == "P1"

    log = (await ona.get(f"{RULES}/{rule['id']}/executions")).json()["items"]
    assert [(row["matched"], row["success"], row["ticketId"]) for row in log] == [
        (False, None, tickets[1]["id"]), (True, True, tickets[0]["id"])
    ]  # fmt: skip
    assert log[1]["conditions"] == [
        {"field": "subject", "operator": "contains", "value": "fire", "seen": "A fire", "holds": True}
    ]
    assert log[1]["actions"] == [
        {"type": "set_priority", "changed": [{"fact": "PRIORITY_CHANGED", "from": "P3", "to": "P1"}]}
    ]
    for narrow, count in (("matched=true", 1), ("matched=false", 1), (f"ticket={tickets[0]['displayId']}", 1)):
        assert len((await ona.get(f"{RULES}/{rule['id']}/executions?{narrow}")).json()["items"]) == count
    assert (await ona.get(f"{RULES}/{rule['id']}/executions?ticket=NO-1")).status_code == 404

    async with await world.client(world.amir) as amir:
        told = (await amir.get(f"/api/v1/tickets/{tickets[0]['id']}/explain")).json()["rules"]
    assert [(row["rule"], row["version"], row["matched"]) for row in told] == [
        ({"id": rule["id"], "name": "Fire!"}, 1, True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "team", "said"),
    [
        ("rosa", None, "works for no team"),
        ("amir", "hr", "does not work for the team"),
        ("amir", "it", None),
        ("amir", None, None),
        ("tara", "it", None),
    ],
)
async def test_a_rule_assigns_to_nobody_who_cannot_have_the_ticket(
    world: World, ona: httpx.AsyncClient, who: str, team: str | None, said: str | None
) -> None:
    assign = {"type": "assign_user", "userId": str(getattr(world, who).id)}
    of_team = str(getattr(world, team).id) if team else None
    moved = [{"type": "assign_team", "teamId": of_team}, assign] if of_team else [assign]
    for actions, whose in (([assign], of_team), (moved, None)):
        answer = await ona.post(RULES, json={**FIRE, "actions": actions, "teamId": whose})
        if said is None:
            assert answer.status_code == 201, answer.text
        else:
            assert answer.status_code == 422
            (problem,) = answer.json()["errors"]
            assert (problem["path"], said in problem["message"]) == (f"actions[{len(actions) - 1}].userId", True)


@pytest.mark.parametrize("text", ["Re: {{ticket.subject", "Re: ticket.subject}}", "{{ticket.subject}} {{", "}}{{"])
async def test_braces_without_their_other_end_are_refused_in_a_sentence(ona: httpx.AsyncClient, text: str) -> None:
    rule = await ona.post(RULES, json={**FIRE, "actions": [{"type": "send_public_reply", "body": text}]})
    kept = await ona.post("/api/v1/canned-responses", json={"name": "x", "content": text})

    assert (rule.status_code, rule.json()["errors"][0]["path"]) == (400, "actions[0].body")
    assert (kept.status_code, kept.json()["errors"][0]["path"]) == (422, "content")
    assert "Double braces stand around the name of a value" in rule.text and "Double braces" in kept.text
