"""AdminAuditEvent: what administrators did."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, Id, ref


class AdminAuditEvent(Base):
    """One administrative act. Append-only: the application's role may neither UPDATE nor DELETE it.

    The events of a UTC day form a chain: each `hash` covers the event and the hash before it.
    """

    __tablename__ = "admin_audit_events"
    __table_args__ = (
        CheckConstraint("type <> ''", name="type"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        CheckConstraint("num_nonnulls(chain_day, chain_position, hash) IN (0, 3)", name="chained"),
        UniqueConstraint("chain_day", "chain_position"),
    )

    id: Mapped[Id]
    type: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    # A team that served nobody may be deleted, its audit trail may not: the payload still names the team.
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="SET NULL")
    created_by_id: Mapped[UUID | None] = ref("users.id")
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    chain_day: Mapped[date | None]
    chain_position: Mapped[int | None]
    hash: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
