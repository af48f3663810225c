"""Examples for the OpenAPI document of what is about several tickets, or about who sees one and why it is there."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from codex.api.bulk import Bulk, BulkAnswer, BulkChanges, BulkResult
from codex.api.ticket_insight import Explanation, Visibility, WholeRouting
from codex.api.ticket_macros import MacroChoice, MacroUse
from codex.api.ticket_merges import Merge
from codex.automation.doing import Done
from codex.automation.macros import MacroApplied, MacroPreview
from codex.httpkit.problems import problem
from codex.kernel.actor import ActorKind
from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import Created
from codex.sla.clock_reading import story
from codex.sla.clock_state import Source, Terms
from codex.tickets.explanation import Named, RoutingStep
from codex.tickets.models import TicketPriority
from codex.tickets.rows import EventActor, PersonRef
from codex.tickets.visibility import OnlookerRow

_TICKET, _OTHER, _AMIR, _TEAM, _EVENT = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2d1{n}") for n in range(5))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_amir = EventActor(ActorKind.PERSON, _AMIR, "Amir Haddad")
_step = RoutingStep(
    id=_EVENT, type="ASSIGNED", at=_MONDAY, old=None, new=Named(_AMIR, "Amir Haddad"), actor=_amir, cause=None
)
_terms = Terms(
    calendar=Calendar.always("Europe/Berlin"), resolution=timedelta(hours=8), source=Source.DEFAULT, policy="Standard",
    policy_version=3, priority="P2", why="The default policy, Standard (version 3), has a target for P2.",
)  # fmt: skip
_urgent = Done("set_priority", [{"fact": "PRIORITY_CHANGED", "from": "P3", "to": "P1"}])

ALONE: tuple[Struct, ...] = (
    Merge(into="IT-1040"),
    Bulk(ids=[str(_TICKET), str(_OTHER)], changes=BulkChanges(priority=TicketPriority.P2, add_tags=["vpn"])),
    BulkAnswer(
        [BulkResult(str(_TICKET), ok=True), BulkResult(str(_OTHER), ok=False, problem=problem(404, "No such ticket."))],
        _EVENT,
    ),
    MacroChoice(canned_response_id=_OTHER),
    MacroUse(canned_response_id=_OTHER, body="Hello Rosa, we are looking into IT-1042."),
    MacroPreview(_OTHER, "Hello Rosa, we are looking into IT-1042.", [_urgent]),
    MacroApplied(_TICKET, _OTHER, _EVENT, [_urgent]),
    Visibility(
        people=[OnlookerRow(PersonRef(_AMIR, "Amir Haddad", "amir@acme.example"), ["MEMBER of it"], True, True)]
    ),
    Explanation(
        routing=WholeRouting(
            team=Named(_TEAM, "IT Support"),
            assignee=Named(_AMIR, "Amir Haddad"),
            rule=None,
            steps=[_step],
            decision=None,
        ),
        sla=story([Created(at=_MONDAY, terms=_terms)], _MONDAY + timedelta(hours=1)),
        rules=[],
    ),
)
