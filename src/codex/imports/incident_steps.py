"""The commands an incident log is replayed by, and what each makes of a ticket (tickets.md)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from codex.imports.incident_log import Priority
from codex.imports.incident_names import CategoryKey

Status = Literal[
    "NEW", "TRIAGED", "ASSIGNED", "IN_PROGRESS", "WAITING_ON_REQUESTER", "WAITING_ON_VENDOR",
    "RESOLVED", "CLOSED", "REOPENED",
]  # fmt: skip
Channel = Literal["PORTAL", "EMAIL"]


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket as it stands, in the words of the log: "Group 56" (or `UNNAMED_GROUP`), "Resolver 17"."""

    status: Status
    group: str | None
    agent: str | None
    priority: Priority
    category: CategoryKey | None


@dataclass(frozen=True, slots=True)
class _Done:
    """When a step is done, and by whom, a log key such as "Updated by 21"."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Open(_Done):
    """A ticket comes in, `by` whoever logged it: NEW, with no team and nobody assigned."""

    caller: str
    channel: Channel
    priority: Priority
    category: CategoryKey | None
    subject: str
    description: str


@dataclass(frozen=True, slots=True)
class SetCategory(_Done):
    category: CategoryKey


@dataclass(frozen=True, slots=True)
class SetPriority(_Done):
    priority: Priority


@dataclass(frozen=True, slots=True)
class Transfer(_Done):
    """Another team takes over; nobody is assigned any more."""

    group: str


@dataclass(frozen=True, slots=True)
class Assign(_Done):
    """A member of the ticket's team gets the ticket; None: nobody has it any more."""

    agent: str | None


@dataclass(frozen=True, slots=True)
class Move(_Done):
    to: Status


Change = SetCategory | SetPriority | Transfer | Assign | Move
Step = Open | Change


def after(ticket: Known, step: Change) -> Known:
    """What Codex makes of a ticket by a step, the automatic changes of status included."""
    match step:
        case SetCategory(category=category):
            return replace(ticket, category=category)
        case SetPriority(priority=priority):
            return replace(ticket, priority=priority)
        case Transfer(group=group):
            return replace(_without_agent(ticket), group=group)
        case Assign(agent=None):
            return _without_agent(ticket)
        case Assign(agent=agent):
            is_waiting_for_one = ticket.status in ("NEW", "TRIAGED", "REOPENED")
            return replace(ticket, agent=agent, status="ASSIGNED" if is_waiting_for_one else ticket.status)
        case Move(to=to):
            return replace(ticket, status=to)


def _without_agent(ticket: Known) -> Known:
    is_worked_on = ticket.status in ("ASSIGNED", "IN_PROGRESS")
    return replace(ticket, agent=None, status="TRIAGED" if is_worked_on else ticket.status)
