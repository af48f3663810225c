"""Lists and counts by how tickets stand with what is promised: to the second, and only for who sees it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from codex.kernel import clock
from codex.kernel.actor import Scope
from codex.tickets import lifecycle, merging, queries
from codex.tickets.models import SlaState, Ticket, TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
P1, P4 = TicketPriority.P1, TicketPriority.P4
_POLICY: dict[str, Any] = {
    "name": "Standard", "isDefault": True, "businessHoursOnly": False,
    "targets": [{"priority": "P1", "firstResponseHours": 1, "resolutionHours": 4}],
}  # fmt: skip
_AGO = timedelta(minutes=90)


async def moved(world: World, ticket: Ticket, to: TicketStatus, *, ago: timedelta) -> None:
    async with world.work(as_=world.lena, now=clock.now() - ago) as work:
        await lifecycle.move(work, await queries.visible(work, ticket.id, lock=True), to=to)


async def desk(world: World) -> dict[str, str]:
    """A ticket in each state; their ids by it. Nobody has swept."""
    ona = await world.client(world.ona, Scope.ADMIN)
    assert (await ona.post("/api/v1/sla/policies", json=_POLICY)).status_code == 201
    now, tickets = clock.now(), {}
    for state in ("RUNNING", "PAUSED", "MET", "BREACHED_DONE", "CANCELLED", "BREACHED", "none"):
        at = now - (timedelta(minutes=30) if state in ("RUNNING", "PAUSED", "MET", "CANCELLED") else _AGO)
        tickets[state] = await world.ticket(team=world.it, priority=P4 if state == "none" else P1, at=at)
    await moved(world, tickets["MET"], TicketStatus.RESOLVED, ago=timedelta(minutes=10))
    await moved(world, tickets["BREACHED_DONE"], TicketStatus.RESOLVED, ago=timedelta(minutes=10))
    ours = {**_POLICY, "name": "Patient", "isDefault": False, "targets": [{"priority": "P1", "resolutionHours": 4}]}
    patient = (await ona.post("/api/v1/sla/policies", json=ours)).json()["id"]
    await ona.put(f"/api/v1/sla/assignments/{world.it.id}", json={"policyId": patient})
    assert (await ona.post("/api/v1/sla/apply", json={"ticketIds": [str(tickets["PAUSED"].id)]})).json()["applied"] == 1
    await moved(world, tickets["PAUSED"], TicketStatus.WAITING_ON_VENDOR, ago=timedelta())
    async with world.work(as_=world.ona, now=clock.now()) as work:
        await merging.merge(work, tickets["CANCELLED"].id, into=tickets["RUNNING"].id)
    return {state: str(ticket.id) for state, ticket in tickets.items()}


async def listed(client: httpx.AsyncClient, **filters: str) -> set[str]:
    answer = await client.get("/api/v1/tickets", params={"limit": "200", **filters})
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


async def asked(client: httpx.AsyncClient, field: str, operator: str, value: Any = None) -> set[str]:
    leaf = {"field": field, "operator": operator, **({} if value is None else {"value": value})}
    answer = await client.post("/api/v1/tickets/query", json={"conditions": [leaf], "limit": 200})
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


async def test_the_list_the_conditions_and_the_counts_say_the_same_of_every_state(world: World) -> None:
    tickets = await desk(world)
    amir = await world.client(world.amir)
    counts = (await amir.get("/api/v1/tickets/counts")).json()["bySlaState"]

    for state in SlaState:
        found = await listed(amir, slaState=state.value)
        assert found == await asked(amir, "slaState", "equals", state.value), state
        assert found == ({tickets[state]} if state in tickets else set()), state
        assert counts.get(state.value, 0) == len(found), state
    assert await listed(amir, slaState="none") == await asked(amir, "slaState", "isNotSet") == {tickets["none"]}
    assert counts["none"] == 1
    both = await listed(amir, slaState="BREACHED,PAUSED")
    assert both == await asked(amir, "slaState", "in", ["BREACHED", "PAUSED"]) == {
        tickets["BREACHED"], tickets["PAUSED"]
    }  # fmt: skip


async def test_a_ticket_is_breached_from_the_second_on_in_which_it_is_overdue(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    await ona.post("/api/v1/sla/policies", json=_POLICY)
    ticket = await world.ticket(team=world.it, priority=P1, at=clock.now() - timedelta(hours=1) + timedelta(seconds=3))
    key = str(ticket.id)
    assert await listed(amir, slaState="RUNNING") == await asked(amir, "slaState", "equals", "RUNNING") == {key}
    assert await asked(amir, "slaFirstResponsePercent", "lessThan", 100) == {key}

    await asyncio.sleep((ticket.created_at + timedelta(hours=1) - clock.now()).total_seconds() + 0.01)

    assert await listed(amir, slaState="BREACHED") == await asked(amir, "slaState", "equals", "BREACHED") == {key}
    assert (await amir.get("/api/v1/tickets/counts")).json()["bySlaState"] == {"BREACHED": 1}
    assert await asked(amir, "slaFirstResponsePercent", "atLeast", 100) == {key}
    assert [event.type for event in await world.events(ticket)] == ["TICKET_CREATED", "SLA_STARTED"], "nobody swept"


async def test_who_does_not_see_timers_does_not_list_or_count_by_them(world: World) -> None:
    await desk(world)
    for person in (world.rosa, world.otto):
        client = await world.client(person)
        assert await asked(client, "slaResolutionPercent", "isSet") == set()
        assert await asked(client, "slaFirstResponsePercent", "atLeast", 0) == set()
        for state in SlaState:
            assert await listed(client, slaState=state.value) == set()
            assert await asked(client, "slaState", "equals", state.value) == set()
        counts = (await client.get("/api/v1/tickets/counts")).json()
        assert set(counts["bySlaState"]) <= {"none"}


async def test_how_far_a_clock_is_can_be_asked(world: World) -> None:
    tickets = await desk(world)
    amir = await world.client(world.amir)

    half_an_hour = await asked(amir, "slaResolutionPercent", "lessThan", 12.6)
    assert {tickets[state] for state in ("RUNNING", "PAUSED", "MET", "CANCELLED")} == half_an_hour
    assert await asked(amir, "slaResolutionPercent", "atLeast", 37.5) == {tickets["BREACHED"]}
    assert await asked(amir, "slaFirstResponsePercent", "greaterThan", 100) == {
        tickets["BREACHED"], tickets["BREACHED_DONE"]
    }  # fmt: skip
    assert tickets["none"] in await asked(amir, "slaResolutionPercent", "isNotSet")
    bad = await amir.get("/api/v1/tickets", params={"slaState": "LATE"})
    assert bad.status_code == 400 and bad.json()["errors"][0]["path"] == "slaState"
