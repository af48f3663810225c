"""What is kept of a ticket's clocks: the terms that they run by, where they stand, what was announced.

Pure values. A state is made by `clock.step` alone: kept, it is the same as folded anew from the ticket's events.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

import msgspec
from msgspec import Struct

from codex.sla.calendar import Calendar


class ClockKind(StrEnum):
    """The two promises."""

    FIRST_RESPONSE = "FIRST_RESPONSE"
    RESOLUTION = "RESOLUTION"


class ReopenMode(StrEnum):
    """What reopening does to RESOLUTION (sla.md rule 12): goes on, begins anew, or counts as if never resolved."""

    RESUME = "RESUME"
    RESTART = "RESTART"
    TOTAL = "TOTAL"


class Source(StrEnum):
    """Where the terms come from (sla.md, "Which policy applies")."""

    TEAM_POLICY = "TEAM_POLICY"
    ASSIGNED = "ASSIGNED"
    DEFAULT = "DEFAULT"


WAITING = ("WAITING_ON_REQUESTER", "WAITING_ON_VENDOR")
DONE = ("RESOLVED", "CLOSED")


class Terms(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is promised for one ticket: targets (None: no such clock), and how they are counted.

    `at_risk_percent`: None where nobody is warned. `calendar` is not kept with the state, its version is: whoever
    reads the state gives the calendar back (`unpacked`).
    """

    calendar: Calendar
    first_response: timedelta | None = None
    resolution: timedelta | None = None
    pause_on: tuple[str, ...] = WAITING
    first_response_pauses: bool = False
    reopen: ReopenMode = ReopenMode.RESUME
    at_risk_percent: int | None = 80
    source: Source = Source.DEFAULT
    policy: str = ""
    policy_version: int | None = None
    policy_version_id: str | None = None
    calendar_version_id: str | None = None
    priority: str = ""
    why: str = ""

    def target(self, kind: ClockKind) -> timedelta | None:
        """What is promised of one clock."""
        return self.first_response if kind is ClockKind.FIRST_RESPONSE else self.resolution


class Stretch(Struct, frozen=True, array_like=True):
    """A finished stretch of running: [start, end), and how much of it was open."""

    start: datetime
    end: datetime
    counted: timedelta


class Breach(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A promise not kept. `at` is `due_at`, but the instant of the change where the change put `due_at` into the past
    (`cause`). `noticed_at` is when somebody looked; `announced_at` when people were told, or the log at least."""

    at: datetime
    due_at: datetime
    cause: Literal["TARGET_CHANGED"] | None = None
    noticed_at: datetime
    announced_at: datetime | None = None


class Phase(StrEnum):
    """What a clock does. HELD: its ticket is merged or deleted."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    HELD = "HELD"


class Clock(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One clock. `target`: None while nothing is promised; its time runs on unseen all the same.

    `since`: the phase's time before it is counted, in `stretches` or in `paused`. `paused_at`: when the pause began
    that goes on, or that a stopped clock was stopped in. `due_at` and `at_risk_at`: while running or once reached,
    else None; of a stopped clock those that it was judged by. `is_late`: it is late by the present
    due time. `risks_told`: the due times of which it was said that they are at risk.
    """

    started_at: datetime
    target: timedelta | None
    phase: Phase
    since: datetime
    stretches: tuple[Stretch, ...] = ()
    paused: timedelta = timedelta()
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    at_risk_at: datetime | None = None
    risk_announced_at: datetime | None = None
    risks_told: tuple[datetime, ...] = ()
    breaches: tuple[Breach, ...] = ()
    is_late: bool = False

    @property
    def counted(self) -> timedelta:
        """What is counted already."""
        return sum((stretch.counted for stretch in self.stretches), timedelta())


class CancelCause(StrEnum):
    """Why a ticket's clocks count for nothing."""

    MERGED = "MERGED"
    DELETED = "DELETED"


class ClockState(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A ticket's clocks. `at`: the last occurrence. `terms`: None where no policy applies.

    `first_response`: None for a ticket that an agent opened with an answer. `cycles`: what earlier RESOLUTION clocks
    came to, each ended by a reopening that began anew. `cancelled_by`: merged or deleted, or both; since
    `cancelled_at`.
    """

    created_at: datetime
    at: datetime
    status: str
    terms: Terms | None
    first_response: Clock | None
    resolution: Clock
    cycles: tuple[Clock, ...] = ()
    cancelled_by: tuple[CancelCause, ...] = ()
    cancelled_at: datetime | None = None

    def clock(self, kind: ClockKind) -> Clock | None:
        """One of the two."""
        return self.first_response if kind is ClockKind.FIRST_RESPONSE else self.resolution


def packed(state: ClockState) -> dict[str, Any]:
    """The state as JSON values, for jsonb. Of the calendar only `terms.calendarVersionId`, or the zone of one that is
    never closed."""
    kept: dict[str, Any] = msgspec.to_builtins(state, enc_hook=_zone_of)
    return kept


def unpacked(kept: Mapping[str, Any], calendar: Callable[[str | None], Calendar]) -> ClockState:
    """The state that `packed` made. `calendar` gives the calendar of a version's id."""
    return msgspec.convert(kept, ClockState, dec_hook=_calendar_in(kept["terms"], calendar))


def packed_terms(terms: Terms) -> dict[str, Any]:
    """Terms alone, as `packed` has them."""
    kept: dict[str, Any] = msgspec.to_builtins(terms, enc_hook=_zone_of)
    return kept


def unpacked_terms(kept: Mapping[str, Any], calendar: Callable[[str | None], Calendar]) -> Terms:
    """The terms that `packed_terms` made."""
    return msgspec.convert(kept, Terms, dec_hook=_calendar_in(kept, calendar))


def _calendar_in(
    terms: Mapping[str, Any] | None, calendar: Callable[[str | None], Calendar]
) -> Callable[[type, object], Calendar]:
    version = terms.get("calendarVersionId") if terms else None
    return lambda _, zone: Calendar.always(zone) if isinstance(zone, str) else calendar(version)


def _zone_of(value: object) -> str | None:
    if not isinstance(value, Calendar):
        raise NotImplementedError(f"A state has no {type(value).__name__}.")  # what msgspec expects of a hook
    return value.zone if value.is_always else None
