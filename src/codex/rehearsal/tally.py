"""Counting what a draft would have done: all of it, and the first moments in full. Pure."""

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from codex.rehearsal.answers import SHOWN, Match
from codex.tickets.actions import Action, SendEmail, type_of


@dataclass(slots=True)
class Tally:
    """How often the draft would have acted, on which tickets, and the first SHOWN times."""

    count: int = 0
    tickets: set[UUID] = field(default_factory=set)
    _first: list[Match] = field(default_factory=list)

    def add(self, ticket_id: UUID, at: datetime, match: Callable[[], Match]) -> None:
        """Count one more; `match` is asked for it in full if it is one of the first."""
        self.count += 1
        self.tickets.add(ticket_id)
        if len(self._first) < SHOWN or (at, ticket_id) < _order(self._first[-1]):
            insort(self._first, match(), key=_order)
            del self._first[SHOWN:]

    @property
    def first(self) -> list[Match]:
        """In the order of time."""
        return self._first


def done(actions: Iterable[Action], times: int) -> dict[str, int]:
    """How often each kind of action would have been done, in so many runs."""
    if not times:
        return {}
    return {kind: count * times for kind, count in Counter(map(type_of, actions)).items()}


def mails(actions: Iterable[Action], times: int) -> int:
    """The mails that so many runs would have put out."""
    return times * sum(len(action.addresses) for action in actions if isinstance(action, SendEmail))


def _order(match: Match) -> tuple[datetime, UUID]:
    return match.at, match.ticket_id
