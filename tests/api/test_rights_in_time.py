"""Rights are those of now (authorization.md, "In time"): whatever is lost is lost on the next request."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from api_answers import refused

from codex.httpkit.asked import COOKIE
from codex.identity import queries, signin
from codex.kernel import clock
from codex.kernel.actor import Scope, system
from codex.tickets.models import Ticket, TicketStatus
from world import World

pytestmark = pytest.mark.anyio
Loss = Callable[[World, httpx.AsyncClient], Awaitable[httpx.Response]]


def _patch(**change: object) -> Loss:
    return lambda world, ona: ona.patch(f"/api/v1/users/{world.amir.id}", json=change)


def _leave(world: World, ona: httpx.AsyncClient) -> Awaitable[httpx.Response]:
    return ona.delete(f"/api/v1/teams/it/members/{world.amir.id}")


async def _owner(world: World) -> httpx.AsyncClient:
    return await world.client(world.ona, Scope.ADMIN)


@pytest.mark.parametrize("loss", [_patch(role="EMPLOYEE"), _leave], ids=["role", "membership"])
async def test_who_loses_a_role_or_a_membership_sees_the_team_no_longer(world: World, loss: Loss) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it, assignee=world.amir)
    amir, ona = await world.client(world.amir), await _owner(world)
    assert (await amir.get(f"/api/v1/tickets/{ticket.id}")).status_code == 200
    assert "email" in (await amir.get(f"/api/v1/users/{world.rosa.id}")).json()
    assert (await loss(world, ona)).is_success

    refused(await amir.get(f"/api/v1/tickets/{ticket.id}"), 404)
    assert (await amir.get("/api/v1/tickets")).json()["items"] == []
    assert (await amir.get("/api/v1/me")).json()["teams"] == []
    assert "email" not in (await amir.get(f"/api/v1/users/{world.rosa.id}")).json()
    refused(await amir.get("/api/v1/teams/it/members"), 403)
    kept = await world.reload(ticket)
    assert (kept.assignee_id, kept.status) == (None, TicketStatus.TRIAGED)
    assert await world.differences() == []


async def test_who_loses_the_account_is_nobody_and_gets_no_key_back_with_it(world: World) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it, assignee=world.amir)
    amir, ona = await world.client(world.amir), await _owner(world)
    assert (await _patch(isActive=False)(world, ona)).is_success
    refused(await amir.get("/api/v1/me"), 401)
    assert (await world.reload(ticket)).assignee_id is None
    assert (await _patch(isActive=True)(world, ona)).is_success

    refused(await amir.get("/api/v1/me"), 401)
    tokens = (await ona.get(f"/api/v1/users/{world.amir.id}/tokens")).json()["items"]
    assert [token["revokedAt"] is None for token in tokens] == [False]
    assert (await (await world.client(world.amir)).get(f"/api/v1/tickets/{ticket.id}")).status_code == 200


async def test_a_lower_role_is_a_lower_ceiling_at_once(world: World) -> None:
    lena, ona = await world.client(world.lena), await _owner(world)
    assert (await lena.get("/api/v1/me")).json()["teams"][0]["role"] == "LEAD"
    await ona.patch(f"/api/v1/users/{world.lena.id}", json={"role": "AGENT"})
    assert (await lena.get("/api/v1/me")).json()["teams"][0]["role"] == "AGENT"


async def test_a_team_admin_who_is_none_any_more_changes_no_member(world: World) -> None:
    tara, ona = await world.client(world.tara, Scope.ADMIN), await _owner(world)
    member = f"/api/v1/teams/it/members/{world.otto.id}"
    assert (await tara.put(member, json={"role": "AGENT"})).status_code == 204
    await ona.patch(f"/api/v1/users/{world.tara.id}", json={"role": "AGENT"})
    refused(await tara.delete(member), 403)


async def test_an_owner_who_is_none_any_more_administers_nothing(world: World) -> None:
    ona = await _owner(world)
    await ona.patch(f"/api/v1/users/{world.otto.id}", json={"role": "OWNER"})
    otto = await world.client(world.otto, Scope.ADMIN)
    assert (await otto.patch(f"/api/v1/users/{world.ona.id}", json={"role": "EMPLOYEE"})).status_code == 200

    refused(await ona.post("/api/v1/users", json={"email": "n@acme.example", "displayName": "N"}), 403)
    refused(await ona.patch(f"/api/v1/users/{world.ona.id}", json={"role": "OWNER"}), 403)
    assert "email" not in (await ona.get(f"/api/v1/users/{world.rosa.id}")).json()


async def test_a_token_ends_with_the_one_that_made_it(world: World) -> None:
    parent = await world.client(world.amir)
    made = (await parent.post("/api/v1/me/tokens", json={"name": "child", "scope": "read"})).json()
    mine = (await parent.get("/api/v1/me/tokens")).json()["items"]
    assert {token["expiresAt"] for token in mine} == {made["expiresAt"]}, "no later than its maker"
    child = await world.client()
    child.headers["authorization"] = f"Bearer {made['token']}"
    assert (await child.get("/api/v1/me")).status_code == 200
    makers = next(token["id"] for token in mine if token["id"] != made["id"])
    assert (await parent.delete(f"/api/v1/me/tokens/{makers}")).status_code == 204

    refused(await child.get("/api/v1/me"), 401)


async def _sees(client: httpx.AsyncClient, ticket: Ticket) -> bool:
    """Whether a ticket is there for somebody: on every road or on none."""
    path = f"/api/v1/tickets/{ticket.id}"
    alone = [(await client.get(f"{path}{part}")).status_code for part in ("", "/messages", "/events", "/followers")]
    listed = [item["id"] for item in (await client.get("/api/v1/tickets")).json()["items"]]
    asked = (await client.post("/api/v1/tickets/query", json={"conditions": []})).json()["items"]
    counted = (await client.get("/api/v1/tickets/counts")).json()["total"]
    seen = {*alone, 200 if str(ticket.id) in listed else 404, 200 if asked else 404, 200 if counted else 404}
    assert seen in ({200}, {404})
    return seen == {200}


async def test_who_loses_a_grant_loses_the_ticket(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    lena, farid = await world.client(world.lena), await world.client(world.farid)
    path, access = f"/api/v1/tickets/{ticket.id}", f"/api/v1/tickets/{ticket.id}/access/{world.facilities.id}"
    assert (await lena.put(access, json={"accessLevel": "WRITE"})).status_code == 204
    assert await _sees(farid, ticket)
    assert (await farid.patch(path, json={"priority": "P1"})).status_code == 200

    assert (await lena.put(access, json={"accessLevel": "READ"})).status_code == 204
    refused(await farid.patch(path, json={"priority": "P2"}), 403)
    assert await _sees(farid, ticket)
    assert (await lena.delete(access)).status_code == 204
    assert not await _sees(farid, ticket)
    refused(await farid.patch(path, json={"priority": "P2"}), 404)
    refused(await farid.put(f"{path}/draft", json={"type": "INTERNAL", "body": "Let me in"}), 404)


async def test_a_grant_ends_at_its_instant(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    lena, hana = await world.client(world.lena), await world.client(world.hana)
    ends = clock.now() + timedelta(seconds=2)
    grant = {"accessLevel": "READ", "expiresAt": ends.isoformat()}
    assert (await lena.put(f"/api/v1/tickets/{ticket.id}/access/{world.hr.id}", json=grant)).status_code == 204
    assert await _sees(hana, ticket) or clock.now() >= ends
    await asyncio.sleep(max(0.0, (ends - clock.now()).total_seconds()))
    assert not await _sees(hana, ticket)


async def test_who_is_taken_off_the_followers_loses_the_ticket(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    lena, otto = await world.client(world.lena), await world.client(world.otto)
    follower = f"/api/v1/tickets/{ticket.id}/followers/{world.otto.id}"
    assert (await lena.put(follower)).status_code == 204
    assert await _sees(otto, ticket)
    assert (await lena.delete(follower)).status_code == 204
    assert not await _sees(otto, ticket)
    refused(await otto.put(follower), 404)


async def test_who_is_the_requester_no_more_loses_the_ticket(world: World) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it)
    lena, rosa, otto = [await world.client(person) for person in (world.lena, world.rosa, world.otto)]
    assert (await _sees(rosa, ticket), await _sees(otto, ticket)) == (True, False)
    change = {"requesterId": str(world.otto.id)}
    assert (await lena.patch(f"/api/v1/tickets/{ticket.id}", json=change)).status_code == 200
    assert (await _sees(rosa, ticket), await _sees(otto, ticket)) == (False, True)


async def test_a_transfer_takes_the_old_teams_sight_away_unless_it_gets_a_grant(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    amir, lena, ona = [await world.client(person) for person in (world.amir, world.lena, world.ona)]
    path = f"/api/v1/tickets/{ticket.id}"
    moved = await amir.post(f"{path}/assign", json={"teamId": str(world.facilities.id)})
    assert (moved.status_code, moved.content) == (204, b""), "it is done, and told without the ticket"
    assert not await _sees(amir, ticket) and not await _sees(lena, ticket)
    assert await _sees(await world.client(world.farid), ticket)
    assert (await world.reload(ticket)).assignee_id is None

    assert (await ona.put(f"{path}/access/{world.it.id}", json={"accessLevel": "READ"})).status_code == 204
    assert await _sees(amir, ticket) and await _sees(lena, ticket)
    refused(await lena.patch(path, json={"priority": "P1"}), 403)


async def test_a_token_is_worth_its_owners_rights_of_now_within_its_scope(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    ona = await _owner(world)
    reading, writing = await world.client(world.otto, Scope.READ), await world.client(world.otto, Scope.WRITE)
    path, words = f"/api/v1/tickets/{ticket.id}", {"type": "INTERNAL", "body": "Hello"}
    refused(await writing.post(f"{path}/messages", json=words), 404)
    await ona.patch(f"/api/v1/users/{world.otto.id}", json={"role": "AGENT"})
    await ona.put(f"/api/v1/teams/it/members/{world.otto.id}", json={"role": "AGENT"})

    assert (await writing.post(f"{path}/messages", json=words)).status_code == 201
    refused(await reading.post(f"{path}/messages", json=words), 403)
    assert await _sees_one(reading, path)
    await ona.delete(f"/api/v1/teams/it/members/{world.otto.id}")
    refused(await writing.post(f"{path}/messages", json=words), 404)
    refused(await reading.get(path), 404)


async def _sees_one(client: httpx.AsyncClient, path: str) -> bool:
    return (await client.get(path)).status_code == 200


async def test_a_browser_that_is_open_loses_what_its_person_loses(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    ona, browser = await _owner(world), await world.client()
    async with world.works.begin(system("Test")) as work:
        secret = await signin.make_link(work, await queries.person_by_email(work.session, world.amir.email))
    signed_in = await browser.post(f"/signin/{secret}")
    browser.cookies.set(COOKIE, signed_in.cookies[COOKIE])
    assert await _sees_one(browser, f"/api/v1/tickets/{ticket.id}")

    assert (await _leave(world, ona)).is_success
    refused(await browser.get(f"/api/v1/tickets/{ticket.id}"), 404)
    assert (await _patch(isActive=False)(world, ona)).is_success
    refused(await browser.get("/api/v1/me"), 401)


async def test_a_change_of_many_is_undone_with_the_rights_of_now(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    amir, ona = await world.client(world.amir), await _owner(world)
    change = {"ids": [str(ticket.id)], "changes": {"priority": "P1"}}
    undo_id = (await amir.post("/api/v1/tickets/bulk", json=change)).json()["undoId"]
    assert (await _leave(world, ona)).is_success

    (result,) = (await amir.post(f"/api/v1/tickets/bulk/{undo_id}/undo")).json()["results"]
    assert (result["ok"], result["problem"]["status"]) == (False, 404)
    assert (await world.reload(ticket)).priority == "P1"


async def test_who_leaves_a_team_leaves_its_views(world: World) -> None:
    lena, amir, ona = await world.client(world.lena), await world.client(world.amir), await _owner(world)
    view = {"name": "Ours", "filters": {"conditions": []}, "teamId": str(world.it.id)}
    path = (await lena.post("/api/v1/saved-views", json=view)).headers["location"]
    assert (await amir.get(path)).status_code == 200
    assert (await _leave(world, ona)).is_success
    refused(await amir.get(path), 404)
    assert (await amir.get("/api/v1/saved-views")).json()["items"] == []
