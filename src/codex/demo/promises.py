"""What Acme promises: opening hours with holidays, everybody's policy, a stricter one of IT, and who looks after it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from codex.db.database import Reader
from codex.db.work import Step, Work
from codex.demo.foundations import House
from codex.sla import assignments, business_hours, policies, team_policies
from codex.sla.business_hours import OpeningHours, PublicHolidays
from codex.sla.hours import Hours
from codex.sla.models import SlaBusinessHoursSetting, SlaPolicy, SlaPolicyAssignment, SlaPolicyConfig
from codex.sla.policies import NewPolicy, Target
from codex.sla.queries import GLOBAL
from codex.sla.sweep import ACTOR, BATCH, announce_due
from codex.tickets.models import TicketPriority

_P1, _P2, _P3, _P4 = TicketPriority
_ZONE = "Europe/Berlin"
_OFFICE: Mapping[str, Any] = MappingProxyType(
    {day: [["08:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
)
_HR: Mapping[str, Any] = MappingProxyType(
    {**{day: [["09:00", "16:00"]] for day in ("mon", "tue", "wed", "thu")}, "fri": [["09:00", "13:00"]]}
)
_STANDARD = (Target(_P1, 1, 4), Target(_P2, 4, 18), Target(_P3, 9, 45), Target(_P4, 18, 90))
_IT = (Target(_P1, 0.5, 4), Target(_P2, 2, 9), Target(_P3, 4.5, 36), Target(_P4, 9, 72))
_IN_A_LIFT = Hours(Decimal("0.25"), Decimal(2))
_MINUTE = timedelta(minutes=1)
_NEXT = "SELECT min(next_due_at) FROM sla_instances"


async def make(work: Work, house: House, *, at: datetime, now: datetime) -> None:
    """Promise it from the instant `at` on, each by who would; what is promised already stays as it is. Holidays are
    those of Berlin up to the year after `now`."""
    ona = house.actors["ona@acme.example"]
    async with work.step(ona, now=at) as step:
        await _open(step, house, None, _OFFICE, years=range(at.year, now.year + 2))
        if await step.session.scalar(select(SlaPolicyConfig.id).where(SlaPolicyConfig.is_default)) is None:
            description = "For every team that has promised nothing else."
            await policies.add(
                step, NewPolicy(name="Standard", description=description, is_default=True, targets=[*_STANDARD])
            )
        await _lift(step, house)
    async with work.step(house.actors["tara@acme.example"], now=at + timedelta(days=3)) as step:
        await _stricter(step, house)
    async with work.step(house.actors["ingrid@acme.example"], now=at + timedelta(days=5)) as step:
        await _open(step, house, "hr", _HR, years=range(at.year, now.year + 2))


async def look_after(work: Work, reader: Reader, *, until: datetime) -> None:
    """Announce what fell due of the clocks before `until`, each at the next full minute, as the worker would have;
    `reader` is the work's."""
    while (row := await reader.first(_NEXT)) and (due := row[0]) and due < until:
        async with work.step(ACTOR, now=min(due.replace(second=0, microsecond=0) + _MINUTE, until)) as step:
            await announce_due(step, limit=BATCH)
        await work.session.flush()


async def _open(step: Step, house: House, slug: str | None, schedule: Mapping[str, Any], *, years: range) -> None:
    team = house.teams[slug] if slug else None
    if await step.session.get(SlaBusinessHoursSetting, str(team.id) if team else GLOBAL) is not None:
        return
    await business_hours.put(step, team, OpeningHours(timezone=_ZONE, schedule={**schedule}))
    await business_hours.add_holidays(step, team, PublicHolidays(country="DE", subdivision="BE", years=[*years]))


async def _lift(step: Step, house: House) -> None:
    """Facilities have hours of their own for what is urgent: somebody is stuck."""
    team = house.teams["facilities"]
    if await step.session.scalar(select(SlaPolicy.id).where(SlaPolicy.team_id == team.id)) is None:
        await team_policies.put(step, team, _P1, _IN_A_LIFT)


async def _stricter(step: Step, house: House) -> None:
    team = house.teams["it"]
    of_team = select(SlaPolicyAssignment.id).where(SlaPolicyAssignment.team_id == team.id)
    if await step.session.scalar(of_team) is None:
        new = NewPolicy(
            name="IT, stricter", description="Who cannot work waits for us.", team_id=team.id, targets=[*_IT],
            escalation_after_percent=75,
        )  # fmt: skip
        policy = await policies.add(step, new)
        await assignments.assign(step, team, policy.id)
