"""Examples for the OpenAPI document of rehearsals."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.api.rehearsals import RehearsedPolicy, RehearsedRoutingRule, RehearsedRule
from codex.automation.models import Trigger
from codex.automation.rules import NewRule
from codex.kernel.criteria.tree import Finding
from codex.rehearsal.answers import (
    Agreement,
    Called,
    Clash,
    Compliance,
    Conflict,
    Confusion,
    Kept,
    Match,
    Rehearsed,
    Standing,
)
from codex.routing.rules import NewRoutingRule
from codex.sla.policies import NewPolicy, Target
from codex.tickets.models import TicketPriority

_RULE, _IT, _HR, _TICKET = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2f4{n}") for n in range(4))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_MARCH: dict[str, Any] = {"since": _MONDAY, "until": _MONDAY + timedelta(days=28)}
_CONDITIONS = [{"field": "requesterDepartment", "operator": "equals", "value": "Sales"}]
_rehearsed = Rehearsed(
    events_examined=1204,
    matches=[
        Match(
            ticket_id=_TICKET, display_id="IT-1042", at=_MONDAY,
            conditions=[Finding("requesterDepartment", "equals", "Sales", "Sales", True)],
        )
    ],
    match_count=1, ticket_count=1, actions={"set_priority": 1, "send_email": 1}, mails_out=1,
    conflicts=[
        Conflict(
            rule=Called(_RULE, "Calm down"), kind=Clash.UNDONE, sets="priority", draft="P1", other="P3", wins="other",
            count=1, ticket_id=_TICKET, display_id="IT-1042", at=_MONDAY,
        )
    ],
    confusion=Confusion(
        solved=12, today_agrees=9, draft_agrees=11, table=[Agreement(str(_HR), str(_IT), str(_IT), 2)],
        teams={str(_IT): "IT", str(_HR): "People"},
    ),
    compliance=Compliance(
        before=[Standing(priority=TicketPriority.P1, team=Called(_IT, "IT"), first_response=Kept(9, 3, 0, 75.0),
                         resolution=Kept(10, 1, 1, 90.91))],
        after=[Standing(priority=TicketPriority.P1, team=Called(_IT, "IT"), first_response=Kept(11, 1, 0, 91.67),
                        resolution=Kept(10, 1, 1, 90.91))],
    ),
)  # fmt: skip

ALONE: tuple[Struct, ...] = (
    RehearsedRule(
        rule=NewRule(
            name="Sales first", trigger=Trigger.TICKET_CREATED, priority=10, conditions=_CONDITIONS,
            actions=[{"type": "set_priority", "priority": "P1"},
                     {"type": "send_email", "to": "sales-it@acme.example", "subject": "New", "body": "!"}],
        ),
        **_MARCH,
    ),
    RehearsedRoutingRule(rule=NewRoutingRule(name="VPN", team_id=_IT, priority=10, keywords=["VPN"]), **_MARCH),
    RehearsedPolicy(rule=NewPolicy(name="Gold", targets=[Target(TicketPriority.P1, 0.5, 4)]), **_MARCH),
    _rehearsed,
)  # fmt: skip
