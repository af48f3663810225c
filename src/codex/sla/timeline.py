"""What a ticket's facts mean to its clocks: the same reading for a fact just recorded and for an event of its log."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.kernel import clock as instants
from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import (
    Announced,
    Cancelled,
    Created,
    MessageSent,
    Occurrence,
    Retargeted,
    Revived,
    StatusMoved,
)
from codex.sla.clock_state import CancelCause, ClockKind, Terms, unpacked_terms

Calendars = Callable[[str | None], Calendar]
"""The calendar of a version's id."""


HEARD = frozenset({"STATUS_CHANGED", "MESSAGE_ADDED", "MERGED", "UNMERGED", "DELETED", "RESTORED"})
"""The types of facts that `occurrence` may make something of."""
RECOMPUTED_FROM = (
    "TICKET_CREATED", "PRIORITY_CHANGED", "TEAM_CHANGED", "CATEGORY_CHANGED", *sorted(HEARD), "SLA_STARTED",
    "SLA_RETARGETED", "SLA_AT_RISK", "SLA_BREACHED",
)  # fmt: skip
"""The types of events that say all about a ticket's clocks, and those that these refer to as their cause."""
TOLD_BY = (*sorted(HEARD), "SLA_STARTED", "SLA_RETARGETED", "SLA_AT_RISK", "SLA_BREACHED")
"""Of these, the types whose payload says something about them."""


class StoredEvent(Struct, frozen=True, gc=False):
    """What is read of a ticket's event."""

    id: UUID
    type: str
    payload: dict[str, Any]
    created_at: datetime
    cause_id: UUID | None


def calendars_named_in(events: Iterable[StoredEvent]) -> set[UUID]:
    """The versions of calendars that the terms in these events name."""
    terms = (event.payload["terms"] for event in events if event.type in ("SLA_STARTED", "SLA_RETARGETED"))
    return {UUID(key) for each in terms if each and (key := each.get("calendarVersionId"))}


def occurrence(kind: str, told: Mapping[str, Any], at: datetime) -> Occurrence | None:
    """What the clocks hear of a fact that commands record; None for one that is nothing to them."""
    match kind:
        case "STATUS_CHANGED":
            return StatusMoved(at=at, to=told["to"])
        case "MESSAGE_ADDED" if told["firstResponse"]:
            return MessageSent(at=at, by="agent", visibility="PUBLIC")
        case "MERGED":
            return Cancelled(at=at, cause=CancelCause.MERGED)
        case "DELETED":
            return Cancelled(at=at, cause=CancelCause.DELETED)
        case "UNMERGED":
            answered_at = told.get("firstResponseAt")
            return Revived(at=at, cause=CancelCause.MERGED, answered_at=answered_at and instants.parse(answered_at))
        case "RESTORED":
            return Revived(at=at, cause=CancelCause.DELETED)
        case _:
            return None


def occurrences(events: Iterable[StoredEvent], calendars: Calendars) -> Iterator[Occurrence]:
    """A ticket's whole history as its clocks heard it; `events` in the order of versions.

    What the clocks did because of another event happened together with that one, before what was recorded beside it.
    """
    history = list(events)
    keys = {event.id for event in history}
    beside: dict[UUID, list[StoredEvent]] = {}
    for event in history:
        if _is_of_clocks(event) and event.cause_id in keys and event.cause_id is not None:
            beside.setdefault(event.cause_id, []).append(event)
    for event in history:
        follows = beside.get(event.id, [])
        if event.type == "TICKET_CREATED":
            yield _created(event, follows, calendars)
        elif not _is_of_clocks(event):
            heard = occurrence(event.type, event.payload, event.created_at)
            if heard is not None:
                yield heard
        elif event.cause_id not in keys:
            follows = [event]
        for each in follows:
            if each.type != "SLA_STARTED":
                yield _own(each, calendars)


def _is_of_clocks(event: StoredEvent) -> bool:
    return event.type in ("SLA_STARTED", "SLA_RETARGETED", "SLA_AT_RISK", "SLA_BREACHED")


def _created(event: StoredEvent, follows: Iterable[StoredEvent], calendars: Calendars) -> Created:
    started = next((each for each in follows if each.type == "SLA_STARTED"), None)
    if started is None:
        return Created(at=event.created_at, terms=None)
    terms = unpacked_terms(started.payload["terms"], calendars)
    return Created(at=event.created_at, terms=terms, answered=started.payload["answered"])


def _own(event: StoredEvent, calendars: Calendars) -> Occurrence:
    told = event.payload
    if event.type == "SLA_RETARGETED":
        terms: Terms | None = unpacked_terms(told["terms"], calendars) if told["terms"] else None
        return Retargeted(at=event.created_at, terms=terms, cause=told["cause"])
    return Announced(
        at=event.created_at, clock=ClockKind(told["clock"]), due_at=instants.parse(told["dueAt"]),
        kind="AT_RISK" if event.type == "SLA_AT_RISK" else "BREACHED",
    )  # fmt: skip
