"""IdempotencyKey: the answers to writes, kept for a day, so that a repeated request is not carried out twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, Id, ref


class IdempotencyKey(Base):
    """A request that a person named by a key. Without `status` it is still being carried out."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        CheckConstraint("length(key) BETWEEN 1 AND 255", name="key"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = ref("users.id", ondelete="CASCADE", index=False)
    key: Mapped[str]
    request_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
