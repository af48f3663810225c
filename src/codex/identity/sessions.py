"""Browser sessions: opened by whoever has proven who they are, proven anew, ended."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from codex.db.work import Work
from codex.identity import queries
from codex.identity.facts import SessionRevoked
from codex.identity.models import Session, SigninLink, User
from codex.identity.policy import may_administer_people
from codex.kernel.errors import NotFound, Unauthenticated

SESSION_LIVES = timedelta(days=14)


async def begin(work: Work, user: User, *, user_agent: str | None = None, address: str | None = None) -> str:
    """Open a session for somebody who has just proven who they are; returns its secret, which is kept nowhere.

    Raises Unauthenticated for who has been shut out.
    """
    if not await queries.is_still_active(work.session, user):
        raise Unauthenticated("This account is deactivated.")
    secret = secrets.token_urlsafe(32)
    work.session.add(
        Session(
            user_id=user.id, token_hash=queries.digest(secret), expires_at=work.now + SESSION_LIVES,
            user_agent=(user_agent or "")[:300] or None, address=address, proven_at=work.now, last_seen_at=work.now,
            created_at=work.now,
        )
    )  # fmt: skip
    await work.session.flush()
    return secret


async def prove(work: Work, session_id: UUID) -> None:
    """The person behind the session has proven anew who they are."""
    await work.session.execute(update(Session).where(Session.id == session_id).values(proven_at=work.now))


async def sign_out(work: Work, secret: str) -> None:
    """End a session; one that is over already stays over."""
    await work.session.execute(delete(Session).where(Session.token_hash == queries.digest(secret)))


async def revoke(work: Work, session_id: UUID) -> None:
    """End a session of one's own, or anybody's for owners. Raises NotFound, also for one that is over."""
    found = await work.session.get(Session, session_id, with_for_update=True)
    if found is None or not (found.user_id == work.actor.id or may_administer_people(work.actor)):
        raise NotFound("There is no such session.")
    user = await queries.person(work.session, found.user_id)
    await work.session.delete(found)
    work.record(SessionRevoked(user_id=user.id, email=user.email, session_id=session_id))


async def end_all(work: Work, user: User, *, keep: str | None = None) -> None:
    """End a person's sessions but the one with the secret `keep`, and the links that would open others."""
    mine = Session.user_id == user.id
    kept = Session.token_hash != queries.digest(keep) if keep is not None else mine
    await work.session.execute(delete(Session).where(mine, kept))
    await end_links(work, user)


async def end_links(work: Work, user: User) -> None:
    """End the links that were made for a person and not used yet."""
    await work.session.execute(delete(SigninLink).where(SigninLink.user_id == user.id))
