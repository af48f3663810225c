"""User, Team, TeamMember, and what proves who somebody is: tokens, links, sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.kernel.actor import Scope, TeamRole, UserRole


class TeamAssignmentStrategy(StrEnum):
    """Who gets a new ticket of a team: nobody yet, or the next person in turn."""

    QUEUE_ONLY = "QUEUE_ONLY"
    ROUND_ROBIN = "ROUND_ROBIN"


class User(Base):
    """A person using the desk. `email` is kept in lower case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND position('@' in email) > 1", name="email"),
        CheckConstraint("theme IN ('light', 'dark')", name="theme"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str] = mapped_column()
    department: Mapped[str | None]
    location: Mapped[str | None]
    role: Mapped[UserRole] = mapped_column(pg_enum(UserRole), default=UserRole.EMPLOYEE, server_default="EMPLOYEE")
    # Users and teams point at each other: this one of the two foreign keys is added once both tables exist.
    primary_team_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("teams.id", ondelete="SET NULL", use_alter=True), index=True
    )
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    time_zone: Mapped[str | None]
    theme: Mapped[str | None]
    away_until: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Team(Base):
    """A team that serves others. `prefix` starts the display ids of its tickets."""

    __tablename__ = "teams"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("prefix ~ '^[A-Z][A-Z0-9]{0,9}$'", name="prefix"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str | None]
    description: Mapped[str | None]
    assignment_strategy: Mapped[TeamAssignmentStrategy] = mapped_column(
        pg_enum(TeamAssignmentStrategy),
        default=TeamAssignmentStrategy.QUEUE_ONLY,
        server_default="QUEUE_ONLY",
    )
    last_assigned_user_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    is_confidential: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    followers_may_reply: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class TeamMember(Base):
    """A person's place in a team."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("team_id", "user_id"),)

    id: Mapped[Id]
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE", index=False)
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    role: Mapped[TeamRole] = mapped_column(pg_enum(TeamRole), default=TeamRole.AGENT, server_default="AGENT")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class PersonalToken(Base):
    """A personal API token. Only its SHA-256 is kept; `hint` is its first characters, for the owner.

    `made_with_id`: the token that asked for this one, if one did; it does not outlive that one.
    """

    __tablename__ = "personal_tokens"

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str]
    scope: Mapped[Scope] = mapped_column(pg_enum(Scope))
    made_with_id: Mapped[UUID | None] = ref("personal_tokens.id", ondelete="CASCADE")
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class SigninLink(Base):
    """A one-time link that signs a person in. Only the SHA-256 of its secret is kept."""

    __tablename__ = "signin_links"

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Session(Base):
    """A signed-in browser. Only the SHA-256 of the cookie's secret is kept.

    `proven_at`: when the person last proved who they are; sensitive changes ask for that again.
    """

    __tablename__ = "sessions"

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_agent: Mapped[str | None]
    expires_at: Mapped[datetime]
    address: Mapped[str | None]
    proven_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime]
    created_at: Mapped[CreatedAt]


class Password(Base):
    """A person's password, as its argon2id hash."""

    __tablename__ = "passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class SecondFactor(Base):
    """The secret of an authenticator app (TOTP, RFC 6238), encrypted; it counts from `confirmed_at` on.

    `last_step`: the time step of the last code that was taken, so that no code is taken twice.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[CreatedAt]


class RecoveryCode(Base):
    """A code that stands in for a lost authenticator app, once. Only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE", index=False)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """Who a person is for an identity provider (OpenID Connect)."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE")
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[CreatedAt]


class SigninAttempt(Base):
    """Somebody tried to sign in; `account` is the SHA-256 of the address that was given, whether or not it exists.

    `way`: with a password, with a code of the second factor, or by asking for a link. `address`: where from.
    """

    __tablename__ = "signin_attempts"
    __table_args__ = (
        CheckConstraint("way IN ('password', 'code', 'link')", name="way"),
        Index("ix_signin_attempts_account_created_at", "account", "created_at"),
        Index("ix_signin_attempts_address_created_at", "address", "created_at"),
    )

    id: Mapped[Id]
    way: Mapped[str]
    account: Mapped[bytes]
    address: Mapped[str]
    succeeded: Mapped[bool]
    created_at: Mapped[datetime]
