"""`GET /tickets` and `/tickets/counts`: filters, orders, and walking a list page by page."""

import base64
import json
from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.tickets.models import TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
_ORDERS = [f"{way}{name}" for name in ("updatedAt", "createdAt", "dueAt", "number") for way in ("", "-")]


async def _pages(client: httpx.AsyncClient, path: str, **params: Any) -> list[list[Any]]:
    found, cursor = [], ""
    while cursor is not None:
        answer = await client.get(path, params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        cursor = answer.json()["nextCursor"]
    return found


async def test_every_order_walks_each_ticket_once_however_alike_their_times(world: World) -> None:
    for n in range(7):
        await world.ticket(team=world.it, at="2026-03-02T09:00Z" if n else "2026-03-02T08:00:00.000001Z")
    for person in (world.amir, world.rosa, world.ona):
        client = await world.client(person)
        for order in _ORDERS:
            pages = await _pages(client, "/api/v1/tickets", sort=order, limit=2)
            assert [len(page) for page in pages] == [2, 2, 2, 1]
            walked = [ticket["number"] for page in pages for ticket in page]
            assert sorted(walked) == list(range(1, 8)), order
            whole = (await client.get("/api/v1/tickets", params={"sort": order})).json()["items"]
            assert [ticket["number"] for ticket in whole] == walked, order


async def test_a_ticket_that_comes_in_meanwhile_disturbs_no_walk(world: World) -> None:
    for _ in range(4):
        await world.ticket()
    rosa = await world.client(world.rosa)
    first = (await rosa.get("/api/v1/tickets", params={"limit": 2, "sort": "-number"})).json()
    await world.ticket()
    rest = await rosa.get("/api/v1/tickets", params={"limit": 2, "sort": "-number", "cursor": first["nextCursor"]})
    assert [[t["number"] for t in page["items"]] for page in (first, rest.json())] == [[4, 3], [2, 1]]


async def test_messages_and_events_of_one_instant_are_walked_once_each(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    amir = await world.client(world.amir)
    for n in range(3):
        await amir.post(f"/api/v1/tickets/{ticket.id}/messages", json={"type": "INTERNAL", "body": f"Note {n}"})
    for part, there in (("messages", 3), ("events", 6)):
        pages = await _pages(amir, f"/api/v1/tickets/{ticket.id}/{part}", limit=1)
        assert [len(page) for page in pages] == [1] * there
        assert len({page[0]["id"] for page in pages}) == there


async def test_people_are_walked_by_name(world: World) -> None:
    pages = await _pages(await world.client(world.rosa), "/api/v1/users", limit=3)
    names = [person["displayName"] for page in pages for person in page]
    assert names == sorted(names, key=str.lower) and len(names) == len(set(names)) == 8


def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


async def test_cursors_that_are_not_ours_are_refused(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    key, amir = str(ticket.id), await world.client(world.amir)
    lists = {
        "/api/v1/tickets": [
            _cursor("number", 1, key), _cursor("-updatedAt", 10**30, key), _cursor("-updatedAt", -(10**17), key),
            _cursor("-updatedAt", "x", key), _cursor("-updatedAt", None, key), _cursor("-updatedAt", 1.5, key),
            _cursor("-updatedAt", 1, "x"), _cursor("-updatedAt", 1), _cursor(), "x", "é", "a" * 5000, "\ufffd",
        ],
        "/api/v1/users": [_cursor("name", "a\x00", key), _cursor("-updatedAt", 1, key), "%"],
        "/api/v1/tickets/1/messages": [_cursor("messages", "soon", key), _cursor("messages", "2026-03-02", key)],
        "/api/v1/tickets/1/events": [_cursor("events", "1", key), _cursor("messages", 1, key)],
    }  # fmt: skip
    for path, cursors in lists.items():
        for cursor in cursors:
            refused(await amir.get(path, params={"cursor": cursor}), 400, "cursor")
    assert (await amir.get("/api/v1/tickets", params={"cursor": _cursor("-updatedAt", 1, key)})).status_code == 200


async def test_a_cursor_shows_nobody_what_they_may_not_see(world: World) -> None:
    for _ in range(3):
        await world.ticket(team=world.hr)
    hana, otto = await world.client(world.hana), await world.client(world.otto)
    cursor = (await hana.get("/api/v1/tickets", params={"limit": 1})).json()["nextCursor"]
    assert (await otto.get("/api/v1/tickets", params={"cursor": cursor})).json()["items"] == []


async def test_filters_narrow_together_and_the_counts_are_those_of_the_list(world: World) -> None:
    vpn = world.categories["vpn"]
    await world.ticket(team=world.it, assignee=world.amir, priority=TicketPriority.P1, category=vpn)
    await world.ticket(team=world.it, requester=world.otto, at="2026-03-03T09:00Z")
    await world.ticket(team=world.hr, assignee=world.hana, status=TicketStatus.RESOLVED, at="2026-03-04T09:00Z")
    await world.ticket(team=world.it, assignee=world.lena, status=TicketStatus.WAITING_ON_VENDOR, requester=world.amir)
    otto, it, lena = world.otto.id, world.it.id, world.lena.id
    expected = {
        "": {1, 2, 3, 4}, "status=NEW": {2}, "status=NEW,ASSIGNED": {1, 2}, "status=NEW&status=ASSIGNED": {1, 2},
        "statusGroup=open": {1, 2}, "statusGroup=waiting": {4}, "statusGroup=done": {3},
        "status=NEW&priority=P1": set(),
        "priority=P1": {1}, "channel=EMAIL": set(), "team=it": {1, 2, 4}, f"team={it}": {1, 2, 4},
        f"team=hr,{it}": {1, 2, 3, 4}, f"assignee={lena}": {4}, "assignee=none": {2}, f"assignee=none,{lena}": {2, 4},
        f"requester={otto}": {2}, "requester=me": set(), "follower=me": set(), "category=vpn": {1},
        f"category={vpn.id}": {1}, "createdFrom=2026-03-03T09:00Z": {2, 3}, "createdTo=2026-03-03T09:00Z": {1, 4},
        "createdFrom=2026-03-03T10:00%2B01:00&createdTo=2026-03-04T09:00Z": {2}, "completedFrom=2026-03-01T00:00Z": {3},
        "updatedTo=2026-03-03T09:00:00Z": {1, 4}, "dueTo=2030-01-01T00:00Z": set(),
    }  # fmt: skip
    ona = await world.client(world.ona)
    for query, numbers in expected.items():
        listed = (await ona.get(f"/api/v1/tickets?{query}")).json()["items"]
        assert {ticket["number"] for ticket in listed} == numbers, query
        assert (await ona.get(f"/api/v1/tickets/counts?{query}")).json()["total"] == len(numbers), query
    amir = await world.client(world.amir)
    for query, numbers in {"assignee=me": {1}, "requester=me": {4}, "team=hr": set()}.items():
        assert {t["number"] for t in (await amir.get(f"/api/v1/tickets?{query}")).json()["items"]} == numbers, query


async def test_each_parameter_that_is_not_understood_is_named(world: World) -> None:
    amir = await world.client(world.amir)
    for query, paths in {
        "status=OPEN&priority=P9&channel=FAX&statusGroup=all": ("status", "priority", "channel", "statusGroup"),
        "assignee=amir&requester=x&follower=x": ("assignee", "requester", "follower"),
        "requester=me&requester=me": ("requester",),
        "team=nobody&category=nothing": ("team", "category"),
        "createdFrom=yesterday&dueTo=2026-03-02T09:00": ("createdFrom", "dueTo"),
        "createdFrom=0001-01-01T00:00%2B14:00&createdTo=9999-12-31T23:59-14:00": ("createdFrom", "createdTo"),
        "state=NEW": ("state",),
        "team=%00&status=%00": ("team", "status"),
    }.items():
        for path in ("/api/v1/tickets", "/api/v1/tickets/counts"):
            refused(await amir.get(f"{path}?{query}"), 400, *paths)
    for query, named in {"limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "sort=subject": "sort"}.items():
        refused(await amir.get(f"/api/v1/tickets?{query}"), 400, named)
    assert (await amir.get("/api/v1/tickets?limit=200")).status_code == 200
