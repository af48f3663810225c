"""Personal API tokens: random, kept only as a hash, scoped, expiring, revocable."""

import secrets
from datetime import datetime
from uuid import UUID

from codex.db.work import Work
from codex.identity import queries
from codex.identity.facts import TokenIssued, TokenRevoked
from codex.identity.models import PersonalToken, User
from codex.identity.policy import may_administer_people
from codex.kernel.actor import Scope
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Problem, Unprocessable, require

PREFIX = "cdx_"


async def issue(
    work: Work, user: User, *, name: str, scope: Scope, expires_at: datetime | None = None
) -> tuple[PersonalToken, str]:
    """Make a token for a person and return it with its secret, which nobody can read again.

    People issue only their own, and never with more scope than the credential they ask with.
    """
    require(not work.actor.is_person or work.actor.id == user.id, "People issue only their own tokens.")
    require(work.actor.scope.covers(scope), "A token cannot issue one with more scope than it has itself.")
    with Checks() as check:
        name = check.line("name", name, most=100)
        if expires_at is not None:
            expires_at = check.instant("expiresAt", expires_at)
    if expires_at is not None and expires_at <= work.now:
        raise Invalid(Problem("expiresAt", "This is in the past."))
    if not user.is_active:
        raise Unprocessable(f"{user.display_name} is deactivated.")
    secret = PREFIX + secrets.token_urlsafe(30)
    token = PersonalToken(
        user_id=user.id, name=name, token_hash=queries.digest(secret), hint=secret[:8], scope=scope,
        expires_at=expires_at, created_at=work.now,
    )  # fmt: skip
    work.session.add(token)
    await work.session.flush()
    work.record(TokenIssued(user_id=user.id, email=user.email, token_id=token.id, scope=scope.value))
    return token, secret


async def revoke(work: Work, token_id: UUID) -> None:
    """Stop a token from working: one's own, or anybody's for owners. Revoking twice changes nothing."""
    token = await work.session.get(PersonalToken, token_id, with_for_update=True)
    if token is None or not (token.user_id == work.actor.id or may_administer_people(work.actor)):
        raise NotFound("There is no such token.")
    if token.revoked_at is not None:
        return
    token.revoked_at = work.now
    user = await queries.person(work.session, token.user_id)
    work.record(TokenRevoked(user_id=user.id, email=user.email, token_id=token.id))
