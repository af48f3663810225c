"""`/sla/policies`: shapes, what each role may, what is refused, versions and ETags."""

import asyncio
from typing import Any

import pytest
from api_answers import kinds, refused

from codex.identity.models import User
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"
_POLICIES = "/api/v1/sla/policies"
_GOLD: dict[str, Any] = {
    "name": "Gold",
    "targets": [
        {"priority": "P1", "firstResponseHours": 0.5, "resolutionHours": 4},
        {"priority": "P3", "resolutionHours": 24},
    ],
}
_SAID = {
    "name": "str", "description": "NoneType", "isDefault": "bool", "enabled": "bool", "businessHoursOnly": "bool",
    "escalationEnabled": "bool", "escalationAfterPercent": "int", "breachNotifyRoles": ["str"], "reopen": "str",
    "pauseOn": ["str"], "firstResponsePauses": "bool",
    "targets": [{"priority": "str", "firstResponseHours": "float", "resolutionHours": "int"}],
    "id": "id", "version": "int", "createdById": "id", "createdAt": "instant",
}  # fmt: skip
_SHAPE = {**_SAID, "teamId": "NoneType", "mayChange": "bool", "updatedAt": "instant"}


async def test_a_policy_lives_from_its_adding_to_its_removal(world: World) -> None:
    ona, amir = await world.client(world.ona, Scope.ADMIN), await world.client(world.amir)
    added = await ona.post(_POLICIES, json=_GOLD)
    assert (added.status_code, kinds(added.json()), added.headers["etag"]) == (201, _SHAPE, '"1"')
    path = added.headers["location"]
    assert path == f"{_POLICIES}/{added.json()['id']}"
    assert added.json()["targets"] == [
        {"priority": "P1", "firstResponseHours": 0.5, "resolutionHours": 4},
        {"priority": "P3", "firstResponseHours": None, "resolutionHours": 24},
    ]
    seen = await amir.get(path)
    assert seen.json() == {**added.json(), "mayChange": False} and seen.headers["etag"] == '"1"'

    changed = await ona.patch(path, json={"pauseOn": [], "escalationAfterPercent": 50}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["pauseOn"], changed.json()["escalationAfterPercent"]) == ([], 50)
    refused(await ona.patch(path, json={"name": "Other"}, headers={"if-match": '"1"'}), 412)
    refused(await ona.delete(path, headers={"if-match": '"1"'}), 412)
    same = await ona.patch(path, json={"pauseOn": []})
    assert same.headers["etag"] == '"2"', "a change that changes nothing makes no version"

    assert (await ona.delete(path, headers={"if-match": '"2"'})).status_code == 204
    for call in (ona.get(path), ona.patch(path, json={}), ona.delete(path), ona.get(f"{path}/versions")):
        refused(await call, 404)


async def test_targets_are_set_one_by_one_and_make_versions(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = (await ona.post(_POLICIES, json=_GOLD)).headers["location"]
    put = await ona.put(f"{path}/targets/P2", json={"firstResponseHours": 4}, headers={"if-match": '"1"'})
    assert (put.status_code, put.headers["etag"]) == (200, '"2"')
    assert (await ona.put(f"{path}/targets/P1", json={"resolutionHours": 0})).status_code == 200
    assert (await ona.delete(f"{path}/targets/P3")).status_code == 204
    targets = (await ona.get(f"{path}/targets")).json()
    assert targets == {
        "items": [
            {"priority": "P1", "firstResponseHours": None, "resolutionHours": 0},
            {"priority": "P2", "firstResponseHours": 4, "resolutionHours": None},
        ],
        "nextCursor": None,
    }
    refused(await ona.put(f"{path}/targets/P2", json={"resolutionHours": 8}, headers={"if-match": '"1"'}), 412)
    refused(await ona.put(f"{path}/targets/P9", json={"resolutionHours": 8}), 404)
    refused(await ona.delete(f"{path}/targets/P4"), 404)
    refused(await ona.put(f"{path}/targets/P2", json={}), 400, "resolutionHours")
    refused(await ona.put(f"{path}/targets/P2", json={"resolutionHours": -1}), 400, "resolutionHours")

    first = (await ona.get(f"{path}/versions", params={"limit": 3})).json()
    assert [item["version"] for item in first["items"]] == [4, 3, 2]
    assert kinds(first["items"][1]) == {
        **_SAID, "targets": [{"priority": "str", "firstResponseHours": "NoneType", "resolutionHours": "int"}]
    }  # fmt: skip
    rest = (await ona.get(f"{path}/versions", params={"cursor": first["nextCursor"]})).json()
    assert [item["version"] for item in rest["items"]] == [1] and rest["nextCursor"] is None
    assert [target["priority"] for target in rest["items"][0]["targets"]] == ["P1", "P3"]
    refused(await ona.get(f"{path}/versions", params={"cursor": "never"}), 400, "cursor")


async def test_fractions_of_hours_come_back_as_they_were_written(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    for hours in (0.1, 2 / 3600, 1 / 3, 87600, 0):
        body = {"name": "Quick", "targets": [{"priority": "P1", "resolutionHours": hours}]}
        added = await ona.post(_POLICIES, json=body)
        assert added.json()["targets"][0]["resolutionHours"] == hours
        (version,) = (await ona.get(f"{added.headers['location']}/versions")).json()["items"]
        assert version["targets"][0]["resolutionHours"] == hours


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": ""}, "name"),
        ({"targets": [{"priority": "P1"}]}, "targets[0].resolutionHours"),
        ({"targets": [{"priority": "P1", "resolutionHours": 1e9}]}, "targets[0].resolutionHours"),
        ({"targets": [{"priority": "P1", "resolutionHours": 1}] * 2}, "targets"),
        ({"escalationAfterPercent": 0}, "escalationAfterPercent"),
        ({"pauseOn": ["CLOSED"]}, "pauseOn"),
        ({"breachNotifyRoles": ["LEAD", "LEAD"]}, "breachNotifyRoles"),
    ],
)
async def test_what_no_policy_can_say_is_named(world: World, body: dict[str, Any], path: str) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    refused(await ona.post(_POLICIES, json={**_GOLD, **body}), 400, path)


@pytest.mark.parametrize(
    "body",
    [
        {"targets": [{"priority": "P9", "resolutionHours": 1}]}, {"targets": {"P1": 1}}, {"reopen": "LATER"},
        {"targets": [{"priority": "P1", "resolutionHours": "4"}]}, {"targets": [{"priority": "P1", "hours": 4}]},
        {"targets": [{"priority": "P1", "resolutionHours": True}]}, {"pauseOn": "CLOSED"}, {"isDefault": "yes"},
        {"breachNotifyRoles": ["EVERYBODY"]}, {"escalationAfterPercent": 1.5}, {"version": 1}, {"colour": "red"},
        {"name": None}, {"pauseOn": None}, {"targets": None},
    ],
)  # fmt: skip
async def test_what_is_of_another_kind_is_refused(world: World, body: dict[str, Any]) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = (await ona.post(_POLICIES, json=_GOLD)).headers["location"]
    for answer in (await ona.post(_POLICIES, json={**_GOLD, **body}), await ona.patch(path, json=body)):
        assert refused(answer, 400)["errors"][0]["path"].startswith(next(iter(body)))
    assert (await ona.get(path)).headers["etag"] == '"1"'


async def test_there_is_one_default_and_it_is_not_removed(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    first = (await ona.post(_POLICIES, json={"name": "Standard", "isDefault": True})).headers["location"]
    second = (await ona.post(_POLICIES, json={**_GOLD, "isDefault": True})).headers["location"]
    assert [(await ona.get(path)).json()["isDefault"] for path in (first, second)] == [False, True]
    refused(await ona.delete(second), 409)
    assert (await ona.patch(second, json={"isDefault": False})).json()["isDefault"] is False
    assert (await ona.delete(second)).status_code == 204
    own = {**_GOLD, "isDefault": True, "teamId": str(world.it.id)}
    refused(await ona.post(_POLICIES, json=own), 422, "isDefault")
    refused(await ona.post(_POLICIES, json={**_GOLD, "teamId": _NOBODY}), 422, "teamId")


async def test_policies_are_listed_by_name_page_by_page(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    for name in ("gold", "Bronze", "Silver"):
        await ona.post(_POLICIES, json={"name": name})
    whole = (await ona.get(_POLICIES)).json()
    assert ([item["name"] for item in whole["items"]], whole["nextCursor"]) == (["Bronze", "gold", "Silver"], None)
    first = (await ona.get(_POLICIES, params={"limit": 2})).json()
    rest = (await ona.get(_POLICIES, params={"cursor": first["nextCursor"]})).json()
    assert first["items"] + rest["items"] == whole["items"]
    refused(await ona.get(_POLICIES, params={"cursor": "never"}), 400, "cursor")


@pytest.mark.parametrize("who", ["rosa", "amir", "lena", "tara", "hana", "ona"])
async def test_who_sets_and_reads_policies_is_who_the_table_says(world: World, who: str) -> None:
    """Team admins their team's own, owners all; a token that is no admin's key sets nothing."""
    person: User = getattr(world, who)
    client, ona = await world.client(person, Scope.ADMIN), await world.client(world.ona, Scope.ADMIN)
    teams = {"desk": None, "it": str(world.it.id), "hr": str(world.hr.id)}
    paths = {
        name: (await ona.post(_POLICIES, json={**_GOLD, "name": name, "teamId": team})).headers["location"]
        for name, team in teams.items()
    }
    sets = {"tara": {"it"}, "ona": set(teams)}.get(who, set())
    reads = {"rosa": set(), "hana": {"desk", "hr"}, "ona": set(teams)}.get(who, {"desk", "it"})
    nobody = 403 if who not in ("tara", "ona") else None  # refused at the door, whatever it is
    for name, team in teams.items():
        added = await client.post(_POLICIES, json={**_GOLD, "teamId": team})
        assert added.status_code == (201 if name in sets else 403)
        hidden = nobody or (403 if name in reads else 404)
        for call in (
            client.patch(paths[name], json={"enabled": False}), client.put(f"{paths[name]}/targets/P4", json=_FIVE),
            client.delete(f"{paths[name]}/targets/P4"), client.delete(paths[name]),
        ):  # fmt: skip
            answer = await call
            assert (answer.status_code if name not in sets else 200 <= answer.status_code < 300) == (
                True if name in sets else hidden
            )
        if name not in sets:
            expected = 200 if name in reads else 403 if who == "rosa" else 404
            for path in (paths[name], f"{paths[name]}/targets", f"{paths[name]}/versions"):
                assert (await client.get(path)).status_code == expected
    if who == "rosa":
        refused(await client.get(_POLICIES), 403)
    else:
        listed = {item["name"] for item in (await client.get(_POLICIES)).json()["items"]}
        assert listed - {"Gold"} == reads - sets
    weak = await world.client(person, Scope.WRITE)
    refused(await weak.post(_POLICIES, json={**_GOLD, "teamId": teams["it"]}), 403)


_FIVE = {"resolutionHours": 5}


async def test_many_who_save_at_once_make_a_version_each_or_are_told(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = (await ona.post(_POLICIES, json=_GOLD)).headers["location"]
    answers = await asyncio.gather(
        *(ona.patch(path, json={"escalationAfterPercent": 10 + n}, headers={"if-match": '"1"'}) for n in range(6))
    )
    saved = [answer for answer in answers if answer.status_code == 200]
    assert len(saved) == 1 and {answer.status_code for answer in answers} <= {200, 409, 412}
    versions = (await ona.get(f"{path}/versions")).json()["items"]
    assert [version["version"] for version in versions] == [2, 1]
    assert versions[0]["escalationAfterPercent"] == saved[0].json()["escalationAfterPercent"]
