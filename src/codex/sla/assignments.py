"""Verbs about which named policy a team is under."""

from uuid import UUID

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.errors import NotFound, Unprocessable, require
from codex.sla import queries
from codex.sla.facts import SlaPolicyAssigned
from codex.sla.models import SlaPolicyAssignment, SlaPolicyConfig
from codex.sla.policy import may_read, may_set

_WHOSE = "Owners, and the admins of a team, say which policy it is under."


async def assign(work: Work, team: Team, policy_id: UUID) -> None:
    """Put a team under a policy, in place of the one it was under. Running clocks go on by what they have.

    Raises Unprocessable for a policy that there is not, that the actor may not read, or that is another team's own.
    """
    require(may_set(work.actor, team.id), _WHOSE)
    policy = await work.session.get(SlaPolicyConfig, policy_id, with_for_update={"key_share": True, "read": True})
    if policy is None or not may_read(work.actor, policy.team_id):
        raise Unprocessable("There is no such policy.", path="policyId")
    if policy.team_id not in (None, team.id):
        raise Unprocessable("This policy is another team's own.", path="policyId")
    assignment = await queries.held_assignment(work, team.id)
    if assignment is not None and assignment.policy_config_id == policy.id:
        return
    old = assignment.policy_config_id if assignment is not None else None
    if assignment is None:
        assignment = SlaPolicyAssignment(team_id=team.id, created_at=work.now)
        work.session.add(assignment)
    assignment.policy_config_id, assignment.updated_at = policy.id, work.now
    await work.session.flush()
    work.record(SlaPolicyAssigned(team_id=team.id, old=old, new=policy.id, name=policy.name))


async def withdraw(work: Work, team: Team) -> None:
    """Put a team under no policy of its own, and so under the default one. Raises NotFound when it is under none."""
    require(may_set(work.actor, team.id), _WHOSE)
    assignment = await queries.held_assignment(work, team.id)
    if assignment is None:
        raise NotFound("This team is under no policy of its own.")
    await work.session.delete(assignment)
    await work.session.flush()
    work.record(SlaPolicyAssigned(team_id=team.id, old=assignment.policy_config_id, new=None, name=None))
