"""Who somebody is for an identity provider (OpenID Connect), and who that is here."""

from dataclasses import dataclass

from sqlalchemy import select

from codex.db.work import Work
from codex.identity import people
from codex.identity.facts import IdentityLinked
from codex.identity.models import ExternalIdentity, User
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, Unauthenticated


@dataclass(frozen=True, slots=True)
class Stranger:
    """What a provider, asked by us, says about the person who came back from there.

    `subject` is theirs for ever at this `issuer`; `email` is empty unless the provider has verified it.
    """

    issuer: str
    subject: str
    email: str
    name: str


async def person_of(work: Work, stranger: Stranger, *, may_add: bool) -> User:
    """The person: as known from before, else whoever has the verified address, else, if `may_add`, somebody new.

    Raises Unauthenticated when that leaves nobody, or somebody who is deactivated: in the same words.
    """
    known = (ExternalIdentity.issuer == stranger.issuer) & (ExternalIdentity.subject == stranger.subject)
    user: User | None = await work.session.scalar(
        select(User).join(ExternalIdentity, ExternalIdentity.user_id == User.id).where(known)
    )
    if user is None:
        user = await _by_address(work, stranger, may_add=may_add)
        work.session.add(
            ExternalIdentity(
                user_id=user.id, issuer=stranger.issuer, subject=stranger.subject, created_at=work.now
            )
        )  # fmt: skip
        await work.session.flush()
        work.record(IdentityLinked(user_id=user.id, email=user.email, issuer=stranger.issuer, subject=stranger.subject))
    if not user.is_active:
        raise _nobody()
    return user


async def _by_address(work: Work, stranger: Stranger, *, may_add: bool) -> User:
    try:
        with Checks() as check:
            email = check.email("email", stranger.email)
    except Invalid as unverified:
        raise _nobody() from unverified
    user: User | None = await work.session.scalar(select(User).where(User.email == email))
    if user is None and may_add:
        return await people.add(work, email=email, display_name=stranger.name.strip() or email)
    if user is None or not user.is_active or await _is_somebody_else_there(work, user, stranger.issuer):
        raise _nobody()
    return user


async def _is_somebody_else_there(work: Work, user: User, issuer: str) -> bool:
    """An address may pass to somebody else at the provider; the account here does not pass on with it."""
    other = (ExternalIdentity.user_id == user.id) & (ExternalIdentity.issuer == issuer)
    return await work.session.scalar(select(ExternalIdentity.id).where(other).limit(1)) is not None


def _nobody() -> Unauthenticated:
    return Unauthenticated("Nobody here has the address that you signed in with there. Ask an owner to add you.")
