"""`/me/password`, `/me/second-factor`, `/me/sessions`, `/me/proof`: for a person who has just proven who they are."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from api_answers import refused
from sqlalchemy import update

from codex.httpkit.asked import COOKIE, PROOF_HOLDS, csrf_token
from codex.identity import queries, sessions, totp
from codex.identity.models import Session, User
from codex.kernel import clock
from codex.kernel.actor import Scope, system
from world import World

pytestmark = pytest.mark.anyio
GOOD, OTHER = "seven brown kettles", "a lamp behind the door"
ME = "/api/v1/me"
SENSITIVE: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("PUT", "/me/password", {"password": GOOD}),
    ("POST", "/me/second-factor", {}),
    ("POST", "/me/second-factor/confirm", {"code": "1"}),
    ("POST", "/me/second-factor/recovery-codes", {"code": "1"}),
    ("POST", "/me/second-factor/remove", {"code": "1"}),
)
FRESH = (
    *SENSITIVE,
    ("POST", "/me/tokens", {"name": "x", "scope": "read"}),
    ("POST", "/users", {"email": "n@acme.example", "displayName": "N"}),
    ("PATCH", f"/users/{UUID(int=1)}", {"role": "AGENT"}),
    ("PUT", f"/teams/it/members/{UUID(int=1)}", {"role": "AGENT"}),
)


async def browser(world: World, person: User, *, proven: timedelta = timedelta(0)) -> httpx.AsyncClient:
    """Somebody signed in, who proved who they are so long ago."""
    async with world.works.begin(system("Test"), now=clock.now()) as work:
        secret = await sessions.begin(work, await queries.person(work.session, person.id), user_agent="Firefox")
        mine = update(Session).where(Session.token_hash == queries.digest(secret))
        await work.session.execute(mine.values(proven_at=work.now - proven))
    client = await world.client()
    client.cookies.set(COOKIE, secret)
    client.headers["x-csrf-token"] = csrf_token("t" * 64, secret)
    return client


async def second_factor(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    begun = (await client.post(f"{ME}/second-factor")).json()
    confirmed = await client.post(f"{ME}/second-factor/confirm", json={"code": _code(begun["uri"])})
    return begun["uri"], confirmed.json()["recoveryCodes"]


def _code(uri: str) -> str:
    written = httpx.URL(uri).params["secret"]
    return totp.code(base64.b32decode(written), totp.step_at(clock.now()))


@pytest.mark.parametrize(("method", "path", "body"), FRESH)
async def test_what_is_sensitive_asks_for_a_proof_after_ten_minutes(
    world: World, method: str, path: str, body: Mapping[str, Any]
) -> None:
    stale = await browser(world, world.ona, proven=PROOF_HOLDS + timedelta(seconds=1))
    fresh = await browser(world, world.ona, proven=PROOF_HOLDS - timedelta(seconds=30))
    problem = refused(await stale.request(method, f"/api/v1{path}", json=body), 403)

    assert "Prove first that it is you" in problem["detail"]
    assert (await fresh.request(method, f"/api/v1{path}", json=body)).status_code != 403


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
async def test_no_token_changes_how_one_signs_in(world: World, method: str, path: str, body: Mapping[str, Any]) -> None:
    token = await world.client(world.rosa, Scope.ADMIN)
    assert "a token does not do" in refused(await token.request(method, f"/api/v1{path}", json=body), 403)["detail"]
    refused(await token.post(f"{ME}/proof", json={"password": GOOD}), 403)


async def test_a_password_is_set_and_then_changed_by_who_knows_it(world: World) -> None:
    rosa = await browser(world, world.rosa)
    refused(await rosa.put(f"{ME}/password", json={"password": "password123"}), 400, "password")
    assert (await rosa.put(f"{ME}/password", json={"password": GOOD})).status_code == 204
    refused(await rosa.put(f"{ME}/password", json={"password": OTHER}), 400, "current")
    refused(await rosa.put(f"{ME}/password", json={"password": OTHER, "current": "wrong"}), 400, "current")
    assert (await rosa.put(f"{ME}/password", json={"password": OTHER, "current": GOOD})).status_code == 204


async def test_setting_one_signs_out_other_browsers_only(world: World) -> None:
    here, there = await browser(world, world.rosa), await browser(world, world.rosa)
    assert (await here.put(f"{ME}/password", json={"password": GOOD})).status_code == 204

    assert (await here.get(ME)).status_code == 200
    refused(await there.get(ME), 401)


async def test_who_fails_often_waits(world: World) -> None:
    rosa = await browser(world, world.rosa)
    answers = [await rosa.post(f"{ME}/proof", json={"password": "wrong"}) for _ in range(11)]
    refused(answers[0], 400, "password")
    refused(answers[-1], 429)

    assert 800 < int(answers[-1].headers["retry-after"]) <= 900


async def test_a_second_factor_lives_from_its_beginning_to_its_end(world: World) -> None:
    rosa = await browser(world, world.rosa)
    assert (await rosa.get(f"{ME}/second-factor")).json()["secondFactorSince"] is None
    refused(await rosa.post(f"{ME}/second-factor/confirm", json={"code": "1"}), 409)
    _, codes = await second_factor(rosa)
    shown = (await rosa.get(f"{ME}/second-factor")).json()
    assert shown["secondFactorSince"] and shown["recoveryCodesLeft"] == 10
    refused(await rosa.post(f"{ME}/second-factor"), 409)

    renewed = await rosa.post(f"{ME}/second-factor/recovery-codes", json={"code": codes[0]})
    new = renewed.json()["recoveryCodes"]
    refused(await rosa.post(f"{ME}/second-factor/remove", json={"code": codes[1]}), 400, "code")
    assert (await rosa.post(f"{ME}/second-factor/remove", json={"code": new[0]})).status_code == 204
    assert (await rosa.get(f"{ME}/second-factor")).json() == {
        "hasPassword": False, "secondFactorSince": None, "recoveryCodesLeft": 0,
    }  # fmt: skip


async def test_a_password_or_a_code_proves_anew_who_one_is(world: World) -> None:
    rosa = await browser(world, world.rosa)
    await rosa.put(f"{ME}/password", json={"password": GOOD})
    _, codes = await second_factor(rosa)
    token = {"name": "x", "scope": "read"}
    for proof in ({"password": GOOD}, {"code": codes[0]}):
        stale = await browser(world, world.rosa, proven=timedelta(hours=1))
        refused(await stale.post(f"{ME}/tokens", json=token), 403)
        for wrong in ({}, {"password": "wrong"}, {"code": "wrong"}):
            refused(await stale.post(f"{ME}/proof", json=wrong), 400)
        refused(await stale.post(f"{ME}/tokens", json=token), 403)
        assert (await stale.post(f"{ME}/proof", json=proof)).status_code == 204
        assert (await stale.post(f"{ME}/tokens", json=token)).status_code == 201


async def test_sessions_are_listed_and_ended(world: World) -> None:
    here, there = await browser(world, world.rosa), await browser(world, world.rosa)
    listed = (await here.get(f"{ME}/sessions")).json()["items"]
    assert [session["isCurrent"] for session in listed] == [False, True]
    otto, ona = await world.client(world.otto), await world.client(world.ona)
    path = f"{ME}/sessions/{listed[0]['id']}"
    for other in (path, f"{ME}/sessions/{UUID(int=1)}", f"{ME}/sessions/x"):
        refused(await otto.delete(other), 404)
    assert (await here.delete(path)).status_code == 204
    refused(await there.get(ME), 401)
    refused(await here.delete(path), 404)

    refused(await otto.get(f"/api/v1/users/{world.rosa.id}/sessions"), 403)
    left = (await ona.get(f"/api/v1/users/{world.rosa.id}/sessions")).json()["items"]
    assert (await ona.delete(f"{ME}/sessions/{left[0]['id']}")).status_code == 204
    refused(await here.get(ME), 401)


async def test_an_owner_turns_off_a_factor_that_was_lost(world: World) -> None:
    rosa, tara, ona = (
        await browser(world, world.rosa),
        await browser(world, world.tara),
        await browser(world, world.ona),
    )
    await second_factor(rosa)
    path = f"/api/v1/users/{world.rosa.id}/second-factor"
    refused(await tara.delete(path), 403)
    assert (await ona.delete(path)).status_code == 204

    assert (await rosa.get(f"{ME}/second-factor")).json()["secondFactorSince"] is None
    refused(await ona.delete(f"/api/v1/users/{UUID(int=1)}/second-factor"), 404)
