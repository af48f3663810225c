"""AdminAuditEvent: what administrators did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, Id, ref


class AdminAuditEvent(Base):
    """One administrative act. Append-only: the application's role may neither UPDATE nor DELETE it."""

    __tablename__ = "admin_audit_events"
    __table_args__ = (
        CheckConstraint("type <> ''", name="type"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
    )

    id: Mapped[Id]
    type: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    # A team that served nobody may be deleted, its audit trail may not: the payload still names the team.
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="SET NULL")
    created_by_id: Mapped[UUID | None] = ref("users.id")
    created_at: Mapped[datetime] = mapped_column(index=True)
