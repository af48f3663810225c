"""Examples for the OpenAPI document of what lies on the desk, and of the audit log."""

from datetime import UTC, date, datetime
from uuid import UUID

from msgspec import Struct

from codex.api.canned_responses import Filled, ForTicket, NewCannedResponse
from codex.audit.queries import AuditActor, AuditRow
from codex.desk.canned_responses import CannedResponseChanges
from codex.desk.reading import CannedResponseRow
from codex.kernel.actor import ActorKind

_TEXT, _IT, _ONA, _EVENT = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2d1{n}") for n in range(4))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_CONTENT = "Hello {{requester.firstName}}, we are looking into {{ticket.displayId}}."
_URGENT = {"type": "set_priority", "priority": "P1"}
_text = CannedResponseRow(_TEXT, "Looking into it", _CONTENT, [_URGENT], None, _IT, False, [], _MONDAY, _MONDAY)
_event = AuditRow(
    id=_EVENT, type="TEAM_CHANGED",
    payload={"teamId": str(_IT), "slug": "it", "from": {"name": "IT"}, "to": {"name": "IT Support"}}, team_id=_IT,
    created_by_id=_ONA, actor=AuditActor(ActorKind.PERSON, _ONA, "Ona Okafor"), address="192.0.2.7",
    request_id="8c1f3a", chain_day=date(2026, 3, 2), chain_position=1,
    hash="5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9", created_at=_MONDAY,
)  # fmt: skip

ALONE: tuple[Struct, ...] = (
    _text,
    NewCannedResponse(name="Looking into it", content=_CONTENT, team_id=_IT),
    CannedResponseChanges(name="We are on it"),
    ForTicket(ticket_id="IT-1042"),
    Filled("Hello Rosa, we are looking into IT-1042."),
)
IN_LISTS: tuple[Struct, ...] = (_text, _event)
