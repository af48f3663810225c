"""Sentences about clocks: times in the calendar's zone, durations in words, why. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import Cancelled, Created, MessageSent, Occurrence, Retargeted, Revived, StatusMoved
from codex.sla.clock_state import CancelCause, ClockKind, Terms
from codex.sla.clock_verdicts import State, Verdict, seconds

NAMES = {ClockKind.FIRST_RESPONSE: "First response", ClockKind.RESOLUTION: "Resolution"}
_RETARGETED = {
    "PRIORITY": "the priority changed",
    "TEAM": "the team changed",
    "CATEGORY": "the category changed",
    "POLICY_VERSION": "another version of the policy was applied",
    "CALENDAR": "the opening hours changed",
}
_CANCELLED = {CancelCause.MERGED: "the ticket was merged into another", CancelCause.DELETED: "the ticket was deleted"}
_REVIVED = {CancelCause.MERGED: "the ticket was split off again", CancelCause.DELETED: "the ticket was restored"}
_NAMES_TOLD = 5


def at_local(at: datetime, calendar: Calendar) -> str:
    """`Mon 2026-03-02 10:00 CET`, in the calendar's zone; seconds and their fractions where there are any."""
    local = calendar.local(at)
    clock = local.time().isoformat("minutes" if not (local.second or local.microsecond) else "auto")
    return f"{local:%a %Y-%m-%d} {clock} {local:%Z}"


def from_to(start: datetime, end: datetime, calendar: Calendar) -> str:
    """`Mon 2026-03-02 10:00 CET to 14:00 CET`."""
    begins, ends = at_local(start, calendar), at_local(end, calendar)
    day = begins[: len("Mon 2026-03-02 ")]
    return f"{begins} to {ends.removeprefix(day)}"


def in_words(duration: timedelta) -> str:
    """`4 h 30 min (16200 s)`: hours are not turned into days, which are longer than opening hours."""
    hours, rest = divmod(duration, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{seconds(rest)} s" if rest else ""]
    said = " ".join(part for part in parts if part)
    return f"{said} ({seconds(duration)} s)" if hours or minutes else f"{seconds(duration)} s"


def why_of(occurrence: Occurrence, target: timedelta | None) -> str:
    """What an occurrence says about a clock that goes on differently because of it."""
    match occurrence:
        case Created():
            return "the ticket was received"
        case StatusMoved():
            return f"the ticket became {status_in_words(occurrence.to)}"
        case MessageSent():
            return "an agent answered"
        case Retargeted():
            promised = (
                f"the target is {in_words(target)} from then on" if target else "nothing is promised from then on"
            )
            return f"{_RETARGETED[occurrence.cause]}, {promised}"
        case Cancelled():
            return _CANCELLED[occurrence.cause]
        case Revived():
            return _REVIVED[occurrence.cause]
        case _:
            return ""


def status_in_words(status: str) -> str:
    """`waiting on requester`."""
    return status.lower().replace("_", " ")


def why_closed(start: datetime, end: datetime, calendar: Calendar) -> str:
    """Which dates with hours of their own are in it, if any."""
    named = names_between(start, end, calendar)
    return f"it is outside opening hours, with {named}" if named else "it is outside opening hours"


def names_between(start: datetime, end: datetime, calendar: Calendar) -> str:
    """`Good Friday (2026-04-03), Easter Monday (2026-04-06)`."""
    first, last = calendar.local(start).date(), calendar.local(end - timedelta(microseconds=1)).date()
    days = [day for day, _ in calendar.dates if first <= day <= last and calendar.names.get(day)]
    more = f" and {len(days) - _NAMES_TOLD} more" if len(days) > _NAMES_TOLD else ""
    return _listed(days[:_NAMES_TOLD], calendar) + more


def policy_sentence(terms: Terms | None, kind: ClockKind) -> str:
    """Which policy and version applies, and why; empty where there is nothing to tell."""
    if terms is None or not terms.policy:
        return ""
    version = f", version {terms.policy_version}" if terms.policy_version is not None else ""
    target = terms.target(kind)
    promise = f"promises {in_words(target)}" if target else "promises nothing"
    priority = f" for {terms.priority}" if terms.priority else ""
    why = f", because {terms.why.rstrip('.')}" if terms.why else ""
    return f"{NAMES[kind]}: {terms.policy}{version}, {promise}{priority}{why}."


def outcome(kind: ClockKind, verdict: Verdict, calendar: Calendar) -> str:
    """What follows from it all."""
    return f"{NAMES[kind]}: {_outcome(verdict, calendar)}{_on_record(verdict, calendar)}."


def _outcome(verdict: Verdict, calendar: Calendar) -> str:
    target = in_words(verdict.target) if verdict.target else "the target"
    due = at_local(verdict.due_at, calendar) if verdict.due_at else "never, as far as anybody can see"
    match verdict.state:
        case State.RUNNING:
            return f"due {due}, because {target} are used up then; {in_words(verdict.remaining)} are left"
        case State.PAUSED:
            return f"paused, so there is no due time; {in_words(verdict.remaining)} of {target} are left"
        case State.MET | State.BREACHED_DONE:
            stopped = at_local(verdict.stopped_at or verdict.started_at, calendar)
            verb = "met" if verdict.state is State.MET else "missed"
            over = f", {in_words(verdict.overdue)} late" if verdict.state is State.BREACHED_DONE else ""
            return f"{verb}, because it was stopped {stopped}{over}; {target} are used up {due}"
        case State.BREACHED:
            return f"was due {due}, because {target} were used up then; {in_words(verdict.overdue)} late"
        case State.UNSCHEDULABLE:
            return f"no due time, because there is no opening for years in which {target} could be used up"
        case State.CANCELLED:
            return "cancelled, neither met nor missed"


def _on_record(verdict: Verdict, calendar: Calendar) -> str:
    if verdict.breached_at is None:
        return "; an earlier round was missed" if verdict.ever_breached else ""
    why = ", when the change put the due time into the past" if verdict.breach_cause else ""
    return f"; on record as breached {at_local(verdict.breached_at, calendar)}{why}"


def _listed(days: Iterable[date], calendar: Calendar) -> str:
    return ", ".join(f"{calendar.names[day]} ({day})" for day in days)
