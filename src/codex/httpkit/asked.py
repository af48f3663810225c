"""Who asks: credentials to an actor, once per request, and the scope that the route needs."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency

from codex.db.database import Reader
from codex.db.work import Work, Works
from codex.httpkit.answers import Claim
from codex.httpkit.edge import REQUEST_ID
from codex.httpkit.needs import refuse
from codex.identity import queries
from codex.identity.queries import Credential
from codex.kernel import clock
from codex.kernel.actor import Actor, Origin, Scope
from codex.kernel.errors import Forbidden, NeedsProof, Unauthenticated

COOKIE = "codex_session"
CSRF_HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
PROOF_HOLDS = timedelta(minutes=10)
"""So long after proving who they are people may do what is sensitive."""
FRESH: dict[str, Any] = {"fresh": True}
"""The `opt` of a route for which a browser's person proves anew who they are; a token does for itself."""
IN_PERSON: dict[str, Any] = {"fresh": True, "in_person": True}
"""The `opt` of a route about how one signs in: for a person who has just proven who they are, never for a token."""
_TOUCH_AFTER = timedelta(minutes=5)

Req = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by a known person: who, when it came in, and how to read or change something for them."""

    actor: Actor
    credential: Credential
    now: datetime
    works: Works
    session_secret: str | None
    origin: Origin
    claim: Claim | None = None

    @property
    def me(self) -> UUID:
        """The id of the person who asks. Raises Unauthenticated when nobody does."""
        if self.actor.id is None:
            raise Unauthenticated("This is for people.")
        return self.actor.id

    @property
    def is_fresh(self) -> bool:
        """Whether the person behind a session has proven who they are of late; a token has not."""
        proven_at = self.credential.proven_at
        return proven_at is not None and self.now - proven_at <= PROOF_HOLDS

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One change in the person's name; `claim`: under the key of a request that is carried out once."""
        async with self.works.begin(self.actor, now=self.now, origin=self.origin) as work:
            if self.claim is not None:
                await self.claim.enter(work)
            yield work

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reader]:
        """A connection for reads."""
        async with self.works.database.reading(self.actor, now=self.now) as reader:
            yield reader


Asking = NamedDependency[Asked]
"""The type of a handler's parameter `asked`: `provide_asked` fills it in."""


async def provide_asked(request: Req) -> Asked:
    """The dependency `asked` of every route that needs to know who asks. Raises Unauthenticated or Forbidden."""
    now = clock.now()
    works: Works = request.app.state.works
    bearer, cookie = bearer_token(request), request.cookies.get(COOKIE)
    if bearer is None and cookie is None:
        raise Unauthenticated("Send a personal API token: Authorization: Bearer <token>.")
    async with works.database.reading() as reader:
        sql, secret = (queries.BY_TOKEN, bearer) if bearer is not None else (queries.BY_SESSION, cookie or "")
        found = await queries.credential(reader, sql, secret, now=now)
    if found is None:
        raise Unauthenticated("This token or session is unknown, has expired or was revoked.")
    if found.last_used_at is None or now - found.last_used_at > _TOUCH_AFTER:
        await touch(works, found, now=now, is_token=bearer is not None)
    if bearer is None and request.method not in SAFE:
        await check_csrf(request, cookie or "")
    needed: Scope = request.route_handler.opt.get("scope") or (Scope.READ if request.method in SAFE else Scope.WRITE)
    if not found.actor.scope.covers(needed):
        raise Forbidden(f"This token has the scope {found.actor.scope}; this needs {needed}.")
    refuse(found.actor, request.route_handler)
    asked = Asked(found.actor, found, now, works, cookie if bearer is None else None, origin_of(request))
    _refuse_unproven(request, asked)
    return asked


def origin_of(request: Req) -> Origin:
    """Where a request came in, for what it changes."""
    return Origin(request.client.host if request.client else None, request.state.get(REQUEST_ID))


def base_url(request: Req) -> str:
    """The desk's own address. What a client calls it counts only where no setting says so."""
    return (request.app.state.base_url or str(request.base_url)).rstrip("/")


def _refuse_unproven(request: Req, asked: Asked) -> None:
    opt, is_session = request.route_handler.opt, asked.session_secret is not None
    if opt.get("in_person") and not is_session:
        raise Forbidden("This is changed in a browser, by a person who has just signed in; a token does not do.")
    if opt.get("fresh") and is_session and not asked.is_fresh:
        raise NeedsProof("Prove first that it is you: sign in again, or send your password or a code to /me/proof.")


def bearer_token(request: Req) -> str | None:
    """The token of the Authorization header (RFC 6750), if there is one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token else None


async def touch(works: Works, credential: Credential, *, now: datetime, is_token: bool) -> None:
    """Remember when a credential was last used; not at every use."""
    table, column = ("personal_tokens", "last_used_at") if is_token else ("sessions", "last_seen_at")
    async with works.database.reading() as reader:
        await reader.run(f"UPDATE {table} SET {column} = %(now)s WHERE id = %(id)s", {"now": now, "id": credential.id})


def csrf_token(secret_key: str, session_secret: str) -> str:
    """What a form of this session must carry; another site can neither read nor guess it."""
    return hmac.new(secret_key.encode(), f"csrf:{session_secret}".encode(), "sha256").hexdigest()


async def check_csrf(request: Req, session_secret: str) -> None:
    """Refuse a change by cookie that does not come from one of our own pages."""
    expected = csrf_token(request.app.state.secret_key, session_secret)
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.content_type[0] in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given = str((await request.form()).get("_csrf") or "")
    if not hmac.compare_digest(given or "", expected):
        raise Forbidden("This page is too old or not ours; load it again.")
