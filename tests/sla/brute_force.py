"""What the clocks must come to, found by walking through time in steps: slow, plain, and nothing of the product in it.

Everything is on a grid: instants, spans, targets and the changes of the clocks are whole steps.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Grid = int
"""An instant in steps since 1970."""


def grid(at: datetime) -> Grid:
    steps, rest = divmod(at - datetime(1970, 1, 1, tzinfo=UTC), STEP)
    assert not rest
    return steps


def instant(at: Grid) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + at * STEP


def open_steps(calendar: dict[str, Any], start: Grid, end: Grid) -> set[Grid]:
    """Every step of [start, end) that is open. Looks at each step's local time, from days before to days after."""
    zone = ZoneInfo(calendar["timezone"])
    shown: dict[datetime, list[Grid]] = {}
    walked = range(start - 4 * 96, end + 4 * 96)
    for step in walked:
        shown.setdefault(instant(step).astimezone(zone).replace(tzinfo=None, fold=0), []).append(step)
    dates = sorted({local.date() for local in shown})
    found: set[Grid] = set()
    for day in dates[1:-2]:
        for opens, closes in hours_of(calendar, day):
            found.update(range(first(shown, at(day, opens)), last(shown, day, closes)))
    return {step for step in found if start <= step < end}


def hours_of(calendar: dict[str, Any], day: date) -> list[tuple[int, int]]:
    """The minutes of a local date that are open."""
    entries = {entry["date"]: entry.get("hours", []) for entry in calendar.get("holidays", [])}
    before = day - timedelta(days=1)
    if day.isoformat() in entries:
        return on_the_day(entries[day.isoformat()])
    week = calendar["schedule"]
    hours = on_the_day(week.get(DAYS[day.weekday()], [])) + after_midnight(week.get(DAYS[before.weekday()], []))
    return hours + after_midnight(entries.get(before.isoformat(), []))


def on_the_day(spans: list[list[str]]) -> list[tuple[int, int]]:
    return [(m(a), 1440 if m(b) <= m(a) else m(b)) for a, b in spans]


def after_midnight(spans: list[list[str]]) -> list[tuple[int, int]]:
    return [(0, m(b)) for a, b in spans if m(b) <= m(a)]


def m(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def at(day: date, minute: int) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)


def first(shown: dict[datetime, list[Grid]], local: datetime) -> Grid:
    """The first step that shows the local time, or the first after the gap that swallowed it."""
    while local not in shown:
        local += STEP
    return shown[local][0]


def last(shown: dict[datetime, list[Grid]], day: date, minute: int) -> Grid:
    """The last step that shows the local time; for 24:00, the one after the last that shows the date."""
    if minute == 1440:
        of_day = [steps[-1] for local, steps in shown.items() if local.date() == day]
        return max(of_day) + 1
    local = at(day, minute)
    while local not in shown:
        local += STEP
    return shown[local][-1] if local == at(day, minute) else shown[local][0]


@dataclass
class Walk:
    """One clock's life, step by step. `ran`: every step that counted; `waited`: every open step of a pause."""

    start: Grid
    target: int | None
    percent: int
    ran: list[Grid] = field(default_factory=list)
    waited: int = 0
    stopped: Grid | None = None
    stopped_waiting: bool = False
    breaches: list[tuple[Grid, str | None]] = field(default_factory=list)
    late: bool = False
    judged: tuple[Grid | None, Grid | None] = (None, None)

    def reached(self, wanted: int, ahead: list[Grid]) -> Grid | None:
        counted = [*self.ran, *ahead]
        return counted[wanted - 1] + 1 if len(counted) >= wanted else None

    def notice(self, now: Grid, cause: str | None = None) -> None:
        """A due time that is past and not on record goes on record."""
        due = None if self.target is None else self.reached(self.target, [])
        if due is None or due >= now:
            self.late = False
        elif not self.late:
            self.breaches.append((now if cause else due, cause))
            self.late = True


@dataclass
class Desk:
    """A ticket: what the timeline says of it so far, and both clocks."""

    asked: dict[str, Any]
    horizon: Grid
    status: str = "NEW"
    held: set[str] = field(default_factory=set)
    cycles_breached: bool = False

    def walk(self) -> dict[str, Any]:
        timeline = self.asked["timeline"]
        now = grid(datetime.fromisoformat(self.asked["now"]))
        start = grid(datetime.fromisoformat(timeline[0]["at"]))
        self.use(self.asked["calendar"], start)
        self.priority = timeline[0]["priority"]
        self.first = Walk(start, self.promised("firstResponseHours"), self.percent)
        self.resolution = Walk(start, self.promised("resolutionHours"), self.percent)
        if timeline[0].get("by") == "agent":
            self.first.stopped = start
        entries = [(grid(datetime.fromisoformat(entry["at"])), entry) for entry in timeline[1:]]
        for step in range(start, now + 1):
            for _, entry in (each for each in entries if each[0] == step):
                for clock in (self.first, self.resolution):
                    if clock.stopped is None:
                        clock.notice(step)
                self.happen(entry, step)
            if step < now:
                self.live(step)
        first = None if timeline[0].get("by") == "agent" else self.verdict(self.first, now, self.first_waits)
        return {"firstResponse": first, "resolution": self.verdict(self.resolution, now, self.waits)}

    @property
    def percent(self) -> int:
        return int(self.asked.get("escalationAfterPercent", 80))

    @property
    def waits(self) -> bool:
        return self.status in self.asked.get("pauseOn", ["WAITING_ON_REQUESTER", "WAITING_ON_VENDOR"])

    @property
    def first_waits(self) -> bool:
        return self.waits and bool(self.asked.get("firstResponsePauses"))

    def use(self, calendar: dict[str, Any], start: Grid) -> None:
        self.since = start
        self.open = open_steps(calendar, start, self.horizon)
        self.ahead = sorted(self.open)

    def promised(self, key: str) -> int | None:
        steps = self.asked["targets"][self.priority].get(key, 0) * 4
        return int(steps) or None

    def live(self, step: Grid) -> None:
        if self.held or step not in self.open:
            return
        for clock, waits in ((self.first, self.first_waits), (self.resolution, self.waits)):
            if clock.stopped is None and waits:
                clock.waited += 1
            elif clock.stopped is None:
                clock.ran.append(step)

    def happen(self, entry: dict[str, Any], step: Grid) -> None:
        match entry["type"]:
            case "status":
                self.move(entry["to"], step)
            case "message" if entry["visibility"] == "PUBLIC" and not self.held:
                if entry["by"] == "agent":
                    self.stop(self.first, step, waits=self.first_waits)
                elif entry["by"] == "requester" and self.status == "WAITING_ON_REQUESTER":
                    self.move("IN_PROGRESS", step)
            case "priority":
                self.priority = entry["to"]
                self.retarget(step)
            case "calendar":
                self.use(entry["calendar"], step)
                self.retarget(step)
            case "merged" | "deleted":
                self.held.add(entry["type"])
            case "unmerged" | "restored":
                self.held.discard({"unmerged": "merged", "restored": "deleted"}[entry["type"]])

    def move(self, to: str, step: Grid) -> None:
        if self.held or to == self.status:
            return
        first_waits, waits = self.first_waits, self.waits
        self.status = to
        if to in ("RESOLVED", "CLOSED"):
            self.stop(self.first, step, waits=first_waits)
            self.stop(self.resolution, step, waits=waits)
        elif self.resolution.stopped is not None:
            self.reopen(step)

    def stop(self, clock: Walk, step: Grid, *, waits: bool) -> None:
        if clock.stopped is not None:
            return
        ahead = [each for each in self.ahead if each >= step]
        clock.stopped, clock.stopped_waiting = step, waits
        if clock.target is not None:
            risk = -(-clock.target * clock.percent // 100)
            clock.judged = clock.reached(clock.target, ahead), clock.reached(risk, ahead)

    def reopen(self, step: Grid) -> None:
        clock, mode = self.resolution, self.asked.get("reopen", "RESUME")
        target, stopped = self.promised("resolutionHours"), clock.stopped
        if mode == "RESTART":
            self.cycles_breached |= bool(clock.breaches)
            self.resolution = Walk(step, target, self.percent)
            return
        assert stopped is not None
        between = [each for each in self.ahead if stopped <= each < step]
        if mode == "TOTAL" and clock.stopped_waiting:
            clock.waited += len(open_steps(self.calendar_now, stopped, step))
        elif mode == "TOTAL":
            clock.ran += between if self.since <= stopped else sorted(open_steps(self.calendar_now, stopped, step))
        cause = "TARGET_CHANGED" if target != clock.target else None
        clock.stopped, clock.target = None, target
        clock.notice(step, cause)

    @property
    def calendar_now(self) -> dict[str, Any]:
        changes = [each for each in self.asked["timeline"] if each["type"] == "calendar"]
        past = [each["calendar"] for each in changes if grid(datetime.fromisoformat(each["at"])) <= self.since]
        found: dict[str, Any] = past[-1] if past else self.asked["calendar"]
        return found

    def retarget(self, step: Grid) -> None:
        for clock, key in ((self.first, "firstResponseHours"), (self.resolution, "resolutionHours")):
            if clock.stopped is None:
                clock.target = self.promised(key)
                clock.notice(step, "TARGET_CHANGED")

    def verdict(self, clock: Walk, now: Grid, waits: bool) -> dict[str, Any] | None:
        if clock.target is None and not clock.breaches:
            return None
        if clock.stopped is None:
            clock.notice(now)
        runs = clock.stopped is None and not waits and not self.held
        ahead = [each for each in self.ahead if each >= now] if runs else []
        target = clock.target or 0
        due = risk = None
        if clock.stopped is not None:
            due, risk = clock.judged
        elif clock.target is not None:
            due = clock.reached(target, ahead)
            risk = clock.reached(-(-target * clock.percent // 100), ahead)
        if self.held or clock.target is None:
            state, due, risk = "CANCELLED", None, None
        elif clock.stopped is not None:
            state = "BREACHED_DONE" if clock.late else "MET"
        elif clock.late:
            state = "BREACHED"
        else:
            state = "RUNNING" if runs else "PAUSED"
        at, cause = clock.breaches[-1] if clock.breaches else (None, None)
        return {
            "state": state,
            "startedAt": clock.start,
            "dueAt": due,
            "atRiskAt": risk,
            "breachedAt": at,
            "breachCause": cause,
            "everBreached": bool(clock.breaches) or (clock is self.resolution and self.cycles_breached),
            "elapsedSeconds": len(clock.ran) * 900,
            "remainingSeconds": max(target - len(clock.ran), 0) * 900,
            "overdueSeconds": max(len(clock.ran) - target, 0) * 900 if clock.target else 0,
            "pausedSeconds": clock.waited * 900,
        }
