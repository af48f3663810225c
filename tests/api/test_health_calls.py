"""What an operator's tools read: health and measurements."""

import httpx
import pytest
from api_answers import kinds, refused

import application
from codex.kernel.actor import Scope
from world import SETTINGS, World

pytestmark = pytest.mark.anyio


async def test_live_needs_nobody_and_nothing(world: World) -> None:
    nobody = await world.client()
    assert (await nobody.get("/health/live")).json() == {"status": "ok"}


async def test_ready_tells_what_is_connected_and_no_secret(world: World) -> None:
    nobody = await world.client()
    answer = await nobody.get("/health/ready")
    assert (answer.status_code, kinds(answer.json())) == (
        200, {"database": "str", "migrations": "str", "worker": "str"},
    )  # fmt: skip
    assert answer.json() == {"database": "ok", "migrations": "ok", "worker": "no heartbeat since ever"}


async def test_a_desk_whose_schema_is_another_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = await world.client()
    monkeypatch.setattr(application.inside(SETTINGS).state, "schema_revision", "9999")
    answer = await nobody.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["migrations"].endswith("this code expects 9999")


async def test_measurements_are_for_this_machine_and_for_owners(world: World) -> None:
    here = await world.client()
    await here.get("/health/live")
    answer = await here.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["content-type"].count("charset") == 1
    assert 'codex_http_requests_total{method="GET",route="/health/live",status="200"}' in answer.text

    proxied = {"x-forwarded-for": "192.0.2.1"}
    refused(await here.get("/metrics", headers=proxied), 404)
    refused(await (await world.client(world.tara, Scope.ADMIN)).get("/metrics", headers=proxied), 404)
    assert (await (await world.client(world.ona, Scope.READ)).get("/metrics", headers=proxied)).status_code == 200
    transport = httpx.ASGITransport(application.on(world.database, SETTINGS), client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://codex.test") as away:
        refused(await away.get("/metrics"), 404)


async def test_every_answer_carries_its_protections_and_a_request_id(world: World) -> None:
    rosa = await world.client(world.rosa)
    for path in ("/api/v1/me", "/api/v1/nothing", "/health/live", "/api/openapi.json"):
        headers = (await rosa.get(path, headers={"x-request-id": "my-request"})).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["x-request-id"] == "my-request"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    made = (await rosa.get("/api/v1/me", headers={"x-request-id": "no good"})).headers["x-request-id"]
    assert len(made) == 32
