"""Verbs about named policies: add, change, set what they promise for a priority, remove."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from codex.classification.queries import refuse_absent_team
from codex.db.work import Work
from codex.kernel.changes import given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, NotFound, Unprocessable, require
from codex.sla import hours as promised
from codex.sla import queries, versions
from codex.sla.clock_state import ReopenMode
from codex.sla.facts import SlaPolicyAdded, SlaPolicyChanged, SlaPolicyRemoved
from codex.sla.hours import Hours
from codex.sla.models import WAITING, SlaNotifyRole, SlaPolicyConfig, SlaPolicyConfigTarget
from codex.sla.policy import may_set
from codex.sla.versions import PolicyTerms
from codex.tickets.models import TicketPriority, TicketStatus

DESCRIPTION_MOST = 2_000
_WHOSE = "Owners set everybody's policies, and the admins of a team that team's own."
_TARGETS = "targets"


class Target(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a policy promises for a priority. Hours may be fractions; 0 or absent: no such clock."""

    priority: TicketPriority
    first_response_hours: float | None = None
    resolution_hours: float | None = None


class NewPolicy(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A policy to be added: everybody's, or with `teamId` that team's own. `pauseOn`: the waiting statuses in which the
    resolution clock stands still, and with `firstResponsePauses` the other one too."""

    name: str
    description: str | None = None
    team_id: UUID | None = None
    is_default: bool = False
    enabled: bool = True
    business_hours_only: bool = True
    escalation_enabled: bool = True
    escalation_after_percent: int = 80
    breach_notify_roles: list[SlaNotifyRole] = field(default_factory=lambda: [SlaNotifyRole.AGENT, SlaNotifyRole.LEAD])
    reopen: ReopenMode = ReopenMode.RESUME
    pause_on: list[TicketStatus] = field(default_factory=lambda: list(WAITING))
    first_response_pauses: bool = False
    targets: list[Target] = field(default_factory=list)


class PolicyChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a policy; what is UNSET stays. `targets` are all that there are to be."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    business_hours_only: bool | UnsetType = UNSET
    escalation_enabled: bool | UnsetType = UNSET
    escalation_after_percent: int | UnsetType = UNSET
    breach_notify_roles: list[SlaNotifyRole] | UnsetType = UNSET
    reopen: ReopenMode | UnsetType = UNSET
    pause_on: list[TicketStatus] | UnsetType = UNSET
    first_response_pauses: bool | UnsetType = UNSET
    targets: list[Target] | UnsetType = UNSET


async def add(work: Work, new: NewPolicy) -> SlaPolicyConfig:
    """Add a policy; a new default takes the place of the former.

    Raises Invalid for what no policy can say, Unprocessable for a team that there is not or a default of a team.
    """
    require(may_set(work.actor, new.team_id), _WHOSE)
    given = checked(given_of(new))
    targets = given.pop(_TARGETS)
    if new.is_default and new.team_id is not None:
        raise Unprocessable("The default policy is everybody's; it cannot be a team's own.", path="isDefault")
    await refuse_absent_team(work.session, new.team_id, path="teamId")
    if new.is_default:
        await _unset_default(work)
    config = SlaPolicyConfig(**given, created_by_id=work.actor.id, created_at=work.now, updated_at=work.now)
    work.session.add(config)
    await work.session.flush()
    terms = versions.terms_of(config, await _put_targets(work, config, (), targets))
    await versions.keep_policy(work, config, terms)
    fact = SlaPolicyAdded(
        team_id=config.team_id, policy_id=config.id, name=config.name, version=config.version,
        terms=versions.plain(terms),
    )  # fmt: skip
    work.record(fact)
    return config


async def change(work: Work, config: SlaPolicyConfig, wanted: PolicyChanges) -> None:
    """Change what is given of a policy loaded by `queries.held_policy`; a new version of it.

    Running clocks go on by the version that they have. Raises Invalid and Unprocessable as `add` does.
    """
    require(may_set(work.actor, config.team_id), _WHOSE)
    given = checked(given_of(wanted))
    targets = await queries.targets(work, config.id)
    before = versions.terms_of(config, targets)
    if given.get("is_default") and not config.is_default:
        if config.team_id is not None:
            raise Unprocessable("The default policy is everybody's; it cannot be a team's own.", path="isDefault")
        await _unset_default(work)
    if (hours := given.pop(_TARGETS, None)) is not None:
        targets = await _put_targets(work, config, targets, hours)
    for name, value in given.items():
        setattr(config, name, value)
    await _settle(work, config, before, targets)


async def put_target(work: Work, config: SlaPolicyConfig, priority: TicketPriority, hours: Hours) -> None:
    """Promise this for a priority, in place of what was promised; a new version of the policy. Raises Invalid."""
    require(may_set(work.actor, config.team_id), _WHOSE)
    with Checks() as check:
        hours = promised.checked(check, hours)
    targets = await queries.targets(work, config.id)
    before = versions.terms_of(config, targets)
    targets = await _put_targets(work, config, targets, {**before.targets, priority: hours})
    await _settle(work, config, before, targets)


async def remove_target(work: Work, config: SlaPolicyConfig, priority: TicketPriority) -> None:
    """Promise nothing for a priority: its tickets are under the default policy. Raises NotFound for no such target."""
    require(may_set(work.actor, config.team_id), _WHOSE)
    targets = await queries.targets(work, config.id)
    before = versions.terms_of(config, targets)
    if priority not in before.targets:
        raise NotFound(f"This policy has no target for {priority}.")
    rest = {kept: hours for kept, hours in before.targets.items() if kept != priority}
    await _settle(work, config, before, await _put_targets(work, config, targets, rest))


async def remove(work: Work, config: SlaPolicyConfig) -> None:
    """Remove a policy for good; clocks that run by it go on. Raises Conflict while it is the default or a team's."""
    require(may_set(work.actor, config.team_id), _WHOSE)
    if config.is_default:
        raise Conflict("This is the default policy; make another one the default, or none, first.")
    if await queries.is_assigned(work, config.id):
        raise Conflict("Teams are under this policy; put them under another one first.")
    await work.session.delete(config)
    await work.session.flush()
    fact = SlaPolicyRemoved(team_id=config.team_id, policy_id=config.id, name=config.name, version=config.version)
    work.record(fact)


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a policy, as it is kept: `targets` by priority. Raises Invalid."""
    kept = dict(given)
    with Checks() as check:
        if "name" in kept:
            kept["name"] = check.line("name", kept["name"])
        if kept.get("description") is not None:
            kept["description"] = check.text("description", kept["description"], most=DESCRIPTION_MOST) or None
        if not 1 <= kept.get("escalation_after_percent", 1) <= 100:
            check.fail("escalationAfterPercent", "A clock is at risk after 1 to 100 % of its target.")
        _refuse_repeated(check, "breachNotifyRoles", kept.get("breach_notify_roles", ()))
        _refuse_repeated(check, "pauseOn", kept.get("pause_on", ()))
        if not set(kept.get("pause_on", ())) <= set(WAITING):
            check.fail("pauseOn", f"Clocks pause only in {' and '.join(WAITING)}.")
        if _TARGETS in kept:
            kept[_TARGETS] = _checked_targets(check, kept[_TARGETS])
    return kept


def _refuse_repeated(check: Checks, path: str, named: Sequence[str]) -> None:
    if len(set(named)) < len(named):
        check.fail(path, "Name each only once.")


def _checked_targets(check: Checks, targets: Sequence[Target]) -> dict[TicketPriority, Hours]:
    _refuse_repeated(check, _TARGETS, [target.priority for target in targets])
    return {
        target.priority: promised.checked(
            check, promised.written(target.first_response_hours, target.resolution_hours), path=f"{_TARGETS}[{n}]"
        )
        for n, target in enumerate(targets)
    }


async def _unset_default(work: Work) -> None:
    former = await queries.held_default(work)
    if former is not None:
        targets = await queries.targets(work, former.id)
        before = versions.terms_of(former, targets)
        former.is_default = False
        await _settle(work, former, before, targets)


async def _put_targets(
    work: Work,
    config: SlaPolicyConfig,
    present: Iterable[SlaPolicyConfigTarget],
    wanted: Mapping[TicketPriority, Hours],
) -> Sequence[SlaPolicyConfigTarget]:
    """Make the targets of a policy those that are wanted; returns them."""
    rows = {target.priority: target for target in present}
    for priority in rows.keys() - wanted.keys():
        await work.session.delete(rows.pop(priority))
    for priority, hours in wanted.items():
        row = rows.get(priority)
        if row is None:
            row = SlaPolicyConfigTarget(policy_config_id=config.id, priority=priority, created_at=work.now)
            rows[priority] = row
            work.session.add(row)
        elif Hours(row.first_response_hours, row.resolution_hours) == hours:
            continue
        row.first_response_hours, row.resolution_hours = hours.first_response_hours, hours.resolution_hours
        row.updated_at = work.now
    await work.session.flush()
    return list(rows.values())


async def _settle(
    work: Work, config: SlaPolicyConfig, before: PolicyTerms, targets: Iterable[SlaPolicyConfigTarget]
) -> None:
    """A new version, if the policy says anything else than before."""
    after = versions.terms_of(config, targets)
    if after == before:
        return
    config.version, config.updated_at = config.version + 1, work.now
    await work.session.flush()
    await versions.keep_policy(work, config, after)
    old, new = versions.plain(before), versions.plain(after)
    changed = [name for name in new if new[name] != old[name]]
    fact = SlaPolicyChanged(
        team_id=config.team_id, policy_id=config.id, name=config.name, version=config.version,
        old={name: old[name] for name in changed}, new={name: new[name] for name in changed},
    )  # fmt: skip
    work.record(fact)
