"""Keyset paging: a cursor remembers the last row's place, so page 1,000 costs what page 1 costs."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from codex.kernel import clock
from codex.kernel.errors import Invalid, Problem

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200
VERSIONS = "version"
"""The order of what something said from one save to the next."""
_BEYOND_VERSIONS = 2**31 - 1


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A row's place in an order: the order's name, the row's value in it, and the id that breaks ties."""

    sort: str
    value: int | str | None
    id: UUID

    def encode(self) -> str:
        """The opaque cursor that a client hands back."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and the cursor to the next ones (None: there are none)."""

    items: Sequence[T]
    next_cursor: str | None


def decode(cursor: str, *, sort: str) -> Place:
    """The place that a cursor names. Raises Invalid when it is not ours or belongs to another order."""
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=Place)
    except (msgspec.DecodeError, binascii.Error, ValueError) as bad:
        raise foreign() from bad
    if isinstance(place.value, str) and "\x00" in place.value:
        raise foreign()
    if place.sort != sort:
        raise Invalid(Problem("cursor", f"This cursor belongs to the sort order {place.sort}; start without it."))
    return place


def after_word(cursor: str | None, *, sort: str) -> dict[str, object]:
    """The parameters `after` and `after_id` of a cursor through words; none for the first page. Raises Invalid."""
    if cursor is None:
        return {}
    place = decode(cursor, sort=sort)
    return {"after": str(place.value), "after_id": place.id}


def after_instant(cursor: str, *, sort: str) -> dict[str, object]:
    """The parameters `after` and `after_id` of a cursor through instants. Raises Invalid."""
    place = decode(cursor, sort=sort)
    try:
        return {"after": clock.parse(str(place.value)), "after_id": place.id}
    except ValueError as bad:
        raise foreign() from bad


def before_version(cursor: str | None) -> dict[str, object]:
    """The parameter `before` of a cursor through versions, the newest first. Raises Invalid."""
    if cursor is None:
        return {"before": _BEYOND_VERSIONS}
    place = decode(cursor, sort=VERSIONS)
    if not isinstance(place.value, int) or not 0 <= place.value <= _BEYOND_VERSIONS:
        raise foreign()
    return {"before": place.value}


def foreign() -> Invalid:
    """What refuses a cursor that we did not make."""
    return Invalid(Problem("cursor", "This cursor is not one of ours; start without it."))


def cut(rows: Sequence[T], *, limit: int, place: Callable[[T], Place]) -> Page[T]:
    """The page of at most `limit` rows out of up to `limit + 1` that were read."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], place(rows[limit - 1]).encode())
