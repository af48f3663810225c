"""When a rule would have acted on a ticket: at facts that woke it, or when time did. Pure.

What the rule itself would have changed has not happened: each occasion is met with the ticket as history has it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from codex.automation.models import TIMED, Trigger
from codex.automation.running import DEPTH
from codex.automation.terms import Rule
from codex.kernel.criteria.grammar import Field, Kind
from codex.kernel.criteria.tree import Leaf, Values, holds, leaves
from codex.rehearsal.drafts import Draft
from codex.rehearsal.lives import OF_CLOCKS, Life
from codex.rehearsal.period import Period
from codex.rehearsal.pulling import change_of, types_of
from codex.rehearsal.recorded import Look, Recorded, looks, moments
from codex.tickets.criteria import CHANGE_FIELDS
from codex.tickets.criteria_state import asked_fields

_AT_ALL = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The draft would act on a ticket, which `life` has lived up to that moment. `event`: what woke it, or began the
    stay; `by`: the rule whose doing that was, and its version. `values`: what the conditions saw."""

    life: Life
    event: Recorded
    at: datetime
    values: Values
    by: tuple[UUID, int] | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What rules did about these tickets: which said stop at an event, and for which stays the draft, where it is a
    stored rule, had run before the period."""

    stopped: Mapping[UUID, Sequence[tuple[UUID, int]]]
    over: Collection[UUID]


def fields_of(rule: Rule) -> list[Field]:
    """What a rule asks about a ticket."""
    return [field for field in asked_fields([rule.conditions]) if field.name not in CHANGE_FIELDS]


def occasions(life: Life, draft: Draft, period: Period, past: Past) -> Iterator[Occasion]:
    """Every time that the draft would have acted on a ticket in a period, in the order of time. What is asked of the
    life beside, of the present moment, is to be asked before the next occasion is."""
    is_timed = draft.rule.terms.trigger in TIMED
    return _by_time(life, draft.rule, period, past) if is_timed else _by_facts(life, draft, period, past)


def _by_facts(life: Life, draft: Draft, period: Period, past: Past) -> Iterator[Occasion]:
    types, fields = types_of(draft.rule.terms.trigger), fields_of(draft.rule)
    waking = [event for event in life.events if event.type in types and period.holds(event.created_at)]
    last = waking[-1].version if waking else 0
    for moment in moments(life.events):
        if moment[0].version > last:
            return
        asked = [event for event in moment if event.type in types] if period.holds(moment[0].created_at) else []
        if asked:
            yield from _at_moment(life, moment, asked, draft, fields, past)
        life.live_until(moment[-1].version)


def _at_moment(
    life: Life, moment: Sequence[Recorded], asked: Sequence[Recorded], draft: Draft, fields: Sequence[Field], past: Past
) -> Iterator[Occasion]:
    rule, ran = draft.rule, set[UUID]()
    team_before = life.state.assigned_team_id if life.state else None
    for look in looks(moment, asked, draft.precedes):
        life.live_until(look.upto)
        if look.root in ran or look.depth >= DEPTH or not _is_asked(life, rule, look, moment, team_before):
            continue
        if any(map(draft.precedes, past.stopped.get(look.event.id, ()))):
            continue
        at = look.event.created_at
        values = {**life.values(fields, now=at), **change_of(look.event.type, look.event.payload)}
        if holds(rule.conditions, values):
            ran.add(look.root)
            yield Occasion(life, look.event, at, values, look.by)


def _is_asked(life: Life, rule: Rule, look: Look, moment: Sequence[Recorded], team_before: UUID | None) -> bool:
    """Whether the rule is for this ticket: there, and of its team both when the rules to be asked were gathered and
    when its turn came."""
    assert life.state is not None
    if life.state.deleted_at is not None:
        return False
    teams = {life.state.assigned_team_id, _team_at(moment, look.team_upto, team_before)}
    return rule.team_id is None or teams == {rule.team_id}


def _team_at(moment: Sequence[Recorded], version: int, before: UUID | None) -> UUID | None:
    team = before
    for event in moment:
        if event.version <= version and event.type in ("TICKET_CREATED", "TEAM_CHANGED"):
            said = event.payload["teamId" if event.type == "TICKET_CREATED" else "to"]
            team = UUID(said) if said else None
    return team


def _by_time(life: Life, rule: Rule, period: Period, past: Past) -> Iterator[Occasion]:
    """Once for each stay, at the first instant at which all is so; the product looks every minute."""
    over, stay = set(past.over), _Stay(rule)
    waits = timedelta(hours=rule.terms.trigger_config.hours or 0)
    present = list(moments(life.events))
    ends = [*(moment[0].created_at for moment in present[1:]), period.until]
    for moment, end in zip(present, ends, strict=True):
        life.live_until(moment[-1].version)
        stay.go_on(moment)
        since = stay.since(life)
        if since is None or stay.event is None or stay.event.id in over or not _may_wait(life, rule):
            continue
        begin, end = max(moment[0].created_at, period.since, since + waits), min(end, period.until)
        at = _first(life, rule, begin, end) if begin < end else None
        if at is not None:
            over.add(stay.event.id)
            yield Occasion(life, stay.event, at, life.values(fields_of(rule), now=at))


@dataclass(slots=True)
class _Stay:
    """What a timed rule waits for the end of, as `automation.timed` has it: `event` is what began it."""

    rule: Rule
    event: Recorded | None = None

    def go_on(self, moment: Sequence[Recorded]) -> None:
        """What began the stay that goes on after these events."""
        for event in moment:
            if event.type == "TICKET_CREATED" or self._begins(event):
                self.event = event

    def _begins(self, event: Recorded) -> bool:
        match self.rule.terms.trigger:
            case Trigger.TIME_IN_STATUS:
                return event.type == "STATUS_CHANGED"
            case Trigger.UNASSIGNED_FOR:
                return event.type == "ASSIGNED"
            case _:
                return event.actor_kind not in ("rule", "system")

    def since(self, life: Life) -> datetime | None:
        """Since when it has lasted; None: it does not."""
        assert life.state is not None
        if self.rule.terms.trigger is Trigger.UNASSIGNED_FOR and life.state.assignee_id is not None:
            return None
        return self.event.created_at if self.event else None


def _may_wait(life: Life, rule: Rule) -> bool:
    state = life.state
    assert state is not None
    if state.deleted_at is not None or state.merged_into_id is not None:
        return False
    if rule.team_id not in (None, state.assigned_team_id):
        return False
    return state.status in rule.statuses


def _first(life: Life, rule: Rule, begin: datetime, end: datetime) -> datetime | None:
    """The first instant of [begin, end), in which nothing happens but that time goes by, at which all conditions hold.

    What time alone changes of a condition it changes once: hours grow, and so does what is used up of a promise.
    """
    fields = fields_of(rule)
    values = life.values(fields, now=begin)
    if holds(rule.conditions, values):
        return begin
    instants = [at for leaf in leaves(rule.conditions) for at in _turns(life, leaf, values, begin, end) if at < end]
    later = sorted(at for at in instants if at > begin)
    return next((at for at in later if holds(rule.conditions, life.values(fields, now=at))), None)


def _turns(life: Life, leaf: Leaf, values: Values, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants after `begin` from which on a condition may say something else than there, where it saw `values`."""
    if leaf.field.kind is Kind.HOURS and isinstance(leaf.operand, timedelta):
        for passed in values.get(leaf.field.name, ()):
            if isinstance(passed, timedelta):
                reached = begin + (leaf.operand - passed)
                yield from (reached, reached + _AT_ALL)  # as at least, and as more than, say
    elif leaf.field.name in OF_CLOCKS:
        yield from _searched(life, leaf, begin, end, at_first=holds(leaf, values))


def _searched(life: Life, leaf: Leaf, begin: datetime, end: datetime, *, at_first: bool) -> Iterator[datetime]:
    """The first instant of (begin, end) at which a condition about clocks says something else than at `begin`."""

    def says(at: datetime) -> bool:
        return holds(leaf, life.values([leaf.field], now=at))

    before, late = begin, end - _AT_ALL
    if late <= before or says(late) is at_first:
        return
    while late - before > _AT_ALL:
        middle = before + (late - before) // 2
        before, late = (middle, late) if says(middle) is at_first else (before, middle)
    yield late
