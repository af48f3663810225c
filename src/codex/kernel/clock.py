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
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone; write it with Z or an offset.")
    return at.astimezone(UTC)
