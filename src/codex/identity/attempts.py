"""How often signing in may be tried: kept in the database, so that it counts over all processes.

An attempt is noted as failed before it is looked at, and marked when it succeeds: however many come at once, none
goes uncounted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update

from codex.db.work import Work
from codex.identity.models import SigninAttempt
from codex.identity.queries import digest
from codex.kernel.errors import TooOften


class Way(StrEnum):
    """What is tried: a password, a code of the second factor, or asking for a link."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within so long a time, for one account and from one address.

    A proxy makes many people one address, so an address gets more.
    """

    per_account: int
    per_address: int
    within: timedelta


LIMITS: Mapping[Way, Limit] = MappingProxyType(
    {
        Way.PASSWORD: Limit(10, 100, timedelta(minutes=15)),
        Way.CODE: Limit(5, 50, timedelta(minutes=15)),
        Way.LINK: Limit(5, 60, timedelta(minutes=5)),
    }
)
KEPT = max(limit.within for limit in LIMITS.values())
"""After this an attempt counts for nothing."""


async def begin(work: Work, way: Way, *, email: str, address: str) -> UUID:
    """Note an attempt, as failed for now. Raises TooOften, and then notes nothing: who waits is let in again.

    The same for an account that does not exist. The locks make attempts on one account, and those from one address,
    queue up until this work ends: always in this order, so that two never wait for each other.
    """
    account, limit = digest(email), LIMITS[way]
    for key in (f"account:{email}", f"address:{address}"):
        number = int.from_bytes(digest(key)[:8], signed=True)
        await work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})
    await _refuse_after(work, way, SigninAttempt.account == account, most=limit.per_account)
    await _refuse_after(work, way, SigninAttempt.address == address, most=limit.per_address)
    attempt = SigninAttempt(way=way.value, account=account, address=address, succeeded=False, created_at=work.now)
    work.session.add(attempt)
    await work.session.flush()
    return attempt.id


async def succeed(work: Work, attempt_id: UUID) -> None:
    """The attempt was one's own: it no longer counts against anybody."""
    await work.session.execute(update(SigninAttempt).where(SigninAttempt.id == attempt_id).values(succeeded=True))


async def _refuse_after(work: Work, way: Way, whose: ColumnElement[bool], *, most: int) -> None:
    within = LIMITS[way].within
    failed = (
        (SigninAttempt.way == way.value) & ~SigninAttempt.succeeded & (SigninAttempt.created_at > work.now - within)
    )
    newest_first = select(SigninAttempt.created_at).where(whose, failed).order_by(SigninAttempt.created_at.desc())
    one_too_many = await work.session.scalar(newest_first.offset(most - 1).limit(1))
    if one_too_many is not None:
        wait = one_too_many + within - work.now
        raise TooOften("That was often. Try again in a few minutes.", retry_after=wait)
