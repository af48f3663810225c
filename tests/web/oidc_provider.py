"""A small OpenID Connect provider on 127.0.0.1: discovery, keys, authorization, token, userinfo, all by the book.

It signs whoever is `person` in at once, as a provider does where one is signed in already. A test bends it by
`claims` (over what the ID token says), `metadata`, or `signs_with`.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from codex.kernel import clock

CLIENT_ID, CLIENT_SECRET = "codex desk", "s3cr:et/ü"


@dataclass
class OidcProvider:
    issuer: str
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "4711", "email": "rosa@acme.example", "email_verified": True, "name": "Rosa Diaz",
        }
    )  # fmt: skip
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    tells_email_beside: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    signs_with: Any = None
    algorithm: str = "RS256"
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert query["client_id"] == CLIENT_ID and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """What a code gets, once, from who began with it and proves itself."""
        query = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        is_fine = (
            query is not None
            and form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == query["redirect_uri"]
            and challenge.decode() == query["code_challenge"]
            and self._client_of(form, authorization) == (CLIENT_ID, CLIENT_SECRET)
        )
        if query is None or not is_fine:
            return None
        now = int(clock.now().timestamp())
        told = {"sub": self.person["sub"]} if self.tells_email_beside else self.person
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": query["nonce"], **told,
            **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "1"}
        token = jwt.encode(header, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return {"access_token": "at", "token_type": "Bearer", "id_token": token}

    def _client_of(self, form: dict[str, str], authorization: str) -> tuple[str, str]:
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return unquote_plus(name), unquote_plus(secret)
        return form.get("client_id", ""), form.get("client_secret", "")

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.metadata,
        }


@contextmanager
def running() -> Iterator[OidcProvider]:
    """The provider, on a free port, until the block ends."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = OidcProvider(issuer=f"http://127.0.0.1:{httpd.server_port}")
    httpd.RequestHandlerClass = _handler(provider)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._json(provider.discovery())
                case "/keys":
                    self._json({"keys": [provider.key.as_dict(private=False), {"kty": "unheard-of", "kid": "9"}]})
                case "/userinfo" if self.headers["Authorization"] == "Bearer at":
                    self._json({**provider.person, **provider.userinfo})
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(_flat(parts.query)))
                    self.end_headers()
                case _:
                    self._json({"error": "not_found"}, status=404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = provider.redeem(_flat(body), self.headers.get("Authorization", ""))
            self._json(answer or {"error": "invalid_grant"}, status=200 if answer else 400)

        def _json(self, content: object, *, status: int = 200) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
