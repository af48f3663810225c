"""What hangs on a ticket, over the API: followers, grants, tags, links, what one has read and begun to write."""

from typing import Any

import httpx
import pytest
from api_answers import kinds, refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"


async def _of_it(world: World) -> tuple[httpx.AsyncClient, str]:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    return await world.client(world.amir), f"/api/v1/tickets/{ticket.display_id}"


async def _ok(client: httpx.AsyncClient, method: str, path: str, status: int = 204, **more: Any) -> Any:
    answer = await client.request(method, path, **more)
    assert answer.status_code == status, (method, path, answer.text)
    return answer.json() if status != 204 else None


async def test_followers_come_see_and_go(world: World) -> None:
    amir, path = await _of_it(world)
    otto, rosa = await world.client(world.otto), await world.client(world.rosa)
    refused(await otto.get(path), 404)
    for _ in range(2):
        await _ok(rosa, "PUT", f"{path}/followers/{world.otto.id}")
    followers = await _ok(otto, "GET", f"{path}/followers", 200)
    assert followers == {"items": [{"id": str(world.otto.id), "displayName": "Otto Weiss"}], "nextCursor": None}
    watchers = (await _ok(otto, "GET", f"{path}/watchers", 200))["items"]
    assert [(one["user"]["displayName"], one["via"]) for one in watchers] == [
        ("Rosa Diaz", ["REQUESTER"]), ("Amir Haddad", ["ASSIGNEE"]), ("Otto Weiss", ["FOLLOWER"]),
    ]  # fmt: skip
    assert "email" not in watchers[0]["user"]

    refused(await otto.put(f"{path}/followers/{world.hana.id}"), 403)
    await _ok(amir, "PUT", f"{path}/followers/{world.hana.id}")
    refused(await rosa.delete(f"{path}/followers/{world.hana.id}"), 403)
    await _ok(otto, "DELETE", f"{path}/followers/{world.otto.id}")
    refused(await otto.get(path), 404)
    refused(await amir.put(f"{path}/followers/{_NOBODY}"), 404)
    refused(await amir.put(f"{path}/followers/x"), 404)
    assert await world.differences() == []


async def test_grants_are_given_with_a_reason_and_an_end_and_taken_away(world: World) -> None:
    amir, path = await _of_it(world)
    lena, hana, rosa = await world.client(world.lena), await world.client(world.hana), await world.client(world.rosa)
    hr = f"{path}/access/{world.hr.id}"
    read = {"accessLevel": "READ", "expiresAt": "2099-01-01T01:00:00+01:00", "reason": "They know."}
    await _ok(amir, "PUT", hr, json=read)
    (grant,) = (await _ok(hana, "GET", f"{path}/access", 200))["items"]
    assert kinds(grant) == {
        "teamId": "id", "name": "str", "accessLevel": "str", "expiresAt": "instant", "reason": "str",
        "grantedBy": {"id": "id", "displayName": "str"}, "createdAt": "instant",
    }  # fmt: skip
    assert (grant["expiresAt"], grant["reason"]) == ("2099-01-01T00:00:00Z", "They know.")
    assert (await _ok(amir, "GET", path, 200))["access"] == [
        {"teamId": str(world.hr.id), "accessLevel": "READ", "expiresAt": "2099-01-01T00:00:00Z"}
    ]
    refused(await rosa.get(f"{path}/access"), 403)
    refused(await amir.put(hr, json={"accessLevel": "WRITE"}), 403)
    await _ok(lena, "PUT", hr, json={"accessLevel": "WRITE"})
    refused(await amir.delete(hr), 403)
    await _ok(lena, "DELETE", hr)
    refused(await hana.get(path), 404)

    refused(await lena.put(hr, json={**read, "expiresAt": "2020-01-01T00:00:00Z"}), 422, "expiresAt")
    refused(await lena.put(hr, json={**read, "expiresAt": "2099-01-01T00:00:00"}), 400, "expiresAt")
    refused(await lena.put(f"{path}/access/{world.it.id}", json=read), 422, "teamId")
    refused(await lena.put(f"{path}/access/{_NOBODY}", json=read), 404)
    refused(await lena.put(hr, json={"accessLevel": "ADMIN"}), 400, "accessLevel")
    assert await world.differences() == []


async def test_tags_are_put_on_found_by_and_taken_off(world: World) -> None:
    amir, path = await _of_it(world)
    rosa = await world.client(world.rosa)
    for name in ("VPN", "remote%20access", "c%2B%2B", "50%25"):
        await _ok(amir, "PUT", f"{path}/tags/{name}")
    named = [{"name": name} for name in ("50%", "c++", "remote access", "vpn")]
    assert (await _ok(amir, "GET", f"{path}/tags", 200))["items"] == named
    await _ok(amir, "DELETE", f"{path}/tags/Vpn")
    for query, found in (("tag=c%2B%2B", 1), ("tag=vpn", 0), ("tag=vpn,50%25", 1), ("tag=REMOTE%20access", 1)):
        assert len((await _ok(amir, "GET", f"/api/v1/tickets?{query}", 200))["items"]) == found, query
        assert (await _ok(amir, "GET", f"/api/v1/tickets/counts?{query}", 200))["total"] == found

    assert (await _ok(rosa, "GET", "/api/v1/tickets?tag=c%2B%2B", 200))["items"] == [], "tags are not hers to see"
    assert (await _ok(rosa, "GET", "/api/v1/tickets/counts?tag=c%2B%2B", 200))["total"] == 0
    assert "tags" not in await _ok(rosa, "GET", path, 200)
    refused(await rosa.get(f"{path}/tags"), 403)
    refused(await rosa.put(f"{path}/tags/vpn"), 403)
    refused(await rosa.delete(f"{path}/tags/c%2B%2B"), 403)
    refused(await amir.put(f"{path}/tags/a,b"), 400, "name")
    refused(await amir.put(f"{path}/tags/%00"), 404)
    assert await world.differences() == []


async def test_tags_as_such_are_kept_by_their_teams(world: World) -> None:
    people = {name: await world.client(getattr(world, name), Scope.ADMIN) for name in ("rosa", "amir", "tara", "ona")}
    own = {"name": "Own", "teamId": str(world.it.id)}
    refused(await people["amir"].post("/api/v1/tags", json=own), 403)
    refused(await people["tara"].post("/api/v1/tags", json={"name": "everybody's"}), 403)
    answer = await people["tara"].post("/api/v1/tags", json=own)
    tag = answer.json()
    path = answer.headers["location"]
    assert (answer.status_code, tag["name"], tag["teamId"], path) == (
        201, "own", str(world.it.id), f"/api/v1/tags/{tag['id']}",
    )  # fmt: skip
    refused(await people["ona"].post("/api/v1/tags", json=own), 409)
    refused(await people["ona"].post("/api/v1/tags", json={"name": "x", "teamId": _NOBODY}), 422, "teamId")
    await people["ona"].post("/api/v1/tags", json={"name": "other"})

    page = await _ok(people["amir"], "GET", "/api/v1/tags?limit=1", 200)
    rest = await _ok(people["amir"], "GET", f"/api/v1/tags?limit=1&cursor={page['nextCursor']}", 200)
    assert [one["name"] for one in (*page["items"], *rest["items"])] == ["other", "own"]
    assert rest["nextCursor"] is None
    assert (await _ok(people["amir"], "GET", "/api/v1/tags?q=OW", 200))["items"] == [tag]
    assert await _ok(people["amir"], "GET", path, 200) == tag
    refused(await people["rosa"].get("/api/v1/tags"), 403)
    refused(await people["rosa"].get(path), 404)

    assert (await _ok(people["tara"], "PATCH", path, 200, json={"name": " Ours "}))["name"] == "ours"
    refused(await people["tara"].patch(path, json={"name": "other"}), 409)
    refused(await people["tara"].patch(path, json={"teamId": None}), 403)
    assert (await _ok(people["ona"], "PATCH", path, 200, json={"teamId": None}))["teamId"] is None
    refused(await people["tara"].delete(path), 403)
    await _ok(people["ona"], "DELETE", path)
    refused(await people["ona"].delete(path), 404)


async def test_links_are_made_listed_and_taken_away(world: World) -> None:
    amir, path = await _of_it(world)
    other = await world.ticket(team=world.it)
    refs = (str(other.id), other.display_id, str(other.number))
    made = [await _ok(amir, "POST", f"{path}/links", 201, json={"ticketId": ref, "type": "CHILD"}) for ref in refs]
    assert made == [made[0]] * 3
    assert kinds(made[0]) == {
        "id": "id", "type": "str", "ticketId": "id", "displayId": "str", "subject": "str", "status": "str",
        "createdAt": "instant",
    }  # fmt: skip
    assert (await _ok(amir, "GET", f"{path}/links", 200))["items"] == [made[0]]
    (back,) = (await _ok(amir, "GET", f"/api/v1/tickets/{other.id}/links", 200))["items"]
    assert (back["type"], back["id"]) == ("PARENT", made[0]["id"])

    refused(await amir.post(f"{path}/links", json={"ticketId": str(other.id), "type": "PARENT"}), 409)
    refused(await amir.post(f"{path}/links", json={"ticketId": _NOBODY, "type": "PARENT"}), 422, "ticketId")
    refused(await amir.post(f"{path}/links", json={"ticketId": "x\x00", "type": "PARENT"}), 422, "ticketId")
    refused(await amir.post(f"{path}/links", json={"ticketId": "1", "type": "FRIEND"}), 400, "type")
    refused(await (await world.client(world.rosa)).delete(f"{path}/links/{back['id']}"), 403)
    await _ok(amir, "DELETE", f"{path}/links/{back['id']}")
    refused(await amir.delete(f"{path}/links/{back['id']}"), 404)
    assert await world.differences() == []


async def test_what_one_has_read_and_begun_to_write_is_ones_own(world: World) -> None:
    amir, path = await _of_it(world)
    rosa = await world.client(world.rosa)
    assert [(await _ok(one, "GET", path, 200))["isUnread"] for one in (amir, rosa)] == [True, True]
    for method, unread in (("PUT", False), ("DELETE", True), ("PUT", False)):
        await _ok(rosa, method, f"{path}/read")
        assert (await _ok(rosa, "GET", path, 200))["isUnread"] is unread
    assert (await _ok(amir, "GET", path, 200))["isUnread"] is True

    refused(await amir.get(f"{path}/draft"), 404)
    await _ok(amir, "PUT", f"{path}/draft", json={"type": "INTERNAL", "body": "She"})
    draft = await _ok(amir, "GET", f"{path}/draft", 200)
    assert (draft.pop("updatedAt")[-1], draft) == ("Z", {"type": "INTERNAL", "body": "She"})
    refused(await rosa.get(f"{path}/draft"), 404)
    refused(await rosa.put(f"{path}/draft", json={"type": "INTERNAL", "body": "He"}), 403)
    refused(await amir.put(f"{path}/draft", json={"type": "INTERNAL", "body": "x" * 100_001}), 400, "body")
    await _ok(amir, "POST", f"{path}/messages", 201, json={"type": "PUBLIC", "body": "Done"})
    refused(await amir.get(f"{path}/draft"), 404)
    await _ok(amir, "DELETE", f"{path}/draft")
