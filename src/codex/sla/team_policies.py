"""Verbs about a team's own hours for a priority; they win over every named policy."""

from collections.abc import Collection

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.checks import Checks
from codex.kernel.errors import NotFound, require
from codex.sla import hours as promised
from codex.sla import queries, versions
from codex.sla.facts import TeamHoursChanged
from codex.sla.hours import Hours
from codex.sla.models import SlaPolicy
from codex.sla.policy import may_set
from codex.tickets.models import TicketPriority

_WHOSE = "Owners, and the admins of a team, set its own hours."


async def put(
    work: Work, team: Team, priority: TicketPriority, hours: Hours, *, expected: Collection[int] | None = None
) -> None:
    """Promise this for a priority, whatever the team's policy says; all but the hours goes by that policy.

    `expected`: the versions that the change may be based on, else StaleVersion. Raises Invalid for hours that no target
    has, and Conflict when somebody else saved them just now.
    """
    require(may_set(work.actor, team.id), _WHOSE)
    with Checks() as check:
        hours = promised.checked(check, hours)
    policy = await queries.held_hours(work, team.id, priority, versions=expected)
    old = _hours(policy) if policy is not None else None
    if old == hours:
        return
    if policy is None:
        policy = SlaPolicy(team_id=team.id, priority=priority, created_at=work.now)
        policy.version = await versions.next_of_hours(work, team.id, priority)
        work.session.add(policy)
    else:
        policy.version += 1
    policy.first_response_hours, policy.resolution_hours = hours.first_response_hours, hours.resolution_hours
    policy.updated_at = work.now
    await work.session.flush()
    await versions.keep_hours(work, policy)
    _record(work, policy, old, hours)


async def remove(work: Work, team: Team, priority: TicketPriority, *, expected: Collection[int] | None = None) -> None:
    """Leave a priority to the team's policy again. Raises NotFound when the team has no hours of its own for it."""
    require(may_set(work.actor, team.id), _WHOSE)
    policy = await queries.held_hours(work, team.id, priority, versions=expected)
    if policy is None:
        raise NotFound(f"This team has no hours of its own for {priority}.")
    await work.session.delete(policy)
    await work.session.flush()
    _record(work, policy, _hours(policy), None)


def _record(work: Work, policy: SlaPolicy, old: Hours | None, new: Hours | None) -> None:
    fact = TeamHoursChanged(
        team_id=policy.team_id, priority=policy.priority, version=policy.version,
        old=versions.plain(old) if old is not None else None, new=versions.plain(new) if new is not None else None,
    )  # fmt: skip
    work.record(fact)


def _hours(policy: SlaPolicy) -> Hours:
    return Hours(policy.first_response_hours, policy.resolution_hours)
