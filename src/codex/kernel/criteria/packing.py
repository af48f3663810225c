"""Values as JSON and back, losing nothing: how what a condition saw is kept."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from codex.kernel import clock
from codex.kernel.criteria.grammar import Field, Kind
from codex.kernel.criteria.tree import Scalar, Values

Packed = Mapping[str, list[str | int | bool]]
"""By field; a field that is absent is not in it. Numbers are decimal text, spans whole microseconds."""
_MICROSECOND = timedelta(microseconds=1)


def pack(values: Values) -> Packed:
    """The values as JSON has them."""
    return {name: [_packed(value) for value in found] for name, found in values.items() if found}


def unpack(packed: Packed, fields: Mapping[str, Field]) -> Values:
    """The values that were packed, of these fields; raises ValueError for what no value of its field was packed to."""
    return {name: tuple(map(_READ[fields[name].kind], found)) for name, found in packed.items() if name in fields}


def _packed(value: Scalar) -> str | int | bool:
    match value:
        case bool() | str():
            return value
        case timedelta():
            return value // _MICROSECOND
        case datetime():
            return clock.iso(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


_READ: Mapping[Kind, Callable[[Any], Scalar]] = MappingProxyType(
    {
        Kind.CHOICE: str,
        Kind.TEAM: UUID,
        Kind.PERSON: UUID,
        Kind.CATEGORY: UUID,
        Kind.TEXT: str,
        Kind.NUMBER: Decimal,
        Kind.HOURS: lambda said: timedelta(microseconds=said),
        Kind.INSTANT: clock.parse,
        Kind.DATE: date.fromisoformat,
        Kind.BOOLEAN: bool,
    }
)
