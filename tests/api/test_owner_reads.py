"""What owners read outside their own teams is on record, and of a confidential team they say why first."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_answers import refused
from litestar.routes import HTTPRoute

import application
from codex.audit import oversight
from codex.httpkit.needs import operation_of
from codex.identity import queries, teams
from codex.kernel import clock
from codex.kernel.actor import Origin, Scope
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation
from world import SETTINGS, World

pytestmark = pytest.mark.anyio
WHY = {"X-Access-Reason": "The requester asked me to"}


@pytest.fixture
async def ona(world: World) -> httpx.AsyncClient:
    return await world.client(world.ona)


async def on_record(world: World) -> list[tuple[Any, ...]]:
    async with world.reading() as reader:
        return await reader.all(
            """SELECT payload->>'displayId', payload->>'reason', team_id, created_by_id FROM admin_audit_events
               WHERE type = 'TICKET_READ' ORDER BY chain_day, chain_position"""
        )


@pytest.mark.parametrize("path", ["", "/messages", "/events", "?asOf=2026-03-02T10:00:00Z", "/followers", "/links"])
async def test_reading_a_ticket_of_another_team_is_on_record(world: World, ona: httpx.AsyncClient, path: str) -> None:
    await world.ticket(team=world.it)
    assert (await ona.get(f"/api/v1/tickets/IT-1{path}")).status_code == 200
    assert await on_record(world) == [("IT-1", None, world.it.id, world.ona.id)]


async def test_it_is_on_record_where_the_request_came_from(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.it)
    await ona.get("/api/v1/tickets/IT-1", headers={"x-request-id": "ask-1"})
    async with world.reading() as reader:
        row = await reader.first("SELECT address, request_id FROM admin_audit_events WHERE type = 'TICKET_READ'")
    assert row == ("127.0.0.1", "ask-1")


async def test_reading_on_is_one_record_by_whatever_name_and_also_at_once(world: World, ona: httpx.AsyncClient) -> None:
    ticket = await world.ticket(team=world.it)
    names = ["IT-1", "it-1", "1", str(ticket.id)] * 2
    await asyncio.gather(*(ona.get(f"/api/v1/tickets/{name}/messages") for name in names))
    assert len(await on_record(world)) == 1


async def test_after_ten_minutes_it_is_on_record_again(world: World, ona: httpx.AsyncClient) -> None:
    ticket = await world.ticket(team=world.it)
    actor = await world.actor(world.ona)
    begin = clock.now()
    for minutes in (0, 9, 10, 19, 21):
        async with world.works.begin(actor, now=begin + timedelta(minutes=minutes)) as work:
            await oversight.read(work, ticket.id)
    assert len(await on_record(world)) == 3


async def test_what_is_not_outside_is_not_on_record(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.it)
    await world.ticket()
    async with world.work(as_=world.ona, now=clock.now()) as work:
        team = await queries.team(work.session, world.it.id)
        await teams.put_member(work, team, await queries.person(work.session, world.ona.id))
    for path in ("/api/v1/tickets/IT-1", "/api/v1/tickets/2", "/api/v1/tickets", "/api/v1/tickets/counts"):
        assert (await ona.get(path)).status_code == 200
    refused(await ona.get("/api/v1/tickets/IT-9"), 404)
    amir = await world.client(world.amir)
    await amir.get("/api/v1/tickets/IT-1")

    assert await on_record(world) == []


async def test_a_confidential_ticket_is_shown_to_who_says_why(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.hr, subject="Salary")
    asked = refused(await ona.get("/api/v1/tickets/HR-1"), 403)
    assert "HR-1 is confidential to" in asked["detail"] and "X-Access-Reason" in asked["detail"]
    assert await on_record(world) == []

    assert (await ona.get("/api/v1/tickets/HR-1", headers=WHY)).json()["subject"] == "Salary"
    assert (await ona.get("/api/v1/tickets/HR-1/messages")).status_code == 200, "it was said just now"
    assert await on_record(world) == [("HR-1", WHY["X-Access-Reason"], world.hr.id, world.ona.id)]


async def test_the_reason_may_stand_in_the_query_and_in_any_language(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.hr)
    assert (await ona.get("/api/v1/tickets/HR-1?reason=A complaint")).status_code == 200
    header = {"X-Access-Reason": "Zweite Prüfung".encode()}
    assert (await ona.get("/api/v1/tickets/HR-1", headers=header)).status_code == 200
    assert [reason for _, reason, *_ in await on_record(world)] == ["A complaint", "Zweite Prüfung"]

    refused(await ona.get("/api/v1/tickets/HR-1", headers={"X-Access-Reason": "x" * 501}), 400, "reason")


async def test_changing_it_shows_it_and_asks_as_well(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.hr)
    refused(await ona.patch("/api/v1/tickets/HR-1", json={"priority": "P3"}), 403)
    assert (await ona.patch("/api/v1/tickets/HR-1", json={"priority": "P3"}, headers=WHY)).status_code == 200


async def test_a_reason_holds_as_long_as_reading_goes_on(world: World) -> None:
    ticket = await world.ticket(team=world.hr)
    actor, begin = await world.actor(world.ona), clock.now()

    async def read(minutes: int, reason: str | None = None) -> None:
        async with world.works.begin(actor, now=begin + timedelta(minutes=minutes), origin=Origin()) as work:
            await oversight.read(work, ticket.id, reason=reason)

    await read(0, "A complaint")
    await read(50)
    await read(109)
    with pytest.raises(oversight.ReasonNeeded):
        await read(170)
    assert [reason for _, reason, *_ in await on_record(world)] == ["A complaint"] * 3


async def test_nobody_else_is_asked(world: World) -> None:
    await world.ticket(team=world.hr, requester=world.rosa)
    for person in (world.rosa, world.hana):
        client = await world.client(person)
        assert (await client.get("/api/v1/tickets/HR-1")).status_code == 200
    refused(await (await world.client(world.amir)).get("/api/v1/tickets/HR-1", headers=WHY), 404)
    assert await on_record(world) == []


async def test_there_is_no_way_around(world: World) -> None:
    ticket = await world.ticket(team=world.hr)
    client = await world.client(world.ona, scope=Scope.ADMIN)
    for method, path in _routes_of_one_ticket(world, ticket):
        answer = await client.request(method, path, json={} if method in ("POST", "PUT", "PATCH") else None)
        assert answer.status_code == 403 and "confidential" in answer.text, (method, path, answer.text)


def _routes_of_one_ticket(world: World, ticket: Ticket) -> Iterator[tuple[str, str]]:
    for route in application.inside(SETTINGS).routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1/tickets/{ref:str}"):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS":
                    assert isinstance(operation_of(handler), Operation), route.path
                    others = {name: str(ticket.id) for name in route.path_parameters}
                    path = "/".join(
                        others.get(part[1:].split(":")[0], part) if part.startswith("{") else part
                        for part in route.path.split("/")
                    )
                    yield str(method), path
