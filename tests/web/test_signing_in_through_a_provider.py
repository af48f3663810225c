"""Signing in through an OpenID Connect provider, a real one on this machine."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running
from open_desk import OpenDesk
from visitors import Visitor

import application
from codex.httpkit.asked import COOKIE
from codex.main import provider_of
from codex.settings import Settings
from world import SETTINGS

pytestmark = pytest.mark.anyio


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with running() as provider:
        yield provider


@pytest.fixture
def adds_people() -> str:
    return "no"


@pytest.fixture
async def desk(desk: OpenDesk, provider: OidcProvider, adds_people: str, monkeypatch: pytest.MonkeyPatch) -> OpenDesk:
    settings = Settings(
        oidc_issuer=provider.issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET,
        oidc_adds_people=adds_people,
    )  # fmt: skip
    monkeypatch.setattr(application.inside(SETTINGS).state, "provider", provider_of(settings))
    return desk


async def back_from(visitor: Visitor) -> str:
    """Leave for the provider as a browser does, and return the address that it sends one back to."""
    left = await visitor.see("/signin/sso")
    assert left.status_code == 303
    async with httpx.AsyncClient() as browser:
        return (await browser.get(left.headers["location"])).headers["location"]


async def through(visitor: Visitor) -> httpx.Response:
    return await visitor.see(await back_from(visitor))


async def test_the_form_offers_it_and_whoever_has_the_address_is_in(desk: OpenDesk, provider: OidcProvider) -> None:
    rosa = await desk.visitor()
    assert 'href="/signin/sso"' in (await rosa.see("/signin?next=/requests")).text
    arrived = await through(rosa)

    assert (arrived.status_code, arrived.headers["location"]) == (303, "/requests")
    assert (await rosa.see("/requests")).status_code == 200
    provider.person["email"] = "other@acme.example"
    assert (await through(await desk.visitor())).status_code == 303, "known by the subject from now on"


async def test_a_provider_that_takes_the_secret_in_the_body_and_tells_the_address_beside(
    desk: OpenDesk, provider: OidcProvider
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    provider.tells_email_beside = True

    assert (await through(await desk.visitor())).status_code == 303


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another desk"},
        {"aud": [CLIENT_ID, "another desk"]},
        {"azp": "another desk"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email": "who@acme.example"},
    ],
    ids=str,
)
async def test_what_does_not_hold_signs_nobody_in(desk: OpenDesk, provider: OidcProvider, bent: dict[str, Any]) -> None:
    provider.claims = bent
    await refused(await desk.visitor())


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", RSAKey.generate_key(2048, {"kid": "1"})), ("HS256", OctKey.import_key(CLIENT_SECRET * 4))],
    ids=["another key", "our own secret"],
)
async def test_a_token_that_another_signed_signs_nobody_in(
    desk: OpenDesk, provider: OidcProvider, algorithm: str, key: Any
) -> None:
    provider.algorithm, provider.signs_with = algorithm, key
    await refused(await desk.visitor())


@pytest.mark.parametrize(
    ("metadata", "userinfo"),
    [
        ({"issuer": "http://127.0.0.1:1"}, {}),
        ({"jwks_uri": "http://127.0.0.1:1/keys"}, {}),
        ({"authorization_response_iss_parameter_supported": True}, {}),
        ({"token_endpoint": 7}, {}),
        ({}, {"sub": "somebody else"}),
    ],
)
async def test_a_provider_that_is_not_what_it_says_signs_nobody_in(
    desk: OpenDesk, provider: OidcProvider, metadata: dict[str, Any], userinfo: dict[str, Any]
) -> None:
    rosa = await desk.visitor()
    provider.tells_email_beside = True
    back = await back_from(rosa)
    provider.metadata, provider.userinfo = metadata, userinfo
    answer = await rosa.see(back)

    assert answer.status_code == 403 and COOKIE not in rosa.client.cookies
    assert (await rosa.see("/signin/sso")).status_code in (303, 502)


async def test_an_answer_belongs_to_the_browser_that_left_and_counts_once(desk: OpenDesk) -> None:
    rosa, thief = await desk.visitor(), await desk.visitor()
    back = await back_from(rosa)
    await back_from(thief)
    assert (await thief.see(back)).status_code == 403
    assert (await rosa.see(back)).status_code == 303
    assert (await rosa.see(back)).status_code == 403
    for broken in ("/signin/sso/callback", "/signin/sso/callback?error=access_denied", f"{back}&state=x"):
        assert (await (await desk.visitor()).see(broken)).status_code == 403


@pytest.mark.parametrize("adds_people", ["yes"])
async def test_where_that_is_set_whom_nobody_knows_is_added(desk: OpenDesk, provider: OidcProvider) -> None:
    provider.person = {"sub": "1", "email": "Nia@acme.example", "email_verified": True, "name": "Nia Adams"}
    nia = await desk.visitor()

    assert (await through(nia)).headers["location"] == "/requests"
    assert "Nia Adams" in (await nia.see("/requests")).text


async def test_without_a_provider_there_is_nothing(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application.inside(SETTINGS).state, "provider", None)
    visitor = await desk.visitor()
    assert "/signin/sso" not in (await visitor.see("/signin")).text
    assert (await visitor.see("/signin/sso")).status_code == 404
    assert (await visitor.see("/signin/sso/callback")).status_code == 404


async def refused(visitor: Visitor) -> None:
    answer = await through(visitor)
    assert answer.status_code == 403 and 'role="alert"' in answer.text
    assert COOKIE not in visitor.client.cookies
