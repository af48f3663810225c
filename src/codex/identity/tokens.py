"""Personal API tokens: random, kept only as a hash, scoped, expiring, revocable."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update

from codex.db.work import Work
from codex.identity import queries
from codex.identity.facts import TokenIssued, TokenRevoked
from codex.identity.models import PersonalToken, User
from codex.identity.policy import may_administer_people
from codex.kernel.actor import Scope
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Problem, Unauthenticated, Unprocessable, require

PREFIX = "cdx_"


@dataclass(frozen=True, slots=True)
class Maker:
    """The token that asks for another one, and when it ends (None: never)."""

    id: UUID
    expires_at: datetime | None


async def issue(
    work: Work,
    user: User,
    *,
    name: str,
    scope: Scope,
    expires_at: datetime | None = None,
    maker: Maker | None = None,
) -> tuple[PersonalToken, str]:
    """Make a token for a person and return it with its secret, which nobody can read again.

    People issue only their own, and never with more scope than the credential they ask with. A token that a token
    made does not outlive it: it ends no later, and is revoked with it; without an end it gets its maker's.
    """
    require(not work.actor.is_person or work.actor.id == user.id, "People issue only their own tokens.")
    require(work.actor.scope.covers(scope), "A token cannot issue one with more scope than it has itself.")
    with Checks() as check:
        name = check.line("name", name, most=100)
        if expires_at is not None:
            expires_at = check.instant("expiresAt", expires_at)
    if expires_at is not None and expires_at <= work.now:
        raise Invalid(Problem("expiresAt", "This is in the past."))
    if maker is not None and maker.expires_at is not None:
        expires_at = expires_at or maker.expires_at
        require(expires_at <= maker.expires_at, "A token cannot issue one that outlives it.")
    if not await queries.is_still_active(work.session, user):
        raise Unprocessable(f"{user.display_name} is deactivated.")
    if maker is not None:
        await _refuse_revoked(work, maker.id)
    secret = PREFIX + secrets.token_urlsafe(30)
    token = PersonalToken(
        user_id=user.id, name=name, token_hash=queries.digest(secret), hint=secret[:8], scope=scope,
        made_with_id=maker.id if maker else None, expires_at=expires_at, created_at=work.now,
    )  # fmt: skip
    work.session.add(token)
    await work.session.flush()
    work.record(TokenIssued(user_id=user.id, email=user.email, token_id=token.id, scope=scope.value))
    return token, secret


async def revoke(work: Work, token_id: UUID) -> None:
    """Stop a token from working, and those that were made with it: one's own, or anybody's for owners.

    Revoking twice changes nothing.
    """
    token = await work.session.get(PersonalToken, token_id, with_for_update=True)
    if token is None or not (token.user_id == work.actor.id or may_administer_people(work.actor)):
        raise NotFound("There is no such token.")
    if token.revoked_at is not None:
        return
    user = await queries.person(work.session, token.user_id)
    for revoked in await _revoked_with(work, token.id):
        work.record(TokenRevoked(user_id=user.id, email=user.email, token_id=revoked))


async def revoke_all(work: Work, user: User) -> None:
    """Stop all of a person's tokens from working."""
    live = (PersonalToken.user_id == user.id) & PersonalToken.revoked_at.is_(None)
    found = await work.session.scalars(select(PersonalToken.id).where(live).order_by(PersonalToken.id))
    for token_id in found.all():
        work.record(TokenRevoked(user_id=user.id, email=user.email, token_id=token_id))
    await work.session.execute(update(PersonalToken).where(live).values(revoked_at=work.now))


async def _refuse_revoked(work: Work, maker_id: UUID) -> None:
    """The maker stays as it is until this work commits: who revokes it then finds the token that it made."""
    query = select(PersonalToken.revoked_at).where(PersonalToken.id == maker_id).with_for_update(read=True)
    if await work.session.scalar(query) is not None:
        raise Unauthenticated("This token has been revoked.")


async def _revoked_with(work: Work, token_id: UUID) -> list[UUID]:
    """Revoke a token and all that come from it, also through others; returns which had not been revoked before."""
    revoked = await work.session.scalars(text(_REVOKE_FAMILY), {"id": token_id, "now": work.now})
    return sorted(revoked.all())


_REVOKE_FAMILY = """
    WITH RECURSIVE family AS (
        SELECT id FROM personal_tokens WHERE id = :id
        UNION SELECT t.id FROM personal_tokens t JOIN family ON t.made_with_id = family.id)
    UPDATE personal_tokens SET revoked_at = :now
    WHERE id IN (SELECT id FROM family) AND revoked_at IS NULL RETURNING id"""
