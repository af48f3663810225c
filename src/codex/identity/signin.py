"""Signing in by a one-time link; and forgetting what is long over."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update

from codex.db.work import Work
from codex.identity import attempts, queries
from codex.identity.models import Session, SigninAttempt, SigninLink, User
from codex.kernel.errors import Unauthenticated, Unprocessable

LINK_LIVES = timedelta(minutes=15)


async def make_link(work: Work, user: User) -> str:
    """The secret of a new one-time link for a person; it works once, within LINK_LIVES."""
    if not await queries.is_still_active(work.session, user):
        raise Unprocessable(f"{user.display_name} is deactivated.")
    secret = secrets.token_urlsafe(32)
    work.session.add(
        SigninLink(
            user_id=user.id, token_hash=queries.digest(secret), expires_at=work.now + LINK_LIVES, created_at=work.now
        )
    )
    return secret


async def link_owner(work: Work, secret: str) -> User:
    """Whom a link would sign in; looking does not use it up (mail scanners look). Raises Unauthenticated."""
    user: User | None = await work.session.scalar(_live(secret, work.now))
    if user is None:
        raise Unauthenticated("This sign-in link has been used or is too old. Ask for a new one.")
    return user


async def use_link(work: Work, secret: str) -> User:
    """Use a link up, once and for ever; returns whom it proves to be there."""
    user = await link_owner(work, secret)
    used = await work.session.execute(
        update(SigninLink)
        .where(SigninLink.token_hash == queries.digest(secret), SigninLink.used_at.is_(None))
        .values(used_at=work.now)
        .returning(SigninLink.id)
    )
    if used.first() is None:
        raise Unauthenticated("This sign-in link has been used or is too old. Ask for a new one.")
    return user


async def forget_expired(work: Work) -> int:
    """Delete links and sessions whose time is over for a day, and attempts that no longer count; returns how many."""
    gone = 0
    for table in (SigninLink, Session):
        result = await work.session.execute(
            delete(table).where(table.expires_at < work.now - timedelta(days=1)).returning(table.id)
        )
        gone += len(result.all())
    stale = delete(SigninAttempt).where(SigninAttempt.created_at < work.now - attempts.KEPT)
    return gone + len((await work.session.execute(stale.returning(SigninAttempt.id))).all())


def _live(secret: str, now: datetime) -> Select[User]:
    return (
        select(User)
        .join(SigninLink, SigninLink.user_id == User.id)
        .where(
            SigninLink.token_hash == queries.digest(secret),
            SigninLink.used_at.is_(None),
            SigninLink.expires_at > now,
            User.is_active,
        )
    )
