"""Lists of people and teams page by page, and what else may be changed about either."""

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio


async def _all(client: httpx.AsyncClient, path: str) -> list[str]:
    """Every item of a list, two at a time."""
    ids: list[str] = []
    cursor: str | None = None
    for _ in range(20):
        page = (await client.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        assert len(page["items"]) <= 2
        ids += [(item.get("user") or item)["id"] for item in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return ids
    raise AssertionError("the list does not end")


@pytest.mark.parametrize(
    ("path", "count"),
    [("/teams", 4), ("/teams/it/members", 3), ("/users", 8), ("/me/tokens", 5), ("/me/sessions", 0)],
)
async def test_every_list_pages(world: World, path: str, count: int) -> None:
    ona = await world.client(world.ona)
    for _ in range(4):
        await world.token(world.ona)
    ids = await _all(ona, f"/api/v1{path}")

    assert len(ids) == len(set(ids)) == count
    for bad in ("x", "WyJuYW1lIiwxLCJ4Il0", "é"):
        refused(await ona.get(f"/api/v1{path}", params={"cursor": bad}), 400, "cursor")
    for bad in (0, 201):
        refused(await ona.get(f"/api/v1{path}", params={"limit": bad}), 400)


async def test_who_is_away_says_so(world: World) -> None:
    amir, ona = await world.client(world.amir), await world.client(world.ona, Scope.ADMIN)
    away = "2127-01-01T00:00:00Z"
    assert (await amir.patch("/api/v1/me", json={"awayUntil": away})).json()["awayUntil"] == away
    assert (await ona.get(f"/api/v1/users/{world.amir.id}")).json()["awayUntil"] == away
    refused(await amir.patch("/api/v1/me", json={"awayUntil": "soon"}), 400, "awayUntil")
    refused(await amir.patch("/api/v1/me", json={"awayUntil": "2127-01-01T00:00:00"}), 400, "awayUntil")
    assert (await ona.patch(f"/api/v1/users/{world.amir.id}", json={"awayUntil": None})).json()["awayUntil"] is None


async def test_an_owner_changes_an_address(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    changed = await ona.patch(f"/api/v1/users/{world.amir.id}", json={"email": "Amir.H@acme.example"})
    assert changed.json()["email"] == "amir.h@acme.example"
    refused(await ona.patch(f"/api/v1/users/{world.amir.id}", json={"email": "rosa@acme.example"}), 409)
    refused(await ona.patch(f"/api/v1/users/{world.amir.id}", json={"email": "amir"}), 400, "email")


async def test_whether_followers_reply_is_a_teams_to_say(world: World) -> None:
    tara = await world.client(world.tara, Scope.ADMIN)
    assert (await tara.get("/api/v1/teams/it")).json()["followersMayReply"] is True
    said = await tara.patch("/api/v1/teams/it", json={"followersMayReply": False, "assignmentStrategy": "QUEUE_ONLY"})
    assert (said.json()["followersMayReply"], said.json()["assignmentStrategy"]) == (False, "QUEUE_ONLY")
