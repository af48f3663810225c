"""`/routing-rules` and what a ticket that nobody addressed meets, over HTTP."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from codex.identity.models import User
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
RULES = "/api/v1/routing-rules"
TICKETS = "/api/v1/tickets"


async def made(world: World, **more: Any) -> dict[str, Any]:
    """A rule of IT Support about VPN, made by its admin."""
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        said = {"name": "VPN", "keywords": ["VPN"], "teamId": str(world.it.id), "priority": 10, **more}
        answer = await tara.post(RULES, json=said)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert (answer.headers["location"], answer.headers["etag"]) == (f"{RULES}/{found['id']}", '"1"')
    return found


async def test_a_rule_is_made_read_changed_and_removed(world: World) -> None:
    rule = await made(world, conditions=[{"field": "priority", "operator": "in", "value": ["P1"]}])
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        url = f"{RULES}/{rule['id']}"
        assert (await tara.get(url)).json() == rule
        assert rule["isActive"] and rule["broken"] is None and rule["mayChange"] and rule["version"] == 1
        changed = await tara.patch(url, json={"priority": 5}, headers={"if-match": '"1"'})
        assert (changed.status_code, changed.json()["priority"], changed.headers["etag"]) == (200, 5, '"2"')
        assert (await tara.patch(url, json={"priority": 6}, headers={"if-match": '"1"'})).status_code == 412
        assert [v["version"] for v in (await tara.get(f"{url}/versions")).json()["items"]] == [2, 1]
        assert [r["id"] for r in (await tara.get(RULES)).json()["items"]] == [rule["id"]]
        assert (await tara.delete(url)).status_code == 204
        assert (await tara.get(url)).status_code == 404


async def test_what_does_not_fit_is_named_with_its_path(world: World) -> None:
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        said = {"name": "VPN", "teamId": str(world.it.id), "priority": 1}
        answer = await tara.post(RULES, json={**said, "conditions": [{"field": "fromStatus", "operator": "isSet"}]})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "conditions[0].field")
        answer = await tara.post(RULES, json={**said, "keywords": ["?"]})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "keywords[0]")
        answer = await tara.post(RULES, json={**said, "keyword": "VPN"})
        assert answer.status_code == 400 and "keyword" in answer.text


@pytest.mark.parametrize(("name", "reads", "writes"), [("rosa", 403, 403), ("amir", 200, 403), ("hana", 404, 403)])
async def test_others_read_or_do_not(world: World, name: str, reads: int, writes: int) -> None:
    rule, person = await made(world), getattr(world, name)
    async with await world.client(person, Scope.ADMIN) as client:
        url = f"{RULES}/{rule['id']}"
        assert (await client.get(url)).status_code == reads
        assert (await client.patch(url, json={"name": "Mine"})).status_code == writes
        assert (await client.delete(url)).status_code == writes


async def opened(world: World, person: User, **said: Any) -> dict[str, Any]:
    async with await world.client(person) as client:
        answer = await client.post(TICKETS, json={"subject": "No VPN since Monday", **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_ticket_goes_by_the_rule_and_explains_itself(world: World) -> None:
    rule = await made(world)
    ticket = await opened(world, world.rosa)
    assert ticket["displayId"].startswith("IT-") and ticket["status"] == "ASSIGNED"
    async with await world.client(world.lena) as lena:
        told = (await lena.get(f"{TICKETS}/{ticket['id']}/explain")).json()["routing"]
        events = (await lena.get(f"{TICKETS}/{ticket['id']}/events")).json()["items"]
    assert told["rule"] == {"id": rule["id"], "version": 1, "name": "VPN"}
    decision = told["decision"]
    assert [(r["name"], r["matched"], r["keyword"]) for r in decision["rules"]] == [("VPN", True, "VPN")]
    assert decision["team"] == {"id": str(world.it.id), "name": world.it.name}
    assert decision["teamBecause"] and decision["assigneeBecause"] and decision["assigneeBy"] == "TURN"
    assert decision["assignee"]["id"] == ticket["assignee"]["id"]
    assert [step["type"] for step in told["steps"]] == ["TICKET_CREATED", "ASSIGNED"]
    assert told["steps"][1]["cause"]["type"] == "ROUTED"
    assert "ROUTED" in [event["type"] for event in events]
    async with await world.client(world.rosa) as rosa:
        public = (await rosa.get(f"{TICKETS}/{ticket['id']}/events")).json()["items"]
        assert "ROUTED" not in [event["type"] for event in public]
        assert (await rosa.get(f"{TICKETS}/{ticket['id']}/explain")).status_code in (403, 404)


async def test_a_ticket_for_a_team_was_not_decided_about(world: World) -> None:
    await made(world)
    ticket = await opened(world, world.rosa, teamId=str(world.it.id))
    async with await world.client(world.lena) as lena:
        told = (await lena.get(f"{TICKETS}/{ticket['id']}/explain")).json()["routing"]
    assert (told["decision"], told["rule"], ticket["version"]) == (None, None, 1)


async def test_a_trial_tells_the_decision_and_writes_nothing(world: World) -> None:
    await made(world)
    async with await world.client(world.amir, Scope.READ) as amir:
        answers = [await amir.post(f"{RULES}/try", json={"subject": "vpn!"}) for _ in range(2)]
        other = await amir.post(f"{RULES}/try", json={"subject": "Nothing"})
        bad = await amir.post(f"{RULES}/try", json={"subject": " "})
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    first, second = (answer.json() for answer in answers)
    assert first == second and first["at"] is None, "no turn was taken"
    assert (first["rules"][0]["keyword"], first["assigneeBy"]) == ("VPN", "TURN")
    assert (other.json()["team"], other.json()["teamBy"]) == (None, "NOTHING")
    assert bad.status_code == 400
    async with world.reading() as reader:
        assert await reader.all("SELECT id FROM tickets") == []


async def test_of_a_trial_that_another_teams_rule_wins_only_the_team_is_told(world: World) -> None:
    await made(world)
    async with await world.client(world.hana) as hana:
        told = (await hana.post(f"{RULES}/try", json={"subject": "VPN"})).json()
    assert (told["rules"], told["hiddenRules"], told["team"]["name"]) == ([], 1, world.it.name)
    assert told["teamBecause"] == f"A rule of {world.it.name} sends it there." and "VPN" not in str(told)


async def test_an_agent_who_names_the_person_gets_that_person(world: World) -> None:
    await made(world)
    ticket = await opened(world, world.amir, assigneeId=str(world.lena.id))
    assert ticket["assignee"]["id"] == str(world.lena.id)


async def test_turns_are_fair_when_sixteen_clients_open_tickets_at_once(world: World) -> None:
    await made(world)
    async with await world.client(world.rosa) as rosa:

        async def client(number: int) -> list[str]:
            answers = [await rosa.post(TICKETS, json={"subject": f"VPN {number}"}) for _ in range(3)]
            return [answer.json()["assignee"]["id"] for answer in answers]

        got = Counter(key for keys in await asyncio.gather(*map(client, range(16))) for key in keys)
    assert sorted(got.values()) == [16, 16, 16]


async def test_decisions_are_the_tickets_that_it_took_or_what_became_of_it_on_one(world: World) -> None:
    rule = await made(world)
    url = f"{RULES}/{rule['id']}/decisions"
    async with await world.client(world.rosa, Scope.WRITE) as rosa:
        taken, other = [
            (await rosa.post(TICKETS, json={"subject": subject})).json()["displayId"] for subject in ("VPN", "Coffee")
        ]
        assert (await rosa.get(url)).status_code == 403
    async with await world.client(world.amir, Scope.READ) as amir:
        (row,) = (await amir.get(url)).json()["items"]
        assert (row["displayId"], row["outcome"], row["keyword"], row["version"]) == (taken, "TOOK", "VPN", 1)
        assert (row["winner"]["id"], row["team"]["name"]) == (rule["id"], world.it.name)
        assert (await amir.get(url, params={"ticket": taken.lower()})).json()["items"] == [row]
        assert (await amir.get(url, params={"ticket": other})).status_code == 404  # it is nobody's, and not his to see
        assert (await amir.get(url, params={"ticket": "IT-999"})).status_code == 404
    async with await world.client(world.ona, Scope.READ) as ona:
        (why,) = (await ona.get(url, params={"ticket": other})).json()["items"]
        assert (why["outcome"], why["keyword"], why["keywords"]) == ("DID_NOT_MATCH", None, ["VPN"])
    async with await world.client(world.hana, Scope.READ) as hana:
        assert (await hana.get(url)).status_code == 404
