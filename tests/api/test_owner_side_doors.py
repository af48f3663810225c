"""What an owner may read only on record is not to be read past it: in logs of rules, rehearsals, views, texts."""

from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from codex.tickets.veil import HIDDEN
from world import World

pytestmark = pytest.mark.anyio
SECRET = "My salary is too low"
HER_WORDS = [{"field": "description", "operator": "isSet"}, {"field": "anyText", "operator": "isSet"}]
YEAR = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}


@pytest.fixture
async def ona(world: World) -> httpx.AsyncClient:
    return await world.client(world.ona, Scope.ADMIN)


async def posted(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    answer = await client.post(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def seen(told: Any) -> list[Any]:
    (item,) = told
    return [finding["seen"] for finding in item["conditions"]]


async def test_the_log_of_a_rule_says_that_words_are_there_and_not_what_they_are(
    world: World, ona: httpx.AsyncClient
) -> None:
    terms = {"name": "Words", "trigger": "TICKET_CREATED", "priority": 1, "conditions": HER_WORDS,
             "actions": [{"type": "add_tag", "tag": "said"}]}  # fmt: skip
    rule = await posted(ona, "/automation-rules", terms)
    for team in (world.hr, world.it):
        await world.ticket(team=team, description=SECRET)
    told = (await ona.get(f"/api/v1/automation-rules/{rule['id']}/executions")).json()["items"]
    assert [[f["seen"] for f in one["conditions"]] for one in told] == [[HIDDEN, HIDDEN]] * 2
    assert all(f["holds"] for one in told for f in one["conditions"])

    hana = await world.client(world.hana)
    (own,) = (await hana.get("/api/v1/tickets/HR-1/explain")).json()["rules"]
    assert SECRET in str(own)


async def test_a_rehearsal_says_as_little(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.hr, description=SECRET)
    terms = {"name": "Words", "trigger": "TICKET_CREATED", "priority": 1, "conditions": HER_WORDS,
             "actions": [{"type": "add_tag", "tag": "said"}]}  # fmt: skip
    told = await posted(ona, "/automation-rules/rehearse", {"rule": terms, **YEAR}, 200)
    assert (seen(told["matches"]), told["matchCount"]) == ([HIDDEN, HIDDEN], 1)


async def test_to_learn_why_a_ticket_is_in_a_view_a_reason_is_asked_and_kept(
    world: World, ona: httpx.AsyncClient
) -> None:
    await world.ticket(team=world.hr, description=SECRET)
    view = await posted(ona, "/saved-views", {"name": "Words", "filters": {"conditions": HER_WORDS}})
    path = f"/api/v1/saved-views/{view['id']}/explanation/HR-1"
    refused(await ona.get(path), 403)
    answer = await ona.get(path, headers={"X-Access-Reason": "A complaint"})
    assert answer.status_code == 200 and SECRET in answer.text
    async with world.reading() as reader:
        assert await reader.all("SELECT payload->>'reason' FROM admin_audit_events WHERE type = 'TICKET_READ'") == [
            ("A complaint",)
        ]


async def test_a_text_is_filled_in_with_a_confidential_ticket_for_a_reason_only(
    world: World, ona: httpx.AsyncClient
) -> None:
    await world.ticket(team=world.hr, subject=SECRET)
    text = await posted(ona, "/canned-responses", {"name": "Subject", "content": "{{ticket.subject}}"})
    path, body = f"/api/v1/canned-responses/{text['id']}/render", {"ticketId": "HR-1"}
    refused(await ona.post(path, json=body), 403)
    answer = await ona.post(path, json=body, headers={"X-Access-Reason": "A complaint"})
    assert answer.json()["content"] == SECRET
