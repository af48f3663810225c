"""A rule that is gone acts no more and is found nowhere; what became of it on tickets is told as before."""

from typing import Any

import pytest
from automations import rule, runs, tag
from sqlalchemy import select

from codex.automation import pausing, rules, timed
from codex.automation.models import AutomationRule, Trigger
from codex.automation.queries import held_rule
from codex.automation.triggers import TriggerConfig
from codex.identity.models import TeamMember
from codex.kernel.actor import Scope, TeamRole
from codex.kernel.errors import NotFound
from codex.tickets.models import TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio
RULES = "/api/v1/automation-rules"


async def delete(world: World, made: AutomationRule) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        assert (await ona.delete(f"{RULES}/{made.id}")).status_code == 204


async def explained(world: World, ticket: Any) -> list[dict[str, Any]]:
    async with await world.client(world.amir) as amir:
        told: list[dict[str, Any]] = (await amir.get(f"/api/v1/tickets/{ticket.id}/explain")).json()["rules"]
    return told


async def test_what_became_of_a_rule_is_told_when_it_is_gone(world: World) -> None:
    acted = await rule(world, tag("seen"), name="Acted")
    silent = await rule(world, tag("no"), name="Silent",
                        conditions=[{"field": "priority", "operator": "equals", "value": "P1"}])  # fmt: skip
    ticket = await world.ticket(team=world.it)
    before = await explained(world, ticket)

    await delete(world, acted)
    await delete(world, silent)

    assert await explained(world, ticket) == before
    assert {row["rule"]["name"]: row["matched"] for row in before} == {"Acted": True, "Silent": False}
    async with await world.client(world.amir) as amir:
        events = (await amir.get(f"/api/v1/tickets/{ticket.id}/events")).json()["items"]
    assert [e["payload"]["name"] for e in events if e["type"] == "RULE_RAN"] == ["Acted"]


async def test_a_rule_that_is_gone_is_found_nowhere_and_acts_no_more(world: World) -> None:
    made = await rule(world, tag("seen"), name="Gone")
    await world.ticket(team=world.it)
    await delete(world, made)
    await world.ticket(team=world.it)

    assert len(await runs(world, made)) == 1
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        assert (await ona.get(RULES)).json()["items"] == []
        for path in ("", "/versions", "/executions"):
            assert (await ona.get(f"{RULES}/{made.id}{path}")).status_code == 404
        assert (await ona.patch(f"{RULES}/{made.id}", json={"isActive": True})).status_code == 404
        assert (await ona.delete(f"{RULES}/{made.id}")).status_code == 404
        again = {"name": "Gone", "trigger": "TICKET_CREATED", "priority": 10, "actions": [tag("x")]}
        assert (await ona.post(RULES, json=again)).status_code == 201
    async with world.work(as_=world.ona) as work:
        with pytest.raises(NotFound):
            await held_rule(work, made.id)


async def test_a_timed_rule_that_is_gone_is_not_swept(world: World) -> None:
    made = await rule(world, tag("late"), trigger=Trigger.TIME_IN_STATUS,
                      config=TriggerConfig(hours=1, status=TicketStatus.NEW))  # fmt: skip
    await world.ticket(team=world.it)
    await delete(world, made)

    assert await timed.sweep(world.works, now=instant("2026-03-03T09:00Z")) == 0
    assert await runs(world, made) == []


async def test_a_rule_that_is_gone_is_not_paused(world: World) -> None:
    made = await rule(world, {"type": "set_status", "status": "IN_PROGRESS"})
    for _ in range(pausing.FAILURES - 1):
        await world.ticket(team=world.it)
    async with world.work(as_=world.ona) as work:
        await rules.remove(work, await held_rule(work, made.id))
        work.session.info.pop("automation_rules", None)
    await world.ticket(team=world.it)

    async with world.session() as session:
        kept = await session.scalar(select(AutomationRule).where(AutomationRule.id == made.id))
    assert kept is not None and kept.paused_at is None
    assert len(await runs(world, made)) == pausing.FAILURES - 1


async def test_a_rule_is_given_to_another_team_by_who_writes_the_rules_of_both(world: World) -> None:
    made = await rule(world, tag("its"), team=world.it)
    path = f"{RULES}/{made.id}"
    async with await world.client(world.tara, Scope.ADMIN) as tara, await world.client(world.ona, Scope.ADMIN) as ona:
        for scope in (str(world.hr.id), None):
            assert (await tara.patch(path, json={"teamId": scope})).status_code == 403
        same = await tara.patch(path, json={"teamId": str(world.it.id)})
        assert (same.status_code, same.json()["version"]) == (200, 1)
        missing = await ona.patch(path, json={"teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"})
        assert (missing.status_code, missing.json()["errors"][0]["path"]) == (422, "teamId")

        moved = await ona.patch(path, json={"teamId": str(world.hr.id)})
        assert (moved.status_code, moved.json()["teamId"], moved.json()["version"]) == (200, str(world.hr.id), 2)
        assert (await tara.get(path)).status_code == 404
        audit = (await ona.get("/api/v1/audit-events", params={"limit": 1})).json()["items"][0]
    its, hrs = await world.ticket(team=world.it), await world.ticket(team=world.hr)

    assert audit["payload"]["from"] == {"teamId": str(world.it.id)}
    assert audit["payload"]["to"] == {"teamId": str(world.hr.id)}
    assert [run.ticket_id for run in await runs(world, made)] == [hrs.id] != [its.id]


async def test_a_webhook_is_not_pointed_at_another_teams_tickets_by_its_admins(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        work.session.add(_admin(world))
    hook = {"type": "call_webhook", "url": "https://hooks.example/x"}
    made = await rule(world, hook, team=world.it)
    async with await world.client(world.tara, Scope.ADMIN) as tara:
        refused = await tara.patch(f"{RULES}/{made.id}", json={"teamId": str(world.finance.id)})
    assert (refused.status_code, "sent to" in refused.json()["detail"]) == (403, True)


def _admin(world: World) -> Any:
    return TeamMember(team_id=world.finance.id, user_id=world.tara.id, role=TeamRole.ADMIN)
