"""What a ticket's clocks did. Internal: who works on a ticket reads of it, its requester does not.

SLA_STARTED, SLA_RETARGETED, SLA_AT_RISK and SLA_BREACHED are what the clocks are recomputed from, beside the ticket's
other facts; the rest says in words what follows from these.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from codex.sla.clock_state import ClockKind
from codex.tickets.facts import TicketFact, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFact(TicketFact):
    """Something about the clocks of a ticket."""

    is_public: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaStarted(ClockFact):
    """The clocks began to run by these terms. `is_answered`: an agent opened the ticket for somebody else and answered
    in the same breath, so that no first response is waited for."""

    type: ClassVar[str] = "SLA_STARTED"
    terms: dict[str, Any]
    is_answered: bool

    def payload(self) -> dict[str, object]:
        """All the terms, with why it is these."""
        return {"terms": self.terms, "answered": self.is_answered}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRetargeted(ClockFact):
    """The clocks go on by other terms (None: no policy applies any more). `cause` is a `RetargetCause`."""

    type: ClassVar[str] = "SLA_RETARGETED"
    terms: dict[str, Any] | None
    cause: str
    why: str

    def payload(self) -> dict[str, object]:
        """All the terms, why it is these, and what brought them about."""
        return {"terms": self.terms, "cause": self.cause, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfClock(ClockFact):
    clock: ClockKind

    def payload(self) -> dict[str, object]:
        """Which clock."""
        return {"clock": self.clock.value}


class SlaPaused(_OfClock):
    """A clock rests."""

    type: ClassVar[str] = "SLA_PAUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaResumed(_OfClock):
    """A clock that rested, or had been stopped, runs again. `due_at` is when it is due now."""

    type: ClassVar[str] = "SLA_RESUMED"
    due_at: datetime | None

    def payload(self) -> dict[str, object]:
        """Which clock, and when it is due now."""
        return {**_OfClock.payload(self), "dueAt": plain(self.due_at)}


class SlaMet(_OfClock):
    """A promise was kept."""

    type: ClassVar[str] = "SLA_MET"


class SlaCancelled(_OfClock):
    """A clock counts for nothing: its ticket was merged into another, or deleted."""

    type: ClassVar[str] = "SLA_CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Announcement(_OfClock):
    """`at`: when it became true; the fact itself is of when somebody looked. `notify`: people are to be told, not the
    log alone."""

    at: datetime
    due_at: datetime
    notify: bool

    def payload(self) -> dict[str, object]:
        """Which clock, since when, and the due time that this is about."""
        told = _OfClock.payload(self)
        return {**told, "at": plain(self.at), "dueAt": plain(self.due_at), "notify": self.notify}


class SlaAtRisk(_Announcement):
    """A promise will soon be broken."""

    type: ClassVar[str] = "SLA_AT_RISK"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreached(_Announcement):
    """A promise was broken. `cause`: where a change put the due time into the past."""

    type: ClassVar[str] = "SLA_BREACHED"
    cause: Literal["TARGET_CHANGED"] | None

    def payload(self) -> dict[str, object]:
        """And whether a change did it."""
        return {**_Announcement.payload(self), "cause": self.cause}


CLOCK_FACTS: tuple[type[ClockFact], ...] = (
    SlaStarted,
    SlaRetargeted,
    SlaPaused,
    SlaResumed,
    SlaAtRisk,
    SlaBreached,
    SlaMet,
    SlaCancelled,
)
"""Every kind there is."""
