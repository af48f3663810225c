"""Whatever is read alone and changed has an ETag, and whoever changes it may say which one they saw."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
ASK: list[Any] = [{"field": "priority", "operator": "equals", "value": "P1"}]
OPEN = [["09:00", "17:00"]]
HOURS = {"timezone": "UTC", "schedule": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), OPEN)}
TARGETS = [{"priority": "P1", "resolutionHours": 4}]


def posted(path: str, body: Mapping[str, Any]) -> Callable[[World, httpx.AsyncClient], Awaitable[str]]:
    """The path of what is added there."""

    async def add(world: World, ona: httpx.AsyncClient) -> str:
        made = await ona.post(path, json=body)
        assert made.status_code == 201, made.text
        assert made.headers["etag"] == (await ona.get(made.headers["location"])).headers["etag"]
        return str(made.headers["location"])

    return add


def of_it(path: str, body: Mapping[str, Any] | None = None) -> Callable[[World, httpx.AsyncClient], Awaitable[str]]:
    """The path with the id of a team; put there first, where it has to be."""

    async def there(world: World, ona: httpx.AsyncClient) -> str:
        if body is not None:
            asked = {**body, **({"policyId": await policy(ona)} if "policyId" in body else {})}
            answer = await ona.put(path.format(it=world.it.id), json=asked)
            assert answer.is_success, answer.text
        return path.format(it=world.it.id)

    return there


async def policy(ona: httpx.AsyncClient) -> str:
    made = await ona.post("/api/v1/sla/policies", json={"name": "Quick", "targets": TARGETS})
    return str(made.json()["id"])


async def draft(world: World, ona: httpx.AsyncClient) -> str:
    path = f"/api/v1/tickets/{(await world.ticket(team=world.it)).id}/draft"
    assert (await ona.put(path, json={"type": "PUBLIC", "body": "Hel"})).status_code == 204
    return path


RULE = {"name": "a", "trigger": "TICKET_CREATED", "priority": 1, "actions": [{"type": "stop"}]}
V1 = "/api/v1"
SINGLE = MappingProxyType({
    "/me": (of_it(f"{V1}/me"), {"location": "Kiel"}),
    "/users/{userId}": (posted(f"{V1}/users", {"email": "n@acme.example", "displayName": "N"}), {"displayName": "M"}),
    "/teams/{ref}": (posted(f"{V1}/teams", {"name": "Legal", "slug": "legal"}), {"name": "Law"}),
    "/categories/{ref}": (posted(f"{V1}/categories", {"name": "a", "slug": "a"}), {"name": "b"}),
    "/custom-fields/{fieldId}": (posted(f"{V1}/custom-fields", {"name": "a", "fieldType": "TEXT"}), {"name": "b"}),
    "/tickets/{ref}": (posted(f"{V1}/tickets", {"subject": "a", "description": "b"}), {"subject": "c"}),
    "/tickets/{ref}/draft": (draft, {"type": "PUBLIC", "body": "Hello"}),
    "/tags/{tagId}": (posted(f"{V1}/tags", {"name": "a"}), {"name": "b"}),
    "/canned-responses/{responseId}": (posted(f"{V1}/canned-responses", {"name": "a", "content": "b"}), {"name": "c"}),
    "/saved-views/{viewId}": (
        posted(f"{V1}/saved-views", {"name": "a", "filters": {"conditions": ASK}}), {"name": "b"}),
    "/routing-rules/{ruleId}": (None, {"priority": 2}),
    "/automation-rules/{ruleId}": (posted(f"{V1}/automation-rules", RULE), {"priority": 2}),
    "/sla/policies/{policyId}": (posted(f"{V1}/sla/policies", {"name": "a", "targets": TARGETS}), {"name": "b"}),
    "/sla/assignments/{teamId}": (of_it(f"{V1}/sla/assignments/{{it}}", {"policyId": ""}), {"policyId": ""}),
    "/sla/team-policies/{teamId}/{priority}": (
        of_it(f"{V1}/sla/team-policies/{{it}}/P1", {"resolutionHours": 4}), {"resolutionHours": 5}),
    "/sla/business-hours": (of_it(f"{V1}/sla/business-hours", HOURS), {**HOURS, "timezone": "Europe/Berlin"}),
    "/sla/business-hours/{teamId}": (
        of_it(f"{V1}/sla/business-hours/{{it}}", HOURS), {**HOURS, "timezone": "Europe/Berlin"}),
})  # fmt: skip
"""By path of the document: how there comes to be one, and what is changed about it."""


async def routed(world: World, ona: httpx.AsyncClient) -> str:
    body = {"name": "a", "keywords": ["x"], "teamId": str(world.it.id), "priority": 1}
    return await posted(f"{V1}/routing-rules", body)(world, ona)


async def test_all_that_is_read_alone_and_changed_is_looked_at_here(world: World) -> None:
    paths = (await (await world.client()).get("/api/openapi.json")).json()["paths"]
    single = {
        path.removeprefix(V1): item for path, item in paths.items() if "get" in item and item.keys() & {"patch", "put"}
    }

    assert single.keys() == SINGLE.keys()
    for path, item in single.items():
        change = item.get("patch") or item["put"]
        assert "ETag" in item["get"]["responses"]["200"]["headers"], path
        assert "412" in change["responses"], path
        assert "If-Match" in [parameter["name"] for parameter in change["parameters"]], path


@pytest.mark.parametrize("path", SINGLE)
async def test_a_change_of_what_has_changed_since_is_refused(world: World, path: str) -> None:
    there, body = SINGLE[path]
    ona = await world.client(world.ona, Scope.ADMIN)
    place = await (there or routed)(world, ona)
    if "policyId" in body:
        made = await ona.post(f"{V1}/sla/policies", json={"name": "Slow", "targets": TARGETS})
        body = {"policyId": made.json()["id"]}
    seen = (await ona.get(place)).headers["etag"]
    paths = (await ona.get("/api/openapi.json")).json()["paths"][V1 + path]
    method = "PATCH" if "patch" in paths else "PUT"

    for stale in ('"99"', '"x", W/"1234"', '""', "99"):
        refused(await ona.request(method, place, json=body, headers={"If-Match": stale}), 412)
    assert (await ona.get(place)).headers["etag"] == seen, "nothing has changed"

    answer = await ona.request(method, place, json=body, headers={"If-Match": f'"0", {seen}'})
    assert answer.is_success, answer.text
    now = (await ona.get(place)).headers["etag"]
    assert now != seen
    assert answer.headers.get("etag", now) == now and ("etag" in answer.headers or answer.status_code == 204)
    refused(await ona.request(method, place, json=body, headers={"If-Match": seen}), 412)
    assert (await ona.request(method, place, json=body, headers={"If-Match": "*"})).is_success


async def test_a_view_that_is_no_default_any_more_has_changed(world: World) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        view = {"name": "a", "filters": {"conditions": ASK}, "isDefault": True}
        first = await ona.post(f"{V1}/saved-views", json=view)
        assert (await ona.post(f"{V1}/saved-views", json={**view, "name": "b"})).status_code == 201
        again = await ona.get(first.headers["location"])
    assert (again.json()["isDefault"], again.headers["etag"] == first.headers["etag"]) == (False, False)


async def test_who_may_not_see_when_something_changed_gets_no_tag(world: World) -> None:
    async with await world.client(world.rosa) as rosa:
        assert "etag" not in (await rosa.get(f"{V1}/teams/it")).headers
        assert "etag" not in (await rosa.get(f"{V1}/users/{world.amir.id}")).headers
