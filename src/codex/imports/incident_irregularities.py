"""What in an incident log does not fit a desk that runs by Codex' rules, counted, each with its rule."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from codex.imports.incident_log import LogRow

FINISHED = ("Resolved", "Closed")
WAITING = ("Awaiting User Info", "Awaiting Evidence", "Awaiting Vendor", "Awaiting Problem")
UNFINISHED = ("New", "Active", *WAITING)
STATES = (*UNFINISHED, *FINISHED)

_BACK = {(before, after) for before in FINISHED for after in UNFINISHED} | {("Closed", "Resolved")}


def _rule(sentence: str) -> Any:
    return field(default=0, metadata={"rule": sentence})


@dataclass(slots=True)
class Irregularities:
    """How often each rule had to decide. `lines()` gives name, count and rule, for the summary."""

    updated_before_opening: int = _rule(
        "An update before opened_at is what the incident was opened with: it comes first, at opened_at."
    )
    updated_before_previous: int = _rule(
        "An update earlier than the one before it (by sys_mod_count) happens at the instant of that one."
    )
    unknown_states: int = _rule("A state that is none of the eight, such as -100, leaves the status alone.")
    back_to_new: int = _rule("New after another state is ASSIGNED, or TRIAGED with nobody: no ticket gets back to NEW.")
    unseen_reopenings: int = _rule(
        "A rise of reopen_count with no Resolved or Closed before it: the ticket is resolved, then reopened."
    )
    uncounted_reopenings: int = _rule(
        "Resolved or Closed, then a state before it, reopens the ticket though reopen_count does not rise."
    )
    repeated_reopenings: int = _rule("A rise of reopen_count by several between two rows is one reopening.")
    unnamed_groups: int = _rule(
        "An assignment_group of ? is a team whose name the log lost, for entering and leaving it count as"
        ' moves: it is "Unnamed group".'
    )
    agents_in_unnamed_groups: int = _rule('Whoever is assigned under group ? is a member of "Unnamed group".')
    unseen_moves: int = _rule("A rise of reassignment_count with no other group to see is not replayed.")
    missing_callers: int = _rule("An incident without a caller is requested by whoever opened it.")
    missing_openers: int = _rule("An incident without an opener was opened by its caller.")
    missing_updaters: int = _rule('An update by nobody is made by "Updater unknown".')
    changed_callers: int = _rule("The requester stays the caller of the first row.")
    changed_contact_types: int = _rule("The channel stays that of the first row.")
    missing_categories: int = _rule("An incident without a category has none until a row names one.")
    missing_symptoms: int = _rule("An incident without a symptom is called by its category and number alone.")
    missing_priorities: int = _rule("An incident without a priority is P3; a later row without one changes nothing.")

    def note(self, previous: LogRow | None, row: LogRow) -> None:
        """Count what is odd about a row that follows `previous` of its incident (None: it is the first)."""
        names = _of_first(row) if previous is None else _of_change(previous, row)
        for name in (*names, *_of_row(row)):
            setattr(self, name, getattr(self, name) + 1)

    def lines(self) -> list[tuple[str, int, str]]:
        """Name, count and rule of each, in the order above."""
        return [(each.name, getattr(self, each.name), each.metadata["rule"]) for each in fields(self)]


def _of_row(row: LogRow) -> Iterator[str]:
    if row.state not in STATES:
        yield "unknown_states"
    if row.group is None:
        yield "unnamed_groups"
        if row.agent is not None:
            yield "agents_in_unnamed_groups"
    if row.updated_by is None:
        yield "missing_updaters"


def _of_first(row: LogRow) -> Iterator[str]:
    if row.caller is None:
        yield "missing_callers"
    if row.opened_by is None:
        yield "missing_openers"
    if row.category is None:
        yield "missing_categories"
    if row.symptom is None:
        yield "missing_symptoms"
    if row.priority is None:
        yield "missing_priorities"
    if row.reopen_count > 0:
        yield "unseen_reopenings"
    if row.reopen_count > 1:
        yield "repeated_reopenings"
    if row.reassignment_count > 0:
        yield "unseen_moves"


def _of_change(previous: LogRow, row: LogRow) -> Iterator[str]:
    counted = row.reopen_count > previous.reopen_count
    if counted and previous.state not in FINISHED:
        yield "unseen_reopenings"
    if not counted and (previous.state, row.state) in _BACK:
        yield "uncounted_reopenings"
    if row.reopen_count > previous.reopen_count + 1:
        yield "repeated_reopenings"
    if row.reassignment_count > previous.reassignment_count and row.group == previous.group:
        yield "unseen_moves"
    if row.state == "New" and previous.state != "New":
        yield "back_to_new"
    if row.caller not in (None, previous.caller):
        yield "changed_callers"
    if row.contact_type != previous.contact_type:
        yield "changed_contact_types"
