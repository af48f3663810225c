"""How far an import got, in the same transaction as what it brought: so that it can be killed at any moment."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, ref


class ImportedTicket(Base):
    """A ticket that came from elsewhere: `external_key` is its name there, `rows_done` how much of it is here."""

    __tablename__ = "imported_tickets"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_key: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = ref("tickets.id")
    rows_done: Mapped[int]
