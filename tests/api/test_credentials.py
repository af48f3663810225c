"""Who asks: tokens and what they are worth, sessions, and that nothing is told to nobody."""

from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import Any

import pytest
from api_answers import JSON, refused
from sqlalchemy import update

from codex.httpkit.asked import COOKIE, csrf_token
from codex.identity import people, sessions, signin, tokens
from codex.identity import queries as identity
from codex.identity.models import PersonalToken
from codex.kernel import clock
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path.replace("{", "").replace("}", ""), operation


async def test_nobody_gets_past_any_door(world: World) -> None:
    nobody = await world.client()
    document = (await nobody.get("/api/openapi.json")).json()
    for method, path, _ in _operations(document):
        answer = await nobody.request(method, path, content=b"{", headers=JSON)
        refused(answer, 401)
        assert answer.headers["www-authenticate"] == 'Bearer realm="codex"', path
    for credential in ("Bearer", "Bearer ", "Bearer cdx_unknown", "Basic cm9zYTpyb3Nh", "cdx_unknown", "Bearer é"):
        headers = {b"authorization": credential.encode()}
        refused(await nobody.get("/api/v1/me", headers=headers), 401)


QUESTIONS = ("/query", "/render", "/simulate", "/try", "/rehearse", "/preview")
"""What is asked by POST because it is too long for an address."""


async def test_a_read_token_changes_nothing_and_a_write_token_administers_nothing(world: World) -> None:
    reader, writer = await world.client(world.ona, Scope.READ), await world.client(world.ona, Scope.WRITE)
    document = (await reader.get("/api/openapi.json")).json()
    for method, path, _ in _operations(document):
        answer = await reader.request(method, path, content=b"{", headers=JSON)
        if method == "GET":
            assert answer.status_code in (200, 400, 404), (path, answer.text)  # 400: it needs a parameter
        elif path.endswith(QUESTIONS):
            assert answer.status_code in (400, 404), (path, answer.text)
        else:
            assert "read" in refused(answer, 403)["detail"], path
    user = {"email": "new@acme.example", "displayName": "New"}
    refused(await writer.post("/api/v1/users", json=user), 403)
    refused(await writer.post("/api/v1/teams", json={"name": "New", "slug": "new"}), 403)
    refused(await writer.delete("/api/v1/teams/finance"), 403)
    refused(await writer.put(f"/api/v1/teams/it/members/{world.otto.id}", json={"role": "AGENT"}), 403)


async def test_a_token_is_over_when_it_expires_is_revoked_or_its_owner_leaves(world: World) -> None:
    clients = {name: await world.client(world.amir) for name in ("expires", "revoked", "leaves")}
    for client in clients.values():
        assert (await client.get("/api/v1/me")).status_code == 200
    hashes = {name: identity.digest(client.headers["authorization"][7:]) for name, client in clients.items()}
    now = clock.now()
    async with world.work(as_=world.ona, now=now) as work:
        over = update(PersonalToken).where(PersonalToken.token_hash == hashes["expires"])
        await work.session.execute(over.values(expires_at=now - timedelta(seconds=1)))
    mine = (await clients["leaves"].get("/api/v1/me/tokens")).json()["items"]
    hint = clients["revoked"].headers["authorization"][7:15]
    revoked = next(token["id"] for token in mine if token["hint"] == hint)
    assert (await clients["leaves"].delete(f"/api/v1/me/tokens/{revoked}")).status_code == 204

    refused(await clients["expires"].get("/api/v1/me"), 401)
    refused(await clients["revoked"].get("/api/v1/me"), 401)
    async with world.work(as_=world.ona, now=now) as work:
        await people.deactivate(work, await identity.person(work.session, world.amir.id, lock=True))
    refused(await clients["leaves"].get("/api/v1/me"), 401)


async def test_a_token_made_with_a_token_is_worth_no_more(world: World) -> None:
    rosa = await world.client(world.rosa, Scope.WRITE)
    made = await rosa.post("/api/v1/me/tokens", json={"name": "Script", "scope": "read"})
    assert made.status_code == 201 and made.json()["token"].startswith(made.json()["hint"])
    refused(await rosa.post("/api/v1/me/tokens", json={"name": "More", "scope": "admin"}), 403)

    listed = (await rosa.get("/api/v1/me/tokens")).json()["items"]
    assert {token["name"] for token in listed} == {"Test", "Script"}
    assert not any("token" in token for token in listed), "the secret is shown once"
    script = await world.client()
    script.headers["authorization"] = f"Bearer {made.json()['token']}"
    assert (await script.get("/api/v1/me")).json()["scope"] == "read"
    refused(await script.patch("/api/v1/me", json={"theme": "dark"}), 403)
    used = (await rosa.get("/api/v1/me/tokens")).json()["items"][0]
    assert used["lastUsedAt"] is not None


async def test_a_token_expires_at_an_instant_to_come(world: World) -> None:
    rosa = await world.client(world.rosa)
    token = {"name": "Script", "scope": "read"}
    for bad in ("2020-01-01T00:00:00Z", "2127-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "soon", 5e300):
        refused(await rosa.post("/api/v1/me/tokens", json={**token, "expiresAt": bad}), 400, "expiresAt")
    in_a_year = (clock.now() + timedelta(days=365)).replace(microsecond=0)
    elsewhere = in_a_year.astimezone(timezone(timedelta(hours=2))).isoformat()
    made = await rosa.post("/api/v1/me/tokens", json={**token, "expiresAt": elsewhere})
    assert made.json()["expiresAt"] == clock.iso(in_a_year)
    assert (await rosa.get("/api/v1/me/tokens")).status_code == 200


async def test_others_tokens_are_not_there_except_for_owners(world: World) -> None:
    async with world.work(as_=world.rosa, now=clock.now()) as work:
        token, _ = await tokens.issue(
            work, await identity.person(work.session, world.rosa.id), name="x", scope=Scope.READ
        )
    otto, ona = await world.client(world.otto), await world.client(world.ona)
    theirs = refused(await otto.delete(f"/api/v1/me/tokens/{token.id}"), 404)
    for nothing in ("00000000-0000-7000-8000-000000000000", "x", "%00"):
        absent = refused(await otto.delete(f"/api/v1/me/tokens/{nothing}"), 404)
        assert {**absent, "detail": ""} == {**theirs, "detail": ""}
    assert (await ona.delete(f"/api/v1/me/tokens/{token.id}")).status_code == 204


async def test_a_browsers_session_asks_too_and_changes_with_its_csrf_token_only(world: World) -> None:
    now = clock.now()
    async with world.work(as_=world.rosa, now=now) as work:
        link = await signin.make_link(work, await identity.person(work.session, world.rosa.id))
        await work.session.flush()
        secret = await sessions.begin(work, await signin.use_link(work, link), user_agent="Firefox")
    browser = await world.client()
    browser.cookies.set(COOKIE, secret)
    mine = (await browser.get("/api/v1/me/sessions")).json()["items"]
    assert [(session["userAgent"], session["isCurrent"]) for session in mine] == [("Firefox", True)]
    assert mine[0].keys() == {"id", "userAgent", "address", "isCurrent", "createdAt", "lastSeenAt", "expiresAt"}

    refused(await browser.patch("/api/v1/me", json={"theme": "dark"}), 403)
    refused(await browser.patch("/api/v1/me", json={"theme": "dark"}, headers={"x-csrf-token": "wrong"}), 403)
    proof = {"x-csrf-token": csrf_token("t" * 64, secret)}
    assert (await browser.patch("/api/v1/me", json={"theme": "dark"}, headers=proof)).json()["theme"] == "dark"
