"""A change as somebody asks for it (a struct whose UNSET fields stay), and what it comes to."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct

from codex.kernel import clock


def given_of(wanted: Struct) -> dict[str, Any]:
    """The fields of a change that are not UNSET."""
    values = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def apply(row: object, given: Mapping[str, Any]) -> tuple[dict[str, object], dict[str, object]]:
    """Set what is given and differs; returns the old and the new values of what changed, as JSON values."""
    changed = {name: value for name, value in given.items() if value != getattr(row, name)}
    old = {name: _plain(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    return old, {name: _plain(value) for name, value in changed.items()}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return clock.iso(value)
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case _:
            return value
