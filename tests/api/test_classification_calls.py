"""`/categories` and `/custom-fields`: shapes, what each role may, and what is refused."""

from typing import Any

import pytest
from api_answers import kinds, refused

from codex.kernel.actor import Scope
from codex.tickets.models import TicketStatus
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"
_CATEGORIES, _FIELDS = "/api/v1/categories", "/api/v1/custom-fields"
_CHOSEN = {
    "id": "id", "name": "str", "slug": "str", "description": "NoneType", "parentId": "NoneType", "isActive": "bool",
    "sortOrder": "int",
}  # fmt: skip
_ASKED = {
    "id": "id", "name": "str", "fieldType": "str", "options": ["str"], "description": "NoneType", "isRequired": "bool",
    "requiredWhen": "str", "teamId": "id", "categoryId": "NoneType", "sortOrder": "int", "isActive": "bool",
}  # fmt: skip
_WHEN = {"createdAt": "instant", "updatedAt": "instant"}
_OFFICE = {"name": "Office", "fieldType": "DROPDOWN", "options": ["Berlin", "Lyon"]}


async def test_a_category_lives_from_its_adding_to_its_removal(world: World) -> None:
    ona, rosa = await world.client(world.ona, Scope.ADMIN), await world.client(world.rosa)
    new = {"name": "Chairs", "slug": "chairs", "defaultTeamId": str(world.facilities.id)}
    added = await ona.post(_CATEGORIES, json=new)
    assert (added.status_code, kinds(added.json())) == (201, {**_CHOSEN, "defaultTeamId": "id", **_WHEN})
    path = added.headers["location"]
    for name in (path, f"{_CATEGORIES}/chairs"):
        assert (await ona.get(name)).json() == added.json()
        assert kinds((await rosa.get(name)).json()) == _CHOSEN
    below = (await ona.post(_CATEGORIES, json={"name": "Blue", "slug": "blue", "parentId": added.json()["id"]})).json()
    refused(await ona.patch(path, json={"parentId": below["id"]}), 422, "parentId")
    refused(await ona.post(_CATEGORIES, json=new), 409)
    refused(await ona.post(_CATEGORIES, json={**new, "slug": "a b", "name": ""}), 400, "slug", "name")
    refused(await ona.post(_CATEGORIES, json={**new, "slug": "x", "colour": "red"}), 400, "colour")
    refused(await ona.post(_CATEGORIES, json={**new, "slug": "x", "parentId": _NOBODY}), 422, "parentId")
    refused(await ona.post(_CATEGORIES, json={**new, "slug": "x", "defaultTeamId": _NOBODY}), 422, "defaultTeamId")
    refused(await ona.patch(path, json={"sortOrder": 2**31}), 400, "sortOrder")
    refused(await ona.delete(path), 409)

    opened = (await rosa.post("/api/v1/tickets", json={"subject": "A chair", "categoryId": below["id"]})).json()
    assert opened["assignedTeam"]["slug"] == "facilities"
    refused(await ona.delete(f"{_CATEGORIES}/blue"), 409)
    assert (await ona.patch(path, json={"isActive": False})).json()["isActive"] is False
    for name in (path, f"{_CATEGORIES}/blue", f"{_CATEGORIES}/{_NOBODY}", f"{_CATEGORIES}/none"):
        refused(await rosa.get(name), 404)
    gone = {"subject": "A chair", "categoryId": below["id"]}
    refused(await rosa.post("/api/v1/tickets", json=gone), 422, "categoryId")
    assert (await rosa.get(f"/api/v1/tickets/{opened['id']}")).json()["category"]["slug"] == "blue"
    assert (await ona.post(_CATEGORIES, json={"name": "Free", "slug": "free"})).status_code == 201
    assert (await ona.delete(f"{_CATEGORIES}/free")).status_code == 204
    refused(await ona.get(f"{_CATEGORIES}/free"), 404)


async def test_the_tree_is_paged_in_its_order(world: World) -> None:
    rosa = await world.client(world.rosa)
    whole = (await rosa.get(_CATEGORIES, params={"limit": 200})).json()
    assert whole["nextCursor"] is None
    met = [None]
    for item in whole["items"]:
        assert item["parentId"] in met, "after what it lies under"
        met.append(item["id"])
    first = (await rosa.get(_CATEGORIES, params={"limit": 2})).json()
    rest = (await rosa.get(_CATEGORIES, params={"limit": 200, "cursor": first["nextCursor"]})).json()
    assert first["items"] + rest["items"] == whole["items"]
    refused(await rosa.get(_CATEGORIES, params={"cursor": "never"}), 400, "cursor")


async def test_a_custom_field_lives_from_its_adding_to_its_removal(world: World) -> None:
    ona, rosa, amir = [await world.client(who, Scope.ADMIN) for who in (world.ona, world.rosa, world.amir)]
    added = await ona.post(_FIELDS, json={**_OFFICE, "teamId": str(world.it.id)})
    assert (added.status_code, kinds(added.json())) == (201, {**_ASKED, "retiredOptions": [], **_WHEN})
    path, key = added.headers["location"], added.json()["id"]
    assert (await amir.get(path)).json() == added.json()
    assert kinds((await rosa.get(path)).json()) == _ASKED
    for bad, name in (
        ({"fieldType": "COLOUR"}, "fieldType"), ({"fieldType": "TEXT"}, "options"), ({"options": []}, "options"),
        ({"options": [7]}, "options[0]"), ({"requiredWhen": "NEVER"}, "requiredWhen"), ({"name": ""}, "name"),
        ({"isRequired": "yes"}, "isRequired"), ({"type": "TEXT"}, "type"),
    ):  # fmt: skip
        answer = await ona.post(_FIELDS, json={**_OFFICE, **bad})
        assert answer.status_code == 400 and name.split("[")[0] in answer.text
    refused(await ona.post(_FIELDS, json={**_OFFICE, "teamId": _NOBODY}), 422, "teamId")
    refused(await ona.post(_FIELDS, json={**_OFFICE, "categoryId": _NOBODY}), 422, "categoryId")

    ticket = await world.ticket(team=world.it, custom_fields={key: "Lyon"})
    changed = (await ona.patch(path, json={"options": ["Oslo"], "isRequired": True, "requiredWhen": "RESOLVE"})).json()
    assert (changed["options"], changed["retiredOptions"]) == (["Oslo"], ["Lyon"])
    refused(await ona.patch(path, json={"fieldType": "TEXT"}), 409)
    refused(await ona.delete(path), 409)
    assert (await amir.patch(f"/api/v1/tickets/{ticket.id}", json={"customFields": {key: None}})).status_code == 200
    problem = refused(
        await amir.post(f"/api/v1/tickets/{ticket.id}/transition", json={"status": "RESOLVED"}), 422,
        f"customFields.{key}",
    )  # fmt: skip
    assert "Office must be answered" in problem["detail"]
    refused(await ona.delete(path), 409)
    assert (await ona.patch(path, json={"isActive": False})).json()["isActive"] is False
    refused(await rosa.get(path), 404)
    free = (await ona.post(_FIELDS, json=_OFFICE)).headers["location"]
    assert (await ona.delete(free)).status_code == 204
    for call in (ona.get(free), ona.delete(free), ona.patch(free, json={}), ona.get(f"{_FIELDS}/office")):
        refused(await call, 404)


async def test_fields_are_listed_for_a_form(world: World) -> None:
    ona, rosa = await world.client(world.ona, Scope.ADMIN), await world.client(world.rosa)
    vpn = str(world.categories["vpn"].id)
    for name, more in (("A", {"teamId": str(world.it.id)}), ("B", {"categoryId": vpn}), ("C", {}),
                       ("D", {"isRequired": True, "sortOrder": -1})):  # fmt: skip
        assert (await ona.post(_FIELDS, json={"name": name, "fieldType": "TEXT", **more})).status_code == 201

    async def names(client: Any, **params: str) -> list[str]:
        return [item["name"] for item in (await client.get(_FIELDS, params=params)).json()["items"]]

    assert (await names(ona), await names(rosa)) == (["D", "A", "B", "C"], ["D", "A", "B"])
    assert await names(rosa, teamId=str(world.it.id)) == ["D", "A"]
    assert await names(ona, categoryId=vpn, teamId=str(world.hr.id)) == ["D", "B", "C"]
    first = (await ona.get(_FIELDS, params={"limit": 3})).json()
    assert await names(ona, cursor=first["nextCursor"]) == ["C"]
    refused(await rosa.get(_FIELDS, params={"teamId": "it"}), 400)


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara", "ona"])
async def test_who_writes_the_classification_is_who_the_table_says(world: World, who: str) -> None:
    """Team admins their own team's, owners all; a token that is no admin's key opens nothing."""
    client = await world.client(getattr(world, who), Scope.ADMIN)
    own = {"tara": [201, 403, 403], "ona": [201, 201, 201]}.get(who, [403, 403, 403])
    teams = (str(world.it.id), str(world.hr.id), None)
    fields = [await client.post(_FIELDS, json={**_OFFICE, "teamId": team}) for team in teams]
    categories = [
        await client.post(_CATEGORIES, json={"name": "C", "slug": f"c{n}", "defaultTeamId": team})
        for n, team in enumerate(teams)
    ]
    assert [answer.status_code for answer in fields] == own
    assert [answer.status_code for answer in categories] == own
    weak = await world.client(getattr(world, who), Scope.WRITE)
    refused(await weak.post(_FIELDS, json={**_OFFICE, "teamId": teams[0]}), 403)
    refused(await weak.post(_CATEGORIES, json={"name": "C", "slug": "c9", "defaultTeamId": teams[0]}), 403)


async def test_lists_are_narrowed_and_sorted_by_answers(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)

    async def ask(**more: Any) -> str:
        return str((await ona.post(_FIELDS, json={"name": "?", **more})).json()["id"])

    text, count = await ask(fieldType="TEXT"), await ask(fieldType="NUMBER")
    towns = await ask(fieldType="MULTISELECT", options=["Berlin", "Lyon", "a,b"])
    day, truth = await ask(fieldType="DATE"), await ask(fieldType="CHECKBOX")
    given = [
        {text: "LT-88, old", count: 10, towns: ["Lyon", "Berlin"], day: "2026-03-02", truth: True},
        {text: "lt-9", count: -5, towns: ["a,b"], truth: False},
        {count: 2.5, day: "2025-12-31"},
        {},
    ]
    bodies = [{"subject": f"{n}", "teamId": str(world.it.id), "customFields": said} for n, said in enumerate(given)]
    for body in bodies:
        assert (await amir.post("/api/v1/tickets", json=body)).status_code == 201

    async def found(**params: Any) -> str:
        at = {name.replace("_", "."): value for name, value in params.items()}
        answer = await amir.get("/api/v1/tickets", params={"sort": "number", **at})
        assert (await amir.get("/api/v1/tickets/counts", params=at)).status_code in (200, 400)
        assert answer.status_code == 200, answer.text
        return "".join(item["subject"] for item in answer.json()["items"])

    def at(key: str, *values: str) -> dict[str, list[str]]:
        return {f"customField.{key}": list(values)}

    for params, subjects in (
        (at(text, "lt-88, OLD"), "0"), (at(text, "LT-88, old", "LT-9"), "01"), (at(text, "LT"), ""),
        (at(count, "-5,2.50"), "12"), (at(count, "10.0"), "0"), (at(towns, "Berlin"), "0"), (at(towns, "a,b"), "1"),
        (at(towns, "Lyon,Berlin", "a,b"), "01"), (at(day, "2025-12-31"), "2"), (at(truth, "false"), "1"),
        ({**at(truth, "true"), **at(count, "10")}, "0"), ({**at(truth, "true"), **at(count, "2.5")}, ""),
    ):  # fmt: skip
        assert await found(**params) == subjects, params
        total = (await amir.get("/api/v1/tickets/counts", params=params)).json()["total"]
        assert total == len(subjects)
    for sort, subjects in ((count, "1203"), (day, "2013"), (text, "0123"), (towns, "1023")):
        assert await found(sort=f"customField.{sort}") == subjects
    assert await found(sort=f"-customField.{count}") == "0213"
    for name, value in (
        (f"customField.{_NOBODY}", "a"), ("customField.asset", "a"), (f"customField.{count}", "many"),
        (f"customField.{towns}", "Rome"), (f"customField.{day}", "today"), (f"customField.{truth}", "maybe"),
    ):  # fmt: skip
        refused(await amir.get("/api/v1/tickets", params={name: value}), 400, name)
        refused(await amir.get("/api/v1/tickets/counts", params={name: value}), 400, name)
    refused(await amir.get("/api/v1/tickets", params={"sort": "customField.asset"}), 400, "sort")


async def test_answers_are_given_with_a_ticket_and_changed_by_who_works_on_it(world: World) -> None:
    ona, rosa, amir = [await world.client(who, Scope.ADMIN) for who in (world.ona, world.rosa, world.amir)]
    asset = (await ona.post(_FIELDS, json={"name": "Asset tag", "fieldType": "TEXT", "isRequired": True})).json()["id"]
    body: dict[str, Any] = {"subject": "VPN", "teamId": str(world.it.id)}
    at = f"customFields.{asset}"
    refused(await rosa.post("/api/v1/tickets", json=body), 422, at)
    refused(await rosa.post("/api/v1/tickets", json={**body, "customFields": {asset: 7, "x": 1}}), 422, at,
            "customFields.x")  # fmt: skip
    refused(await rosa.post("/api/v1/tickets", json={**body, "customFields": [asset]}), 400, "customFields")
    opened = (await rosa.post("/api/v1/tickets", json={**body, "customFields": {asset: "LT-88"}})).json()
    assert opened["customFields"] == [{"id": asset, "name": "Asset tag", "value": "LT-88"}]
    path = f"/api/v1/tickets/{opened['id']}"
    refused(await rosa.patch(path, json={"customFields": {asset: "LT-89"}}), 403)
    refused(await amir.patch(path, json={"customFields": {asset: None}}), 422, at)
    refused(await amir.patch(path, json={"subject": "New", "customFields": {asset: ["LT-89"]}}), 422, at)
    changed = await amir.patch(path, json={"customFields": {asset: "LT-89"}})
    assert (changed.json()["customFields"][0]["value"], changed.json()["subject"]) == ("LT-89", "VPN")
    same = await amir.patch(path, json={"customFields": {asset: "LT-89"}})
    assert same.headers["etag"] == changed.headers["etag"]
    event = (await rosa.get(f"{path}/events")).json()["items"][-1]
    assert (event["type"], event["payload"]) == ("CUSTOM_FIELD_CHANGED", {
        "fieldId": asset, "name": "Asset tag", "from": "LT-88", "to": "LT-89",
    })  # fmt: skip
    before = (await amir.get(path, params={"asOf": opened["createdAt"]})).json()
    assert before["customFields"] == opened["customFields"]
    moved = await amir.post(f"{path}/transition", json={"status": TicketStatus.RESOLVED})
    assert moved.status_code == 200
    assert await world.differences() == []
