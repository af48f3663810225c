"""Time as data: the one place that asks the machine what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC. Doors call it once per change; everything below takes `work.now`."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with `Z`, fractions of a second only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """An instant from ISO 8601 text. Raises ValueError when it names no zone: a local time is not an instant."""
    return in_utc(datetime.fromisoformat(text))


def in_utc(at: datetime) -> datetime:
    """An instant in UTC. Raises ValueError for a local time, and for one that UTC has outside the years 1 to 9999."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} names no time zone; write it with Z or an offset.")
    try:
        return at.astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError(f"{at.isoformat()} is out of range.") from beyond
