"""Examples for the OpenAPI document of what is promised."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.api.sla_applying import Applied, ToBeApplied
from codex.api.sla_policies import HoursBody
from codex.api.sla_preview import Preview
from codex.api.sla_simulate import Simulated, Timeline
from codex.api.sla_teams import PolicyOfTeam
from codex.sla.applying import Affected, Moved
from codex.sla.business_hours import OpeningHours, PublicHolidays
from codex.sla.clock_state import ReopenMode
from codex.sla.clock_verdicts import State
from codex.sla.models import WAITING, SlaNotifyRole
from codex.sla.policies import NewPolicy, PolicyChanges, Target
from codex.sla.reading import PolicyRow, PolicyVersionRow, TargetRow
from codex.sla.team_reading import AssignmentRow, BusinessHoursRow, TeamPolicyRow
from codex.tickets.models import TicketPriority

_POLICY, _IT, _ONA, _OTHER = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2f1{n}") for n in range(4))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SAID: dict[str, Any] = {
    "name": "Gold", "description": "For what stops whole offices.", "is_default": False, "enabled": True,
    "business_hours_only": True, "escalation_enabled": True, "escalation_after_percent": 80,
    "breach_notify_roles": [SlaNotifyRole.AGENT, SlaNotifyRole.LEAD], "reopen": ReopenMode.RESUME,
    "pause_on": list(WAITING), "first_response_pauses": False,
}  # fmt: skip
_row = PolicyRow(
    **_SAID, id=_POLICY, team_id=None, targets=[TargetRow(TicketPriority.P1, 0.5, 4)], version=3, may_change=True,
    created_by_id=_ONA, created_at=_MONDAY, updated_at=_MONDAY,
)  # fmt: skip
_version = PolicyVersionRow(
    **_SAID, id=_OTHER, version=3, targets=[TargetRow(TicketPriority.P1, 0.5, 4)], created_by_id=_ONA,
    created_at=_MONDAY,
)  # fmt: skip
_assignment = AssignmentRow(_IT, _POLICY, "Gold", _MONDAY, _MONDAY)
_team_policy = TeamPolicyRow(_OTHER, _IT, TicketPriority.P1, 0.5, 4, 2, _MONDAY, _MONDAY)
_WEEK = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "17:30"]]}
_DAYS = [
    {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]},
    {"date": "2026-12-25", "name": "Christmas"},
]
_TIMELINE = Timeline(
    calendar={"timezone": "Europe/Berlin", "schedule": _WEEK, "holidays": _DAYS}, business_hours_only=True,
    targets={"P2": {"firstResponseHours": 4, "resolutionHours": 8}},
    timeline=[
        {"at": "2026-03-02T10:00:00+01:00", "type": "created", "priority": "P2"},
        {"at": "2026-03-02T11:00:00+01:00", "type": "message", "visibility": "PUBLIC", "by": "agent"},
    ],
    now="2026-03-02T18:00:00+01:00",
)  # fmt: skip
_SEEN = {
    "state": "RUNNING", "startedAt": "2026-03-02T09:00:00Z", "dueAt": "2026-03-03T09:00:00Z",
    "atRiskAt": "2026-03-02T15:24:00Z", "stoppedAt": None, "breachedAt": None, "breachCause": None,
    "everBreached": False, "elapsedSeconds": 25200, "remainingSeconds": 3600, "overdueSeconds": 0, "pausedSeconds": 0,
    "targetSeconds": 28800,
}  # fmt: skip
_affected = Affected(
    ticket_id=_OTHER, display_id="IT-1042", subject="No VPN since this morning", team_id=_IT,
    priority=TicketPriority.P1,
    first_response=Moved(State.RUNNING, State.RUNNING, _MONDAY.replace(hour=10), _MONDAY.replace(minute=30)),
    resolution=Moved(State.RUNNING, State.RUNNING, _MONDAY.replace(hour=13), _MONDAY.replace(hour=11)),
    why="The default policy, Gold (version 4), has a target for P1. Counted in the opening hours of the desk.",
)  # fmt: skip

ALONE: tuple[Struct, ...] = (
    NewPolicy(name="Gold", targets=[Target(TicketPriority.P1, 0.5, 4), Target(TicketPriority.P2, 4, 8)]),
    PolicyChanges(escalation_after_percent=75, targets=[Target(TicketPriority.P1, 0.5, 4)]),
    _row,
    HoursBody(first_response_hours=0.5, resolution_hours=4),
    PolicyOfTeam(policy_id=_POLICY),
    _assignment,
    _team_policy,
    Preview([_affected], 1),
    ToBeApplied(policy_id=_POLICY),
    Applied(12),
    _TIMELINE,
    Simulated(None, _SEEN, ["10:00 to 17:00 on Monday, 2 March: running, 7 hours counted."]),
    PublicHolidays(country="DE", subdivision="BE", years=[2026, 2027]),
    OpeningHours(timezone="Europe/Berlin", schedule=_WEEK, holidays=_DAYS),
    BusinessHoursRow(_IT, "Europe/Berlin", _WEEK, _DAYS, 2, _MONDAY, _MONDAY),
)
IN_LISTS: tuple[Struct, ...] = (
    _row,
    _version,
    TargetRow(TicketPriority.P1, 0.5, 4),
    _assignment,
    _team_policy,
    _affected,
)
