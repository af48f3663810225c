"""What is on record although nothing changed."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRead(AdminFact):
    """An owner looked into a ticket of a team that they do not work for; `team_id` is that team."""

    type: ClassVar[str] = "TICKET_READ"
    ticket_id: UUID
    display_id: str
    reason: str | None

    def payload(self) -> dict[str, object]:
        """Which ticket, and why."""
        return {
            "ticketId": str(self.ticket_id), "displayId": self.display_id, "teamId": str(self.team_id),
            "reason": self.reason,
        }  # fmt: skip
