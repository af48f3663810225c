"""`/saved-views`: keeping lists, whose they are, what they hold now."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_answers import kinds, refused
from sqlalchemy import text

from codex.classification import categories
from codex.classification.models import Category
from codex.tickets.models import TicketPriority
from world import World

pytestmark = pytest.mark.anyio
PATH = "/api/v1/saved-views"
URGENT = {"field": "priority", "operator": "in", "value": ["P1", "P2"]}


def body(name: str = "Urgent", *conditions: Any, sort: str | None = None, **more: Any) -> dict[str, Any]:
    filters = {"conditions": list(conditions or (URGENT,)), **({"sort": sort} if sort else {})}
    return {"name": name, "filters": filters, **more}


async def kept(client: httpx.AsyncClient, *args: Any, **more: Any) -> Any:
    answer = await client.post(PATH, json=body(*args, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def names(client: httpx.AsyncClient) -> list[str]:
    return [view["name"] for view in (await client.get(PATH)).json()["items"]]


async def test_a_view_is_kept_found_changed_and_removed(world: World) -> None:
    amir = await world.client(world.amir)
    made = await amir.post(PATH, json=body("Urgent", sort="dueAt"))
    view = made.json()
    where = f"{PATH}/{view['id']}"
    assert made.headers["location"] == where
    assert kinds(view) == {
        "id": "id", "name": "str", "filters": {"conditions": [kinds(URGENT)], "sort": "str"}, "userId": "id",
        "teamId": "NoneType", "isGlobal": "bool", "isDefault": "bool", "isBroken": "bool", "problems": [],
        "mayChange": "bool", "createdAt": "instant", "updatedAt": "instant",
    }  # fmt: skip
    assert view["filters"] == {"conditions": [URGENT], "sort": "dueAt"} and view["userId"] == str(world.amir.id)
    assert (await amir.get(where)).json() == {**view, "count": 0}

    changed = await amir.patch(where, json={"name": "Very urgent", "filters": {"conditions": []}})
    assert changed.json()["name"] == "Very urgent" and changed.json()["filters"] == {"conditions": []}
    assert (await amir.delete(where)).status_code == 204
    for method in (amir.get, amir.delete):
        refused(await method(where), 404)
    refused(await amir.patch(where, json={"name": "x"}), 404)
    refused(await amir.get(f"{PATH}/urgent"), 404)


async def test_what_does_not_fit_is_refused_when_the_view_is_saved(world: World) -> None:
    amir = await world.client(world.amir)
    bad = {"field": "team", "operator": "equals", "value": "nowhere"}
    wrong: list[tuple[dict[str, Any], int, tuple[str, ...]]] = [
        (body("Urgent", bad), 400, ("filters.conditions[0].value",)),
        (body("Urgent", {"any": [URGENT, {"not": bad}]}), 400, ("filters.conditions[0].any[1].not.value",)),
        (body("Urgent", sort="subject"), 400, ("filters.sort",)),
        (body(" "), 400, ("name",)),
        ({"name": "x", "filters": {"conditions": [], "extra": 1}}, 400, ("filters.extra",)),
        ({"name": "x", "filters": {}}, 400, ("filters.conditions",)),
        (body(teamId=str(world.it.id), isGlobal=True), 422, ("isGlobal",)),
    ]
    for sent, status, paths in wrong:
        refused(await amir.post(PATH, json=sent), status, *paths)
    view = await kept(amir)
    refused(await amir.patch(f"{PATH}/{view['id']}", json=body("x", bad)), 400, "filters.conditions[0].value")
    refused(await (await world.client(world.ona)).post(PATH, json=body(teamId=str(uuid4()))), 422, "teamId")


async def test_views_are_for_those_whose_they_are(world: World) -> None:
    people = ("rosa", "amir", "lena", "tara", "hana", "ona")
    clients = {name: await world.client(getattr(world, name)) for name in people}
    for name, client in clients.items():
        await kept(client, f"Of {name}")
    await kept(clients["lena"], "Of IT", teamId=str(world.it.id))
    await kept(clients["ona"], "Of all", isGlobal=True)
    shared = {"amir": ["Of IT"], "lena": ["Of IT"], "tara": ["Of IT"]}
    for name in ("amir", "lena", "tara", "hana"):
        assert set(await names(clients[name])) == {"Of all", f"Of {name}", *shared.get(name, [])}
    assert await names(clients["rosa"]) == ["Of rosa"]
    assert set(await names(clients["ona"])) == {"Of all", "Of IT", *(f"Of {name}" for name in people)}


async def test_a_team_s_views_are_kept_by_its_leads_and_everybody_s_by_owners(world: World) -> None:
    it = str(world.it.id)
    team, everybody, ona = {"teamId": it}, {"isGlobal": True}, await world.client(world.ona)
    of_team, of_all = await kept(ona, "T", **team), await kept(ona, "G", **everybody)
    may: dict[str, tuple[bool, bool]] = {
        "rosa": (False, False), "amir": (False, False), "hana": (False, False), "lena": (True, False),
        "tara": (True, False), "ona": (True, True),
    }  # fmt: skip
    for name, rights in may.items():
        client = await world.client(getattr(world, name))
        for more, view, allowed in zip((team, everybody), (of_team, of_all), rights, strict=True):
            answer = await client.post(PATH, json=body("New", **more))
            assert answer.status_code == (201 if allowed else 403), (name, more)
            patched = await client.patch(f"{PATH}/{view['id']}", json={"name": "Again"})
            sees = name != "rosa" and (name != "hana" or view is of_all)
            assert patched.status_code == (200 if allowed else 403 if sees else 404), (name, more)
            if sees:
                assert (await client.get(f"{PATH}/{view['id']}")).json()["mayChange"] is allowed


async def test_a_new_default_takes_the_place_of_the_former_of_the_same_owner(world: World) -> None:
    lena, ona = await world.client(world.lena), await world.client(world.ona)
    it = str(world.it.id)
    for client, more in ((lena, {}), (lena, {"teamId": it}), (ona, {"isGlobal": True})):
        first = await kept(client, "First", isDefault=True, **more)
        second = await kept(client, "Second", isDefault=True, **more)
        where = f"{PATH}/{first['id']}"
        assert (await client.get(where)).json()["isDefault"] is False
        assert (await client.patch(where, json={"isDefault": True})).json()["isDefault"] is True
        assert (await client.get(f"{PATH}/{second['id']}")).json()["isDefault"] is False
    assert [v["name"] for v in (await lena.get(PATH)).json()["items"] if v["isDefault"]] == ["First"] * 3


async def test_a_view_lists_and_counts_for_its_reader_what_it_holds_now(world: World) -> None:
    await world.ticket(team=world.it, priority=TicketPriority.P1)
    await world.ticket(team=world.hr, priority=TicketPriority.P2)
    await world.ticket(team=world.it, priority=TicketPriority.P3)
    amir, ona = await world.client(world.amir), await world.client(world.ona)
    view = await kept(ona, isGlobal=True, sort="number")
    for client, numbers in ((amir, [1]), (ona, [1, 2])):
        listed = await client.get("/api/v1/tickets", params={"view": view["id"]})
        assert [ticket["number"] for ticket in listed.json()["items"]] == numbers
        counts = (await client.get("/api/v1/tickets/counts", params={"view": view["id"]})).json()
        assert counts["total"] == len(numbers)
        assert [v["count"] for v in (await client.get(PATH, params={"counts": True})).json()["items"]] == [len(numbers)]
        assert (await client.get(f"{PATH}/{view['id']}")).json()["count"] == len(numbers)
    backwards = await ona.get("/api/v1/tickets", params={"view": view["id"], "sort": "-number", "team": "hr,it"})
    assert [ticket["number"] for ticket in backwards.json()["items"]] == [2, 1]
    first = (await ona.get("/api/v1/tickets", params={"view": view["id"], "limit": 1})).json()
    rest = await ona.get("/api/v1/tickets", params={"view": view["id"], "cursor": first["nextCursor"]})
    assert [ticket["number"] for ticket in rest.json()["items"]] == [2]


async def test_me_is_whoever_reads_the_view(world: World) -> None:
    await world.ticket(team=world.it, assignee=world.amir)
    await world.ticket(team=world.it, assignee=world.lena)
    view = await kept(
        await world.client(world.ona), "Mine", {"field": "assignee", "operator": "equals", "value": "me"}, isGlobal=True
    )
    for number, person in enumerate((world.amir, world.lena), 1):
        listed = await (await world.client(person)).get("/api/v1/tickets", params={"view": view["id"]})
        assert [ticket["number"] for ticket in listed.json()["items"]] == [number]


async def test_a_view_of_somebody_else_is_no_view(world: World) -> None:
    view = await kept(await world.client(world.amir))
    rosa = await world.client(world.rosa)
    for key in (view["id"], str(uuid4()), "x"):
        for path in ("/api/v1/tickets", "/api/v1/tickets/counts"):
            refused(await rosa.get(path, params={"view": key}), 400, "view")
    refused(await rosa.get(f"{PATH}/{view['id']}"), 404)


async def test_a_view_that_names_what_is_gone_says_so_and_lists_nothing(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        category: Category = await categories.add(work, name="Fax", slug="fax")
    amir = await world.client(world.amir)
    view = await kept(amir, "Faxes", {"field": "category", "operator": "equals", "value": "fax"})
    async with world.session() as session:
        await session.execute(text("DELETE FROM categories WHERE id = :id"), {"id": category.id})
        await session.commit()

    for found in ((await amir.get(PATH, params={"counts": True})).json()["items"][0],
                  (await amir.get(f"{PATH}/{view['id']}")).json()):  # fmt: skip
        assert found["isBroken"] is True and "count" not in found
        assert found["problems"] == [{"path": "filters.conditions[0].value", "message": "There is no category 'fax'."}]
    problem = refused(
        await amir.get("/api/v1/tickets", params={"view": view["id"]}), 422, "filters.conditions[0].value"
    )
    assert "Faxes" in problem["detail"]
    mended = await amir.patch(f"{PATH}/{view['id']}", json={"filters": {"conditions": [URGENT]}})
    assert mended.json()["isBroken"] is False


async def test_a_view_explains_why_a_ticket_is_in_it_or_not(world: World) -> None:
    ticket = await world.ticket(team=world.it, priority=TicketPriority.P3)
    amir = await world.client(world.amir)
    where = f"{PATH}/{(await kept(amir))['id']}/explanation"
    answer = (await amir.get(f"{where}/{ticket.number}")).json()
    assert answer == {"holds": False, "conditions": [{**URGENT, "seen": "P3", "holds": False}]}
    hidden = await world.ticket(team=world.hr)
    for key in (str(hidden.id), str(UUID(int=3))):
        refused(await amir.get(f"{where}/{key}"), 404)


async def test_views_are_listed_page_by_page(world: World) -> None:
    rosa = await world.client(world.rosa)
    for name in ("b", "A", "c", "a"):
        await kept(rosa, name)
    first = (await rosa.get(PATH, params={"limit": 3})).json()
    rest = (await rosa.get(PATH, params={"limit": 3, "cursor": first["nextCursor"]})).json()
    assert [[view["name"].lower() for view in page["items"]] for page in (first, rest)] == [["a", "a", "b"], ["c"]]
    refused(await rosa.get(PATH, params={"cursor": "x"}), 400, "cursor")


async def test_what_others_use_is_audited_and_one_s_own_is_not(world: World) -> None:
    lena = await world.client(world.lena)
    await kept(lena, "Own")
    view = await kept(lena, "Team's", teamId=str(world.it.id))
    await lena.patch(f"{PATH}/{view['id']}", json={"name": "Ours"})
    await lena.patch(f"{PATH}/{view['id']}", json={"name": "Ours"})
    await lena.delete(f"{PATH}/{view['id']}")
    async with world.reading() as reader:
        rows = await reader.all(
            """SELECT type, payload, team_id FROM admin_audit_events WHERE starts_with(type, 'SAVED_VIEW')
               ORDER BY chain_day, chain_position"""
        )
    assert [row[0] for row in rows] == ["SAVED_VIEW_ADDED", "SAVED_VIEW_CHANGED", "SAVED_VIEW_REMOVED"]
    assert {row[2] for row in rows} == {world.it.id}
    assert (rows[1][1]["from"], rows[1][1]["to"]) == ({"name": "Team's"}, {"name": "Ours"})
