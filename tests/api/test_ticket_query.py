"""`POST /tickets/query`: a list by conditions."""

from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from codex.tickets import followers, queries, tagging
from codex.tickets.models import TicketPriority
from world import World

pytestmark = pytest.mark.anyio


async def found(client: httpx.AsyncClient, *conditions: Any, **more: Any) -> list[int]:
    answer = await client.post("/api/v1/tickets/query", json={"conditions": list(conditions), **more})
    assert answer.status_code == 200, answer.text
    return [ticket["number"] for ticket in answer.json()["items"]]


def leaf(field: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


async def test_conditions_narrow_what_one_sees_and_nothing_more(world: World) -> None:
    await world.ticket(team=world.it, subject="VPN drops", priority=TicketPriority.P1)
    await world.ticket(team=world.hr, subject="Where is my vpn contract?")
    await world.ticket(team=world.it, subject="Printer")
    amir, ona = await world.client(world.amir), await world.client(world.ona)
    about_vpn = leaf("subject", "contains", "vpn")

    assert await found(amir, about_vpn) == [1]
    assert await found(ona, about_vpn, sort="number") == [1, 2]
    assert await found(ona, {"not": about_vpn}) == [3]
    assert await found(ona, leaf("team", "equals", "it"), leaf("subject", "matches", "^P|(?i)vpn$"), sort="number") == [
        3
    ]
    assert await found(ona, {"any": [leaf("team", "equals", str(world.hr.id)), leaf("priority", "in", ["P1"])]},
                       sort="-number") == [2, 1]  # fmt: skip
    assert await found(ona, leaf("assignee", "isNotSet"), limit=1, sort="number") == [1]
    assert await found(await world.client(world.rosa), leaf("requester", "equals", "me"), sort="number") == [1, 2, 3]
    assert await found(amir) == await found(amir, {"not": leaf("subject", "isNotSet")})


async def test_a_list_by_conditions_is_walked_page_by_page(world: World) -> None:
    for n in range(5):
        await world.ticket(team=world.it, subject=f"Ticket {n % 2}")
    amir = await world.client(world.amir)
    body: dict[str, Any] = {"conditions": [leaf("subject", "endsWith", "0")], "limit": 2, "sort": "number"}
    first = (await amir.post("/api/v1/tickets/query", json=body)).json()
    second = (await amir.post("/api/v1/tickets/query", json={**body, "cursor": first["nextCursor"]})).json()
    assert [[t["number"] for t in page["items"]] for page in (first, second)] == [[1, 3], [5]]
    assert second["nextCursor"] is None
    refused(await amir.post("/api/v1/tickets/query", json={**body, "cursor": "x"}), 400, "cursor")


async def test_conditions_are_no_way_to_learn_what_one_may_not_see(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.amir) as work:
        locked = await queries.visible(work, ticket.id, lock=True)
        await tagging.add(work, locked, "layoffs")
        await followers.add(work, locked, world.farid)
    secrets = (leaf("tag", "equals", "layoffs"), leaf("requesterEmail", "contains", "rosa"))
    seen_by = {"amir": [[1], [1]], "rosa": [[], [1]], "farid": [[], []], "otto": [[], []]}
    for name, expected in seen_by.items():
        client = await world.client(getattr(world, name))
        assert [await found(client, secret) for secret in secrets] == expected, name
        absent = [{"not": secret} for secret in secrets]
        sees = name != "otto"
        assert [await found(client, one) for one in absent] == [[] if one else [1] * sees for one in expected], name


async def test_what_does_not_fit_is_named_with_its_path(world: World) -> None:
    amir = await world.client(world.amir)
    for body, paths in (
        ({"conditions": [leaf("colour", "equals", "red"), leaf("status", "contains", "NEW")]},
         ("conditions[0].field", "conditions[1].operator")),
        ({"conditions": [{"any": [leaf("status", "in", ["NEW", "OLD"])]}], "sort": "subject"},
         ("conditions[0].any[0].value[1]", "sort")),
        ({"conditions": {}}, ("conditions",)),
        ({"conditions": [], "limit": 0}, ("limit",)),
        ({"conditions": [], "limit": 201}, ("limit",)),
        ({"conditions": [], "extra": 1}, ("extra",)),
        ({"conditions": [leaf("team", "equals", "nobody"), leaf("toStatus", "equals", "NEW")]},
         ("conditions[0].value", "conditions[1].field")),
    ):  # fmt: skip
        refused(await amir.post("/api/v1/tickets/query", json=body), 400, *paths)


async def test_a_token_that_may_only_read_asks_too(world: World) -> None:
    await world.ticket()
    assert await found(await world.client(world.rosa, Scope.READ)) == [1]


@pytest.mark.parametrize(
    "sent",
    [
        '{"conditions": [{"field": "subject", "operator": "contains", "value": "\\ud800"}]}',
        '{"conditions": [{"field": "subject", "operator": "contains", "value": "a\\u0000"}]}',
        '{"conditions": [{"field": "a\\u0000", "operator": "\\ud800", "value": 1e999}]}',
        '{"conditions": [{"\\ud800": 1, "x\\u0000": 2}]}',
        '{"conditions": [{"field": "messageCount", "operator": "equals", "value": 1' + "0" * 400 + "}]}",
        '{"conditions": [{"field": "team", "operator": "equals", "value": "' + "x" * 100_000 + '"}]}',
        '{"conditions": ' + '[{"all": ' * 10_000 + "[]" + "}]" * 10_000 + "}",
        '{"conditions": ' + '[{"not": ' * 100 + "[]" + "}]" * 100 + "}",
        '{"conditions": [' + '{"field": "x"},' * 20_000 + "{}]}",
        '{"conditions": [{"field": "subject", "operator": "matches", "value": "(a{1,200}){1,200}"}]}',
    ],
    ids=lambda sent: sent[:60],
)
async def test_what_is_meant_to_break_is_refused_in_few_words(world: World, sent: str) -> None:
    amir = await world.client(world.amir)
    answer = await amir.post(
        "/api/v1/tickets/query", content=sent.encode(), headers={"content-type": "application/json"}
    )
    refused(answer, 400)
    assert len(answer.content) < 20_000
