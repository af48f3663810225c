"""What a policy or a calendar says, kept unchanged from one save to the next."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct, to_builtins
from sqlalchemy import ColumnElement, func, select

from codex.db.work import Work
from codex.sla.clock_state import ReopenMode
from codex.sla.hours import Hours
from codex.sla.models import (
    WAITING,
    SlaBusinessHoursSetting,
    SlaCalendarVersion,
    SlaNotifyRole,
    SlaPolicy,
    SlaPolicyConfig,
    SlaPolicyConfigTarget,
    SlaPolicyVersion,
)
from codex.tickets.models import TicketPriority, TicketStatus

V = TypeVar("V", SlaPolicyVersion, SlaCalendarVersion)


class PolicyTerms(Struct, frozen=True, kw_only=True, rename="camel"):
    """All that a named policy says. The defaults hold for a team's own hours where no policy is in force."""

    name: str
    description: str | None = None
    is_default: bool = False
    enabled: bool = True
    business_hours_only: bool = True
    escalation_enabled: bool = True
    escalation_after_percent: int = 80
    breach_notify_roles: tuple[SlaNotifyRole, ...] = (SlaNotifyRole.AGENT, SlaNotifyRole.LEAD)
    reopen: ReopenMode = ReopenMode.RESUME
    pause_on: tuple[TicketStatus, ...] = WAITING
    first_response_pauses: bool = False
    targets: dict[TicketPriority, Hours] = {}


def terms_of(config: SlaPolicyConfig, targets: Iterable[SlaPolicyConfigTarget]) -> PolicyTerms:
    """What a policy says now; its targets in the order of priorities."""
    hours = {t.priority: Hours(t.first_response_hours, t.resolution_hours) for t in targets}
    return PolicyTerms(
        name=config.name, description=config.description, is_default=config.is_default, enabled=config.enabled,
        business_hours_only=config.business_hours_only, escalation_enabled=config.escalation_enabled,
        escalation_after_percent=config.escalation_after_percent,
        breach_notify_roles=tuple(config.breach_notify_roles), reopen=config.reopen, pause_on=tuple(config.pause_on),
        first_response_pauses=config.first_response_pauses, targets={p: hours[p] for p in sorted(hours)},
    )  # fmt: skip


def plain(said: Struct) -> dict[str, Any]:
    """What is said, as JSON values; hours are texts, so that no digit is lost."""
    told: dict[str, Any] = to_builtins(said, str_keys=True)
    return told


async def keep_policy(work: Work, config: SlaPolicyConfig, terms: PolicyTerms) -> None:
    """Keep what a policy says as its version."""
    await _keep(work, SlaPolicyVersion(policy_config_id=config.id, version=config.version, terms=plain(terms)))


async def keep_hours(work: Work, policy: SlaPolicy) -> None:
    """Keep a team's own hours for a priority as their version."""
    hours = Hours(policy.first_response_hours, policy.resolution_hours)
    await _keep(
        work,
        SlaPolicyVersion(team_id=policy.team_id, priority=policy.priority, version=policy.version, terms=plain(hours)),
    )


async def keep_calendar(work: Work, setting: SlaBusinessHoursSetting) -> UUID:
    """Keep what a calendar says as its version; the version's id."""
    version = SlaCalendarVersion(
        setting_id=setting.id, team_id=setting.team_id, version=setting.version, timezone=setting.timezone,
        schedule=setting.schedule, holidays=setting.holidays,
    )  # fmt: skip
    await _keep(work, version)
    return version.id


async def next_of_hours(work: Work, team_id: UUID, priority: TicketPriority) -> int:
    """The number of the next version: numbers go on where hours that were removed had come to."""
    of = (SlaPolicyVersion.team_id == team_id) & (SlaPolicyVersion.priority == priority)
    return await _next(work, SlaPolicyVersion, of)


async def next_of_calendar(work: Work, setting_id: str) -> int:
    """The number of the next version of a calendar, one that was removed in between included."""
    return await _next(work, SlaCalendarVersion, SlaCalendarVersion.setting_id == setting_id)


async def _next(work: Work, kind: type[V], of: ColumnElement[bool]) -> int:
    last: int | None = await work.session.scalar(select(func.max(kind.version)).where(of))
    return (last or 0) + 1


async def _keep(work: Work, version: V) -> None:
    version.created_by_id, version.created_at = work.actor.id, work.now
    work.session.add(version)
    await work.session.flush()
