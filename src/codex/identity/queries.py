"""Reads of people and teams, and the one place that turns credentials into an Actor."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from codex.db.database import Reader
from codex.identity.models import Team, TeamMember, User
from codex.kernel.actor import Actor, ActorKind, Scope, TeamRole, UserRole, effective_role
from codex.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Credential:
    """What a token or cookie turned out to be: who, and which credential it was.

    `proven_at`: when the person behind a session last proved who they are; None for a token.
    `expires_at`: when it ends; None: never.
    """

    actor: Actor
    id: UUID
    last_used_at: datetime | None
    proven_at: datetime | None
    expires_at: datetime | None
    time_zone: str
    theme: str | None


def digest(secret: str) -> bytes:
    """How secrets are kept and looked up: SHA-256; they are random, so a slow hash would protect nothing."""
    return hashlib.sha256(secret.encode()).digest()


_PERSON = """
    u.id, u.display_name, u.email, u.role::text, u.primary_team_id, u.time_zone, u.theme,
    ARRAY(SELECT m.team_id::text || m.role::text FROM team_members m WHERE m.user_id = u.id ORDER BY 1)"""
BY_TOKEN = f"""
    SELECT t.id, t.last_used_at, NULL, t.expires_at, t.scope::text, {_PERSON}
    FROM personal_tokens t JOIN users u ON u.id = t.user_id
    WHERE t.token_hash = %(hash)s AND u.is_active AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > %(now)s)"""
BY_SESSION = f"""
    SELECT s.id, s.last_seen_at, s.proven_at, s.expires_at, 'admin', {_PERSON}
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token_hash = %(hash)s AND u.is_active AND s.expires_at > %(now)s"""
_BY_PERSON = f"SELECT u.id, NULL, NULL, NULL, 'admin', {_PERSON} FROM users u WHERE u.id = %(id)s AND u.is_active"
_BY_PEOPLE = f"{_BY_PERSON.replace('= %(id)s', '= ANY(%(ids)s)')} ORDER BY lower(u.display_name), u.id"


async def credential(reader: Reader, sql: str, secret: str, *, now: datetime) -> Credential | None:
    """Who holds this secret; `sql` is BY_TOKEN or BY_SESSION. None when it is unknown, over, or its owner inactive."""
    row = await reader.first(sql, {"hash": digest(secret), "now": now})
    return _credential(row) if row else None


async def actor_of(reader: Reader, user_id: UUID) -> Actor:
    """The actor that an active person is. Raises NotFound."""
    row = await reader.first(_BY_PERSON, {"id": user_id})
    if row is None:
        raise NotFound("There is no such active person.")
    return _credential(row).actor


async def actors_of(reader: Reader, user_ids: Collection[UUID]) -> list[Actor]:
    """The actors that those of these people are who are active, by name."""
    rows = await reader.all(_BY_PEOPLE, {"ids": list(user_ids)})
    return [_credential(row).actor for row in rows]


def _credential(row: Sequence[Any]) -> Credential:
    (credential_id, last_used_at, proven_at, expires_at, scope, user_id, name, email, role, primary, zone, theme,
     memberships) = row  # fmt: skip
    actor = Actor(
        ActorKind.PERSON,
        name,
        user_id,
        email,
        UserRole(role),
        team_roles(UserRole(role), primary, {UUID(m[:36]): TeamRole(m[36:]) for m in memberships}),
        Scope(scope),
    )
    return Credential(actor, credential_id, last_used_at, proven_at, expires_at, zone or "UTC", theme)


def team_roles(
    role: UserRole, primary_team_id: UUID | None, memberships: Mapping[UUID, TeamRole]
) -> dict[UUID, TeamRole]:
    """The effective role per team; a TEAM_ADMIN has ADMIN in the primary team, member or not."""
    found = {team: effective for team, r in memberships.items() if (effective := effective_role(role, r))}
    if role in (UserRole.TEAM_ADMIN, UserRole.ADMIN) and primary_team_id:
        found[primary_team_id] = TeamRole.ADMIN
    return found


async def person(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User:
    """A person by id. Raises NotFound. `lock`: for a change; see `lock_person`."""
    if lock:
        await lock_person(session, user_id)
    user = await session.get(User, user_id, populate_existing=lock)
    if user is None:
        raise NotFound("There is no such person.")
    return user


async def person_by_email(session: AsyncSession, email: str, *, lock: bool = False) -> User:
    """A person by mail address, any case. Raises NotFound."""
    user: User | None = await session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(f"Nobody has the address {email.strip()}.")
    return await person(session, user.id, lock=True) if lock else user


async def lock_person(session: AsyncSession, user_id: UUID) -> None:
    """Keep others from changing a person; of an owner all active owners, so that two cannot leave the desk at once.

    Always in the order of ids: two who lock each other's rows would wait forever. Rows that name the person go on
    being written: who shuts somebody out waits for the tickets on which they are writing.
    """
    is_owner = select(User.id).where(User.id == user_id, User.role == UserRole.OWNER).exists()
    owners = (User.role == UserRole.OWNER) & User.is_active & is_owner
    held = select(User.id).where((User.id == user_id) | owners).order_by(User.id)
    await session.execute(held.with_for_update(key_share=True))


async def is_still_active(session: AsyncSession, user: User) -> bool:
    """Whether a person is active, and will be until this work commits: for giving them a way in, which whoever
    shuts them out at the same moment must find, or which must find that they are out."""
    await session.refresh(user, with_for_update={"read": True})
    return user.is_active


async def team(session: AsyncSession, team_id: UUID, *, lock: bool = False) -> Team:
    """A team by id. Raises NotFound."""
    found = await session.get(Team, team_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound("There is no such team.")
    return found


async def team_by_slug(session: AsyncSession, slug: str, *, lock: bool = False) -> Team:
    """A team by slug. Raises NotFound."""
    query = select(Team).where(Team.slug == slug)
    found: Team | None = await session.scalar(
        query.with_for_update() if lock else query, execution_options={"populate_existing": lock}
    )
    if found is None:
        raise NotFound(f"There is no team {slug}.")
    return found


async def membership(session: AsyncSession, team_id: UUID, user_id: UUID, *, lock: bool = False) -> TeamMember | None:
    """A person's place in a team, if any."""
    query = select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    found: TeamMember | None = await session.scalar(query.with_for_update() if lock else query)
    return found


async def is_active_member(session: AsyncSession, team_id: UUID, user_id: UUID) -> bool:
    """Whether an active person works for the team now: a membership, or the team is a TEAM_ADMIN's primary one.

    For a change that builds on the answer: both rows are locked against change until it commits, so that nobody
    leaves in between.
    """
    person = select(User.role, User.primary_team_id).where(User.id == user_id, User.is_active)
    found = (await session.execute(person.with_for_update(read=True))).one_or_none()
    if found is None:
        return False
    place = select(TeamMember.role).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    member: TeamRole | None = await session.scalar(place.with_for_update(read=True))
    return team_id in team_roles(*found, {team_id: member} if member else {})


async def active_owners(session: AsyncSession) -> int:
    """How many active owners there are; by whoever has locked one of them (`lock_person`) they stay that many."""
    query = select(func.count()).select_from(User).where(User.role == UserRole.OWNER, User.is_active)
    return await session.scalar(query) or 0


async def count_people(session: AsyncSession) -> int:
    """How many people there are; 0 means an empty installation."""
    return await session.scalar(select(func.count()).select_from(User)) or 0
