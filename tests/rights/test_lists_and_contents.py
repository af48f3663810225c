"""What lists hold, and what a ticket tells: for every post of the desk exactly what the table lets it know."""

import csv
import io
from typing import Any

import httpx
import pytest
from doors import Doors
from furnished import INSIDE, SAID, TEAM_ONLY, Case, Post
from whole_lists import whole

from rights_oracle import TABLE, Bond

pytestmark = pytest.mark.anyio
INTERNAL_FIELDS = {"tags", "access"}


async def test_lists_counts_views_queries_and_exports_hold_what_the_table_says(doors: Doors) -> None:
    for post in doors.desk.people:
        tickets = {str(ticket.id): bond for ticket, bond in doors.desk.everything(post)}
        async with doors.api(post) as client, doors.database.undone():
            view = await client.post("/api/v1/saved-views", json={"name": "All", "filters": {"conditions": []}})
            view_id = view.json()["id"]
            roads = {
                "list": await whole(client, "/api/v1/tickets"),
                "by number": await whole(client, "/api/v1/tickets?sort=number"),
                "query": await whole(client, "/api/v1/tickets/query", {"conditions": []}),
                "view": await whole(client, f"/api/v1/tickets?view={view_id}"),
                "open": await whole(client, "/api/v1/tickets?statusGroup=open"),
            }
            counts = [
                (await client.get("/api/v1/tickets/counts")).json()["total"],
                (await client.get(f"/api/v1/tickets/counts?view={view_id}")).json()["total"],
                (await client.get(f"/api/v1/saved-views/{view_id}")).json()["count"],
            ]
            exported = await _exported(client)
        seen = {key for key, bond in tickets.items() if bond.verdict("VIEW") == "Y"}
        for road, ids in roads.items():
            doors.check(len(ids) == len(set(ids)), post.name, road, "twice")
            for key in tickets:
                doors.check((key in ids) is (key in seen), post.name, road, tickets[key])
        doors.check(counts == [len(seen)] * len(counts), post.name, "counts", counts, len(seen))
        for key, bond in tickets.items():
            doors.check((key in exported) is (bond.verdict("EXPORT") == "Y"), post.name, "export", bond)
    doors.all_hold(at_least=18_000)


async def test_a_view_explains_itself_for_tickets_that_are_seen(doors: Doors) -> None:
    for case in doors.desk.cases:
        async with doors.api(case.post) as client, doors.database.undone():
            made = await client.post("/api/v1/saved-views", json={"name": "One", "filters": _named(case)})
            path = f"/api/v1/saved-views/{made.json()['id']}/explanation"
            answer, absent = await client.get(f"{path}/{case.ticket.id}"), await client.get(f"{path}/IT-999999")
        sees = case.bond.verdict("VIEW") == "Y"
        doors.check(answer.status_code == (200 if sees else 404), case.bond, answer.status_code)
        doors.check(sees or answer.content == absent.content, case.bond, "told apart")
    doors.all_hold(at_least=148)


async def test_what_was_deleted_is_there_for_whom_the_table_lets_restore_it(doors: Doors) -> None:
    desk = doors.desk
    for post in desk.people:
        gone = [(ticket, bond) for ticket, bond in desk.everything(post) if ticket in (desk.beside, desk.hidden)]
        async with doors.api(Post(is_owner=True)) as owner, doors.api(post) as client, doors.database.undone():
            for ticket, _ in gone:
                assert (await owner.delete(f"/api/v1/tickets/{ticket.id}")).status_code == 204
            listed, deleted = [await whole(client, f"/api/v1/tickets{query}") for query in ("", "?deleted=true")]
            for ticket, bond in gone:
                may, path, key = bond.verdict("DELETE") == "Y", f"/api/v1/tickets/{ticket.id}", str(ticket.id)
                doors.check(key not in listed and (key in deleted) is may, post.name, "lists")
                read = await client.get(path)
                doors.check(read.status_code == 404, post.name, "read", read.status_code)
                async with doors.database.undone():
                    restored = await client.post(f"{path}/restore")
                doors.check(restored.status_code == (200 if may else 404), post.name, restored.status_code)
    doors.all_hold(at_least=120)


async def _exported(client: httpx.AsyncClient) -> set[str]:
    answer = await client.get("/api/v1/tickets/export.csv")
    assert answer.status_code in (200, 403)
    return {row["id"] for row in csv.DictReader(io.StringIO(answer.text))} if answer.status_code == 200 else set()


async def test_a_ticket_tells_each_what_the_table_lets_them_know(doors: Doors) -> None:
    for case in doors.desk.cases:
        path, bond = f"/api/v1/tickets/{case.ticket.id}", case.bond
        if bond.verdict("VIEW") != "Y":
            continue
        inside = bond.verdict("SEE_INTERNAL") == "Y"
        async with doors.api(case.post) as client:
            ticket = (await client.get(path)).json()
            (item,) = (await client.post("/api/v1/tickets/query", json=_named(case))).json()["items"]
            messages = {m["body"] for m in (await client.get(f"{path}/messages")).json()["items"]}
            events = {e["type"] for e in (await client.get(f"{path}/events")).json()["items"]}
            links = {link["ticketId"] for link in (await client.get(f"{path}/links")).json()["items"]}
        told = {
            "fields": (ticket.keys() >= INTERNAL_FIELDS, inside),
            "no field": (ticket.keys().isdisjoint(INTERNAL_FIELDS), not inside),
            "tags of a list": ("tags" in item, inside),
            "address": ("email" in ticket["requester"], inside or bond.is_requester),
            "followers": ("Fiona" in {f["displayName"] for f in ticket["followers"]}, True),
            "words": (SAID in messages, True),
            "note": (INSIDE in messages, inside),
            "note for the team": (TEAM_ONLY in messages, inside and bool(bond.relations - {"GR", "REQ", "FOL"})),
            "public facts": ("TICKET_CREATED" in events, True),
            "internal facts": ("TAG_ADDED" in events, inside),
            "linked": (str(doors.desk.beside.id) in links, case.post.place is not None or bond.is_owner),
            "linked and hidden": (
                str(doors.desk.hidden.id) in links,
                bond.is_owner or "finance" in case.post.elsewhere,
            ),
        }
        for what, (found, expected) in told.items():
            doors.check(found is expected, bond, what, found)
    doors.all_hold(at_least=850)


def _named(case: Case) -> dict[str, Any]:
    return {"conditions": [{"field": "subject", "operator": "equals", "value": case.ticket.subject}]}


async def test_who_sees_a_ticket_and_what_they_may_do_is_told_as_it_is(doors: Doors) -> None:
    desk = doors.desk
    async with doors.api(Post("LEAD")) as client:
        for case in desk.cases:
            path = f"/api/v1/tickets/{case.ticket.id}/visibility"
            people = {p["user"]["id"]: p for p in (await client.get(path)).json()["people"]}
            for post, user in desk.people.items():
                _check_onlooker(doors, desk.bond(post, case), people.get(str(user.id)))
            told = (await client.get(path, params={"as": str(case.person.id)})).json()["operations"]
            for operation in TABLE:
                verdict = told[_key(operation)]
                right = verdict["allowed"] is (case.bond.verdict(operation) == "Y")
                doors.check(right and verdict["because"], case.bond, operation, verdict)
    doors.all_hold(at_least=3_000)


def _check_onlooker(doors: Doors, bond: Bond, row: dict[str, Any] | None) -> None:
    expected = bond.verdict("VIEW") == "Y"
    right = (row is not None) is expected
    if row is not None and right:
        right = (row["mayReply"], row["maySeeNotes"]) == (
            bond.verdict("REPLY") == "Y",
            bond.verdict("SEE_INTERNAL") == "Y",
        )
    doors.check(right, bond, "onlookers", row)


def _key(operation: str) -> str:
    first, *rest = operation.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)
