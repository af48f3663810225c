"""Which recorded events woke rules, and what conditions may ask about the change: `automation.triggers`, of the past.

Pure. A test records every fact that pulls a trigger and holds the two readings equal.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from codex.automation.models import Trigger
from codex.kernel.criteria.grammar import CUSTOM
from codex.kernel.criteria.tree import Values

Told = Mapping[str, Any]


def _of(changed: str) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"changedField": (changed,)}


def _status(told: Told) -> dict[str, Any]:
    return {"fromStatus": (told["from"],), "toStatus": (told["to"],), "changedField": ("status",)}


_PULLS: Mapping[str, tuple[Trigger, Callable[[Told], dict[str, Any]]]] = MappingProxyType(
    {
        "TICKET_CREATED": (Trigger.TICKET_CREATED, lambda told: {}),
        "STATUS_CHANGED": (Trigger.STATUS_CHANGED, _status),
        "ASSIGNED": (Trigger.ASSIGNMENT_CHANGED, _of("assignee")),
        "TEAM_CHANGED": (Trigger.ASSIGNMENT_CHANGED, _of("team")),
        "PRIORITY_CHANGED": (Trigger.PRIORITY_CHANGED, _of("priority")),
        "CATEGORY_CHANGED": (Trigger.CATEGORY_CHANGED, _of("category")),
        "CUSTOM_FIELD_CHANGED": (
            Trigger.CUSTOM_FIELD_CHANGED,
            lambda told: {"changedField": (f"{CUSTOM}{told['fieldId']}",)},
        ),
        "MESSAGE_ADDED": (Trigger.MESSAGE_ADDED, lambda told: {"changedField": (f"{told['type']} message",)}),
        "SLA_AT_RISK": (Trigger.SLA_APPROACHING, lambda told: {"changedField": (told["clock"],)}),
        "SLA_BREACHED": (Trigger.SLA_BREACHED, lambda told: {"changedField": (told["clock"],)}),
    }
)


def types_of(trigger: Trigger) -> frozenset[str]:
    """The types of events that pull a trigger; none for one that time pulls."""
    return frozenset(kind for kind, (pulled, _) in _PULLS.items() if pulled is trigger)


def change_of(kind: str, told: Told) -> Values:
    """What conditions may ask about the change that an event of this type, which pulls a trigger, tells of."""
    return _PULLS[kind][1](told)
