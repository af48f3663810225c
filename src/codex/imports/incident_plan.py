"""From one row of an incident log to the commands that bring a ticket there; pure.

A row tells a state, not how it came about. What must have happened is told in one fixed order that the status
machine accepts: classification, reopening, transfer, assignment, status.
"""

from codex.imports.incident_irregularities import STATES
from codex.imports.incident_log import LogRow
from codex.imports.incident_names import UNKNOWN_CALLER, UNKNOWN_UPDATER, UNNAMED_GROUP, CategoryKey
from codex.imports.incident_steps import (
    Assign,
    Change,
    Known,
    Move,
    Open,
    SetCategory,
    SetPriority,
    Status,
    Step,
    Transfer,
    after,
)

_FINISHED: tuple[Status, ...] = ("RESOLVED", "CLOSED")

_STATUS: dict[str, Status] = {
    "Awaiting User Info": "WAITING_ON_REQUESTER",
    "Awaiting Evidence": "WAITING_ON_REQUESTER",
    "Awaiting Vendor": "WAITING_ON_VENDOR",
    "Awaiting Problem": "WAITING_ON_VENDOR",
    "Resolved": "RESOLVED",
    "Closed": "CLOSED",
}


def plan(ticket: Known | None, previous: LogRow | None, row: LogRow) -> list[Step]:
    """The steps from a ticket as it stands to what a row says, in order; none when it is there already.

    Without a ticket that is its opening, at `opened_at`, and nothing more: the row's own time comes later,
    and with it team, assignee and status. `previous` is the incident's row before, None for the first; its
    `reopen_count` tells a reopening that the states do not show. So a row once replayed is not planned again.
    """
    if ticket is None:
        return [_opening(row)]
    draft = _Draft(ticket, row)
    draft.classify()
    draft.reopen(previous)
    draft.place()
    draft.move(_status(draft.ticket, row))
    return draft.steps


def category_of(row: LogRow) -> CategoryKey | None:
    """The row's subcategory within its category, or the category alone; None when the row names none."""
    return CategoryKey(row.category, row.subcategory) if row.category else None


def _opening(row: LogRow) -> Open:
    return Open(
        at=row.opened_at,
        by=row.opened_by or row.caller or UNKNOWN_CALLER,
        caller=row.caller or row.opened_by or UNKNOWN_CALLER,
        channel="EMAIL" if row.contact_type == "Email" else "PORTAL",
        priority=row.priority or "P3",
        category=category_of(row),
        subject=_subject(row),
        description=_description(row),
    )


def _subject(row: LogRow) -> str:
    where = f" in {_inside(row.category)}" if row.category else ""
    return f"{row.symptom or 'Incident'}{where} ({row.number})"


def _description(row: LogRow) -> str:
    where = f" at {_inside(row.location)}" if row.location else ""
    how = f", reported by {_inside(row.contact_type)}" if row.contact_type else ""
    kinds = [_inside(word) for word in (row.category, row.subcategory) if word]
    what = f" It was filed under {', '.join(kinds)}." if kinds else ""
    return f"{row.symptom or 'A symptom nobody named'}{where}{how} as {row.number}.{what}"


def _inside(word: str) -> str:
    """A word of the log within a sentence: "Category 55" is category 55, IVR stays IVR."""
    return word if word[1:2].isupper() else word[0].lower() + word[1:]


def _status(ticket: Known, row: LogRow) -> Status:
    match row.state:
        case "New" if ticket.status == "NEW" and row.agent is None:
            return "NEW"
        case "New":
            return "ASSIGNED" if row.agent else "TRIAGED"
        case "Active":
            return "IN_PROGRESS" if row.agent else "TRIAGED"
        case _:
            return _STATUS.get(row.state or "", ticket.status)


class _Draft:
    """The steps so far, and the ticket as it will be after them."""

    def __init__(self, ticket: Known, row: LogRow) -> None:
        self.ticket = ticket
        self.steps: list[Step] = []
        self._row = row
        self._at = row.updated_at
        self._by = row.updated_by or UNKNOWN_UPDATER

    def classify(self) -> None:
        category, priority = category_of(self._row), self._row.priority
        if category is not None and category != self.ticket.category:
            self._add(SetCategory(self._at, self._by, category))
        if priority is not None and priority != self.ticket.priority:
            self._add(SetPriority(self._at, self._by, priority))

    def reopen(self, previous: LogRow | None) -> None:
        is_counted = self._row.reopen_count > (previous.reopen_count if previous else 0)
        if is_counted and self.ticket.status not in _FINISHED:
            self.move("RESOLVED")
        if is_counted or self._leads_back():
            self.move("REOPENED")

    def place(self) -> None:
        group, agent = self._row.group or UNNAMED_GROUP, self._row.agent
        if group != self.ticket.group:
            self._add(Transfer(self._at, self._by, group))
        if agent != self.ticket.agent:
            self._add(Assign(self._at, self._by, agent))

    def move(self, to: Status) -> None:
        if to != self.ticket.status:
            self._add(Move(self._at, self._by, to))

    def _leads_back(self) -> bool:
        if self._row.state not in STATES or self.ticket.status not in _FINISHED:
            return False
        return _status(self.ticket, self._row) not in (self.ticket.status, "CLOSED")

    def _add(self, step: Change) -> None:
        self.steps.append(step)
        self.ticket = after(self.ticket, step)
