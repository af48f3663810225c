"""A tiny desk in memory, written from tickets.md and not from what the planner itself foresees."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from codex.imports.incident_irregularities import STATES
from codex.imports.incident_log import LogRow, Priority
from codex.imports.incident_names import UNNAMED_GROUP, CategoryKey
from codex.imports.incident_order import Moment
from codex.imports.incident_plan import plan
from codex.imports.incident_steps import (
    Assign,
    Known,
    Move,
    Open,
    SetCategory,
    SetPriority,
    Status,
    Step,
    Transfer,
)

_OPEN = {"NEW", "TRIAGED", "ASSIGNED", "IN_PROGRESS", "REOPENED"}
_WAITING = {"WAITING_ON_REQUESTER", "WAITING_ON_VENDOR"}
_NEXT = (
    dict.fromkeys(_OPEN | _WAITING, {"TRIAGED", "ASSIGNED", "IN_PROGRESS", "RESOLVED", "CLOSED"} | _WAITING)
    | {"RESOLVED": {"CLOSED", "REOPENED"}}
    | {"CLOSED": {"REOPENED"}}
)


class RefusedError(Exception):
    """A step that the real commands would refuse, or that would change nothing."""


def _require(is_so: bool, sentence: str) -> None:
    if not is_so:
        raise RefusedError(sentence)


@dataclass
class Ticket:
    priority: str
    category: CategoryKey | None
    at: datetime
    status: str = "NEW"
    group: str | None = None
    agent: str | None = None

    def do(self, step: Step) -> None:
        _require(step.at >= self.at, f"{step.at} is before {self.at}")
        self.at = step.at
        match step:
            case SetCategory(category=category):
                _require(category != self.category, "the category is the same")
                self.category = category
            case SetPriority(priority=priority):
                _require(priority != self.priority, "the priority is the same")
                self.priority = priority
            case Transfer(group=group):
                _require(group != self.group, "the team is the same")
                self.group = group
                self._lose_agent()
            case Assign(agent=agent):
                self._assign(agent)
            case Move(to=to):
                self._move(to)
            case Open():
                raise RefusedError("the ticket is there already")

    def known(self) -> Known:
        status, priority = cast(Status, self.status), cast(Priority, self.priority)
        return Known(status, self.group, self.agent, priority, self.category)

    def _assign(self, agent: str | None) -> None:
        _require(agent != self.agent, "the assignee is the same")
        _require(self.group is not None, "a ticket without a team has no assignee")
        if agent is None:
            self._lose_agent()
            return
        self.agent = agent
        if self.status in {"NEW", "TRIAGED", "REOPENED"}:
            self.status = "ASSIGNED"

    def _lose_agent(self) -> None:
        self.agent = None
        if self.status in {"ASSIGNED", "IN_PROGRESS"}:
            self.status = "TRIAGED"

    def _move(self, to: str) -> None:
        _require(to != self.status, f"it is {to} already")
        _require(to in _NEXT[self.status], f"{self.status} cannot become {to}")
        _require(self.agent is not None or to not in {"ASSIGNED", "IN_PROGRESS"}, f"{to} needs an assignee")
        self.status = to


@dataclass
class Desk:
    """All tickets by incident number, and what happened to them, counted."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    reopenings: Counter[str] = field(default_factory=Counter)
    transfers: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    _was_worked_on: set[str] = field(default_factory=set)

    def live(self, moments: Iterable[Moment]) -> "Desk":
        """Plan and do every moment; `wrongs` then lists each ticket that does not stand as its row says."""
        for moment in moments:
            row = moment.row
            ticket = None if moment.is_opening else self.tickets[row.number]
            for step in plan(ticket.known() if ticket else None, moment.previous, row):
                _require(step.at == moment.at, f"{step} is not at {moment.at}")
                self.do(row.number, step)
            if not moment.is_opening:
                self.wrongs += [f"line {row.line}: {wrong}" for wrong in self._wrongs(row)]
        return self

    def do(self, number: str, step: Step) -> None:
        self.steps[type(step).__name__] += 1
        if isinstance(step, Open):
            _require(number not in self.tickets, "the ticket is there already")
            self.tickets[number] = Ticket(step.priority, step.category, step.at)
            return
        ticket = self.tickets[number]
        before, group = ticket.status, ticket.group
        ticket.do(step)
        if isinstance(step, Move):
            self.moves[before, step.to] += 1
            self.reopenings[number] += step.to == "REOPENED"
        if isinstance(step, Transfer):
            self.transfers[number] += group is not None

    def _wrongs(self, row: LogRow) -> list[str]:
        ticket = self.tickets[row.number]
        if row.agent or row.reopen_count or (row.state in STATES and row.state != "New"):
            self._was_worked_on.add(row.number)
        says = stands_as(row, was_worked_on=row.number in self._was_worked_on)
        return [
            f"{name} is {getattr(ticket, name)}, not {value}"
            for name, value in says.items()
            if getattr(ticket, name) != value
        ]


def stands_as(row: LogRow, *, was_worked_on: bool) -> dict[str, object]:
    """What a row says of a ticket, and nothing where the row says nothing."""
    says: dict[str, object] = {"group": row.group or UNNAMED_GROUP, "agent": row.agent}
    if row.priority:
        says["priority"] = row.priority
    if row.category:
        says["category"] = CategoryKey(row.category, row.subcategory)
    untouched = "TRIAGED" if was_worked_on else "NEW"
    statuses = {
        "New": "ASSIGNED" if row.agent else untouched,
        "Active": "IN_PROGRESS" if row.agent else "TRIAGED",
        "Awaiting User Info": "WAITING_ON_REQUESTER",
        "Awaiting Evidence": "WAITING_ON_REQUESTER",
        "Awaiting Vendor": "WAITING_ON_VENDOR",
        "Awaiting Problem": "WAITING_ON_VENDOR",
        "Resolved": "RESOLVED",
        "Closed": "CLOSED",
    }
    if row.state in statuses:
        says["status"] = statuses[row.state]
    return says
