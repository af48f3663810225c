"""The policy that is rehearsed, and what would be promised with it: a draft is refused exactly as when saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from codex.classification.queries import refuse_absent_team
from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.changes import given_of
from codex.kernel.errors import Invalid, Unprocessable, require
from codex.rehearsal.drafts import within
from codex.sla import kept_versions, reading
from codex.sla.calendar import Calendar
from codex.sla.clock_state import Source, Terms
from codex.sla.hours import microseconds, written
from codex.sla.policies import NewPolicy, checked
from codex.sla.policy import may_set
from codex.sla.reading import PolicyRow
from codex.sla.selecting import terms_of
from codex.sla.versions import PolicyTerms
from codex.tickets.models import TicketPriority

_WHOSE = "Who may set such a policy may rehearse it: owners everybody's, and the admins of a team that team's own."
_UNDER = """
    SELECT a.team_id, a.policy_config_id FROM sla_policy_assignments a
    JOIN sla_policy_configs p ON p.id = a.policy_config_id AND p.enabled"""
_CALENDAR = """
    SELECT v.id FROM sla_business_hours_settings s
    JOIN sla_calendar_versions v ON v.setting_id = s.id AND v.version = s.version
    WHERE s.id IN (%(team)s::text, 'global') ORDER BY s.team_id NULLS LAST LIMIT 1"""


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A policy to be rehearsed. `team_id`: whose own it is. `teams`: those that are under it; `everywhere`: nobody is
    yet, so it is rehearsed as if all were."""

    terms: PolicyTerms
    stored_id: UUID | None
    team_id: UUID | None
    teams: frozenset[UUID]
    everywhere: bool
    under: Mapping[UUID, UUID]


async def draft(work: Work, new: NewPolicy | None, stored_id: UUID | None) -> PolicyDraft:
    """The draft `new`; or a stored policy as it is; or, with both, the draft in the place of the stored one.

    Raises Forbidden for who may not set such a policy, NotFound for no such stored one, Unprocessable for one that is
    not enabled; and for a draft what saving it raises, with paths from `rule` on.
    """
    reader = await work.reader()
    stored = await _stored(work, stored_id) if stored_id is not None else None
    if new is None and stored is None:
        raise Unprocessable("Say what to rehearse: a draft as `rule`, or a stored one by `id`.", path="rule")
    terms = await _drafted(work, new) if new is not None else _as_stored(stored)
    if not terms.enabled:
        raise Unprocessable("A policy that is not enabled promises nothing; rehearse it enabled.", path="rule.enabled")
    team_id = new.team_id if new is not None else stored.team_id if stored else None
    under: dict[UUID, UUID] = dict(await reader.all(_UNDER))
    teams = {team for team, policy in under.items() if stored_id is not None and policy == stored_id}
    teams |= {team_id} if team_id else set()
    return PolicyDraft(terms, stored_id, team_id, frozenset(teams), not teams and not terms.is_default, under)


@dataclass(slots=True)
class Promises:
    """What would be promised with the draft, by team and priority; each is looked up once."""

    reader: Reader
    draft: PolicyDraft
    _known: dict[tuple[UUID | None, TicketPriority], Terms | None] = field(default_factory=dict)
    _as_today: set[tuple[UUID | None, TicketPriority]] = field(default_factory=set)

    async def learn(self, team_id: UUID | None, priority: TicketPriority) -> None:
        """Have this at hand for `terms`."""
        key = (team_id, priority)
        if key not in self._known:
            today = (await terms_of(self.reader, team_id, priority)).terms
            self._known[key] = then = await self._terms(team_id, priority, today)
            self._as_today |= {key} if then is today else set()

    def terms(self, team_id: UUID | None, priority: TicketPriority) -> Terms | None:
        """What tickets of a team and priority would be promised; None: nothing."""
        return self._known[team_id, priority]

    def is_decided(self, team_id: UUID | None, priority: TicketPriority) -> bool:
        """Whether the draft has a say in what they would be promised, be it that it is nothing."""
        return (team_id, priority) not in self._as_today

    def is_drafted(self, team_id: UUID | None, priority: TicketPriority) -> bool:
        """Whether what they would be promised is what the draft promises."""
        terms = self.terms(team_id, priority)
        return terms is not None and terms.policy_version_id == _MARK

    async def _terms(self, team_id: UUID | None, priority: TicketPriority, today: Terms | None) -> Terms | None:
        draft = self.draft
        is_under = (draft.everywhere and team_id is not None) or team_id in draft.teams
        if not is_under and not draft.terms.is_default and not (draft.everywhere and team_id is None):
            return today
        has_other = team_id in draft.under and draft.under[team_id] != draft.stored_id if team_id else False
        if today is not None and today.source is Source.TEAM_POLICY:
            return today if has_other and not is_under else self._rest(today, *await self._calendar(team_id))
        if not is_under and has_other and today is not None and today.source is Source.ASSIGNED:
            return today
        if priority in draft.terms.targets:
            return self._rest(self._bare(priority, is_under=is_under), *await self._calendar(team_id))
        return (await terms_of(self.reader, None, priority)).terms if is_under and not draft.terms.is_default else None

    async def _calendar(self, team_id: UUID | None) -> tuple[Calendar, str | None]:
        """What the draft counts in for a team: its opening hours, else everybody's; or round the clock."""
        row = await self.reader.first(_CALENDAR, {"team": str(team_id) if team_id else None})
        key = row[0] if row and self.draft.terms.business_hours_only else None
        return await kept_versions.calendar(self.reader, key), str(key) if key else None

    def _bare(self, priority: TicketPriority, *, is_under: bool) -> Terms:
        """The hours that the draft has for a priority."""
        hours = self.draft.terms.targets[priority]
        return Terms(
            calendar=kept_versions.ALWAYS, first_response=_span(hours.first_response_hours),
            resolution=_span(hours.resolution_hours), source=Source.ASSIGNED if is_under else Source.DEFAULT,
            policy=self.draft.terms.name, priority=priority.value,
        )  # fmt: skip

    def _rest(self, terms: Terms, calendar: Calendar, calendar_id: str | None) -> Terms:
        """All but the hours, as the draft says it."""
        said = self.draft.terms
        return replace(
            terms, calendar=calendar, pause_on=tuple(status.value for status in said.pause_on),
            first_response_pauses=said.first_response_pauses, reopen=said.reopen,
            at_risk_percent=said.escalation_after_percent if said.escalation_enabled else None,
            policy_version_id=_MARK, calendar_version_id=calendar_id,
        )  # fmt: skip


_MARK = "draft"
"""The version of a policy that has none yet."""


def _span(hours: Decimal | None) -> timedelta | None:
    exact = microseconds(hours)
    return timedelta(microseconds=exact) if exact else None


async def _stored(work: Work, stored_id: UUID) -> PolicyRow:
    found = await reading.policy(await work.reader(), work.actor, stored_id)
    require(may_set(work.actor, found.team_id), _WHOSE)
    return found


def _as_stored(row: PolicyRow | None) -> PolicyTerms:
    assert row is not None, "without a draft there is a stored one"
    targets = {t.priority: written(t.first_response_hours, t.resolution_hours) for t in row.targets}
    told: dict[str, Any] = {n: getattr(row, n) for n in PolicyTerms.__struct_fields__ if n != "targets"}
    told |= {"breach_notify_roles": tuple(row.breach_notify_roles), "pause_on": tuple(row.pause_on)}
    return PolicyTerms(**told, targets=targets)


async def _drafted(work: Work, new: NewPolicy) -> PolicyTerms:
    """As `sla.policies.add` has it; a test holds the two to the same refusals."""
    require(may_set(work.actor, new.team_id), _WHOSE)
    try:
        given = checked(given_of(new))
        if new.is_default and new.team_id is not None:
            raise Unprocessable("The default policy is everybody's; it cannot be a team's own.", path="isDefault")
        await refuse_absent_team(work.session, new.team_id, path="teamId")
    except Invalid as bad:
        raise Invalid(*within(bad.problems)) from bad
    except Unprocessable as bad:
        raise Unprocessable(str(bad), problems=within(bad.problems)) from bad
    told = {name: said for name, said in given.items() if name != "team_id"}
    told |= {"breach_notify_roles": tuple(new.breach_notify_roles), "pause_on": tuple(new.pause_on)}
    return PolicyTerms(**told)
