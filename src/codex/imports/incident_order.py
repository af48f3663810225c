"""Puts the rows of a log in the order in which the desk lived them: each incident's own, then all in one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from codex.imports.incident_irregularities import Irregularities
from codex.imports.incident_log import BadLine, LogRow


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happens to one incident: position 0 is its opening, n its nth row.

    `row.updated_at` is the instant of the row's update, by the rules; `at` is that, or the opening's.
    `previous` is the incident's row before, None at the opening and at the first row.
    """

    at: datetime
    position: int
    previous: LogRow | None
    row: LogRow

    @property
    def is_opening(self) -> bool:
        return self.position == 0


@dataclass(slots=True)
class Replay:
    """A whole log, ready to be lived: its moments in order, the lines left out, what the rules decided."""

    moments: list[Moment] = field(default_factory=list)
    bad_lines: list[BadLine] = field(default_factory=list)
    irregularities: Irregularities = field(default_factory=Irregularities)


def arrange(entries: Iterable[LogRow | BadLine], *, limit: int | None = None) -> Replay:
    """Every moment of the log in the order of time, then of incident number, then of position.

    `limit` keeps the first so many incidents of the file, whole. The rows of an incident go by sys_mod_count,
    then by line, but one from before the opening goes first: it is what the incident was opened with, its
    sys_mod_count overwritten later. An incident opens at the `opened_at` of its first row.
    """
    replay = Replay()
    incidents = _by_number(entries, limit, replay.bad_lines)
    for number in sorted(incidents):
        rows = sorted(incidents.pop(number), key=_place)
        replay.moments.extend(_life(rows, replay.irregularities))
    # Stable: what shares an instant stays in the order of number and position.
    replay.moments.sort(key=attrgetter("at"))
    return replay


def _by_number(
    entries: Iterable[LogRow | BadLine], limit: int | None, bad_lines: list[BadLine]
) -> dict[str, list[LogRow]]:
    incidents: dict[str, list[LogRow]] = {}
    for entry in entries:
        if isinstance(entry, BadLine):
            bad_lines.append(entry)
        elif entry.number in incidents:
            incidents[entry.number].append(entry)
        elif limit is None or len(incidents) < limit:
            incidents[entry.number] = [entry]
    return incidents


def _place(row: LogRow) -> tuple[bool, int, int]:
    return row.updated_at >= row.opened_at, row.mod_count, row.line


def _life(rows: list[LogRow], irregularities: Irregularities) -> Iterator[Moment]:
    now = rows[0].opened_at
    yield Moment(now, 0, None, rows[0])
    previous = None
    for position, row in enumerate(rows, start=1):
        if row.updated_at < row.opened_at:
            irregularities.updated_before_opening += 1
        elif row.updated_at < now:
            irregularities.updated_before_previous += 1
        now = max(now, row.updated_at)
        lived = row if row.updated_at == now else replace(row, updated_at=now)
        irregularities.note(previous, lived)
        yield Moment(now, position, previous, lived)
        previous = lived
