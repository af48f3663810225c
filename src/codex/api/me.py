"""`/me`: the person who asks, and their tokens and sessions."""

from datetime import datetime
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from codex.api.common import (
    LIMIT,
    VERSION_ETAG,
    Body,
    Cursor,
    IfMatch,
    Limit,
    Listed,
    SessionId,
    TokenId,
    id_of,
    listed,
)
from codex.api.refusals import refusals
from codex.httpkit.asked import FRESH, Asked, Asking
from codex.httpkit.entity_tags import refuse_stale, tagged
from codex.httpkit.needs import Need
from codex.identity import credentials, people, queries, sessions, tokens
from codex.identity.credentials import SessionRow, TokenRow
from codex.identity.people import PersonChanges
from codex.identity.tokens import Maker
from codex.kernel.actor import Scope
from codex.kernel.errors import NotFound


class TeamOfMine(Struct, frozen=True, rename="camel"):
    """A team that one works for, and the role that counts there."""

    id: UUID
    name: str
    slug: str
    role: str


class Me(Struct, frozen=True, rename="camel"):
    """Who one is to the desk."""

    id: UUID
    email: str
    display_name: str
    department: str | None
    location: str | None
    role: str
    primary_team_id: UUID | None
    time_zone: str | None
    theme: str | None
    away_until: datetime | None
    teams: list[TeamOfMine]
    scope: Scope
    updated_at: datetime


class MyChanges(Body):
    """What everybody may change about themselves."""

    display_name: str | UnsetType = UNSET
    department: str | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    time_zone: str | None | UnsetType = UNSET
    theme: str | None | UnsetType = UNSET
    away_until: datetime | None | UnsetType = UNSET


class NewToken(Body):
    """A personal API token to be made."""

    name: str
    scope: Scope
    expires_at: datetime | None = None


async def _me(asked: Asked) -> Me:
    actor = asked.actor
    async with asked.reading() as reader:
        row = await reader.first(
            """SELECT u.id, u.email, u.display_name, u.department, u.location, u.primary_team_id, u.time_zone, u.theme,
                      u.away_until, u.updated_at,
                      ARRAY(SELECT (t.id, t.name, t.slug) FROM teams t WHERE t.id = ANY(%(teams)s) ORDER BY t.name)
               FROM users u WHERE u.id = %(id)s""",
            {"id": actor.id, "teams": list(actor.team_roles)},
        )
    if row is None:
        raise NotFound("There is no such person.")
    user_id, email, name, department, location, primary, zone, theme, away_until, updated, teams = row
    mine = [TeamOfMine(t[0], t[1], t[2], actor.team_roles[t[0]].value) for t in teams]
    return Me(
        user_id, email, name, department, location, actor.role.value, primary, zone, theme, away_until, mine,
        actor.scope, updated,
    )  # fmt: skip


async def _answer(asked: Asked) -> Response[Me]:
    found = await _me(asked)
    return tagged(found, found.id, found.updated_at)


@get("/", summary="Who one is", response_headers=[VERSION_ETAG])
async def show(asked: Asking) -> Response[Me]:
    """The person behind the token, with the teams they work for and the roles that count there."""
    return await _answer(asked)


@patch("/", summary="Change one's own name, place, zone, theme or absence", responses=refusals(412),
       response_headers=[VERSION_ETAG])  # fmt: skip
async def change(asked: Asking, data: JSONBody[MyChanges], if_match: IfMatch = None) -> Response[Me]:
    """Only what is sent changes."""
    async with asked.work() as work:
        user = await queries.person(work.session, asked.me, lock=True)
        refuse_stale(if_match, user.id, user.updated_at)
        wanted = PersonChanges(
            display_name=data.display_name, department=data.department, location=data.location,
            time_zone=data.time_zone, theme=data.theme, away_until=data.away_until,
        )  # fmt: skip
        await people.change(work, user, wanted)
    return await _answer(asked)


@get("/tokens", summary="One's personal API tokens")
async def list_tokens(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[TokenRow]:
    """Newest first, without their secrets."""
    async with asked.reading() as reader:
        return listed(await credentials.tokens(reader, asked.me, limit=limit, cursor=cursor))


@post("/tokens", summary="Make a personal API token", opt=FRESH, responses=refusals(422))
async def make_token(asked: Asking, data: JSONBody[NewToken]) -> TokenRow:
    """The answer holds the secret, once. A token that a token made is worth no more, and does not outlive it."""
    credential = asked.credential
    maker = None if asked.session_secret else Maker(credential.id, credential.expires_at)
    async with asked.work() as work:
        user = await queries.person(work.session, asked.me)
        token, secret = await tokens.issue(
            work, user, name=data.name, scope=data.scope, expires_at=data.expires_at, maker=maker
        )
    return TokenRow(
        id=token.id, name=token.name, scope=token.scope, hint=token.hint, expires_at=token.expires_at,
        revoked_at=None, last_used_at=None, created_at=token.created_at, token=secret,
    )  # fmt: skip


@delete("/tokens/{tokenId:str}", summary="Revoke a personal API token")
async def revoke_token(asked: Asking, token_id: TokenId) -> None:
    """It stops working at once, and so does what was made with it. Owners revoke anybody's."""
    async with asked.work() as work:
        await tokens.revoke(work, id_of(token_id))


@get("/sessions", summary="Where one is signed in")
async def list_sessions(asked: Asking, limit: Limit = LIMIT, cursor: Cursor = None) -> Listed[SessionRow]:
    """Browsers, newest first."""
    async with asked.reading() as reader:
        return listed(
            await credentials.sessions(
                reader, asked.me, now=asked.now, current=asked.session_secret, limit=limit, cursor=cursor
            )
        )


@delete("/sessions/{sessionId:str}", summary="End a session")
async def revoke_session(asked: Asking, session_id: SessionId) -> None:
    """That browser is signed out at once. Owners end anybody's."""
    async with asked.work() as work:
        await sessions.revoke(work, id_of(session_id))


router = Router(
    "/me",
    route_handlers=[
        show, change, list_tokens, make_token, revoke_token, list_sessions, revoke_session,
    ],
    opt={"operation": Need.PERSON},
    tags=["me"],
)  # fmt: skip
