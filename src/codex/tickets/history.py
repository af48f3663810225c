"""The log of a ticket: writing it, and folding it back into the row, now or as of any instant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from codex.db.work import Work
from codex.kernel import clock
from codex.kernel.actor import ActorKind
from codex.kernel.facts import Fact
from codex.kernel.ids import new_id
from codex.tickets.facts import Assigned, StatusChanged, TicketFact, TicketOpened
from codex.tickets.hanging import Hanging, happened_beside
from codex.tickets.models import Ticket, TicketChannel, TicketEvent, TicketPriority, TicketStatus


async def write(work: Work, fact: Fact) -> None:
    """Append the event of a ticket's fact and move the row's version and time on with it."""
    if not isinstance(fact, TicketFact):
        return
    ticket = fact.ticket
    if work.now < ticket.updated_at:
        raise RuntimeError("A ticket was changed at a time before its last change: it was not loaded with a lock.")
    ticket.version += 1
    ticket.updated_at = work.now
    _mark(ticket, fact, by=work.actor.kind, at=work.now)
    event = TicketEvent(
        id=new_id(), ticket_id=ticket.id, version=ticket.version, type=fact.type, payload=fact.payload(),
        actor_kind=work.actor.kind, actor_name=work.actor.name, created_by_id=work.actor.id,
        actor_rule_id=work.actor.rule_id, cause_id=work.cause_id, created_at=work.now,
    )  # fmt: skip
    work.session.add(event)
    work.cause_id = event.id


def _mark(ticket: Ticket, fact: TicketFact, *, by: ActorKind, at: datetime) -> None:
    """Since when the ticket is as it is, for whoever waits for it to have been so for long."""
    match fact:
        case TicketOpened():
            ticket.status_since = ticket.unassigned_since = ticket.active_at = at
        case StatusChanged():
            ticket.status_since = at
        case Assigned(new=new):
            ticket.unassigned_since = at if new is None else None
        case _:
            pass
    if by not in (ActorKind.RULE, ActorKind.SYSTEM):
        ticket.active_at = at


@dataclass(slots=True)
class Course:
    """Since when a ticket has its status, and since when its assignee or nobody; how often it was reopened."""

    status_since: datetime
    assignee_since: datetime
    reopened: int = 0


@dataclass(slots=True)
class TicketState:
    """The columns of a ticket that history decides, by the names of the row, and what hangs on it."""

    number: int
    display_id: str
    subject: str
    description: str
    status: TicketStatus
    priority: TicketPriority
    channel: TicketChannel
    requester_id: UUID
    assigned_team_id: UUID | None
    assignee_id: UUID | None
    category_id: UUID | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    completed_at: datetime | None
    follow_up_at: datetime | None
    deleted_at: datetime | None
    merged_into_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    course: Course = field(compare=False)
    hanging: Hanging = field(default_factory=Hanging, compare=False)


COLUMNS = tuple(column.name for column in fields(TicketState) if column.compare)


class Event(Protocol):
    """What folding reads of an event."""

    @property
    def type(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...


class BrokenHistory(Exception):
    """The events do not make a history: a gap, a time running backwards, one that cannot be read or does not fit."""


def fold(events: Iterable[Event]) -> TicketState:
    """The row that the events of one ticket, in order of version, add up to. Raises BrokenHistory."""
    state: TicketState | None = None
    for event in events:
        state = advance(state, event)
    if state is None:
        raise BrokenHistory("there are no events")
    return state


def advance(state: TicketState | None, event: Event) -> TicketState:
    """The row after one more event; None: before the first. It is the same object, changed. Raises BrokenHistory."""
    expected = state.version + 1 if state is not None else 1
    if event.version != expected:
        raise BrokenHistory(f"event {expected} is missing")
    if state is not None and event.created_at < state.updated_at:
        raise BrokenHistory(f"event {expected} is earlier than the one before it")
    try:
        return _begin(event) if state is None else _apply(state, event)
    except (KeyError, ValueError, TypeError) as bad:
        raise BrokenHistory(f"event {expected} cannot be read") from bad


def as_of(events: Iterable[Event], at: datetime) -> TicketState | None:
    """The row as it was at an instant; None when the ticket did not exist yet."""
    past = [event for event in events if event.created_at <= at]
    return fold(past) if past else None


def differences(state: TicketState, row: object) -> Iterator[tuple[str, object, object]]:
    """Where a row is not what its events say: column, what history says, what the row says."""
    for column in COLUMNS:
        told, kept = getattr(state, column), getattr(row, column)
        if told != kept:
            yield column, told, kept


def stamp(ticket: Ticket | TicketState, *, at: datetime) -> None:
    """Set and clear the times that follow from a status just entered (tickets.md, "Status machine")."""
    match ticket.status:
        case TicketStatus.RESOLVED:
            ticket.resolved_at = ticket.completed_at = at
        case TicketStatus.CLOSED:
            ticket.closed_at = at
            ticket.completed_at = ticket.resolved_at or at
        case _:
            ticket.resolved_at = ticket.closed_at = ticket.completed_at = None


def restamp(ticket: Ticket | TicketState, *, resolved_at: datetime | None, closed_at: datetime | None) -> None:
    """Give a status entered anew the times that it had the first time."""
    ticket.resolved_at, ticket.closed_at = resolved_at, closed_at
    ticket.completed_at = min((at for at in (resolved_at, closed_at) if at), default=None)


def _begin(event: Event) -> TicketState:
    if event.type != "TICKET_CREATED":
        raise BrokenHistory(f"it begins with {event.type}")
    told = event.payload
    return TicketState(
        number=told["number"], display_id=told["displayId"], subject=told["subject"],
        description=told["description"], status=TicketStatus.NEW, priority=TicketPriority(told["priority"]),
        channel=TicketChannel(told["channel"]), requester_id=UUID(told["requesterId"]),
        assigned_team_id=_id(told["teamId"]), assignee_id=None, category_id=_id(told["categoryId"]),
        first_response_at=None, resolved_at=None, closed_at=None, completed_at=None, follow_up_at=None,
        deleted_at=None, merged_into_id=None, version=event.version,
        created_at=event.created_at, updated_at=event.created_at,
        course=Course(event.created_at, event.created_at),
    )  # fmt: skip


def _apply(state: TicketState, event: Event) -> TicketState:
    state.version, state.updated_at = event.version, event.created_at
    if event.type == "MESSAGE_ADDED":
        if event.payload["firstResponse"]:
            state.first_response_at = event.created_at
        return state
    if happened_beside(state.hanging, event.type, event.payload):
        return state
    column, read = _CHANGES.get(event.type, (None, None))
    if column is None or read is None:
        return state
    if getattr(state, column) != read(event.payload["from"]):
        raise BrokenHistory(f"event {event.version} changes {column} from a value that it did not have")
    setattr(state, column, read(event.payload["to"]))
    _go_on(state, event, column)
    if "resolvedAt" in event.payload:
        restamp(state, resolved_at=_at(event.payload["resolvedAt"]), closed_at=_at(event.payload["closedAt"]))
    elif column == "status":
        stamp(state, at=event.created_at)
    elif "firstResponseAt" in event.payload:
        state.first_response_at = _at(event.payload["firstResponseAt"])
    return state


def _go_on(state: TicketState, event: Event, column: str) -> None:
    if column == "status":
        state.course.status_since = event.created_at
        state.course.reopened += state.status is TicketStatus.REOPENED
    elif column == "assignee_id":
        state.course.assignee_since = event.created_at


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _at(text: str | None) -> datetime | None:
    return clock.parse(text) if text else None


_CHANGES: Mapping[str, tuple[str, Any]] = MappingProxyType(
    {
        "STATUS_CHANGED": ("status", TicketStatus),
        "ASSIGNED": ("assignee_id", _id),
        "TEAM_CHANGED": ("assigned_team_id", _id),
        "PRIORITY_CHANGED": ("priority", TicketPriority),
        "CATEGORY_CHANGED": ("category_id", _id),
        "SUBJECT_CHANGED": ("subject", str),
        "DESCRIPTION_CHANGED": ("description", str),
        "REQUESTER_CHANGED": ("requester_id", UUID),
        "FOLLOW_UP_CHANGED": ("follow_up_at", _at),
        "DELETED": ("deleted_at", _at),
        "RESTORED": ("deleted_at", _at),
        "MERGED": ("merged_into_id", _id),
        "UNMERGED": ("merged_into_id", _id),
    }
)
"""Which column an event changes, and how its values are read."""
