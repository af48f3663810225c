"""Passwords, second factors, identities elsewhere, attempts; who is away; where a session came from."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    true,
)

revision = "0005"
down_revision = "0004"

Instant = DateTime(timezone=True)
NOW = func.now()


def upgrade() -> None:
    """Additive only."""
    op.add_column("users", Column("away_until", Instant))
    op.add_column("teams", Column("followers_may_reply", Boolean, nullable=False, server_default=true()))
    op.add_column("sessions", Column("address", Text))
    op.add_column("sessions", Column("proven_at", Instant, nullable=False, server_default=NOW))
    op.add_column(
        "personal_tokens",
        Column("made_with_id", Uuid, ForeignKey("personal_tokens.id", ondelete="CASCADE"), index=True),
    )
    op.create_table(
        "passwords",
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        Column("hash", Text, nullable=False),
        Column("changed_at", Instant, nullable=False),
    )
    op.create_table(
        "second_factors",
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        Column("secret", LargeBinary, nullable=False),
        Column("confirmed_at", Instant),
        Column("last_step", BigInteger, nullable=False, server_default="0"),
        Column("created_at", Instant, nullable=False, server_default=NOW),
    )
    op.create_table(
        "recovery_codes",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("code_hash", LargeBinary, nullable=False),
        Column("used_at", Instant),
        UniqueConstraint("user_id", "code_hash"),
    )
    op.create_table(
        "external_identities",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "signin_attempts",
        Column("id", Uuid, primary_key=True),
        Column("way", Text, nullable=False),
        Column("account", LargeBinary, nullable=False),
        Column("address", Text, nullable=False),
        Column("succeeded", Boolean, nullable=False),
        Column("created_at", Instant, nullable=False),
        CheckConstraint("way IN ('password', 'code', 'link')", name="way"),
        Index("ix_signin_attempts_account_created_at", "account", "created_at"),
        Index("ix_signin_attempts_address_created_at", "address", "created_at"),
    )
