"""Reads the simulator's input, or what is wrong with it, with paths. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from codex.kernel import clock as instants
from codex.kernel.checks import Checks
from codex.sla import calendar_reading, hours
from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import (
    Cancelled,
    Created,
    MessageSent,
    Occurrence,
    Retargeted,
    Revived,
    Speaker,
    StatusMoved,
    Visibility,
)
from codex.sla.clock_state import WAITING, CancelCause, ReopenMode, Terms

T = TypeVar("T", bound=str)

PRIORITIES = ("P1", "P2", "P3", "P4")
STATUSES = (
    "NEW", "TRIAGED", "ASSIGNED", "IN_PROGRESS", "WAITING_ON_REQUESTER", "WAITING_ON_VENDOR", "RESOLVED", "CLOSED",
    "REOPENED",
)  # fmt: skip
MOST_ENTRIES = 1_000
YEARS = range(1970, 2200)
_KEYS = (
    "calendar", "businessHoursOnly", "targets", "escalationEnabled", "escalationAfterPercent", "reopen", "pauseOn",
    "firstResponsePauses", "timeline", "now",
)  # fmt: skip
_HOURS = ("firstResponseHours", "resolutionHours")
_OWN_KEYS: dict[str, tuple[str, ...]] = {
    "created": ("priority", "by"),
    "status": ("to",),
    "message": ("visibility", "by"),
    "priority": ("to",),
    "calendar": ("calendar",),
    "merged": (),
    "unmerged": (),
    "deleted": (),
    "restored": (),
}
_SPEAKERS: tuple[Speaker, ...] = ("agent", "requester", "automatic", "other")
_VISIBILITIES: tuple[Visibility, ...] = ("PUBLIC", "INTERNAL")


@dataclass(frozen=True, slots=True)
class Asked:
    """A simulation: what happens, and when somebody looks."""

    occurrences: list[Occurrence]
    now: datetime | None


def read(check: Checks, written: object) -> Asked | None:
    """The simulation; with problems, which are noted, None."""
    if not isinstance(written, dict):
        check.fail("", "The input is an object with calendar, targets and timeline.")
        return None
    calendar_reading.known(check, written, _KEYS, "")
    reader = _Reader(check, written)
    occurrences = list(reader.timeline())
    now = None
    if written.get("now") is not None:
        now = reader.instant("now", written["now"])
        if now and occurrences and now < occurrences[-1].at:
            check.fail("now", "This is before the end of the timeline.")
    return None if check.problems else Asked(occurrences, now)


class _Reader:
    """Reads what depends on what was read before: the terms on the priority and the calendar so far."""

    def __init__(self, check: Checks, written: dict[str, Any]) -> None:
        self.check = check
        self.written = written
        self.counts_hours = self.flag("businessHoursOnly", default=True)
        self.targets = self._targets(written.get("targets"))
        self.calendar = self._calendar("calendar", written.get("calendar"))
        self.terms = self._terms()

    def timeline(self) -> Iterator[Occurrence]:
        entries = self.written.get("timeline")
        if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
            self.check.fail("timeline", f"This is a list of 1 to {MOST_ENTRIES} entries, the first of type created.")
            return
        last: datetime | None = None
        for place, entry in enumerate(entries):
            path = f"timeline[{place}]"
            if not isinstance(entry, dict):
                self.check.fail(path, "An entry has at and type.")
                continue
            at = self.instant(f"{path}.at", entry.get("at"))
            if at and last and at < last:
                self.check.fail(f"{path}.at", "This is before the entry above; a timeline is in the order of time.")
            last = at or last
            kind = self._kind(path, entry, is_first=place == 0)
            found = self._entry(path, kind, entry, at or instants.parse("1970-01-01T00:00Z")) if kind else None
            if found is not None:
                yield found

    def instant(self, path: str, written: object) -> datetime | None:
        try:
            at = instants.parse(written if isinstance(written, str) else "")
        except ValueError:
            self.check.fail(path, "This is not an instant with its offset, such as 2026-03-02T10:00:00+01:00.")
            return None
        if at.year not in YEARS:
            self.check.fail(path, f"This is not in the years {YEARS[0]} to {YEARS[-1]}.")
            return None
        return at

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.written.get(key, default)
        if not isinstance(value, bool):
            self.check.fail(key, "This is true or false.")
        return value is True

    def _kind(self, path: str, entry: dict[str, Any], *, is_first: bool) -> str | None:
        kind = self._one_of(f"{path}.type", entry.get("type"), tuple(_OWN_KEYS))
        if kind is None:
            return None
        calendar_reading.known(self.check, entry, ("at", "type", *_OWN_KEYS[kind]), path)
        if is_first is not (kind == "created"):
            self.check.fail(f"{path}.type", "The first entry is of type created, and no other.")
            return None
        return kind

    def _entry(self, path: str, kind: str, entry: dict[str, Any], at: datetime) -> Occurrence | None:
        match kind:
            case "created":
                self._choose(f"{path}.priority", entry.get("priority"))
                by = self._one_of(f"{path}.by", entry.get("by", "requester"), ("agent", "requester"))
                return Created(at=at, terms=self.terms, answered=by == "agent")
            case "status":
                to = self._one_of(f"{path}.to", entry.get("to"), STATUSES)
                return StatusMoved(at=at, to=to) if to else None
            case "message":
                return self._message(path, entry, at)
            case "priority":
                self._choose(f"{path}.to", entry.get("to"))
                return Retargeted(at=at, terms=self.terms, cause="PRIORITY")
            case "calendar":
                calendar = self._calendar(f"{path}.calendar", entry.get("calendar"))
                self.terms = replace(self.terms, calendar=calendar)
                return Retargeted(at=at, terms=self.terms, cause="CALENDAR")
            case "merged" | "deleted":
                return Cancelled(at=at, cause=CancelCause(kind.upper()))
            case _:
                return Revived(at=at, cause=CancelCause.MERGED if kind == "unmerged" else CancelCause.DELETED)

    def _message(self, path: str, entry: dict[str, Any], at: datetime) -> MessageSent | None:
        visible = self._one_of(f"{path}.visibility", entry.get("visibility"), _VISIBILITIES)
        by = self._one_of(f"{path}.by", entry.get("by"), _SPEAKERS)
        return MessageSent(at=at, by=by, visibility=visible) if by and visible else None

    def _choose(self, path: str, written: object) -> None:
        priority = self._one_of(path, written, PRIORITIES)
        if priority is None:
            return
        if priority not in self.targets:
            self.check.fail(path, f"There is no target for {priority} in targets.")
            return
        first, resolution = self.targets[priority]
        self.terms = replace(self.terms, priority=priority, first_response=first, resolution=resolution)

    def _terms(self) -> Terms:
        percent = self.written.get("escalationAfterPercent", 80)
        if not isinstance(percent, int) or isinstance(percent, bool) or not 1 <= percent <= 100:
            self.check.fail("escalationAfterPercent", "This is a whole number from 1 to 100.")
            percent = 80
        reopen = self._one_of("reopen", self.written.get("reopen", "RESUME"), tuple(ReopenMode))
        pause_on = self.written.get("pauseOn", list(WAITING))
        if not isinstance(pause_on, list) or any(status not in WAITING for status in pause_on):
            self.check.fail("pauseOn", f"This is a list of {' and '.join(WAITING)}, or of one of them, or empty.")
            pause_on = []
        return Terms(
            calendar=self.calendar, pause_on=tuple(pause_on), reopen=ReopenMode(reopen or "RESUME"),
            first_response_pauses=self.flag("firstResponsePauses", default=False),
            at_risk_percent=percent if self.flag("escalationEnabled", default=True) else None,
        )  # fmt: skip

    def _calendar(self, path: str, written: object) -> Calendar:
        if written is None and path == "calendar" and not self.counts_hours:
            return Calendar.always()
        found = calendar_reading.checked(self.check, written, path=path)
        if found is None:
            return Calendar.always()
        return found if self.counts_hours else Calendar.always(found.zone)

    def _targets(self, written: object) -> dict[str, tuple[timedelta | None, timedelta | None]]:
        if not isinstance(written, dict):
            self.check.fail("targets", "This has the hours of P1, P2, P3 and P4, or of some of them.")
            return {}
        calendar_reading.known(self.check, written, PRIORITIES, "targets")
        return {priority: self._target(f"targets.{priority}", target) for priority, target in written.items()}

    def _target(self, path: str, written: object) -> tuple[timedelta | None, timedelta | None]:
        if not isinstance(written, dict):
            self.check.fail(path, "A target has firstResponseHours and resolutionHours, or one of them.")
            return None, None
        calendar_reading.known(self.check, written, _HOURS, path)
        first, resolution = (self._hours(f"{path}.{key}", written.get(key)) for key in _HOURS)
        if first is not None or resolution is not None:
            hours.checked(self.check, hours.Hours(first, resolution), path=path)
        return _duration(first), _duration(resolution)

    def _hours(self, path: str, written: object) -> Decimal | None:
        if written is None:
            return None
        if isinstance(written, bool) or not isinstance(written, int | float):
            self.check.fail(path, "Hours are a number, such as 4 or 0.5.")
            return None
        return Decimal(repr(written))

    def _one_of(self, path: str, written: object, allowed: tuple[T, ...]) -> T | None:
        found = next((one for one in allowed if one == written), None)
        if found is None:
            said = "This is missing" if written is None else f"There is no {str(written)[:80]!r} here"
            self.check.fail(path, f"{said}; it is one of {', '.join(allowed)}.")
        return found


def _duration(given: Decimal | None) -> timedelta | None:
    if given is None or not 0 < given <= hours.MOST:
        return None
    return timedelta(microseconds=hours.microseconds(given) or 0) or None


def decoded(text: bytes) -> object:
    """What the text says as JSON. Raises ValueError with what is wrong with it."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise ValueError(str(bad) or "it is nested too deeply") from bad
