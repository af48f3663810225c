"""What a story consists of: who says or does what, how much later. Pure data, and where a ticket then stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from codex.tickets.lifecycle import NEED_ASSIGNEE, UNTOUCHED
from codex.tickets.linking import LinkKind
from codex.tickets.models import AccessLevel, TicketPriority, TicketStatus


class Part(StrEnum):
    """The parts in a story. NEXT is who has the ticket after it went to another team; ADMIN the team's or its lead."""

    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    COLLEAGUE = "colleague"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does, `after` so much working time since the act before it."""

    after: timedelta
    by: Part


@dataclass(frozen=True, slots=True)
class Say(Act):
    """Write a public message or, `internal`, a note; `then` move the ticket."""

    body: str
    internal: bool = False
    then: TicketStatus | None = None


@dataclass(frozen=True, slots=True)
class Give(Act):
    """Assign the ticket; to oneself: take it."""

    to: Part


@dataclass(frozen=True, slots=True)
class Move(Act):
    """Change the status without a word."""

    to: TicketStatus


@dataclass(frozen=True, slots=True)
class Sort(Act):
    """Say how urgent it is and where it belongs; `then` move the ticket."""

    priority: TicketPriority | None = None
    category: str | None = None
    then: TicketStatus | None = None


@dataclass(frozen=True, slots=True)
class HandOver(Act):
    """Move the ticket to another team (a slug)."""

    team: str


@dataclass(frozen=True, slots=True)
class Label(Act):
    """Put tags on the ticket."""

    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Follow(Act):
    """Let somebody follow the ticket: a part of the story, or the key of anybody."""

    who: str


@dataclass(frozen=True, slots=True)
class Grant(Act):
    """Let another team (a slug) see the ticket or work on it, for some days or for good."""

    team: str
    level: AccessLevel
    days: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tie(Act):
    """Link the ticket to the newest one of another story: "this ticket is KIND of that one"."""

    kind: LinkKind
    story: str


@dataclass(frozen=True, slots=True)
class Join(Act):
    """Merge the ticket into the newest one of another story."""

    story: str


@dataclass(frozen=True, slots=True)
class SplitOff(Act):
    """Undo that."""


@dataclass(frozen=True, slots=True)
class PutOff(Act):
    """Let the ticket rest for some days."""

    days: int


@dataclass(frozen=True, slots=True)
class Begin(Act):
    """Begin to write a message, or `internal` a note, and not send it."""

    body: str
    internal: bool


@dataclass(frozen=True, slots=True)
class Redact(Act):
    """Remove the words of the newest message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delete(Act):
    """Delete the ticket."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a story begins: the subject and the words that go with it."""

    subject: str
    description: str


@dataclass(frozen=True, slots=True)
class Script:
    """A story to be told `times` times, each time with other people, things and words where there are others.

    `requester` and `agent` name people who must play the part; `age`: it began exactly so long ago, and goes on
    round the clock if it `is_urgent`; `answers`: what must be answered to custom fields, by their names.
    """

    key: str
    team: str
    category: str
    priority: TicketPriority
    openings: tuple[Opening, ...]
    acts: tuple[Act, ...]
    times: int = 1
    opened_by: Part = Part.REQUESTER
    requester: str | None = None
    agent: str | None = None
    age: timedelta | None = None
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def is_urgent(self) -> bool:
        """Whether people work on it without looking at the clock."""
        return self.priority is TicketPriority.P1 or any(
            isinstance(act, Sort) and act.priority is TicketPriority.P1 for act in self.acts
        )


def standings(acts: tuple[Act, ...]) -> Iterator[TicketStatus]:
    """The status of a ticket when it is opened and after each act."""
    status, is_assigned = TicketStatus.NEW, False
    by_itself = status
    yield status
    for act in acts:
        match act:
            case Join():
                by_itself, status = status, TicketStatus.CLOSED
            case SplitOff():
                status = by_itself
            case Give():
                status, is_assigned = TicketStatus.ASSIGNED if status in UNTOUCHED else status, True
            case Move(to=to) | Say(then=TicketStatus() as to) | Sort(then=TicketStatus() as to):
                status = to
            case HandOver():
                status, is_assigned = TicketStatus.TRIAGED if status in NEED_ASSIGNEE else status, False
            case Say(by=Part.REQUESTER):
                status = _woken(status, is_assigned=is_assigned)
        yield status


def _woken(status: TicketStatus, *, is_assigned: bool) -> TicketStatus:
    if status is TicketStatus.WAITING_ON_REQUESTER:
        return TicketStatus.IN_PROGRESS if is_assigned else TicketStatus.TRIAGED
    return TicketStatus.REOPENED if status in (TicketStatus.RESOLVED, TicketStatus.CLOSED) else status
