"""`…/rehearse` over REST: shapes, rights, refusals as when saving, and that nothing at all is written."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from api_answers import refused
from rehearsal_drafts import FIRE, KINDS, MARCH, drafts

from codex.identity.models import Team
from codex.kernel.actor import Scope
from codex.rehearsal.period import only_reading
from codex.tickets import assignment, messages, queries
from codex.tickets.models import MessageType, Ticket
from world import World

pytestmark = pytest.mark.anyio
API = "/api/v1"


@pytest.fixture
async def ona(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with await world.client(world.ona, Scope.ADMIN) as client:
        yield client


async def test_a_rehearsal_says_what_would_have_been_done_and_to_which_tickets(
    world: World, ona: httpx.AsyncClient
) -> None:
    fires = [await world.ticket(team=world.it, at=f"2026-03-0{day}T09:00Z") for day in (4, 3)]
    await world.ticket(team=world.it, subject="Flood", at="2026-03-03T10:00Z")
    await world.ticket(team=world.it, at="2026-04-01T00:00Z")

    answer = await ona.post(f"{API}/automation-rules/rehearse", json={"rule": FIRE, **MARCH})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told == {
        "eventsExamined": 3, "matchCount": 2, "ticketCount": 2, "mailsOut": 2, "conflicts": [],
        "actions": {"set_priority": 2, "send_email": 2},
        "matches": [
            {"ticketId": str(ticket.id), "displayId": ticket.display_id, "at": f"2026-03-0{day}T09:00:00Z",
             "conditions": [{"field": "subject", "operator": "contains", "value": "fire",
                             "seen": "The printer is on fire", "holds": True}]}
            for ticket, day in ((fires[1], 3), (fires[0], 4))
        ],
    }  # fmt: skip


async def test_a_ticket_is_asked_about_as_it_was(world: World, ona: httpx.AsyncClient) -> None:
    ticket = await world.ticket(team=world.it, at="2026-03-02T09:00Z")
    for at, words in (("2026-03-02T10:00Z", "Which floor?"), ("2026-03-02T11:00Z", "The smoke is gone")):
        async with world.work(as_=world.amir, now=at) as work:
            held = await queries.visible(work, ticket.id, lock=True)
            await messages.add(work, held, type=MessageType.PUBLIC, body=words)
    draft = {**FIRE, "trigger": "MESSAGE_ADDED",
             "conditions": [{"field": "anyText", "operator": "notContains", "value": "smoke"},
                            {"field": "messageCount", "operator": "equals", "value": 1}]}  # fmt: skip

    told = (await ona.post(f"{API}/automation-rules/rehearse", json={"rule": draft, **MARCH})).json()

    assert [match["at"] for match in told["matches"]] == ["2026-03-02T10:00:00Z"]


async def test_the_first_hundred_are_shown_and_all_are_counted(world: World, ona: httpx.AsyncClient) -> None:
    for n in range(103):
        await world.ticket(team=world.it, at=f"2026-03-02T{9 + n // 60:02}:{59 - n % 60:02}Z")
    told = (await ona.post(f"{API}/automation-rules/rehearse", json={"rule": FIRE, **MARCH})).json()
    assert (told["matchCount"], len(told["matches"])) == (103, 100)
    instants = [match["at"] for match in told["matches"]]
    assert instants == sorted(instants) and instants[0] == "2026-03-02T09:00:00Z"


async def test_a_stored_rule_is_rehearsed_by_its_id_or_with_a_draft_in_its_place(
    world: World, ona: httpx.AsyncClient
) -> None:
    await world.ticket(team=world.it)
    stored = (await ona.post(f"{API}/automation-rules", json={**FIRE, "isActive": False})).json()
    path = f"{API}/automation-rules/rehearse"
    assert (await ona.post(path, json={"id": stored["id"], **MARCH})).json()["matchCount"] == 1
    changed = {**FIRE, "conditions": []}
    assert (await ona.post(path, json={"id": stored["id"], "rule": changed, **MARCH})).json()["matchCount"] == 1
    refused(await ona.post(path, json=MARCH), 422, "rule")
    refused(await ona.post(path, json={"id": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11", **MARCH}), 404)


async def test_every_kind_answers_in_the_same_shape(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.it)
    for kind, draft in drafts(world.it).items():
        answer = await ona.post(f"{API}/{kind}/rehearse", json={"rule": draft, **MARCH})
        assert answer.status_code == 200, (kind, answer.text)
        more = {"routing-rules": {"confusion"}, "sla/policies": {"compliance"}}.get(kind, set())
        assert answer.json().keys() == {
            "eventsExamined", "matches", "matchCount", "ticketCount", "actions", "mailsOut", "conflicts"
        } | more  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_who_may_write_a_rule_may_rehearse_it(world: World, kind: str) -> None:
    own, other = drafts(world.it)[kind], drafts(world.hr)[kind]
    everybodys = {name: said for name, said in own.items() if name != "teamId"}
    for person, mine, theirs, all_of_it in (
        (world.ona, 200, 200, 200), (world.tara, 200, 403, 403), (world.lena, 403, 403, 403),
        (world.amir, 403, 403, 403), (world.rosa, 403, 403, 403),
    ):  # fmt: skip
        async with await world.client(person, Scope.READ) as client:
            asked = [(own, mine), (other, theirs), *([(everybodys, all_of_it)] if kind != "routing-rules" else [])]
            for draft, status in asked:
                answer = await client.post(f"{API}/{kind}/rehearse", json={"rule": draft, **MARCH})
                assert answer.status_code == status, (person.email, draft.get("teamId"), answer.text)
    async with await world.client() as nobody:
        refused(await nobody.post(f"{API}/{kind}/rehearse", json={"rule": own, **MARCH}), 401)


async def test_a_teams_rule_is_rehearsed_on_its_tickets_alone(world: World) -> None:
    kept = await world.ticket(team=world.it, at="2026-03-02T09:00Z")
    gone = await world.ticket(team=world.it, at="2026-03-02T09:01Z")
    await world.ticket(team=world.hr, at="2026-03-02T09:02Z")
    mine: Ticket = await world.ticket(requester=world.tara, team=world.hr, at="2026-03-02T09:03Z")
    async with world.work(as_=world.lena, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, gone.id, lock=True)
        await assignment.transfer_to(work, held, await work.session.get_one(Team, world.hr.id))
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        for kind in KINDS:
            told = (await tara.post(f"{API}/{kind}/rehearse", json={"rule": drafts(world.it)[kind], **MARCH})).json()
            assert {match["ticketId"] for match in told["matches"]} <= {str(kept.id)}, kind
            assert str(mine.id) not in str(told) and gone.display_id not in str(told)
        told = (await tara.post(f"{API}/automation-rules/rehearse",
                                json={"rule": drafts(world.it)["automation-rules"], **MARCH})).json()  # fmt: skip
        assert told["matchCount"] == 1
        webhook = {**drafts(world.it)["automation-rules"],
                   "actions": [{"type": "call_webhook", "url": "https://hooks.example/x"}]}  # fmt: skip
        refused(await tara.post(f"{API}/automation-rules/rehearse", json={"rule": webhook, **MARCH}), 403)


BAD: list[tuple[str, dict[str, Any]]] = [
    ("automation-rules", {"name": " "}),
    ("automation-rules", {"actions": []}),
    ("automation-rules", {"actions": [{"type": "dance"}]}),
    ("automation-rules", {"priority": -1}),
    ("automation-rules", {"trigger": "TIME_IN_STATUS"}),
    ("automation-rules", {"conditions": [{"field": "colour", "operator": "equals", "value": "red"}]}),
    ("automation-rules", {"conditions": [{"field": "toStatus", "operator": "equals", "value": "SHUT"}]}),
    ("automation-rules", {"actions": [{"type": "add_internal_note", "body": "{{ticket.secret}}"}]}),
    ("automation-rules", {"actions": [{"type": "assign_team", "teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}]}),
    ("automation-rules", {"teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}),
    ("routing-rules", {"name": ""}),
    ("routing-rules", {"keywords": []}),
    ("routing-rules", {"keywords": ["vpn", "VPN"]}),
    ("routing-rules", {"priority": 10**9}),
    ("routing-rules", {"conditions": [{"field": "status", "operator": "equals", "value": "NEW"}]}),
    ("routing-rules", {"assigneeId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}),
    ("routing-rules", {"teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}),
    ("sla/policies", {"name": "\n"}),
    ("sla/policies", {"escalationAfterPercent": 0}),
    ("sla/policies", {"pauseOn": ["RESOLVED"]}),
    ("sla/policies", {"targets": [{"priority": "P1"}]}),
    ("sla/policies", {"targets": [{"priority": "P1", "resolutionHours": -4}]}),
    ("sla/policies", {"isDefault": True}),
    ("sla/policies", {"teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}),
]


@pytest.mark.parametrize(("kind", "wrong"), BAD)
async def test_a_draft_is_refused_exactly_as_when_it_is_saved(
    world: World, ona: httpx.AsyncClient, kind: str, wrong: dict[str, Any]
) -> None:
    draft = {**drafts(world.it)[kind], **wrong}
    saved = await ona.post(f"{API}/{kind}", json=draft)
    rehearsed = await ona.post(f"{API}/{kind}/rehearse", json={"rule": draft, **MARCH})
    assert saved.status_code in (400, 422), saved.text
    assert rehearsed.status_code == saved.status_code, rehearsed.text
    assert rehearsed.json()["detail"] == saved.json()["detail"]
    expected = [(f"rule.{each['path']}", each["message"]) for each in saved.json().get("errors", [])]
    assert [(each["path"], each["message"]) for each in rehearsed.json().get("errors", [])] == expected


@pytest.mark.parametrize("kind", KINDS)
async def test_a_period_is_one_that_was(world: World, ona: httpx.AsyncClient, kind: str) -> None:
    draft, path = drafts(world.it)[kind], f"{API}/{kind}/rehearse"
    for wrong, where in (
        ({"from": MARCH["to"], "to": MARCH["from"]}, "to"), ({"from": "2026-03-01T00:00:00"}, "from"),
        ({"from": "2999-01-01T00:00:00Z", "to": "2999-01-02T00:00:00Z"}, "from"),
    ):  # fmt: skip
        refused(await ona.post(path, json={"rule": draft, **MARCH, **wrong}), 400, where)
    refused(await ona.post(path, json={"rule": draft, "from": MARCH["from"]}), 400)
    refused(await ona.post(path, json={"rule": draft, **MARCH, "until": 1}), 400)


async def test_the_database_itself_lets_a_rehearsal_write_nothing(world: World) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with only_reading(world.works, await world.actor(world.ona), now=world.rosa.created_at) as work:
            await (await work.reader()).run("UPDATE teams SET name = 'x'", {})
