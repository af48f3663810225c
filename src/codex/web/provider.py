"""The identity provider that people may sign in through: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636).

What the provider says about itself is asked anew at each sign-in: new keys and addresses count at once.
"""

import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote_plus, urlencode

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jwt import JWTClaimsRegistry
from msgspec import Struct, ValidationError, convert

from codex.identity.external import Stranger
from codex.kernel.errors import Unauthenticated

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the provider can make; none that our own secret could forge."""
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10
log = structlog.get_logger("codex.signin")
T = TypeVar("T")


class Journey(Struct, frozen=True):
    """What must come back from the provider to the browser that left for it."""

    state: str
    nonce: str
    verifier: str


class _Metadata(Struct, frozen=True):
    """What of a provider's configuration (OpenID Connect Discovery 1.0, section 3) counts here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Answer(Struct, frozen=True):
    """What the provider gives for a code."""

    access_token: str
    id_token: str


class Provider:
    """One provider, and what this desk is to it. `adds_people`: whom nobody here knows is added."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, *, adds_people: bool = False) -> None:
        self.issuer, self.adds_people = issuer, adds_people
        self._client_id, self._client_secret = client_id, client_secret

    async def leave_for(self, back: str) -> tuple[str, Journey]:
        """The address to send a browser to, and what it keeps meanwhile. Raises Unauthenticated."""
        async with _client() as client:
            metadata = await self._metadata(client)
        journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = urlsafe_b64encode(hashlib.sha256(journey.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": back,
            "scope": "openid email profile", "state": journey.state, "nonce": journey.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joint}{urlencode(query)}", journey

    async def arrival(self, journey: Journey, *, code: str, issuer: str, back: str, now: datetime) -> Stranger:
        """Who came back with a code; `issuer` as the answer itself names it (RFC 9207). Raises Unauthenticated."""
        async with _client() as client:
            metadata = await self._metadata(client)
            must_name_itself = metadata.authorization_response_iss_parameter_supported
            if (issuer or must_name_itself) and issuer != metadata.issuer:
                raise _failed(f"the answer is from {issuer or 'nobody'}")
            answer = await self._redeem(client, metadata, journey, code=code, back=back)
            keys = await _fetched(client, metadata.jwks_uri, dict[str, Any])
            claims = self._claims(answer.id_token, keys, nonce=journey.nonce, now=now)
            if "email" not in claims and metadata.userinfo_endpoint:
                claims |= await self._told_beside(client, metadata.userinfo_endpoint, answer, claims["sub"])
        is_verified = claims.get("email_verified") in (True, "true")
        email = str(claims.get("email", "")) if is_verified else ""
        return Stranger(self.issuer, str(claims["sub"]), email, str(claims.get("name") or ""))

    async def _metadata(self, client: httpx.AsyncClient) -> _Metadata:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = await _fetched(client, address, _Metadata)
        if metadata.issuer != self.issuer:
            raise _failed(f"it calls itself {metadata.issuer}")
        return metadata

    async def _redeem(
        self, client: httpx.AsyncClient, metadata: _Metadata, journey: Journey, *, code: str, back: str
    ) -> _Answer:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": journey.verifier,
        }  # fmt: skip
        headers = {}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # Both parts are encoded as in a form first (RFC 6749, section 2.3.1).
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return await _answered(client.post(metadata.token_endpoint, data=form, headers=headers), _Answer)

    def _claims(self, id_token: str, keys: dict[str, Any], *, nonce: str, now: datetime) -> dict[str, Any]:
        """What the ID token says, checked as OpenID Connect Core 1.0, section 3.1.3.7, asks."""
        expected = JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=_LEEWAY_SECONDS, iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id}, sub={"essential": True}, exp={"essential": True},
            iat={"essential": True}, nonce={"essential": True, "value": nonce}, azp={"value": self._client_id},
        )  # fmt: skip
        try:
            key_set = KeySet.import_key_set(cast(KeySetSerialization, keys))
            claims = jwt.decode(id_token, key_set, algorithms=list(ALGORITHMS)).claims
            expected.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as bad:
            raise _failed(f"its ID token does not hold: {bad}") from bad
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
            raise _failed("its ID token is for several, and not said to be ours")
        return claims

    async def _told_beside(
        self, client: httpx.AsyncClient, address: str, answer: _Answer, subject: object
    ) -> dict[str, Any]:
        """What the provider tells only when asked for it (section 5.3.2: about the same subject)."""
        headers = {"Authorization": f"Bearer {answer.access_token}"}
        told = await _answered(client.get(address, headers=headers), dict[str, Any])
        if told.get("sub") != subject:
            raise _failed("it tells of somebody else than its ID token")
        return {name: told[name] for name in ("email", "email_verified", "name") if name in told}


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_TIMEOUT_SECONDS)


async def _fetched(client: httpx.AsyncClient, address: str, kind: type[T]) -> T:
    return await _answered(client.get(address), kind)


async def _answered(asking: Any, kind: type[T]) -> T:
    try:
        answer = await asking
        answer.raise_for_status()
        return convert(answer.json(), kind)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ValidationError) as bad:
        raise _failed(str(bad) or type(bad).__name__) from bad


def _failed(reason: str) -> Unauthenticated:
    log.warning("signing in through the provider failed", reason=reason)
    return Unauthenticated("Signing in there did not work this time. Try again, or ask for a link.")
