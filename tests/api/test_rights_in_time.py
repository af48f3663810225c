"""Rights are those of now (authorization.md, "In time"): whatever is lost is lost on the next request."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from api_answers import refused

from codex.kernel.actor import Scope
from codex.tickets.models import TicketStatus
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
