"""The lives that tickets of a filled database have had, as steps that the real commands would have recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Plot:
    """A life: what happened after the opening, in words of `_DO`. `percent` of the tickets that end like it."""

    percent: int
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a plot. `old` and `new` are statuses or priorities; `is_first` answers the requester first."""

    plot: int
    version: int
    type: str
    old: str | None = None
    new: str | None = None
    message: str | None = None
    by_requester: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What a plot makes of a ticket: versions of the events that set a time, None where it is not set."""

    plot: int
    events: int
    status: str
    is_moved: bool
    is_raised: bool
    is_assigned: bool
    first_response: int | None
    resolved: int | None
    closed: int | None
    status_since: int
    unassigned_since: int | None


DONE = (
    Plot(19, "take answer reply resolve close"),
    Plot(5, "follow take answer reply resolve close"),
    Plot(20, "take work answer reply answer resolve close"),
    Plot(14, "take work answer ask reply note resolve close"),
    Plot(11, "move take note answer reply resolve close"),
    Plot(1, "move take share note answer reply resolve close"),
    Plot(8, "take work note vendor work answer resolve close"),
    Plot(7, "raise take work answer note answer resolve close"),
    Plot(4, "take answer resolve reopen take answer resolve close"),
    Plot(4, "close"),
    Plot(7, "take work answer resolve"),
)
OPEN = (
    Plot(22, ""),
    Plot(8, "triage"),
    Plot(10, "take"),
    Plot(20, "take work answer"),
    Plot(8, "take work answer reply note"),
    Plot(12, "take work answer ask"),
    Plot(6, "move take work vendor"),
    Plot(4, "take answer resolve reopen"),
    Plot(5, "raise triage note"),
    Plot(5, "follow take"),
)
PLOTS = (*DONE, *OPEN)
STEADY = len(DONE) + 5
"""The plot of the tickets that the benchmark moves about: assigned, waiting for the requester, never transferred."""
STILL = 0
"""A plot that ends done and in which the ticket stays where it was opened."""

_TO: Mapping[str, str] = MappingProxyType(
    {
        "triage": "TRIAGED", "work": "IN_PROGRESS", "ask": "WAITING_ON_REQUESTER", "vendor": "WAITING_ON_VENDOR",
        "resolve": "RESOLVED", "close": "CLOSED", "reopen": "REOPENED",
    }
)  # fmt: skip
_MESSAGE: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {"answer": ("PUBLIC", False), "reply": ("PUBLIC", True), "note": ("INTERNAL", False)}
)


def steps() -> list[Step]:
    """Every event of every plot."""
    return [step for number, plot in enumerate(PLOTS) for step in _steps(number, plot.words.split())]


def endings() -> list[Ending]:
    """What each plot makes of a ticket."""
    told = steps()
    return [_ending(number, [s for s in told if s.plot == number]) for number in range(len(PLOTS))]


def shares(plots: Sequence[Plot], *, first: int, still: int | None = None) -> list[int]:
    """A hundred plot numbers, each as often as its percent says; `still` stands in for those that change team."""
    numbers = [first + i for i, plot in enumerate(plots) for _ in range(plot.percent)]
    return [number if still is None or "move" not in PLOTS[number].words else still for number in numbers]


def _steps(plot: int, words: list[str]) -> Iterator[Step]:
    yield Step(plot, 1, "TICKET_CREATED", by_requester=True)
    version, status, is_assigned, is_answered = 1, "NEW", False, False
    for word in words:
        for step in _events(word, status, is_assigned=is_assigned):
            version += 1
            is_first = step.message == "PUBLIC" and not step.by_requester and not is_answered
            is_answered |= is_first
            is_assigned |= step.type == "ASSIGNED"
            if step.type == "STATUS_CHANGED" and step.new:
                status = step.new
            yield Step(plot, version, step.type, step.old, step.new, step.message, step.by_requester, is_first)


def _events(word: str, status: str, *, is_assigned: bool) -> Iterator[Step]:
    if word == "take":
        if not is_assigned:
            yield Step(0, 0, "ASSIGNED")
        yield _status(status, "IN_PROGRESS" if is_assigned else "ASSIGNED")
    elif word == "move":
        yield Step(0, 0, "TEAM_CHANGED")
    elif word == "follow":
        yield Step(0, 0, "FOLLOWER_ADDED", by_requester=True)
    elif word == "share":
        yield Step(0, 0, "ACCESS_GRANTED")
    elif word == "raise":
        yield Step(0, 0, "PRIORITY_CHANGED", "P3", "P2")
    elif word in _MESSAGE:
        kind, by_requester = _MESSAGE[word]
        yield Step(0, 0, "MESSAGE_ADDED", message=kind, by_requester=by_requester)
        if by_requester and status == "WAITING_ON_REQUESTER":
            yield _status(status, "IN_PROGRESS", by_requester=True)
    else:
        yield _status(status, _TO[word])


def _status(old: str, new: str, *, by_requester: bool = False) -> Step:
    return Step(0, 0, "STATUS_CHANGED", old, new, by_requester=by_requester)


def _ending(plot: int, told: list[Step]) -> Ending:
    status = [step for step in told if step.type == "STATUS_CHANGED"]
    last = status[-1].new or "NEW" if status else "NEW"
    entered = {step.new: step.version for step in status}
    is_done = last in ("RESOLVED", "CLOSED")
    return Ending(
        plot=plot,
        events=len(told),
        status=last,
        is_moved=any(s.type == "TEAM_CHANGED" for s in told),
        is_raised=any(s.type == "PRIORITY_CHANGED" for s in told),
        is_assigned=any(s.type == "ASSIGNED" for s in told),
        first_response=next((s.version for s in told if s.is_first), None),
        resolved=entered.get("RESOLVED") if is_done else None,
        closed=entered.get("CLOSED") if is_done else None,
        status_since=status[-1].version if status else 1,
        unassigned_since=None if any(s.type == "ASSIGNED" for s in told) else 1,
    )
