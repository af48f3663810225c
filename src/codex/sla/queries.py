"""Loading what is promised to change it: only what the actor may read, and never over what somebody else just saved."""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from codex.db.work import Work
from codex.kernel.errors import Conflict, NotFound, StaleVersion
from codex.sla.models import (
    SlaBusinessHoursSetting,
    SlaPolicy,
    SlaPolicyAssignment,
    SlaPolicyConfig,
    SlaPolicyConfigTarget,
)
from codex.sla.policy import may_read
from codex.tickets.models import TicketPriority

R = TypeVar("R", SlaPolicyConfig, SlaPolicy, SlaBusinessHoursSetting)
GLOBAL = "global"
"""The id of the calendar that is everybody's."""


async def held_policy(work: Work, policy_id: UUID, *, versions: Collection[int] | None = None) -> SlaPolicyConfig:
    """A named policy that the actor may read, for a change of it or of its targets; nobody else changes it until this
    commits. Raises NotFound; StaleVersion when the caller expected other `versions`; Conflict when somebody else saved
    it while this waited."""
    found = await _held(work, SlaPolicyConfig, SlaPolicyConfig.id == policy_id, versions)
    if found is None or not may_read(work.actor, found.team_id):
        raise NotFound("There is no such policy.")
    return found


async def held_hours(
    work: Work, team_id: UUID, priority: TicketPriority, *, versions: Collection[int] | None = None
) -> SlaPolicy | None:
    """A team's own hours for a priority, for a change. Raises StaleVersion and Conflict as `held_policy` does."""
    of = (SlaPolicy.team_id == team_id) & (SlaPolicy.priority == priority)
    return await _held(work, SlaPolicy, of, versions)


async def held_calendar(
    work: Work, team_id: UUID | None, *, versions: Collection[int] | None = None
) -> SlaBusinessHoursSetting | None:
    """A team's own calendar, or everybody's, for a change. Raises StaleVersion and Conflict as `held_policy` does."""
    of = SlaBusinessHoursSetting.id == (str(team_id) if team_id else GLOBAL)
    return await _held(work, SlaBusinessHoursSetting, of, versions)


async def held_default(work: Work) -> SlaPolicyConfig | None:
    """The default policy, enabled or not, for a change."""
    found: SlaPolicyConfig | None = await work.session.scalar(
        select(SlaPolicyConfig).where(SlaPolicyConfig.is_default).with_for_update()
    )
    return found


async def held_assignment(work: Work, team_id: UUID) -> SlaPolicyAssignment | None:
    """Which policy a team is under, for a change."""
    found: SlaPolicyAssignment | None = await work.session.scalar(
        select(SlaPolicyAssignment).where(SlaPolicyAssignment.team_id == team_id).with_for_update()
    )
    return found


async def targets(work: Work, policy_id: UUID) -> Sequence[SlaPolicyConfigTarget]:
    """The targets of a policy."""
    query = select(SlaPolicyConfigTarget).where(SlaPolicyConfigTarget.policy_config_id == policy_id)
    return (await work.session.scalars(query)).all()


async def is_assigned(work: Work, policy_id: UUID) -> bool:
    """Whether any team is under a policy."""
    query = select(SlaPolicyAssignment.id).where(SlaPolicyAssignment.policy_config_id == policy_id).limit(1)
    return await work.session.scalar(query) is not None


async def _held(work: Work, kind: type[R], of: ColumnElement[bool], versions: Collection[int] | None) -> R | None:
    seen: int | None = await work.session.scalar(select(kind.version).where(of))
    query = select(kind).where(of).with_for_update().execution_options(populate_existing=True)
    found: R | None = await work.session.scalar(query)
    version = found.version if found is not None else None
    if versions is not None and version not in versions:
        raise StaleVersion(f"This has changed since then; it is at version {version}.")
    if version != seen:  # it was locked, and has another version now than when this began
        raise Conflict("Somebody else has just saved this; look at it again.")
    return found
