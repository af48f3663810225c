"""What happened to calls of webhooks by somebody's hand."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRetried(AdminFact):
    """A call of a webhook that had failed is tried again."""

    type: ClassVar[str] = "WEBHOOK_RETRIED"
    delivery_id: UUID
    ticket_id: UUID
    url: str

    def payload(self) -> dict[str, object]:
        """Which call, about which ticket, to where."""
        return {"deliveryId": str(self.delivery_id), "ticketId": str(self.ticket_id), "url": self.url}
