"""A ticket's service targets: the most urgent one for a list, both for the panel beside the ticket."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from codex.sla.calendar import Calendar
from codex.sla.clock_reading import Clocks
from codex.sla.clock_state import ClockKind
from codex.sla.clock_verdicts import State, Verdict
from codex.web.present import words
from codex.web.present.desk_views import TargetsView, TargetView
from codex.web.present.language import gettext as _
from codex.web.present.service_hours import amount, opening
from codex.web.present.views import SlaState, SlaView, Tone

_SIGNS: dict[SlaState, tuple[str, Tone]] = {
    "on-track": ("", "plain"),
    "at-risk": ("", "amber"),
    "overdue": ("k-over", "red"),
    "paused": ("s-waiting-on-requester", "quiet"),
    "met": ("s-resolved", "green"),
    "missed": ("k-over", "red"),
    "none": ("todo", "quiet"),
}
"""A glyph of the sprite, or none where a ring drains."""


def badge(clocks: Clocks | None, *, now: datetime) -> SlaView | None:
    """The most urgent open target: what is due first, else what waits, else how it ended; None: nothing is promised."""
    told = [(kind, verdict) for kind, verdict in clocks.of.items() if verdict] if clocks else []
    due = [(verdict.due_at, kind, verdict) for kind, verdict in told if verdict.due_at and _is_open(verdict)]
    if due:
        _at, kind, verdict = min(due, key=lambda one: one[0])
        return _badge(kind, verdict, now)
    first_that_holds: tuple[tuple[State, SlaState], ...] = (
        (State.PAUSED, "paused"), (State.BREACHED_DONE, "missed"), (State.MET, "met"),
    )  # fmt: skip
    states = {verdict.state for _kind, verdict in told}
    if State.UNSCHEDULABLE in states:
        return None
    found = next((name for state, name in first_that_holds if state in states), None)
    return SlaView(state=found, what="", text="", left=0) if found else None


def targets(clocks: Clocks | None, *, href: str, now: datetime, zone: ZoneInfo) -> TargetsView:
    """Both targets in words; `href`: where it is told why."""
    told = tuple(_told(clocks, now, zone)) if clocks else ()
    return TargetsView(targets=told, why_href=href if told else "")


def label(kind: ClockKind) -> str:
    """What a clock is called beside a ticket."""
    return _("First reply") if kind is ClockKind.FIRST_RESPONSE else _("Resolution")


def state_of(verdict: Verdict, now: datetime) -> SlaState:
    """Where a target stands. At risk is what its policy says, or under a quarter left where it warns nobody."""
    match verdict.state:
        case State.RUNNING:
            return "at-risk" if _is_at_risk(verdict, now) else "on-track"
        case State.BREACHED:
            return "overdue"
        case State.PAUSED:
            return "paused"
        case State.MET:
            return "met"
        case State.BREACHED_DONE:
            return "missed"
        case State.CANCELLED | State.UNSCHEDULABLE:
            return "none"


def _is_open(verdict: Verdict) -> bool:
    return verdict.state in (State.RUNNING, State.BREACHED)


def _is_at_risk(verdict: Verdict, now: datetime) -> bool:
    if verdict.at_risk_at is not None:
        return verdict.at_risk_at <= now
    return verdict.target is not None and verdict.remaining * 4 < verdict.target


def _badge(kind: ClockKind, verdict: Verdict, now: datetime) -> SlaView:
    state = state_of(verdict, now)
    return SlaView(
        state=state, what=_("Reply") if kind is ClockKind.FIRST_RESPONSE else _("Resolve"),
        text=amount(verdict.overdue if state == "overdue" else verdict.remaining), left=_left(verdict),
    )  # fmt: skip


def _left(verdict: Verdict) -> int:
    return round(100 * (verdict.remaining / verdict.target)) if verdict.target else 0


def _told(clocks: Clocks, now: datetime, zone: ZoneInfo) -> Iterator[TargetView]:
    for kind, verdict in clocks.of.items():
        if verdict is not None:
            state = state_of(verdict, now)
            glyph, tone = _SIGNS[state]
            yield TargetView(
                label=label(kind), state=state, word=_word(verdict, state), glyph=glyph, tone=tone,
                left=_left(verdict), line=_line(verdict, clocks.calendar, now, zone),
            )  # fmt: skip


def _word(verdict: Verdict, state: SlaState) -> str:
    match state:
        case "on-track" | "at-risk":
            return _("{time} left").format(time=amount(verdict.remaining))
        case "overdue":
            return _("{time} over").format(time=amount(verdict.overdue))
        case "none":
            return _("Cancelled") if verdict.state is State.CANCELLED else _("No due time")
        case _:
            return {"paused": _("Paused"), "met": _("Met"), "missed": _("Missed")}[state]


def _line(verdict: Verdict, calendar: Calendar, now: datetime, zone: ZoneInfo) -> str:
    """What stands under a target: when it is due and by which hours, or what became of it."""
    target = amount(verdict.target or timedelta())
    match verdict.state:
        case State.RUNNING | State.BREACHED:
            due = words.by(verdict.due_at or now, now=now, zone=zone)
            pattern = _("Due {due} · {hours}") if verdict.state is State.RUNNING else _("Was due {due} · {hours}")
            waits = _(" · waiting now") if verdict.paused_at and verdict.state is State.BREACHED else ""
            return pattern.format(due=due, hours=opening(calendar, now=now, zone=zone)) + waits
        case State.PAUSED:
            return _("{left} left of {target}").format(left=amount(verdict.remaining), target=target)
        case State.MET:
            told = _("in {time}, target {target}").format(time=amount(verdict.elapsed), target=target)
            return _("{told}; missed before").format(told=told) if verdict.ever_breached else told
        case State.BREACHED_DONE:
            return _("{late} late, target {target}").format(late=amount(verdict.overdue), target=target)
        case State.CANCELLED:
            return _("Merged, deleted or no longer promised")
        case State.UNSCHEDULABLE:
            return _("Nobody is open for years to come")
