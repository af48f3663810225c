"""What hangs on a ticket besides its row, as its history tells it: followers, grants, tags, answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from codex.kernel import clock

Told = Mapping[str, Any]
"""The payload of an event."""


class Grant(NamedTuple):
    """What another team may do, and until when."""

    level: str
    expires_at: datetime | None


@dataclass(slots=True)
class Hanging:
    """People, teams with their grants, words, and answers (JSON) by field."""

    followers: set[UUID] = field(default_factory=set)
    grants: dict[UUID, Grant] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    answers: dict[UUID, Any] = field(default_factory=dict)


def happened_beside(hanging: Hanging, kind: str, told: Told) -> bool:
    """Let an event have its effect; False for one that is about something else."""
    change = _CHANGES.get(kind)
    if change is not None:
        change(hanging, told)
    return change is not None


def differences(told: Hanging, kept: Hanging) -> Iterator[tuple[str, object, object]]:
    """Where the tables are not what history says: which, what history says, what the tables say."""
    for part in fields(Hanging):
        by_history, there = getattr(told, part.name), getattr(kept, part.name)
        if by_history != there:
            yield part.name, by_history, there


def _answer(hanging: Hanging, told: Told) -> None:
    if told["to"] is None:
        hanging.answers.pop(UUID(told["fieldId"]), None)
    else:
        hanging.answers[UUID(told["fieldId"])] = told["to"]


def _grant(hanging: Hanging, told: Told) -> None:
    until = told["expiresAt"]
    hanging.grants[UUID(told["teamId"])] = Grant(told["accessLevel"], clock.parse(until) if until else None)


def _revoke(hanging: Hanging, told: Told) -> None:
    hanging.grants.pop(UUID(told["teamId"]), None)


_CHANGES: Mapping[str, Callable[[Hanging, Told], None]] = MappingProxyType(
    {
        "FOLLOWER_ADDED": lambda hanging, told: hanging.followers.add(UUID(told["userId"])),
        "FOLLOWER_REMOVED": lambda hanging, told: hanging.followers.discard(UUID(told["userId"])),
        "ACCESS_GRANTED": _grant,
        "ACCESS_REVOKED": _revoke,
        "TAG_ADDED": lambda hanging, told: hanging.tags.add(told["tag"]),
        "TAG_REMOVED": lambda hanging, told: hanging.tags.discard(told["tag"]),
        "CUSTOM_FIELD_CHANGED": _answer,
    }
)
