"""A made-up timeline through the engine that runs tickets (sla.md, "Trying it"): to try a policy, explain a due time.

Pure. Beyond sla.md's keys there may be `escalationEnabled`, `firstResponsePauses` and, of `created`, `by`: `agent`
says that an agent opened the ticket with a public message, so that there is no FIRST_RESPONSE clock. The timeline also
knows `merged`, `unmerged`, `deleted` and `restored`.
"""

from collections.abc import Iterator
from datetime import datetime

from codex.kernel.checks import Checks
from codex.sla.clock import fold
from codex.sla.clock_explaining import explain
from codex.sla.clock_occurrences import MessageSent, Occurrence, StatusMoved
from codex.sla.clock_state import ClockKind
from codex.sla.clock_verdicts import seen_at
from codex.sla.simulation_reading import read


def simulate(written: object, *, now: datetime) -> dict[str, object]:
    """What the clocks come to, with the reasons: sla.md's output. `now`: where the input has none, but not before the
    timeline's end. Raises Invalid, every problem with its path, such as `timeline[2].at`.
    """
    with Checks() as check:
        asked = read(check, written)
    assert asked is not None
    occurrences = list(with_consequences(asked.occurrences))
    seen_from = asked.now or max(now, occurrences[-1].at)
    state = fold(occurrences)
    assert state is not None
    verdicts, told = seen_at(state, seen_from), explain(occurrences, seen_from)
    first, resolution = verdicts[ClockKind.FIRST_RESPONSE], verdicts[ClockKind.RESOLUTION]
    return {
        "firstResponse": first and first.plain(),
        "resolution": resolution and resolution.plain(),
        "explanation": [sentence for kind in ClockKind if (one := told[kind]) for sentence in one.sentences],
    }


def with_consequences(occurrences: list[Occurrence]) -> Iterator[Occurrence]:
    """A public message of the requester puts a ticket that waits for them back to work (sla.md rule 9). Any other
    change of status is on the timeline itself."""
    status = "NEW"
    for occurrence in occurrences:
        yield occurrence
        if isinstance(occurrence, StatusMoved):
            status = occurrence.to
        elif isinstance(occurrence, MessageSent):
            speaks = occurrence.by == "requester" and occurrence.visibility == "PUBLIC"
            if speaks and status == "WAITING_ON_REQUESTER":
                status = "IN_PROGRESS"
                yield StatusMoved(at=occurrence.at, to=status)
