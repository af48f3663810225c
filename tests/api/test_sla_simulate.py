"""`/sla/simulate`: the specification's own example, and what is refused."""

from typing import Any

import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_SIMULATE = "/api/v1/sla/simulate"
_ASKED: dict[str, Any] = {
    "calendar": {"timezone": "Europe/Berlin", "schedule": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}},
    "businessHoursOnly": True,
    "targets": {"P2": {"firstResponseHours": 4, "resolutionHours": 8}},
    "timeline": [
        {"at": "2026-03-02T10:00:00+01:00", "type": "created", "priority": "P2"},
        {"at": "2026-03-02T11:30:00+01:00", "type": "message", "visibility": "PUBLIC", "by": "agent"},
    ],
    "now": "2026-03-02T16:00:00+01:00",
}
_KEYS = (
    "state startedAt dueAt atRiskAt stoppedAt breachedAt breachCause everBreached elapsedSeconds remainingSeconds "
    "overdueSeconds pausedSeconds targetSeconds"
)


async def test_a_timeline_is_told_as_two_clocks_with_reasons(world: World) -> None:
    amir = await world.client(world.amir, Scope.READ)
    told = (await amir.post(_SIMULATE, json=_ASKED)).json()

    assert told.keys() == {"firstResponse", "resolution", "explanation"}
    first, resolution = told["firstResponse"], told["resolution"]
    assert first.keys() == resolution.keys() == set(_KEYS.split())
    assert (first["state"], first["stoppedAt"], first["elapsedSeconds"]) == ("MET", "2026-03-02T10:30:00Z", 5400)
    assert (resolution["state"], resolution["dueAt"]) == ("RUNNING", "2026-03-03T09:00:00Z")
    assert resolution["atRiskAt"] == "2026-03-02T15:24:00Z"
    assert all(isinstance(sentence, str) and sentence for sentence in told["explanation"]) and told["explanation"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"calendar": {"timezone": "Mars", "schedule": {}}}, "calendar.timezone"),
        ({"calendar": {"timezone": "UTC", "schedule": {"mon": [["09:00", "25:00"]]}}}, "calendar.schedule.mon[0][1]"),
        ({"timeline": list(reversed(_ASKED["timeline"]))}, "timeline"),
        ({"targets": {"P1": {"resolutionHours": 1}}}, "timeline[0].priority"),
        ({"timeline": None}, "timeline"),
        ({"now": "today"}, "now"),
    ],
)
async def test_what_makes_no_sense_is_named(world: World, wrong: dict[str, Any], path: str) -> None:
    amir = await world.client(world.amir)
    problem = refused(await amir.post(_SIMULATE, json={**_ASKED, **wrong}), 422)
    assert any(error["path"].startswith(path) for error in problem["errors"]), problem["errors"]


async def test_what_is_no_simulation_at_all_is_refused(world: World) -> None:
    amir, rosa = await world.client(world.amir), await world.client(world.rosa)
    refused(await amir.post(_SIMULATE, json={**_ASKED, "colour": "red"}), 400, "colour")
    refused(await amir.post(_SIMULATE, json=[_ASKED]), 400)
    refused(await amir.post(_SIMULATE, json={}), 422)
    refused(await rosa.post(_SIMULATE, json=_ASKED), 403)
