"""Reading the audit log: who reads what of it, narrowed by what, in pages and as CSV."""

import csv
import io
from typing import Any

import httpx
import pytest
from api_answers import kinds, refused

from codex.identity import queries, teams
from codex.kernel.actor import Origin, system
from codex.kernel.csv_text import line
from world import World, instant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/audit-events"


async def items(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get(PATH, params={"limit": 200, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def rename(world: World, slug: str, name: str, at: str) -> None:
    """Ona gives a team another name."""
    async with world.works.begin(
        await world.actor(world.ona), now=instant(at), origin=Origin("10.0.0.7", "ask-1")
    ) as work:
        team = await queries.team(work.session, getattr(world, slug).id, lock=True)
        await teams.change(work, team, teams.TeamChanges(name=name))


async def test_an_act_says_who_what_when_and_from_where(world: World) -> None:
    await rename(world, "it", "IT Help", "2026-03-02T09:00Z")
    ona = await world.client(world.ona)
    found = next(item for item in await items(ona) if item["type"] == "TEAM_CHANGED")
    assert kinds(found) == {
        "id": "id", "type": "str", "payload": {"teamId": "id", "slug": "str", "from": {"name": "str"},
        "to": {"name": "str"}}, "teamId": "id", "createdById": "id", "actor": {"kind": "str", "id": "id",
        "name": "str"}, "address": "str", "requestId": "str", "chainDay": "str", "chainPosition": "int", "hash": "str",
        "createdAt": "instant",
    }  # fmt: skip
    assert found["payload"]["from"] == {"name": "IT Support"} and found["payload"]["to"] == {"name": "IT Help"}
    assert found["actor"] == {"kind": "person", "id": str(world.ona.id), "name": world.ona.display_name}
    assert (found["teamId"], found["address"], found["requestId"]) == (str(world.it.id), "10.0.0.7", "ask-1")


async def test_who_reads_what(world: World) -> None:
    await rename(world, "it", "IT Help", "2026-03-02T09:00Z")
    await rename(world, "hr", "People", "2026-03-02T10:00Z")
    for person in (world.rosa, world.amir, world.lena, world.hana):
        client = await world.client(person)
        refused(await client.get(PATH), 403)
        refused(await client.get(f"{PATH}/export.csv"), 403)
    tara, ona = await world.client(world.tara), await world.client(world.ona)

    assert {item["teamId"] for item in await items(tara)} == {str(world.it.id)}
    assert await items(tara, team="hr") == []
    refused(await tara.get(f"{PATH}/export.csv"), 403)
    assert {str(world.it.id), str(world.hr.id), None} <= {item["teamId"] for item in await items(ona)}


async def test_it_is_narrowed_by_what_who_where_and_when(world: World) -> None:
    await rename(world, "it", "IT Help", "2026-03-02T09:00Z")
    await rename(world, "hr", "People", "2026-03-02T10:00Z")
    ona = await world.client(world.ona)

    async def names(**params: Any) -> list[str]:
        return [item["payload"]["to"]["name"] for item in await items(ona, type="TEAM_CHANGED", **params)]

    assert await names() == ["People", "IT Help"]
    assert await names(team="it") == await names(team=str(world.it.id)) == ["IT Help"]
    assert await names(team=["it", "hr"], actor="me") == ["People", "IT Help"]
    assert await names(actor=str(world.tara.id)) == []
    assert await names(**{"from": "2026-03-02T10:00Z"}) == ["People"]
    assert await names(to="2026-03-02T10:00:00Z") == ["IT Help"]
    assert {item["type"] for item in await items(ona, type=["TEAM_ADDED", "USER_ADDED"])} == {
        "TEAM_ADDED", "USER_ADDED",
    }  # fmt: skip
    assert await items(ona, type="NO_SUCH") == []


@pytest.mark.parametrize("bad", [{"from": "yesterday"}, {"to": "2026-03-02T10:00"}, {"team": "no"}, {"actor": "x"}])
async def test_what_is_not_understood_is_named(world: World, bad: dict[str, str]) -> None:
    refused(await (await world.client(world.ona)).get(PATH, params=bad), 400, *bad)


async def test_pages_go_through_everything_once(world: World) -> None:
    ona = await world.client(world.ona)
    everything, found, cursor = [item["id"] for item in await items(ona)], [], None
    while True:
        page = (await ona.get(PATH, params={"limit": 7, **({"cursor": cursor} if cursor else {})})).json()
        found += [item["id"] for item in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert found == everything and len(found) == len(set(found)) > 7
    refused(await ona.get(PATH, params={"cursor": "x"}), 400, "cursor")


async def test_owners_take_it_along_and_no_cell_is_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex.api.audit_events._AT_ONCE", 5)
    await rename(world, "it", "=HYPERLINK(1)", "2026-03-02T09:00Z")
    async with world.works.begin(system("=cmd"), now=instant("2026-03-02T11:00Z")) as work:
        await teams.add(work, name="Legal", slug="legal")
    ona = await world.client(world.ona)
    answer = await ona.get(f"{PATH}/export.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["id"] for row in lines] == [item["id"] for item in await items(ona)]
    added, changed = (next(row for row in lines if row["type"] == kind) for kind in ("TEAM_ADDED", "TEAM_CHANGED"))
    assert added["actor"] == "'=cmd"
    assert changed["payload"].startswith("{") and '"name":"=HYPERLINK(1)"' in changed["payload"]
    only = await ona.get(f"{PATH}/export.csv", params={"team": "legal"})
    assert len(only.text.splitlines()) == 2 and only.text.startswith(line(["createdAt", "type"]).strip())
