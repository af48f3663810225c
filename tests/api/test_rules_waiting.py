"""Why a rule that time wakes has not run on a ticket, as of now: over the API and on the page of the rule."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_answers import refused

from codex.automation import timed
from codex.kernel import clock
from codex.kernel.actor import Scope
from codex.tickets.models import TicketStatus
from world import World

pytestmark = pytest.mark.anyio
WAITING = TicketStatus.WAITING_ON_REQUESTER


async def made(client: httpx.AsyncClient, **more: Any) -> str:
    rule = {
        "name": "Remind", "trigger": "TIME_IN_STATUS", "triggerConfig": {"hours": 8, "status": WAITING}, "priority": 1,
        "conditions": [{"field": "priority", "operator": "equals", "value": "P4"}],
        "actions": [{"type": "add_tag", "tag": "reminded"}], **more,
    }  # fmt: skip
    answer = await client.post("/api/v1/automation-rules", json=rule)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/automation-rules/{answer.json()['id']}"


async def test_it_says_since_when_until_when_and_what_its_conditions_see(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    rule = await made(tara, teamId=str(world.it.id))
    since = clock.now() - timedelta(hours=3)
    await world.ticket(team=world.it, status=WAITING, at=since)
    told = (await tara.get(f"{rule}/waiting?ticket=IT-1")).json()

    assert (clock.parse(told["since"]), clock.parse(told["dueAt"])) == (since, since + timedelta(hours=8))
    (finding,) = told["conditions"]
    assert (finding["field"], finding["seen"], finding["holds"], told["hasRun"]) == ("priority", "P3", False, False)

    await world.ticket(team=world.hr, status=WAITING, at=since)
    elsewhere = (await ona.get(f"{rule}/waiting?ticket=HR-2")).json()
    assert (elsewhere["since"], elsewhere["dueAt"]) == (None, None), "another team's ticket is not its"
    refused(await tara.get(f"{rule}/waiting?ticket=HR-2"), 404)
    refused(await (await world.client(world.rosa)).get(f"{rule}/waiting?ticket=IT-1"), 403)


async def test_once_it_has_run_it_says_so_until_the_stay_ends(world: World) -> None:
    tara = await world.client(world.tara, Scope.ADMIN)
    rule = await made(tara, teamId=str(world.it.id), conditions=[])
    await world.ticket(team=world.it, status=WAITING, at=clock.now() - timedelta(hours=9))
    assert (await tara.get(f"{rule}/waiting?ticket=IT-1")).json()["hasRun"] is False
    while await timed.sweep(world.works):
        pass
    assert (await tara.get(f"{rule}/waiting?ticket=IT-1")).json()["hasRun"] is True


async def test_a_rule_that_waits_for_no_time_says_so(world: World) -> None:
    tara = await world.client(world.tara, Scope.ADMIN)
    rule = await made(tara, teamId=str(world.it.id), trigger="TICKET_CREATED", triggerConfig={})
    await world.ticket(team=world.it)
    refused(await tara.get(f"{rule}/waiting?ticket=IT-1"), 422)
