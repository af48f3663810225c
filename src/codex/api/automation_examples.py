"""Examples for the OpenAPI document of automation rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.automation.deliveries import DeliveryRow
from codex.automation.executions import ExecutionRow
from codex.automation.models import Trigger
from codex.automation.reading import RuleRow, RuleVersionRow
from codex.automation.rules import NewRule, RuleChanges
from codex.automation.triggers import TriggerConfig
from codex.automation.waiting import Waiting
from codex.kernel.criteria.tree import Finding
from codex.notifications.models import OutboxStatus
from codex.tickets.models import TicketStatus

_RULE, _IT, _ONA, _TICKET, _RUN = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2f3{n}") for n in range(5))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SAID: dict[str, Any] = {
    "name": "No word for three days", "description": "Asks once more before we close.",
    "trigger": Trigger.TIME_IN_STATUS, "trigger_config": TriggerConfig(72, TicketStatus.WAITING_ON_REQUESTER),
    "conditions": [{"field": "priority", "operator": "in", "value": ["P3", "P4"]}],
    "actions": [
        {"type": "send_public_reply", "body": "Hello {{requester.firstName}}, does it work by now?"},
        {"type": "add_tag", "tag": "reminded"},
    ],
    "is_active": True, "priority": 10, "team_id": _IT,
}  # fmt: skip
_row = RuleRow(
    **_SAID, id=_RULE, version=2, paused_at=None, broken=[], may_change=True, created_by_id=_ONA, created_at=_MONDAY,
    updated_at=_MONDAY,
)  # fmt: skip
_ran = ExecutionRow(
    id=_RUN, rule_id=_RULE, rule_version=2, ticket_id=_TICKET, trigger=Trigger.TIME_IN_STATUS, matched=True,
    success=True, error=None, executed_at=_MONDAY, conditions=[Finding("priority", "in", ["P3", "P4"], "P3", True)],
    actions=[
        {"type": "send_public_reply", "changed": [{"fact": "MESSAGE_ADDED", "type": "PUBLIC", "firstResponse": False}]},
        {"type": "add_tag", "changed": [{"fact": "TAG_ADDED", "name": "reminded"}]},
    ],
)  # fmt: skip
_waits = Waiting(
    ticket_id=_TICKET, since=_MONDAY, due_at=_MONDAY + timedelta(hours=72), has_run=False,
    conditions=[Finding("priority", "in", ["P3", "P4"], "P2", False)],
)  # fmt: skip
_sent = DeliveryRow(
    id=_RUN, rule_id=_RULE, ticket_id=_TICKET, url="https://pager.example/codex", status=OutboxStatus.FAILED,
    attempts=6, next_attempt_at=None, last_status=503, last_answer="Closed for the night",
    last_error="It answered 503.", sent_at=None, created_at=_MONDAY,
)  # fmt: skip

ALONE: tuple[Struct, ...] = (NewRule(**_SAID), RuleChanges(is_active=False), _row, _sent, _waits)
IN_LISTS: tuple[Struct, ...] = (
    _row,
    RuleVersionRow(**_SAID, id=_RUN, version=2, created_by_id=_ONA, created_at=_MONDAY),
    _ran,
    _sent,
)
