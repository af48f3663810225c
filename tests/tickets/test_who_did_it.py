"""Who did what and wrote what, when no person did: by name for who sees the internal side, to others "Automation"."""

from typing import Any

import pytest

from codex.automation.policy import rule_actor
from codex.kernel.actor import Actor, Scope, importer, system
from codex.kernel.ids import new_id
from codex.tickets import messages, queries, triage
from codex.tickets.models import MessageType, Ticket, TicketPriority
from world import World

pytestmark = pytest.mark.anyio
RULE = new_id()


async def acted(world: World, actor: Actor) -> Ticket:
    """A ticket whose priority `actor` raised, and on which it wrote."""
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.ona, now="2026-03-02T10:00Z") as work:
        held = await queries.visible(work, ticket.id, lock=True)
        async with work.step(actor, now=work.now) as step:
            await triage.set_priority(step, held, TicketPriority.P1)
            await messages.add(step, held, type=MessageType.PUBLIC, body="We are on it.")
    return ticket


async def read(world: World, who: Any, ticket: Ticket, what: str) -> list[dict[str, Any]]:
    async with await world.client(who) as client:
        items: list[dict[str, Any]] = (await client.get(f"/api/v1/tickets/{ticket.id}/{what}")).json()["items"]
    return items


async def test_which_rule_it_was_only_the_internal_side_is_told(world: World) -> None:
    ticket = await acted(world, rule_actor("VIPs first!", RULE))

    for who, key, name in ((world.amir, str(RULE), "VIPs first!"), (world.rosa, None, "Automation")):
        events = await read(world, who, ticket, "events")
        by_rule = [event["actor"] for event in events if event["actor"]["kind"] == "rule"]
        assert by_rule and all(actor == {"kind": "rule", "id": key, "name": name} for actor in by_rule), who
        (said,) = await read(world, who, ticket, "messages")
        assert said["author"] == {"id": None, "displayName": name}


@pytest.mark.parametrize(
    ("actor", "name"), [(system("SLA clocks"), "Codex"), (importer("Old desk"), "Old desk")], ids=["product", "import"]
)
async def test_what_no_rule_and_no_person_wrote_has_an_author_too(world: World, actor: Actor, name: str) -> None:
    ticket = await acted(world, actor)

    for who in (world.amir, world.rosa):
        (said,) = await read(world, who, ticket, "messages")
        assert said["author"] == {"id": None, "displayName": name}


async def test_a_routing_rule_that_assigns_is_named_with_its_id(world: World) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        new = {"name": "To Amir", "keywords": ["printer"], "teamId": str(world.it.id), "priority": 1,
               "assigneeId": str(world.amir.id)}  # fmt: skip
        rule = (await ona.post("/api/v1/routing-rules", json=new)).json()
    async with await world.client(world.rosa) as rosa:
        ticket = (await rosa.post("/api/v1/tickets", json={"subject": "printer", "description": "x"})).json()
    async with await world.client(world.amir) as amir:
        events = (await amir.get(f"/api/v1/tickets/{ticket['id']}/events")).json()["items"]

    (assigned,) = [event for event in events if event["type"] == "ASSIGNED"]
    assert assigned["actor"] == {"kind": "rule", "id": rule["id"], "name": "To Amir"}
