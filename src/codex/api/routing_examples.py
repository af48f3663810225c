"""Examples for the OpenAPI document of where new tickets go."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.api.routing_rules import Learning, TrialTicket
from codex.kernel.criteria.tree import Finding
from codex.routing.decision import PersonBy, TeamBy
from codex.routing.drafting import LearnedRow, ProposalRow, SignRow
from codex.routing.explaining import DecisionRow, LookedRow, Who
from codex.routing.outcomes import Outcome, OutcomeRow, Winner
from codex.routing.reading import RoutingRuleRow, RoutingRuleVersionRow
from codex.routing.rules import NewRoutingRule, RoutingRuleChanges
from codex.tickets.models import TicketStatus

_RULE, _IT, _AMIR, _ONA, _TICKET = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2f2{n}") for n in range(5))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_IN_BERLIN = {"field": "requesterLocation", "operator": "equals", "value": "Berlin"}
_SAID: dict[str, Any] = {
    "name": "VPN of Berlin", "keywords": ["VPN", "remote access"], "conditions": [_IN_BERLIN], "team_id": _IT,
    "assignee_id": None, "priority": 10, "is_active": True,
}  # fmt: skip
_row = RoutingRuleRow(
    **_SAID, id=_RULE, broken=None, learned=None, version=2, may_change=True, created_at=_MONDAY, updated_at=_MONDAY
)
_decision = DecisionRow(
    rules=[
        LookedRow(
            rule_id=_RULE, version=2, name="VPN of Berlin", team_id=_IT, matched=True, keyword="VPN",
            conditions=[Finding("requesterLocation", "equals", "Berlin", "Berlin", True)], broken=None,
        )
    ],
    hidden_rules=0, team=Who(_IT, "IT Support"), team_by=TeamBy.RULE,
    team_because='The rule VPN of Berlin sends it to IT Support: it says "VPN".', assignee=Who(_AMIR, "Amir Haddad"),
    assignee_by=PersonBy.TURN,
    assignee_because="It is the turn of Amir Haddad, of 3 in IT Support who are available.",
)  # fmt: skip

_learned = LearnedRow(
    until=_MONDAY, learned_from=1_200, tickets=1_180, matched=790, agreed=712, guessed=430,
    proposals=[
        ProposalRow(
            rule_id=_RULE, name="Learned: IT Support by words", team_id=_IT, keywords=[SignRow("vpn", 212, 0.97)],
            categories=[], support=388, precision=0.94,
        )
    ],
)  # fmt: skip

ALONE: tuple[Struct, ...] = (
    NewRoutingRule(**_SAID),
    RoutingRuleChanges(keywords=["VPN", "remote access", "tunnel"]),
    _row,
    TrialTicket(subject="No VPN since this morning"),
    Learning(until=_MONDAY),
    _learned,
    _decision,
)
IN_LISTS: tuple[Struct, ...] = (
    _row,
    RoutingRuleVersionRow(**_SAID, version=2, created_by_id=_ONA, created_at=_MONDAY),
    OutcomeRow(
        ticket_id=_TICKET, display_id="IT-1042", subject="VPN drops every ten minutes", at=_MONDAY,
        outcome=Outcome.TOOK, version=2, keyword="VPN", keywords=["VPN", "remote access"],
        conditions=[Finding("requesterLocation", "equals", "Berlin", "Berlin", True)], broken=None,
        winner=Winner(id=_RULE, name="VPN of Berlin", keyword="VPN"), team=Who(_IT, "IT Support"),
        assignee=Who(_AMIR, "Amir Haddad"), status=TicketStatus.RESOLVED,
    ),
)  # fmt: skip
