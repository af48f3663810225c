"""What a change of a promise would move is seen before it is made, and moved only when somebody says so."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_answers import kinds, refused

from codex.kernel import clock
from codex.kernel.actor import Scope
from codex.sla import applying
from codex.sla.verify import verify
from codex.tickets import lifecycle, queries
from codex.tickets.models import Ticket, TicketPriority, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
_SLA = "/api/v1/sla"
_NOBODY = "00000000-0000-7000-8000-000000000000"
_P1 = TicketPriority.P1
_STANDARD: dict[str, Any] = {
    "name": "Standard", "isDefault": True, "businessHoursOnly": False,
    "targets": [{"priority": "P1", "firstResponseHours": 1, "resolutionHours": 10}],
}  # fmt: skip
_TIGHT = {"targets": [{"priority": "P1", "firstResponseHours": 1, "resolutionHours": 5}]}
_HOURS = {
    "timezone": "Europe/Berlin",
    "schedule": {"mon": [["09:00", "17:00"]], "thu": [["09:00", "17:00"]]},
    "holidays": [],
}
_MOVED = {"oldState": "str", "newState": "str", "oldDueAt": "instant", "newDueAt": "instant"}
_AFFECTED = {
    "ticketId": "id", "displayId": "str", "subject": "str", "teamId": "id", "priority": "str", "firstResponse": _MOVED,
    "resolution": _MOVED, "why": "str",
}  # fmt: skip
_UNTOUCHED = """
    SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
        AND table_name NOT IN ('personal_tokens', 'sessions') ORDER BY 1"""


async def everything(world: World) -> dict[str, tuple[Any, ...]]:
    """How many rows each table has, and a digest of them."""
    async with world.reading() as reader:
        tables = [name for (name,) in await reader.all(_UNTOUCHED)]
        found = {}
        for name in tables:
            row = await reader.first(
                f'SELECT count(*), md5(string_agg(r::text, chr(10) ORDER BY r::text)) FROM "{name}" r'
            )
            assert row is not None
            found[name] = row
    return found


async def promised(ona: httpx.AsyncClient) -> str:
    """The address of the default policy: P1 1 h / 10 h, round the clock."""
    return str((await ona.post(f"{_SLA}/policies", json=_STANDARD)).headers["location"])


async def opened(world: World, *teams: Any) -> list[Ticket]:
    return [await world.ticket(team=team, priority=_P1, at=clock.now()) for team in teams]


async def differences(world: World) -> list[Any]:
    """Where clocks are not what events say."""
    async with world.reading() as reader:
        return [difference async for _, found in verify(reader) for difference in found]


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["ticketId"] for one in answer.json().get("affected", answer.json().get("items"))]


async def applied(client: httpx.AsyncClient, **what: Any) -> int:
    answer = await client.post(f"{_SLA}/apply", json=what)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["applied"])


async def test_a_preview_shows_both_due_times_and_leaves_everything_as_it_was(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    (ticket,) = await opened(world, world.it)
    before = await everything(world)

    seen = await ona.patch(path, json=_TIGHT, params={"preview": "true"})

    assert seen.status_code == 200 and kinds(seen.json()) == {"affected": [_AFFECTED], "total": "int"}
    (one,) = seen.json()["affected"]
    old, new = (clock.parse(one["resolution"][key]) for key in ("oldDueAt", "newDueAt"))
    assert (one["ticketId"], old, new) == (
        str(ticket.id), ticket.created_at + timedelta(hours=10), ticket.created_at + timedelta(hours=5)
    )  # fmt: skip
    assert await everything(world) == before


async def test_everything_that_sets_a_promise_can_be_previewed(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path, it = await promised(ona), world.it.id
    other = (await ona.post(f"{_SLA}/policies", json={**_STANDARD, "name": "Other", "isDefault": False})).json()["id"]
    await ona.put(f"{_SLA}/business-hours/{it}", json=_HOURS)
    await ona.put(f"{_SLA}/assignments/{world.hr.id}", json={"policyId": other})
    await ona.put(f"{_SLA}/team-policies/{world.finance.id}/P1", json={"resolutionHours": 3})
    mine, hr, finance = map(str, [t.id for t in await opened(world, world.it, world.hr, world.finance)])
    counted = {"businessHoursOnly": True}
    await ona.patch(path, json=counted, params={"apply": "true"})
    before = await everything(world)
    asked: list[tuple[str, str, Any, set[str]]] = [
        ("PATCH", path, {"businessHoursOnly": False}, {mine, finance}),
        ("PATCH", path, {"isDefault": False}, {mine, finance}),
        ("PATCH", path, {"name": "Standard"}, set()),
        ("POST", f"{_SLA}/policies", {**_STANDARD, "name": "New", "targets": []}, {mine, finance}),
        ("PUT", f"{path}/targets/P1", {"resolutionHours": 1}, {mine}),
        ("PUT", f"{path}/targets/P2", {"resolutionHours": 1}, {mine, finance}),
        ("DELETE", f"{path}/targets/P1", None, {mine, finance}),
        ("PUT", f"{_SLA}/assignments/{it}", {"policyId": other}, {mine}),
        ("DELETE", f"{_SLA}/assignments/{world.hr.id}", None, {hr}),
        ("PUT", f"{_SLA}/team-policies/{it}/P1", {"resolutionHours": 1}, {mine}),
        ("DELETE", f"{_SLA}/team-policies/{world.finance.id}/P1", None, {finance}),
        ("PUT", f"{_SLA}/business-hours", _HOURS, {finance}),
        ("PUT", f"{_SLA}/business-hours/{it}", {**_HOURS, "schedule": {}}, {mine}),
        ("DELETE", f"{_SLA}/business-hours/{it}", None, {mine}),
        ("POST", f"{_SLA}/business-hours/{it}/holidays", {"country": "DE", "years": [2030]}, {mine}),
    ]
    for method, address, body, expected in asked:
        seen = await ona.request(method, address, json=body, params={"preview": "true"})
        shown = set(ids(seen)) if expected != {mine} or "targets" not in address else set(ids(seen)) & {mine}
        assert (shown, seen.json()["total"] >= len(expected)) == (expected, True), (method, address, body)
    assert await everything(world) == before


async def test_saving_and_applying_in_one_go_moves_what_the_preview_shows(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    (ticket,) = await opened(world, world.it)
    (shown,) = (await ona.patch(path, json=_TIGHT, params={"preview": "true"})).json()["affected"]

    saved = await ona.patch(path, json=_TIGHT, params={"apply": "true"})

    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    assert (await world.reload(ticket)).due_at == clock.parse(shown["resolution"]["newDueAt"])
    assert ids(await ona.get(f"{_SLA}/pending")) == []
    refused(await ona.patch(path, json=_TIGHT, params={"apply": "true", "preview": "true"}), 400, "apply")
    refused(await ona.patch(path, json=_TIGHT, params={"preview": "perhaps"}), 400, "preview")


async def test_what_is_refused_is_refused_in_a_preview_too(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    path, preview = await promised(ona), {"preview": "true"}

    refused(await ona.patch(path, json={"escalationAfterPercent": 0}, params=preview), 400, "escalationAfterPercent")
    refused(await ona.patch(path, json=_TIGHT, params=preview, headers={"if-match": '"7"'}), 412)
    refused(await ona.patch(f"{_SLA}/policies/{_NOBODY}", json={}, params=preview), 404)
    refused(await tara.patch(path, json=_TIGHT, params=preview), 403)
    refused(await tara.put(f"{_SLA}/team-policies/{world.hr.id}/P1", json={"resolutionHours": 1}, params=preview), 403)
    for person in (world.rosa, world.amir, world.lena):
        client = await world.client(person, Scope.ADMIN)
        refused(await client.patch(path, json=_TIGHT, params=preview), 403)
        refused(await client.get(f"{_SLA}/pending"), 403)
        refused(await client.post(f"{_SLA}/apply", json={}), 403)


async def test_a_key_of_a_preview_does_not_stand_for_the_change(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    await opened(world, world.it)
    key = {"idempotency-key": "look"}

    first, again = [await ona.patch(path, json=_TIGHT, params={"preview": "true"}, headers=key) for _ in range(2)]

    assert first.json() == again.json() and again.headers["idempotency-replayed"] == "true"
    assert (await ona.get(path)).json()["version"] == 1


async def test_what_is_pending_is_listed_page_by_page_and_applied(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    tickets = await opened(world, world.it, world.it, world.hr)
    policy = path.rsplit("/", 1)[1]
    assert (await ona.patch(path, json=_TIGHT)).status_code == 200

    first = await ona.get(f"{_SLA}/pending", params={"limit": 2, "policyId": policy})
    rest = await ona.get(f"{_SLA}/pending", params={"cursor": first.json()["nextCursor"]})
    assert ids(first) + ids(rest) == [str(ticket.id) for ticket in tickets]
    assert rest.json()["nextCursor"] is None
    assert ids(await ona.get(f"{_SLA}/pending", params={"teamId": str(world.hr.id)})) == [str(tickets[2].id)]

    assert await applied(ona, ticketIds=[str(tickets[0].id), _NOBODY]) == 1
    assert await applied(ona, teamId=str(world.hr.id)) == 1
    assert await applied(ona, policyId=policy) == 1
    assert await applied(ona) == 0
    assert [t.due_at for t in [await world.reload(ticket) for ticket in tickets]] == [
        ticket.created_at + timedelta(hours=5) for ticket in tickets
    ]
    assert await differences(world) == []
    async with world.reading() as reader:
        told = await reader.all(
            "SELECT payload FROM admin_audit_events WHERE type = 'SLA_APPLIED' ORDER BY chain_position"
        )
    assert [payload for (payload,) in told] == [
        {"policyId": None, "teamId": None, "chosenTickets": True, "tickets": 1},
        {"policyId": None, "teamId": str(world.hr.id), "chosenTickets": False, "tickets": 1},
        {"policyId": policy, "teamId": None, "chosenTickets": False, "tickets": 1},
    ]


async def test_team_admins_see_and_move_the_tickets_of_their_team_only(world: World) -> None:
    ona, tara = await world.client(world.ona, Scope.ADMIN), await world.client(world.tara, Scope.ADMIN)
    path = await promised(ona)
    mine, theirs = await opened(world, world.it, world.hr)
    own = {"name": "Ours", "teamId": str(world.it.id), **_TIGHT, "businessHoursOnly": False}
    ours = (await tara.post(f"{_SLA}/policies", json=own)).json()["id"]
    assign = f"{_SLA}/assignments/{world.it.id}"
    assert ids(await tara.put(assign, json={"policyId": ours}, params={"preview": "true"})) == [str(mine.id)]

    assert (await ona.patch(path, json=_TIGHT)).status_code == 200
    assert ids(await tara.get(f"{_SLA}/pending")) == [str(mine.id)]
    assert ids(await ona.get(f"{_SLA}/pending")) == [str(mine.id), str(theirs.id)]
    refused(await tara.get(f"{_SLA}/pending", params={"teamId": str(world.hr.id)}), 403)
    refused(await tara.post(f"{_SLA}/apply", json={"teamId": str(world.hr.id)}), 403)
    assert await applied(tara, ticketIds=[str(theirs.id)]) == 0
    assert await applied(tara) == 1
    assert ids(await ona.get(f"{_SLA}/pending")) == [str(theirs.id)]


async def test_bad_input_is_named(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    refused(await ona.post(f"{_SLA}/apply", json={"policyId": _NOBODY}), 422, "policyId")
    refused(await ona.post(f"{_SLA}/apply", json={"teamId": _NOBODY}), 422, "teamId")
    refused(await ona.post(f"{_SLA}/apply", json={"ticketIds": ["IT-1"]}), 400, "ticketIds[0]")
    refused(await ona.post(f"{_SLA}/apply", json={"ticketIds": [_NOBODY] * 1_001}), 400, "ticketIds")
    refused(await ona.post(f"{_SLA}/apply", json={"team": str(world.it.id)}), 400)
    refused(await ona.get(f"{_SLA}/pending", params={"policyId": "gold"}), 400)
    refused(await ona.get(f"{_SLA}/pending", params={"teamId": _NOBODY}), 422, "teamId")
    refused(await ona.get(f"{_SLA}/pending", params={"cursor": "never"}), 400, "cursor")
    assert await applied(ona, ticketIds=[]) == 0


async def test_two_admins_at_once_move_each_ticket_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "CHUNK", 3)
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    tickets = await opened(world, *[world.it] * 10)
    assert (await ona.patch(path, json=_TIGHT)).status_code == 200

    counts = await asyncio.gather(*(applied(ona) for _ in range(2)))

    assert sum(counts) == 10
    for ticket in tickets:
        assert [event.type for event in await world.events(ticket)].count("SLA_RETARGETED") == 1
    assert await differences(world) == []
    assert await world.differences() == []


async def test_finished_clocks_never_move(world: World) -> None:
    ona = await world.client(world.ona, Scope.ADMIN)
    path = await promised(ona)
    done, going = await opened(world, world.it, world.it)
    async with world.work(as_=world.lena, now=clock.now()) as work:
        await lifecycle.move(work, await queries.visible(work, done.id, lock=True), to=TicketStatus.RESOLVED)

    assert ids(await ona.patch(path, json=_TIGHT, params={"preview": "true"})) == [str(going.id)]
    assert (await ona.patch(path, json=_TIGHT, params={"apply": "true"})).status_code == 200
    assert (await world.reload(done)).due_at == done.created_at + timedelta(hours=10)
    assert (await world.reload(going)).due_at == going.created_at + timedelta(hours=5)
