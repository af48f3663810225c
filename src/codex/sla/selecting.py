"""Which terms a ticket is under (sla.md, "Which policy applies"), and why these."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from msgspec import json
from msgspec.structs import replace

from codex.db.database import Reader, Row
from codex.db.work import Work
from codex.sla import kept_versions
from codex.sla.calendar import Calendar
from codex.sla.clock_state import Source, Terms
from codex.sla.hours import Hours, microseconds
from codex.sla.models import SlaNotifyRole
from codex.sla.versions import PolicyTerms
from codex.tickets.models import TicketPriority

_PROMISED = """
    SELECT t.name, own.id, own_v.id, own_v.version, own_v.terms::text,
        assigned.id, assigned_v.id, assigned_v.version, assigned_v.terms::text,
        fallback.id, fallback_v.id, fallback_v.version, fallback_v.terms::text,
        h.team_id, h_v.id
    FROM (SELECT %(team)s::uuid AS team_id, %(priority)s::ticket_priority AS priority) asked
    LEFT JOIN teams t ON t.id = asked.team_id
    LEFT JOIN sla_policies own ON own.team_id = asked.team_id AND own.priority = asked.priority
    LEFT JOIN sla_policy_versions own_v
        ON own_v.team_id = own.team_id AND own_v.priority = own.priority AND own_v.version = own.version
    LEFT JOIN sla_policy_assignments a ON a.team_id = asked.team_id
    LEFT JOIN sla_policy_configs assigned ON assigned.id = a.policy_config_id AND assigned.enabled
    LEFT JOIN sla_policy_versions assigned_v
        ON assigned_v.policy_config_id = assigned.id AND assigned_v.version = assigned.version
    LEFT JOIN sla_policy_configs fallback ON fallback.is_default AND fallback.enabled
    LEFT JOIN sla_policy_versions fallback_v
        ON fallback_v.policy_config_id = fallback.id AND fallback_v.version = fallback.version
    LEFT JOIN LATERAL (
        SELECT s.id, s.team_id, s.version FROM sla_business_hours_settings s
        WHERE s.id IN (asked.team_id::text, 'global') ORDER BY s.team_id NULLS LAST LIMIT 1) h ON true
    LEFT JOIN sla_calendar_versions h_v ON h_v.setting_id = h.id AND h_v.version = h.version"""
"""All that could be a ticket's terms, each in its newest version, in one look."""
_USUAL = PolicyTerms(name="")
_ASKED = "sla_terms"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The terms that a ticket is under (None: no policy applies, so it has no SLA), why these, and where they stand.

    `policy_id`: the team's own row; `policy_config_id`: the named policy that the targets, or for a team's own row all
    else, are of. `settings_version_id`: where a team's own row has all but its hours from; None: the usual settings, or
    the terms are a named policy's.
    """

    terms: Terms | None
    why: str
    priority: TicketPriority
    policy_id: UUID | None = None
    policy_config_id: UUID | None = None
    policy_version_id: UUID | None = None
    settings_version_id: UUID | None = None
    calendar_version_id: UUID | None = None
    breach_notify_roles: tuple[SlaNotifyRole, ...] = ()


@dataclass(frozen=True, slots=True)
class _Policy:
    """A named policy in force, or a team's own hours with all else that goes for them, in the newest version."""

    id: UUID
    version_id: UUID
    version: int
    terms: PolicyTerms

    def __str__(self) -> str:
        return f"{self.terms.name} (version {self.version})"


@dataclass(frozen=True, slots=True)
class _Promised:
    """All that could be a ticket's terms."""

    priority: TicketPriority
    team: str | None
    own: tuple[UUID, UUID, int, Hours] | None
    assigned: _Policy | None
    fallback: _Policy | None
    calendar_of: UUID | None
    calendar_version_id: UUID | None
    calendar: Calendar


async def terms_for(work: Work, team_id: UUID | None, priority: TicketPriority) -> Chosen:
    """What `terms_of` says; asked once in a transaction, and again after `forget`."""
    asked: dict[tuple[UUID | None, TicketPriority], Chosen] = work.session.info.setdefault(_ASKED, {})
    key = (team_id, priority)
    if key not in asked:
        asked[key] = await terms_of(await work.reader(), team_id, priority)
    return asked[key]


def forget(work: Work) -> None:
    """Something else is promised from now on in this transaction."""
    work.session.info.pop(_ASKED, None)


async def terms_of(reader: Reader, team_id: UUID | None, priority: TicketPriority) -> Chosen:
    """The terms that tickets of a team (None: of no team) and a priority are under now.

    One statement, and another one for a version of a calendar that was not seen before.
    """
    row = await reader.first(_PROMISED, {"team": team_id, "priority": priority.value})
    assert row is not None, "asked without a table, there is always one row"
    return _choose(_promised(row, priority, await kept_versions.calendar(reader, row[14])))


def _choose(promised: _Promised) -> Chosen:
    priority, passed = promised.priority, [] if promised.team else ["The ticket is of no team."]
    if promised.own is not None:
        return _by_own_hours(promised, *promised.own)
    for policy, source in ((promised.assigned, Source.ASSIGNED), (promised.fallback, Source.DEFAULT)):
        if policy is None:
            continue
        called = f"The policy of {promised.team}" if source is Source.ASSIGNED else "The default policy"
        if priority in policy.terms.targets:
            why = " ".join([*passed, f"{called}, {policy}, has a target for {priority}."])
            return _chosen(promised, policy, source, why, policy_config_id=policy.id)
        passed.append(f"{called}, {policy}, has no target for {priority}.")
    return Chosen(None, " ".join([*passed, f"Nothing is promised for {priority}."]), priority)


def _by_own_hours(promised: _Promised, key: UUID, version_id: UUID, version: int, hours: Hours) -> Chosen:
    other = promised.assigned or promised.fallback
    rest = f"all else goes by {other}" if other else "no policy is in force, so all else is as usual"
    why = f"{promised.team} has hours of its own for {promised.priority} (version {version}); {rest}."
    settings = other.terms if other else _USUAL
    terms = replace(settings, name=f"Own hours of {promised.team}", targets={promised.priority: hours})
    return _chosen(
        promised, _Policy(key, version_id, version, terms), Source.TEAM_POLICY, why, policy_id=key,
        policy_config_id=other.id if other else None, settings_version_id=other.version_id if other else None,
    )  # fmt: skip


def _chosen(promised: _Promised, policy: _Policy, source: Source, why: str, **where: UUID | None) -> Chosen:
    said, by_hours = policy.terms, policy.terms.business_hours_only and promised.calendar_version_id is not None
    why = f"{why} {_counted(promised, said)}"
    calendar_id = promised.calendar_version_id if by_hours else None
    hours = said.targets[promised.priority]
    terms = Terms(
        calendar=promised.calendar if by_hours else kept_versions.ALWAYS,
        first_response=_target(hours.first_response_hours),
        resolution=_target(hours.resolution_hours), pause_on=tuple(status.value for status in said.pause_on),
        first_response_pauses=said.first_response_pauses, reopen=said.reopen,
        at_risk_percent=said.escalation_after_percent if said.escalation_enabled else None, source=source,
        policy=said.name, policy_version=policy.version, policy_version_id=str(policy.version_id),
        calendar_version_id=str(calendar_id) if calendar_id else None, priority=promised.priority.value, why=why,
    )  # fmt: skip
    return Chosen(
        terms, why, promised.priority, policy_version_id=policy.version_id, calendar_version_id=calendar_id,
        breach_notify_roles=said.breach_notify_roles, **where,
    )  # fmt: skip


def _counted(promised: _Promised, said: PolicyTerms) -> str:
    if not said.business_hours_only:
        return "Counted round the clock."
    if promised.calendar_version_id is None:
        return "Counted round the clock: no opening hours are set."
    return f"Counted in the opening hours of {promised.team if promised.calendar_of else 'the desk'}."


def _target(hours: Decimal | None) -> timedelta | None:
    exact = microseconds(hours)
    return timedelta(microseconds=exact) if exact else None


def _promised(row: Row, priority: TicketPriority, calendar: Calendar) -> _Promised:
    own, calendar_of, calendar_id = row[1:5], row[13], row[14]
    return _Promised(
        priority, row[0], (*own[:3], _own_hours(own[3])) if own[0] else None, _named(row[5:9]), _named(row[9:13]),
        calendar_of, calendar_id, calendar,
    )  # fmt: skip


def _named(row: Row) -> _Policy | None:
    key, version_id, version, said = row
    return _Policy(key, version_id, version, _policy_terms(said)) if key else None


@lru_cache(maxsize=256)
def _policy_terms(said: str) -> PolicyTerms:
    return json.decode(said, type=PolicyTerms)


@lru_cache(maxsize=256)
def _own_hours(said: str) -> Hours:
    return json.decode(said, type=Hours)
