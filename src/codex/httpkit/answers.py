"""The answers to writes that carry an Idempotency-Key, kept for a day, sealed: some hold secrets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct, json
from sqlalchemy import delete
from sqlalchemy.engine import CursorResult

from codex.db.database import Reader
from codex.db.sql import clause
from codex.db.work import Work
from codex.httpkit.models import IdempotencyKey
from codex.kernel.errors import Conflict
from codex.kernel.ids import new_id
from codex.kernel.seal import Seal

KEPT = timedelta(hours=24)


class Answer(Struct, frozen=True):
    """An answer as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Known(Struct, frozen=True):
    """A request that was carried out. `answer`: None until it is kept; for good when the process died in between."""

    request_hash: bytes
    answer: Answer | None
    since: datetime


_CLAIM = """
    INSERT INTO idempotency_keys (id, user_id, key, request_hash, created_at)
    VALUES (%(id)s, %(user_id)s, %(key)s, %(request_hash)s, %(now)s)
    ON CONFLICT (user_id, key) DO UPDATE SET
        id = excluded.id, request_hash = excluded.request_hash, status = NULL, headers = NULL, body = NULL,
        created_at = excluded.created_at
    WHERE idempotency_keys.id = excluded.id OR idempotency_keys.created_at <= %(expired)s
    RETURNING id"""
_KEEP = """
    INSERT INTO idempotency_keys (id, user_id, key, request_hash, status, headers, body, created_at)
    VALUES (%(id)s, %(user_id)s, %(key)s, %(request_hash)s, %(status)s, CAST(%(headers)s AS jsonb), %(body)s, %(now)s)
    ON CONFLICT (user_id, key) DO UPDATE SET
        id = excluded.id, request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
        body = excluded.body, created_at = excluded.created_at
    WHERE idempotency_keys.id = excluded.id OR idempotency_keys.created_at <= %(expired)s"""


@dataclass(slots=True)
class Claim:
    """A person's request under a key, for the process that carries it out.

    `is_lost`: another process was faster; nothing of this one was done, and the answer is the other's.
    """

    user_id: UUID
    key: str
    request_hash: bytes
    now: datetime
    id: UUID = field(default_factory=new_id)
    is_lost: bool = False

    async def enter(self, work: Work) -> None:
        """Make carrying out the request and remembering that it was one and the same transaction.

        Waits for whoever carries out the same just now. Raises Conflict when they succeeded; when they were refused,
        it is this one's turn.
        """
        if (await work.session.execute(clause(_CLAIM), self.row())).first() is None:
            self.is_lost = True
            raise Conflict("This request has been carried out already.")

    async def keep(self, work: Work, answer: Answer, seal: Seal) -> None:
        """Keep the answer: of what was carried out, or why it was refused."""
        row = {
            "status": answer.status, "headers": json.encode(answer.headers).decode(),
            "body": seal.close(_purpose(self.user_id), answer.body),
        }  # fmt: skip
        await work.session.execute(clause(_KEEP), {**self.row(), **row})

    def row(self) -> dict[str, object]:
        """The parameters of SQL about this request."""
        return {
            "id": self.id, "user_id": self.user_id, "key": self.key, "request_hash": self.request_hash,
            "now": self.now, "expired": self.now - KEPT,
        }  # fmt: skip


async def known(reader: Reader, claim: Claim, seal: Seal) -> Known | None:
    """What is known of a key of this person; None when it is new, or was used more than a day ago."""
    row = await reader.first(
        """SELECT request_hash, status, headers, body, created_at FROM idempotency_keys
           WHERE user_id = %(user_id)s AND key = %(key)s AND created_at > %(expired)s""",
        claim.row(),
    )
    if row is None:
        return None
    request_hash, status, headers, sealed, since = row
    body = seal.open(_purpose(claim.user_id), sealed) if sealed is not None else None
    return Known(request_hash, Answer(status, headers, body) if body is not None else None, since)


async def forget_expired(work: Work) -> int:
    """Delete what was kept for a day; returns how many."""
    gone = await work.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= work.now - KEPT))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _purpose(user_id: UUID) -> str:
    return f"answer to {user_id}"
