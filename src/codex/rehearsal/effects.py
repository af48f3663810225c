"""What actions make of a ticket: which thing they set to what, and which rules that wakes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from codex.automation.models import Trigger
from codex.kernel.criteria.grammar import CUSTOM
from codex.kernel.criteria.tree import Values
from codex.tickets.actions import (
    Action,
    AddFollower,
    AddTag,
    AssignRoundRobin,
    AssignTeam,
    AssignUser,
    GrantAccess,
    RemoveFollower,
    RemoveTag,
    SetCategory,
    SetCustomField,
    SetPriority,
    SetStatus,
    Unassign,
)
from codex.tickets.history import TicketState
from codex.tickets.models import TicketPriority, TicketStatus

IN_TURN = "whose turn it is"
"""What a person is set to who is not known before."""
_WAKES: Mapping[str, Trigger] = MappingProxyType(
    {
        "priority": Trigger.PRIORITY_CHANGED,
        "status": Trigger.STATUS_CHANGED,
        "category": Trigger.CATEGORY_CHANGED,
        "team": Trigger.ASSIGNMENT_CHANGED,
        "assignee": Trigger.ASSIGNMENT_CHANGED,
    }
)


def effects(actions: Iterable[Action]) -> dict[str, Any]:
    """What each thing that actions set is set to in the end, by the name that conditions have for it; `tag:` and
    `follower:` are there or not, `access:` has a level."""
    return {name: value for action in actions for name, value in _sets(action)}


def _sets(action: Action) -> Iterator[tuple[str, Any]]:
    match action:
        case SetPriority(priority=priority):
            yield "priority", priority.value
        case SetStatus(status=status):
            yield "status", status.value
        case SetCategory(category_id=category):
            yield "category", category
        case SetCustomField(field_id=field, value=value):
            yield f"{CUSTOM}{field}", value
        case AddTag(tag=tag) | RemoveTag(tag=tag):
            yield f"tag:{tag.strip().lower()}", isinstance(action, AddTag)
        case AddFollower(user_id=person) | RemoveFollower(user_id=person):
            yield f"follower:{person}", isinstance(action, AddFollower)
        case GrantAccess(team_id=team, access_level=level):
            yield f"access:{team}", level.value
        case AssignTeam() | AssignUser() | AssignRoundRobin() | Unassign():
            yield from _assigns(action)
        case _:
            return


def _assigns(action: AssignTeam | AssignUser | AssignRoundRobin | Unassign) -> Iterator[tuple[str, Any]]:
    match action:
        case AssignTeam(team_id=team):
            yield "team", team
        case AssignUser(user_id=person):
            yield "assignee", person
        case Unassign():
            yield "assignee", None
        case AssignRoundRobin(team_id=team):
            if team is not None:
                yield "team", team
            yield "assignee", IN_TURN


def wakes(name: str) -> Trigger | None:
    """The trigger that a change of this pulls, if any."""
    return Trigger.CUSTOM_FIELD_CHANGED if name.startswith(CUSTOM) else _WAKES.get(name)


def clashing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What both set, each to something else."""
    return [name for name, value in one.items() if name in other and other[name] != value]


def after(state: TicketState, name: str, value: Any) -> TicketState:
    """The ticket once this is set; another object."""
    match name:
        case "priority":
            return replace(state, priority=TicketPriority(value))
        case "status":
            return replace(state, status=TicketStatus(value))
        case "team":
            return replace(state, assigned_team_id=value)
        case "assignee":
            return state if value == IN_TURN else replace(state, assignee_id=value)
        case "category":
            return replace(state, category_id=value)
        case custom:
            answers = {**state.hanging.answers, UUID(custom.removeprefix(CUSTOM)): value}
            return replace(state, hanging=replace(state.hanging, answers=answers))


def change(state: TicketState, name: str, value: Any) -> Values:
    """What conditions may ask about setting this."""
    changed: dict[str, Any] = {"changedField": (name,)}
    return changed if name != "status" else {**changed, "fromStatus": (state.status.value,), "toStatus": (value,)}


def told(value: Any) -> Any:
    """A value as JSON has it."""
    return str(value) if isinstance(value, UUID) else value
