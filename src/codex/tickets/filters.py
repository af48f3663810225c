"""What a list of tickets is narrowed to, and the SQL of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from codex.tickets.lifecycle import DONE, WAITING
from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus


class StatusGroup(StrEnum):
    """Statuses by whose turn it is."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"


STATUSES_OF: Mapping[StatusGroup, tuple[TicketStatus, ...]] = MappingProxyType(
    {
        StatusGroup.OPEN: tuple(s for s in TicketStatus if s not in (*WAITING, *DONE)),
        StatusGroup.WAITING: WAITING,
        StatusGroup.DONE: DONE,
    }
)
NOBODY = "none"
Person = UUID | Literal["none"]


class Span(Struct, frozen=True):
    """From an instant (included) to an instant (excluded); None: no bound."""

    start: datetime | None = None
    end: datetime | None = None


class Filters(Struct, frozen=True, kw_only=True):
    """All conditions hold together; an empty one does not narrow. Within one, any of its values will do."""

    statuses: tuple[TicketStatus, ...] = ()
    groups: tuple[StatusGroup, ...] = ()
    priorities: tuple[TicketPriority, ...] = ()
    channels: tuple[TicketChannel, ...] = ()
    teams: tuple[UUID, ...] = ()
    assignees: tuple[Person, ...] = ()
    requester: UUID | None = None
    follower: UUID | None = None
    categories: tuple[UUID, ...] = ()
    created: Span = Span()
    updated: Span = Span()
    due: Span = Span()
    completed: Span = Span()


def where(filters: Filters) -> tuple[list[str], dict[str, object]]:
    """The conditions over the table `tickets`, to be joined by AND, and their parameters."""
    sql = ["tickets.deleted_at IS NULL"]
    params: dict[str, object] = {}
    wanted = _statuses(filters)
    if wanted is not None:
        sql.append(_one_of("status", wanted))
        if not wanted & set(DONE):
            sql.append("tickets.completed_at IS NULL")  # the same said so that the partial indexes are seen to fit
    if filters.priorities:
        sql.append(_one_of("priority", filters.priorities))
    if filters.channels:
        sql.append(_one_of("channel", filters.channels))
    for name, column, kind, values in (
        ("teams", "assigned_team_id", "uuid[]", filters.teams),
        ("categories", "category_id", "uuid[]", filters.categories),
    ):
        if values:
            one = len(values) == 1
            sql.append(f"tickets.{column} = " + (f"%({name})s::{kind[:-2]}" if one else f"ANY(%({name})s::{kind})"))
            params[name] = values[0] if one else list(values)
    _add_people(filters, sql, params)
    for name in ("created", "updated", "due", "completed"):
        _add_span(name, getattr(filters, name), sql, params)
    return sql, params


def _one_of(column: str, members: Iterable[StrEnum]) -> str:
    """Written out, not as a parameter: a plan that is kept would not know how rare they are."""
    return f"tickets.{column} IN ({', '.join(repr(member.value) for member in sorted(members)) or 'NULL'})"


def _statuses(filters: Filters) -> set[TicketStatus] | None:
    wanted: set[TicketStatus] | None = set(filters.statuses) if filters.statuses else None
    if filters.groups:
        grouped = {status for group in filters.groups for status in STATUSES_OF[group]}
        wanted = grouped if wanted is None else wanted & grouped
    return wanted


def _add_people(filters: Filters, sql: list[str], params: dict[str, object]) -> None:
    people = [person for person in filters.assignees if person != NOBODY]
    either = []
    if people:
        either.append("tickets.assignee_id = ANY(%(assignees)s::uuid[])")
        params["assignees"] = people
    if NOBODY in filters.assignees:
        either.append("tickets.assignee_id IS NULL")
    if either:
        sql.append(f"({' OR '.join(either)})")
    if filters.requester is not None:
        sql.append("tickets.requester_id = %(requester)s")
        params["requester"] = filters.requester
    if filters.follower is not None:
        sql.append("tickets.id IN (SELECT w.ticket_id FROM ticket_followers w WHERE w.user_id = %(follower)s)")
        params["follower"] = filters.follower


def _add_span(name: str, span: Span, sql: list[str], params: dict[str, object]) -> None:
    if span.start is not None:
        sql.append(f"tickets.{name}_at >= %({name}_from)s")
        params[f"{name}_from"] = span.start
    if span.end is not None:
        sql.append(f"tickets.{name}_at < %({name}_to)s")
        params[f"{name}_to"] = span.end
