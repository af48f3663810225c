"""`/me`: the person who asks, and their tokens and sessions."""

from datetime import datetime
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from codex.api.common import Body, Listed, TokenId, id_of
from codex.db.database import Row
from codex.httpkit.asked import Asked, Asking
from codex.identity import people, queries, tokens
from codex.identity.people import PersonChanges
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
    teams: list[TeamOfMine]
    scope: Scope


class MyChanges(Body):
    """What everybody may change about themselves."""

    display_name: str | UnsetType = UNSET
    department: str | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    time_zone: str | None | UnsetType = UNSET
    theme: str | None | UnsetType = UNSET


class NewToken(Body):
    """A personal API token to be made."""

    name: str
    scope: Scope
    expires_at: datetime | None = None


class TokenRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A personal API token. `token` is the secret: only in the answer that makes it, never again."""

    id: UUID
    name: str
    scope: Scope
    hint: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    token: str | UnsetType = UNSET


class SessionRow(Struct, frozen=True, rename="camel"):
    """A signed-in browser."""

    id: UUID
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


async def _me(asked: Asked) -> Me:
    actor = asked.actor
    async with asked.reading() as reader:
        row = await reader.first(
            """SELECT u.id, u.email, u.display_name, u.department, u.location, u.primary_team_id, u.time_zone, u.theme,
                      ARRAY(SELECT (t.id, t.name, t.slug) FROM teams t WHERE t.id = ANY(%(teams)s) ORDER BY t.name)
               FROM users u WHERE u.id = %(id)s""",
            {"id": actor.id, "teams": list(actor.team_roles)},
        )
    if row is None:
        raise NotFound("There is no such person.")
    user_id, email, name, department, location, primary, zone, theme, teams = row
    mine = [TeamOfMine(t[0], t[1], t[2], actor.team_roles[t[0]].value) for t in teams]
    return Me(
        user_id, email, name, department, location, actor.role.value, primary, zone, theme, mine, actor.scope
    )  # fmt: skip


@get("/", summary="Who one is")
async def show(asked: Asking) -> Me:
    """The person behind the token, with the teams they work for and the roles that count there."""
    return await _me(asked)


@patch("/", summary="Change one's own name, place, zone or theme")
async def change(asked: Asking, data: JSONBody[MyChanges]) -> Me:
    """Only what is sent changes."""
    async with asked.work() as work:
        user = await queries.person(work.session, asked.credential.actor.id or UUID(int=0), lock=True)
        wanted = PersonChanges(
            display_name=data.display_name, department=data.department, location=data.location,
            time_zone=data.time_zone, theme=data.theme,
        )  # fmt: skip
        await people.change(work, user, wanted)
    return await _me(asked)


_TOKEN = "id, name, scope::text, hint, expires_at, revoked_at, last_used_at, created_at"  # noqa: S105 - columns


@get("/tokens", summary="One's personal API tokens")
async def list_tokens(asked: Asking) -> Listed[TokenRow]:
    """Newest first, without their secrets."""
    async with asked.reading() as reader:
        rows = await reader.all(
            f"SELECT {_TOKEN} FROM personal_tokens WHERE user_id = %(me)s ORDER BY created_at DESC, id",
            {"me": asked.actor.id},
        )
    return Listed([_token_row(row) for row in rows], None)


@post("/tokens", summary="Make a personal API token")
async def make_token(asked: Asking, data: JSONBody[NewToken]) -> TokenRow:
    """The answer holds the secret, once. A token is never worth more than the credential that made it."""
    async with asked.work() as work:
        user = await queries.person(work.session, asked.actor.id or UUID(int=0))
        token, secret = await tokens.issue(work, user, name=data.name, scope=data.scope, expires_at=data.expires_at)
    return TokenRow(
        id=token.id, name=token.name, scope=token.scope, hint=token.hint, expires_at=token.expires_at,
        revoked_at=None, last_used_at=None, created_at=token.created_at, token=secret,
    )  # fmt: skip


@delete("/tokens/{tokenId:str}", summary="Revoke a personal API token")
async def revoke_token(asked: Asking, token_id: TokenId) -> None:
    """It stops working at once. Owners revoke anybody's."""
    async with asked.work() as work:
        await tokens.revoke(work, id_of(token_id))


@get("/sessions", summary="Where one is signed in")
async def list_sessions(asked: Asking) -> Listed[SessionRow]:
    """Browsers, last used first."""
    async with asked.reading() as reader:
        rows = await reader.all(
            """SELECT id, user_agent, created_at, last_seen_at, expires_at FROM sessions
               WHERE user_id = %(me)s AND expires_at > %(now)s ORDER BY last_seen_at DESC, id""",
            {"me": asked.actor.id, "now": asked.now},
        )
    return Listed([SessionRow(*row) for row in rows], None)


def _token_row(row: Row) -> TokenRow:
    token_id, name, scope, hint, expires, revoked, used, created = row
    return TokenRow(
        id=token_id, name=name, scope=Scope(scope), hint=hint, expires_at=expires, revoked_at=revoked,
        last_used_at=used, created_at=created,
    )  # fmt: skip


router = Router("/me", route_handlers=[show, change, list_tokens, make_token, revoke_token, list_sessions], tags=["me"])
