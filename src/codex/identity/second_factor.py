"""The second factor: codes of an authenticator app (TOTP), and recovery codes for when it is lost."""

import base64
import secrets
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from codex.db.work import Work
from codex.identity import totp
from codex.identity.facts import RecoveryCodesMade, RecoveryCodeUsed, SecondFactorAdded, SecondFactorRemoved
from codex.identity.models import RecoveryCode, SecondFactor, User
from codex.identity.queries import digest
from codex.kernel.errors import Conflict, Forbidden, Invalid, Problem, require
from codex.kernel.seal import Seal

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_OWN = "People set up only their own second factor."


async def begin(work: Work, user: User, seal: Seal) -> bytes:
    """A new secret for an authenticator app; it counts once a code from the app has confirmed it.

    Raises Conflict while a second factor is on: it is removed first, with a code of its own.
    """
    require(work.actor.id == user.id, _OWN)
    factor = await _factor(work.session, user.id, lock=True)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("A second factor is on already; remove it first.")
    secret = totp.new_secret()
    sealed = seal.close(_purpose(user.id), secret)
    if factor is None:
        work.session.add(SecondFactor(user_id=user.id, secret=sealed, last_step=0, created_at=work.now))
    else:
        factor.secret, factor.created_at = sealed, work.now
    await work.session.flush()
    return secret


async def pending_secret(work: Work, user: User, seal: Seal) -> bytes | None:
    """The secret that waits to be confirmed, for showing it again."""
    factor = await _factor(work.session, user.id)
    return seal.open(_purpose(user.id), factor.secret) if factor and factor.confirmed_at is None else None


async def confirm(work: Work, user: User, seal: Seal, code: str) -> list[str]:
    """Turn the second factor on with a code from the app; returns recovery codes, which are shown once.

    Raises Conflict where nothing waits to be confirmed, Invalid when the code does not fit.
    """
    require(work.actor.id == user.id, _OWN)
    factor = await _factor(work.session, user.id, lock=True)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("There is no second factor to be confirmed; begin with a new one.")
    if not _take(factor, seal, code, work):
        raise Invalid(
            Problem("code", "This code does not fit. Codes change every 30 seconds: enter the one shown now.")
        )
    factor.confirmed_at = work.now
    work.record(SecondFactorAdded(user_id=user.id, email=user.email))
    return await _new_codes(work, user)


async def is_on(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a person is asked for a code when signing in."""
    query = select(SecondFactor.user_id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return await session.scalar(query) is not None


async def spend(work: Work, user: User, seal: Seal, code: str) -> bool:
    """Take a code of the app, or a recovery code; none is ever taken twice. False when it does not fit."""
    factor = await _factor(work.session, user.id, lock=True)
    if factor is None or factor.confirmed_at is None:
        return False
    return _take(factor, seal, code, work) or await _take_recovery(work, user, code)


async def renew_codes(work: Work, user: User) -> list[str]:
    """New recovery codes in place of the old ones. Raises Conflict without a second factor."""
    require(work.actor.id == user.id, _OWN)
    if not await is_on(work.session, user.id):
        raise Conflict("There is no second factor.")
    work.record(RecoveryCodesMade(user_id=user.id, email=user.email))
    return await _new_codes(work, user)


async def remove(work: Work, user: User) -> None:
    """Turn the second factor off: one's own, or by owners and operators for who lost it. Without one, nothing changes.

    Raises Forbidden.
    """
    if work.actor.is_person and work.actor.id != user.id and not work.actor.is_owner:
        raise Forbidden(_OWN)
    factor = await _factor(work.session, user.id, lock=True)
    if factor is None:
        return
    was_on = factor.confirmed_at is not None
    await work.session.delete(factor)
    await work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    if was_on:
        work.record(SecondFactorRemoved(user_id=user.id, email=user.email))


async def _factor(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> SecondFactor | None:
    return await session.get(SecondFactor, user_id, with_for_update=lock, populate_existing=lock)


def _take(factor: SecondFactor, seal: Seal, code: str, work: Work) -> bool:
    """The row is locked: of two who bring the same code at once, the second finds its step taken."""
    secret = seal.open(_purpose(factor.user_id), factor.secret)
    step = totp.step_of(secret, _plain(code), at=work.now, after=factor.last_step) if secret else None
    if step is None:
        return False
    factor.last_step = step
    return True


async def _take_recovery(work: Work, user: User, code: str) -> bool:
    mine = (RecoveryCode.user_id == user.id) & RecoveryCode.used_at.is_(None)
    taken = await work.session.execute(
        update(RecoveryCode)
        .where(mine, RecoveryCode.code_hash == digest(_plain(code)))
        .values(used_at=work.now)
        .returning(RecoveryCode.id)
    )
    if taken.first() is None:
        return False
    left = await work.session.scalar(select(func.count()).select_from(RecoveryCode).where(mine)) or 0
    work.record(RecoveryCodeUsed(user_id=user.id, email=user.email, left=left))
    return True


async def _new_codes(work: Work, user: User) -> list[str]:
    await work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    work.session.add_all(RecoveryCode(user_id=user.id, code_hash=digest(code)) for code in codes)
    await work.session.flush()
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]


def _plain(code: str) -> str:
    """A code without what people put between its parts."""
    return "".join(character for character in code.lower() if character.isascii() and character.isalnum())


def _purpose(user_id: UUID) -> str:
    return f"second factor of {user_id}"
