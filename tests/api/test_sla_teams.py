"""`/sla/assignments`, `/sla/team-policies` and `/sla/business-hours`: shapes, what each role may, what is refused."""

from typing import Any

import httpx
import pytest
from api_answers import kinds, refused

from codex.identity.models import User
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"
_SLA = "/api/v1/sla"
_HOURS = {"firstResponseHours": 0.5, "resolutionHours": 4}
_OPEN: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "schedule": {"mon": [["09:00", "12:00"], ["13:00", "17:30"]], "fri": [["22:00", "06:00"]], "sat": []},
    "holidays": [
        {"date": "2026-12-25", "name": "Christmas"},
        {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]},
    ],
}


async def a_policy(client: httpx.AsyncClient, name: str, **said: Any) -> str:
    return str((await client.post(f"{_SLA}/policies", json={"name": name, **said})).json()["id"])


async def test_a_team_is_put_under_a_policy_and_out_again(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    gold, bronze = await a_policy(ona, "Gold"), await a_policy(ona, "Bronze")
    path = f"{_SLA}/assignments/{world.it.id}"
    refused(await ona.get(path), 404)
    put = await ona.put(path, json={"policyId": gold})
    shape = {"teamId": "id", "policyId": "id", "policyName": "str", "createdAt": "instant", "updatedAt": "instant"}
    assert (put.status_code, kinds(put.json())) == (200, shape)
    assert (await amir.get(path)).json() == put.json()
    assert (await ona.put(path, json={"policyId": bronze})).json()["policyName"] == "Bronze"
    assert (await amir.get(f"{_SLA}/assignments")).json()["items"] == [(await amir.get(path)).json()]

    refused(await ona.put(path, json={"policyId": _NOBODY}), 422, "policyId")
    refused(await ona.put(path, json={"policyId": "gold"}), 400, "policyId")
    refused(await ona.put(path, json={}), 400, "policyId")
    refused(await ona.put(f"{_SLA}/assignments/{_NOBODY}", json={"policyId": gold}), 404)
    hrs = await a_policy(ona, "HR's", teamId=str(world.hr.id))
    refused(await ona.put(path, json={"policyId": hrs}), 422, "policyId")
    refused(await ona.delete(f"{_SLA}/policies/{bronze}"), 409)
    assert (await ona.delete(path)).status_code == 204
    refused(await ona.delete(path), 404)
    assert (await ona.delete(f"{_SLA}/policies/{bronze}")).status_code == 204


async def test_a_team_has_hours_of_its_own_for_a_priority(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    path = f"{_SLA}/team-policies/{world.it.id}/P1"
    refused(await ona.get(path), 404)
    put = await ona.put(path, json=_HOURS)
    shape = {
        "id": "id", "teamId": "id", "priority": "str", "firstResponseHours": "float", "resolutionHours": "int",
        "version": "int", "createdAt": "instant", "updatedAt": "instant",
    }  # fmt: skip
    assert (put.status_code, kinds(put.json()), put.headers["etag"]) == (200, shape, '"1"')
    assert (await amir.get(path)).json() == put.json()
    again = await ona.put(path, json={"resolutionHours": 2}, headers={"if-match": '"1"'})
    assert (again.json()["firstResponseHours"], again.headers["etag"]) == (None, '"2"')
    refused(await ona.put(path, json=_HOURS, headers={"if-match": '"1"'}), 412)
    refused(await ona.delete(path, headers={"if-match": '"1"'}), 412)
    refused(await ona.put(path, json={"resolutionHours": -1}), 400, "resolutionHours")
    refused(await ona.put(path, json={}), 400, "resolutionHours")
    refused(await ona.put(path, json={**_HOURS, "priority": "P1"}), 400, "priority")
    refused(await ona.put(f"{_SLA}/team-policies/{world.it.id}/P9", json=_HOURS), 404)
    refused(await ona.put(f"{_SLA}/team-policies/{_NOBODY}/P1", json=_HOURS), 404)
    assert (await ona.delete(path)).status_code == 204
    refused(await ona.delete(path), 404)
    assert (await ona.put(path, json=_HOURS)).headers["etag"] == '"3"', "numbers go on"


async def test_opening_hours_are_set_for_everybody_and_for_a_team(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    everybodys, its = f"{_SLA}/business-hours", f"{_SLA}/business-hours/{world.it.id}"
    for path, team in ((everybodys, None), (its, str(world.it.id))):
        refused(await ona.get(path), 404)
        put = await ona.put(path, json=_OPEN)
        assert (put.status_code, put.headers["etag"]) == (200, '"1"')
        told = put.json()
        assert kinds({name: told[name] for name in ("version", "createdAt", "updatedAt")}) == {
            "version": "int", "createdAt": "instant", "updatedAt": "instant",
        }  # fmt: skip
        assert (told["teamId"], told["timezone"], told["schedule"]) == (team, "Europe/Berlin", _OPEN["schedule"])
        assert told["holidays"] == [_OPEN["holidays"][1], _OPEN["holidays"][0]]
        assert (await amir.get(path)).json() == told
        assert (await ona.put(path, json=_OPEN)).headers["etag"] == '"1"'
        changed = await ona.put(path, json={**_OPEN, "timezone": "Europe/London"}, headers={"if-match": '"1"'})
        assert changed.headers["etag"] == '"2"'
        refused(await ona.put(path, json=_OPEN, headers={"if-match": '"1"'}), 412)
    assert (await ona.delete(its)).status_code == 204
    refused(await ona.get(its), 404)
    refused(await ona.delete(its), 404)
    refused(await ona.delete(everybodys), 405)
    refused(await ona.put(f"{_SLA}/business-hours/{_NOBODY}", json=_OPEN), 404)


async def test_public_holidays_are_added_to_what_is_there(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    wanted = {"country": "de", "subdivision": "BE", "years": [2026, 2027]}
    for path in (f"{_SLA}/business-hours", f"{_SLA}/business-hours/{world.it.id}"):
        refused(await ona.post(f"{path}/holidays", json=wanted), 404)
        await ona.put(path, json=_OPEN)
        added = await ona.post(f"{path}/holidays", json=wanted, headers={"if-match": '"1"'})
        assert (added.status_code, added.headers["etag"]) == (200, '"2"')
        days = {day["date"]: day for day in added.json()["holidays"]}
        assert list(days) == sorted(days) and {"2026-05-01", "2026-12-26", "2027-03-08", "2027-10-03"} <= days.keys()
        assert (days["2026-12-25"], days["2026-12-24"]) == (_OPEN["holidays"][0], _OPEN["holidays"][1])
        assert (await ona.post(f"{path}/holidays", json=wanted)).headers["etag"] == '"2"', "they are there"
        refused(await ona.post(f"{path}/holidays", json=wanted, headers={"if-match": '"1"'}), 412)
        for wrong, at in (
            ({"country": "XX"}, "country"), ({"subdivision": "XX"}, "subdivision"), ({"years": []}, "years"),
            ({"years": [1]}, "years"), ({"years": list(range(2000, 2031))}, "years"), ({"from": 2026}, "from"),
        ):  # fmt: skip
            refused(await ona.post(f"{path}/holidays", json={**wanted, **wrong}), 400, at)
    tara = await world.client(world.tara, Scope.ADMIN)
    assert (await tara.post(f"{path}/holidays", json=wanted)).status_code == 200
    refused(await tara.post(f"{_SLA}/business-hours/holidays", json=wanted), 403)
    refused(await tara.post(f"{_SLA}/business-hours/{world.hr.id}/holidays", json=wanted), 403)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"timezone": "Mars"}, "timezone"),
        ({"schedule": {"mon": [["09:00", "25:00"]]}}, "schedule.mon[0][1]"),
        ({"schedule": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "schedule.mon[1]"),
        ({"holidays": [{"date": "Christmas"}]}, "holidays[0].date"),
        ({"schedule": []}, "schedule"),
        ({"holidays": None}, "holidays"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_opening_hours_that_cannot_be_are_named(world: World, said: dict[str, Any], path: str) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    refused(await ona.put(f"{_SLA}/business-hours", json={**_OPEN, **said}), 400, path)
    refused(await ona.get(f"{_SLA}/business-hours"), 404)


async def test_hours_of_teams_are_listed_page_by_page(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    for team in (world.it, world.hr):
        for priority in ("P2", "P1"):
            await ona.put(f"{_SLA}/team-policies/{team.id}/{priority}", json=_HOURS)
    listed = f"{_SLA}/team-policies"
    whole = (await ona.get(listed)).json()["items"]
    assert [(item["teamId"], item["priority"]) for item in whole] == [
        (str(team), priority) for team in sorted((world.it.id, world.hr.id), key=str) for priority in ("P1", "P2")
    ]
    first = (await ona.get(listed, params={"limit": 3})).json()
    rest = (await ona.get(listed, params={"cursor": first["nextCursor"]})).json()
    assert first["items"] + rest["items"] == whole
    assert {item["teamId"] for item in (await amir.get(listed)).json()["items"]} == {str(world.it.id)}
    refused(await ona.get(listed, params={"cursor": "never"}), 400, "cursor")


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara", "hana", "ona"])
async def test_who_sets_and_reads_what_teams_promise_is_who_the_table_says(world: World, who: str) -> None:
    """Team admins their own team's, owners all and everybody's; members read their team's and everybody's."""
    person: User = getattr(world, who)
    client, ona = await world.client(person, Scope.ADMIN), await world.client(world.ona, Scope.ADMIN)
    desk = await a_policy(ona, "Desk")
    teams = {"it": world.it.id, "hr": world.hr.id}
    calls = {"assignments/{}": {"policyId": desk}, "team-policies/{}/P1": _HOURS, "business-hours/{}": _OPEN}
    for path, body in {path.format(team): body for path, body in calls.items() for team in teams.values()}.items():
        assert (await ona.put(f"{_SLA}/{path}", json=body)).status_code == 200
    await ona.put(f"{_SLA}/business-hours", json=_OPEN)
    reads = {"rosa": set(), "hana": {"hr"}, "ona": {"it", "hr"}}.get(who, {"it"})
    sets = {"tara": {"it"}, "ona": {"it", "hr"}}.get(who, set())
    for name, team in teams.items():
        for path, body in calls.items():
            at = f"{_SLA}/{path.format(team)}"
            assert (await client.get(at)).status_code == (200 if name in reads else 403), at
            assert (await client.put(at, json=body)).status_code == (200 if name in sets else 403), at
            assert (await client.delete(at)).status_code == (204 if name in sets else 403), at
    assert (await client.get(f"{_SLA}/business-hours")).status_code == (200 if who != "rosa" else 403)
    assert (await client.put(f"{_SLA}/business-hours", json=_OPEN)).status_code == (200 if who == "ona" else 403)
    for listed in ("assignments", "team-policies"):
        answer = await client.get(f"{_SLA}/{listed}")
        if who == "rosa":
            refused(answer, 403)
        else:
            assert {item["teamId"] for item in answer.json()["items"]} == {str(teams[n]) for n in reads - sets}
    weak = await world.client(person, Scope.WRITE)
    for path, body in calls.items():
        refused(await weak.put(f"{_SLA}/{path.format(world.it.id)}", json=body), 403)
