"""AdminAuditEvent: what administrators did; AdminAuditDay: how each day's chain of them ends."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, Id, pg_enum, ref
from codex.kernel.actor import ActorKind


class AdminAuditEvent(Base):
    """One administrative act. Append-only: the application's role may neither UPDATE nor DELETE it.

    The events of a UTC day form a chain: each `hash` covers the event and the hash before it (see `audit.chain`).
    """

    __tablename__ = "admin_audit_events"
    __table_args__ = (
        CheckConstraint("type <> ''", name="type"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        UniqueConstraint("chain_day", "chain_position"),
    )

    id: Mapped[Id]
    type: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    # A team that served nobody may be deleted, its audit trail may not: the payload still names the team.
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="SET NULL")
    created_by_id: Mapped[UUID | None] = ref("users.id")
    actor_kind: Mapped[ActorKind | None] = mapped_column(pg_enum(ActorKind))
    actor_name: Mapped[str | None]
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    chain_day: Mapped[date]
    chain_position: Mapped[int]
    hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(index=True)


class AdminAuditDay(Base):
    """The last event of a day's chain: without it, nobody would miss the newest ones."""

    __tablename__ = "admin_audit_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]
    hash: Mapped[bytes]
