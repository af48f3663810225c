"""`/users`, `/teams` and `/me`: shapes, what each role may, and what is refused."""

import pytest
from api_answers import kinds, refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NAME = {"id": "id", "displayName": "str"}
_PERSON = {
    **_NAME, "email": "str", "department": "str", "location": "str", "role": "str", "primaryTeamId": "id",
    "isActive": "bool", "awayUntil": "NoneType", "createdAt": "instant", "updatedAt": "instant",
}  # fmt: skip
_PUBLIC = {"id": "id", "name": "str", "slug": "str", "description": "str", "isActive": "bool"}
_TEAM = {
    **_PUBLIC, "prefix": "str", "assignmentStrategy": "str", "isConfidential": "bool", "followersMayReply": "bool",
    "createdAt": "instant", "updatedAt": "instant",
}  # fmt: skip


async def test_agents_see_contacts_and_others_names(world: World) -> None:
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    path = f"/api/v1/users/{world.lena.id}"
    assert kinds((await amir.get(path)).json()) == _PERSON
    assert kinds((await rosa.get(path)).json()) == _NAME
    assert "email" in (await rosa.get(f"/api/v1/users/{world.rosa.id}")).json()
    for client, names in ((amir, ["Lena Brandt"]), (rosa, [])):
        found = (await client.get("/api/v1/users", params={"q": "LENA@"})).json()["items"]
        assert [person["displayName"] for person in found] == names
    for text in ("%", "_", "\\", "lena%"):
        assert (await amir.get("/api/v1/users", params={"q": text})).json()["items"] == []


async def test_members_see_their_teams_settings_and_members(world: World) -> None:
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    assert kinds((await amir.get("/api/v1/teams/it")).json()) == _TEAM
    assert kinds((await rosa.get(f"/api/v1/teams/{world.it.id}")).json()) == _PUBLIC
    members = (await amir.get("/api/v1/teams/it/members")).json()
    assert kinds(members) == {"items": [{"user": _PERSON, "role": "str"}], "nextCursor": "NoneType"}
    refused(await rosa.get("/api/v1/teams/it/members"), 403)
    refused(await amir.get("/api/v1/teams/hr/members"), 403)
    slugs = [team["slug"] for team in (await rosa.get("/api/v1/teams")).json()["items"]]
    assert sorted(slugs) == ["facilities", "finance", "hr", "it"]


async def test_owners_add_and_change_people_and_nobody_else_does(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    new = {"email": "Nina@Acme.example", "displayName": "Nina", "role": "AGENT", "primaryTeamId": str(world.it.id)}
    added = await ona.post("/api/v1/users", json=new)
    assert (added.status_code, added.json()["email"], added.json()["role"]) == (201, "nina@acme.example", "AGENT")
    path = added.headers["location"]
    assert (await ona.get(path)).json() == added.json()

    refused(await ona.post("/api/v1/users", json=new), 409)
    refused(await ona.post("/api/v1/users", json={**new, "email": "x@y.example", "role": "KING"}), 400, "role")
    unknown = {"primaryTeamId": "00000000-0000-7000-8000-000000000000"}
    refused(await ona.post("/api/v1/users", json={**new, **unknown, "email": "x@y.example"}), 422, "primaryTeamId")
    refused(await ona.patch(path, json=unknown), 422, "primaryTeamId")
    refused(await ona.patch(path, json={"role": "ADMIN"}), 403)
    refused(await ona.patch(f"/api/v1/users/{world.ona.id}", json={"isActive": False}), 409)
    refused(await ona.patch(f"/api/v1/users/{world.ona.id}", json={"role": "AGENT"}), 403)
    refused(await tara.post("/api/v1/users", json={**new, "email": "x@y.example"}), 403)
    refused(await tara.patch(path, json={"displayName": "N"}), 403)
    changed = (await ona.patch(path, json={"displayName": "Nina N", "department": None, "role": "LEAD"})).json()
    assert (changed["displayName"], changed["department"], changed["role"]) == ("Nina N", None, "LEAD")


async def test_a_team_lives_from_its_adding_to_its_removal(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    legal = {"name": "Legal", "slug": "legal", "prefix": "LEG", "isConfidential": True}
    added = await ona.post("/api/v1/teams", json=legal)
    assert added.status_code == 201
    assert (added.json()["isConfidential"], added.json()["assignmentStrategy"]) == (True, "QUEUE_ONLY")
    refused(await ona.post("/api/v1/teams", json=legal), 409)
    refused(await tara.post("/api/v1/teams", json={**legal, "slug": "law"}), 403)
    refused(await ona.patch("/api/v1/teams/legal", json={"slug": "it"}), 409)
    refused(await tara.patch("/api/v1/teams/legal", json={"name": "Law"}), 403)
    assert (await tara.patch("/api/v1/teams/it", json={"description": "Plugs"})).json()["description"] == "Plugs"

    member = f"/api/v1/teams/legal/members/{world.lena.id}"
    refused(await ona.delete(member), 404)
    assert (await ona.put(member, json={"role": "LEAD"})).status_code == 204
    refused(await ona.put(member, json={"role": "BOSS"}), 400, "role")
    refused(await tara.put(member, json={"role": "AGENT"}), 403)
    assert [m["role"] for m in (await ona.get("/api/v1/teams/legal/members")).json()["items"]] == ["LEAD"]
    assert (await ona.delete(member)).status_code == 204

    assert (await ona.delete(added.headers["location"])).status_code == 204
    refused(await ona.get("/api/v1/teams/legal"), 404)
    await world.ticket(team=world.it)
    refused(await ona.delete("/api/v1/teams/it"), 409)


async def test_everybody_changes_their_own_name_place_zone_and_theme_and_no_more(world: World) -> None:
    amir = await world.client(world.amir)
    assert (await amir.get("/api/v1/me")).json() == {
        "id": str(world.amir.id), "email": "amir@acme.example", "displayName": "Amir Haddad", "department": "IT",
        "location": "Berlin", "role": "AGENT", "primaryTeamId": str(world.it.id), "timeZone": "Europe/Berlin",
        "theme": None, "awayUntil": None, "scope": "write", "updatedAt": "2026-01-05T08:07:00Z",
        "teams": [{"id": str(world.it.id), "name": "IT Support", "slug": "it", "role": "AGENT"}],
    }  # fmt: skip
    wanted = {"displayName": "Amir H.", "department": None, "timeZone": "Asia/Tokyo", "theme": "dark"}
    changed = (await amir.patch("/api/v1/me", json=wanted)).json()
    assert {name: changed[name] for name in wanted} == wanted
    assert (await amir.patch("/api/v1/me", json={})).json() == changed
    for more in ({"role": "OWNER"}, {"isActive": True}, {"email": "a@b.example"}, {"primaryTeamId": None}):
        refused(await amir.patch("/api/v1/me", json=more), 400, *more)


async def test_who_is_hidden_is_not_there_to_be_changed(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    otto = f"/api/v1/users/{world.otto.id}"
    refused(await tara.patch(otto, json={"displayName": "O"}), 403)
    assert (await ona.patch(otto, json={"isActive": False})).status_code == 200
    refused(await tara.patch(otto, json={"displayName": "O"}), 404)
