"""Reading what lets somebody in: their tokens, their sessions, and which proofs they can give."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.db.database import Reader
from codex.db.page import Page, Place, after_instant, cut
from codex.identity.queries import digest
from codex.kernel import clock
from codex.kernel.actor import Scope


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
    """A signed-in browser. `is_current`: it is the one that asks."""

    id: UUID
    user_agent: str | None
    address: str | None
    is_current: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Proofs(Struct, frozen=True, rename="camel"):
    """How somebody can prove who they are, beside the links that anybody can ask for.

    `second_factor_since` is None while there is none, `recovery_codes_left` counts those not used yet.
    """

    has_password: bool
    second_factor_since: datetime | None
    recovery_codes_left: int


async def tokens(reader: Reader, user_id: UUID, *, limit: int = 50, cursor: str | None = None) -> Page[TokenRow]:
    """A person's tokens, newest first, without their secrets."""
    rows = await reader.all(
        f"""SELECT id, name, scope::text, hint, expires_at, revoked_at, last_used_at, created_at
            FROM personal_tokens WHERE user_id = %(user)s AND {_AFTER} ORDER BY created_at DESC, id DESC
            LIMIT %(limit)s""",
        {"user": user_id, **_after(cursor), "limit": limit + 1},
    )
    page = cut(rows, limit=limit, place=lambda row: Place(_NEWEST, clock.iso(row[7]), row[0]))
    return Page(
        [
            TokenRow(
                id=r[0], name=r[1], scope=Scope(r[2]), hint=r[3], expires_at=r[4], revoked_at=r[5], last_used_at=r[6],
                created_at=r[7],
            )
            for r in page.items
        ],
        page.next_cursor,
    )  # fmt: skip


async def sessions(
    reader: Reader, user_id: UUID, *, now: datetime, current: str | None = None, limit: int = 50,
    cursor: str | None = None,
) -> Page[SessionRow]:  # fmt: skip
    """Where a person is signed in, newest first; `current` is the secret of the session that asks."""
    rows = await reader.all(
        f"""SELECT id, user_agent, address, token_hash = %(current)s, created_at, last_seen_at, expires_at
            FROM sessions WHERE user_id = %(user)s AND expires_at > %(now)s AND {_AFTER}
            ORDER BY created_at DESC, id DESC LIMIT %(limit)s""",
        {"user": user_id, "now": now, "current": digest(current or ""), **_after(cursor), "limit": limit + 1},
    )
    page = cut(rows, limit=limit, place=lambda row: Place(_NEWEST, clock.iso(row[4]), row[0]))
    return Page([SessionRow(*row) for row in page.items], page.next_cursor)


async def proofs(reader: Reader, user_id: UUID) -> Proofs:
    """How a person can prove who they are."""
    row = await reader.first(
        """SELECT EXISTS (SELECT FROM passwords WHERE user_id = %(user)s),
                  (SELECT confirmed_at FROM second_factors WHERE user_id = %(user)s),
                  (SELECT count(*) FROM recovery_codes WHERE user_id = %(user)s AND used_at IS NULL)""",
        {"user": user_id},
    )
    return Proofs(*row) if row else Proofs(False, None, 0)


_NEWEST = "-createdAt"
_AFTER = "(created_at, id) < (%(after)s::timestamptz, %(after_id)s::uuid)"
_LAST = UUID(int=2**128 - 1)


def _after(cursor: str | None) -> dict[str, object]:
    if cursor is None:
        return {"after": "infinity", "after_id": _LAST}
    return after_instant(cursor, sort=_NEWEST)
