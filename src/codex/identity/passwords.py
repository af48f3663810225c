"""Passwords: set, and compared with what somebody gives. Kept as argon2id hashes (RFC 9106, section 4, second)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from codex.db.work import Work
from codex.identity import sessions
from codex.identity.facts import PasswordSet
from codex.identity.models import Password, User
from codex.identity.password_rules import normal, weakness
from codex.kernel.errors import Invalid, Problem, Unprocessable, require

HASHER = PasswordHasher()
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$ozl1HDh/g9WFMuMufni+cA$be0227PkWkyxQgXrxlSfXPmJybCfyq2ocWyDYl6XpHw"
"""What is compared where there is nobody or no password: it costs the same time, and fits nothing."""

# Each hash takes 64 MiB and a core for a moment: two at once, beside the event loop, whatever arrives.
_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def put(work: Work, user: User, password: str, *, keep: str | None = None) -> None:
    """Set a person's password, theirs alone to set (or an operator's, in the shell).

    Other sessions and links that were made end; `keep` is the secret of the session that stays. Raises Invalid when
    it is easy to guess.
    """
    require(not work.actor.is_person or work.actor.id == user.id, "People set only their own password.")
    if not user.is_active:
        raise Unprocessable(f"{user.display_name} is deactivated.")
    hashed = await _hashed(normal(password), user)
    row = insert(Password).values(user_id=user.id, hash=hashed, changed_at=work.now)
    set_ = {"hash": row.excluded.hash, "changed_at": row.excluded.changed_at}
    await work.session.execute(row.on_conflict_do_update(index_elements=[Password.user_id], set_=set_))
    await sessions.end_all(work, user, keep=keep)
    work.record(PasswordSet(user_id=user.id, email=user.email))


async def hash_of(session: AsyncSession, email: str) -> str:
    """The hash that the password of an active person is compared with; NOBODYS where there is none."""
    query = select(Password.hash).join(User, User.id == Password.user_id).where(User.email == email, User.is_active)
    return await session.scalar(query) or NOBODYS


async def fits(hashed: str, password: str) -> bool:
    """Whether the password is the hashed one; as slow for NOBODYS as for anybody's."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, _fits, hashed, normal(password)[:1_000])


def _fits(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password) and hashed != NOBODYS
    except (VerificationError, InvalidHashError):
        return False


async def _hashed(password: str, user: User) -> str:
    about = (user.email, user.display_name)
    weak = await asyncio.get_running_loop().run_in_executor(_POOL, _weakness, password, about)
    if weak:
        raise Invalid(Problem("password", weak))
    return await asyncio.get_running_loop().run_in_executor(_POOL, HASHER.hash, password)


def _weakness(password: str, about: tuple[str, ...]) -> str:
    return weakness(password, about=about)
