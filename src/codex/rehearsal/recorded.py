"""An event as it was recorded, and how the events of one moment came about: who asked rules when, and what they saw.

Pure. What happens in one transaction has one instant. Its facts come in waves (`reactions.settle`): all of a wave are
history before anything reacts; what the reactions record is settled, with the rules that it wakes, before rules are
asked about the wave; and each run of a rule is a wave of its own, settled before the next rule is asked. Versions tell
the order, and causes tell what came of what, so that for any rule and event there is one version up to which it saw.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from codex.sla.timeline import StoredEvent

RAN = "RULE_RAN"
"""The type of the event that ends what a rule did."""
_OF_CLOCKS = "SLA_"


class Recorded(StoredEvent, frozen=True, gc=False):
    """What is read of an event."""

    version: int
    actor_kind: str
    actor_name: str
    created_by_id: UUID | None


@dataclass(eq=False, slots=True)
class Wave:
    """Facts that were recorded before any of them was reacted to. `run`: the rule, and the version of it, that did
    them; None: people did, or it came of itself. `above`: the wave of what caused them, if that was at the same
    instant; `cause`: which of it; None: it was before."""

    above: "Wave | None"
    cause: Recorded | None
    run: tuple[UUID, int] | None
    run_number: int | None

    def lineage(self) -> "Iterator[Wave]":
        """The wave and those that it came of, the first one last."""
        wave: Wave | None = self
        while wave is not None:
            yield wave
            wave = wave.above

    @property
    def depth(self) -> int:
        """How many runs of rules, each in another, it stands in."""
        return sum(wave.run is not None for wave in self.lineage())


@dataclass(frozen=True, slots=True)
class Look:
    """A rule being asked about an event. `upto`: the last version that it sees; `team_upto`: the last one before which
    it was settled which rules are asked. `root`: the original event that it all goes back to. `by`: the rule, and the
    version of it, that did what the event tells of; `depth`: how many runs of rules, each in another, it stands in."""

    event: Recorded
    upto: int
    team_upto: int
    root: UUID
    by: tuple[UUID, int] | None
    depth: int


Precedes = Callable[[tuple[UUID, int]], bool]
"""Whether another rule, in a version, is asked before the one that is rehearsed."""


def moments(events: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    """The events of one ticket, in the order of versions, those of one instant together."""
    for _, group in groupby(events, key=attrgetter("created_at")):
        yield list(group)


def looks(moment: Sequence[Recorded], asked: Sequence[Recorded], precedes: Precedes) -> list[Look]:
    """How a rule is asked about some of the events of one moment, in the order in which it is."""
    if len(moment) == 1:
        only = moment[0]
        return [Look(only, only.version, only.version, only.id, None, 0)]
    waves = _waves(moment)
    found = [_look(event, moment, waves, precedes) for event in asked]
    level = {event.id: -len(list(waves[event.id].lineage())) for event in asked}
    return sorted(found, key=lambda look: (look.upto, level[look.event.id], look.event.version))


def _waves(moment: Sequence[Recorded]) -> dict[UUID, Wave]:
    """The wave of each event, by its id."""
    runs, by_id = _runs(moment), {event.id: event for event in moment}
    found: dict[UUID, Wave] = {}
    wave: Wave | None = None
    for event in moment:
        cause = by_id.get(event.cause_id) if event.cause_id else None
        above = found[cause.id] if cause is not None else None
        run, number = runs.get(event.version, (None, None))
        if wave is None or wave.above is not above or wave.run_number != number:
            wave = Wave(above, cause, run, number)
        found[event.id] = wave
    return found


def _runs(moment: Sequence[Recorded]) -> dict[int, tuple[tuple[UUID, int], int]]:
    """Which versions were done by which run of a rule: those just before its RULE_RAN, of the same name and cause."""
    found: dict[int, tuple[tuple[UUID, int], int]] = {}
    ran: Recorded | None = None
    for event in reversed(moment):
        if event.type == RAN:
            ran = event
        elif ran is not None and not _is_of_run(event, ran):
            ran = None
        if ran is not None:
            found[event.version] = ((UUID(ran.payload["ruleId"]), ran.payload["version"]), ran.version)
    return found


def _is_of_run(event: Recorded, ran: Recorded) -> bool:
    return (
        event.actor_kind == ran.actor_kind
        and event.actor_name == ran.actor_name
        and event.cause_id == ran.cause_id
        and not event.type.startswith(_OF_CLOCKS)
    )


def _look(event: Recorded, moment: Sequence[Recorded], waves: dict[UUID, Wave], precedes: Precedes) -> Look:
    own = waves[event.id]
    lineage = list(own.lineage())
    upto = team_upto = 0
    is_first = next(each for each in moment if waves[each.id] is own) is event
    for later in moment:
        if later.version > event.version:
            wave = waves[later.id]
            if _comes_after(event, wave, lineage, precedes):
                break
            team_is_settled = _asks_first(event, wave, own, is_first=is_first)
            team_upto = team_upto or (upto if team_is_settled else 0)
        upto = later.version
    first = lineage[-1]
    top = event if own is first else _child_of(first, lineage)
    return Look(event, upto, team_upto or upto, _root(top, first), own.run, own.depth)


def _comes_after(event: Recorded, wave: Wave, lineage: Sequence[Wave], precedes: Precedes) -> bool:
    """Whether a wave after the event was only written once the rule had been asked about the event."""
    if wave.above is None:
        return wave is not lineage[-1]
    if wave.run is None or wave.cause is None or wave in lineage:
        return False
    if wave.above is lineage[0]:
        is_same = wave.cause is event
        return not precedes(wave.run) if is_same else wave.cause.version > event.version
    return wave.above in lineage


def _asks_first(event: Recorded, wave: Wave, own: Wave, *, is_first: bool) -> bool:
    """Whether a run that the rule sees came after it was settled which rules are asked about the event."""
    if wave.run is None or wave.cause is None or wave is own:
        return False
    if wave.above is own:
        return wave.cause is event
    below = next((each for each in wave.lineage() if each.above is own), None)
    return is_first and below is not None and below.run is None


def _child_of(first: Wave, lineage: Sequence[Wave]) -> Recorded:
    """The event of the first wave that a later one of the lineage came of."""
    cause = next(wave.cause for wave in lineage if wave.above is first)
    assert cause is not None, "a wave below another came of one of its events"
    return cause


def _root(event: Recorded, wave: Wave) -> UUID:
    """What an event of the first wave goes back to: itself, or, of a rule that time woke, what began the stay."""
    return event.cause_id if wave.run is not None and event.cause_id is not None else event.id
