"""Proving who one is, by a password or a code: counted, slow to guess, and as slow where there is nobody.

A proof takes three steps, and only the first and the last have a transaction: the attempt is noted, what was given is
compared (which takes a moment, and no connection waits for it), and what succeeded is marked.
"""

from uuid import UUID

from sqlalchemy import select

from codex.db.work import Works
from codex.identity import attempts, passwords, second_factor
from codex.identity.attempts import Way
from codex.identity.models import User
from codex.identity.queries import person
from codex.kernel.actor import system
from codex.kernel.errors import Unauthenticated
from codex.kernel.seal import Seal

SIGNIN = system("Sign-in")
WRONG_PASSWORD = "This address and this password do not belong together."  # noqa: S105 - a sentence
WRONG_CODE = "This code does not fit, or has been used."


async def by_password(works: Works, *, email: str, password: str, address: str) -> UUID:
    """Whose address and password these are.

    Raises Unauthenticated in the same words and after the same time whether the address, the password or the account's
    being active is what is missing; TooOften.
    """
    async with works.begin(SIGNIN) as work:
        attempt = await attempts.begin(work, Way.PASSWORD, email=email, address=address)
        hashed = await passwords.hash_of(work.session, email)
    if not await passwords.fits(hashed, password):
        raise Unauthenticated(WRONG_PASSWORD)
    async with works.begin(SIGNIN) as work:
        await attempts.succeed(work, attempt)
        user_id: UUID | None = await work.session.scalar(select(User.id).where(User.email == email, User.is_active))
    if user_id is None:
        raise Unauthenticated(WRONG_PASSWORD)
    return user_id


async def by_code(works: Works, seal: Seal, user_id: UUID, code: str, *, address: str) -> None:
    """Use up a code of a person's second factor. Raises Unauthenticated when it does not fit; TooOften."""
    async with works.begin(SIGNIN) as work:
        user = await person(work.session, user_id)
        attempt = await attempts.begin(work, Way.CODE, email=user.email, address=address)
    async with works.begin(SIGNIN) as work:
        user = await person(work.session, user_id)
        if not user.is_active or not await second_factor.spend(work, user, seal, code):
            raise Unauthenticated(WRONG_CODE)
        await attempts.succeed(work, attempt)
