"""When people work: weekdays from 8:30 to 17:30 by their own clock, and now and then outside of that."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8, 30), time(17, 30)
DAY = timedelta(hours=9)
"""The working time of a day."""


def later(at: datetime, working: timedelta, zone: ZoneInfo) -> datetime:
    """The first instant, itself in working hours, at which so much working time has passed since `at`."""
    opens, closes = _hours(at, zone)
    at = max(at, opens)
    while working >= closes - at:
        working -= closes - at
        opens, closes = _hours(closes, zone)
        at = opens
    return at + working


def at_work(at: datetime, zone: ZoneInfo) -> datetime:
    """The last instant up to `at`, to within some minutes, at which people were at work."""
    while _hours(at, zone)[0] > at:
        at -= timedelta(minutes=20)
    return at


def likelihood(at: datetime, zone: ZoneInfo) -> float:
    """How likely somebody writes to the desk at this instant, compared with a weekday morning (1)."""
    local = at.astimezone(zone)
    hour = local.hour + local.minute / 60
    if local.weekday() >= 5:
        return 0.06 if 9 <= hour < 21 else 0.01
    if 8 <= hour < 12:
        return 1
    if 12 <= hour < 17.5:
        return 0.7 if hour >= 13.5 else 0.4
    return 0.12 if 7 <= hour < 21 else 0.02


def _hours(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The working day that `at` lies in, or the next one."""
    day: date = at.astimezone(zone).date()
    while True:
        opens, closes = (datetime.combine(day, hour, zone).astimezone(at.tzinfo) for hour in (OPENS, CLOSES))
        if day.weekday() < 5 and at < closes:
            return opens, closes
        day += timedelta(days=1)
