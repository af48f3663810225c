"""What a list of tickets is narrowed to, and the SQL of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from codex.kernel.criteria.tree import Condition
from codex.tickets.criteria import SLA_STATE_SQL, condition_sql
from codex.tickets.lifecycle import DONE, WAITING
from codex.tickets.models import SlaState, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.policy import INTERNAL_SQL


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


class Said(Struct, frozen=True):
    """Tickets whose answer to a custom field is one of these, by sort value; of several options, has one of these."""

    field_id: UUID
    values: tuple[str, ...]
    is_option: bool = False


class Filters(Struct, frozen=True, kw_only=True):
    """All conditions hold together; an empty one does not narrow. Within one, any of its values will do.

    `condition`: one more, in the grammar of rules. `sort`: the order, where no other is asked for.
    """

    statuses: tuple[TicketStatus, ...] = ()
    groups: tuple[StatusGroup, ...] = ()
    priorities: tuple[TicketPriority, ...] = ()
    channels: tuple[TicketChannel, ...] = ()
    teams: tuple[UUID, ...] = ()
    assignees: tuple[Person, ...] = ()
    requester: UUID | None = None
    follower: UUID | None = None
    categories: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    sla_states: tuple[SlaState | Literal["none"], ...] = ()
    answers: tuple[Said, ...] = ()
    is_deleted: bool = False
    created: Span = Span()
    updated: Span = Span()
    due: Span = Span()
    completed: Span = Span()
    condition: Condition | None = None
    sort: str | None = None


_TAGGED = """tickets.id IN (
    SELECT x.ticket_id FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE g.name = ANY(%(tags)s))"""


def where(filters: Filters) -> tuple[list[str], dict[str, object]]:
    """The conditions over the table `tickets`, to be joined by AND, and their parameters besides those of `sight`."""
    sql = [f"tickets.deleted_at IS {'NOT ' if filters.is_deleted else ''}NULL"]
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
    if filters.tags:
        sql.append(f"({_TAGGED} AND {INTERNAL_SQL})")  # tags tell nothing to who does not see them
        params["tags"] = list(filters.tags)
    if filters.sla_states:
        sql.append(f"(COALESCE({SLA_STATE_SQL}, 'none') = ANY(%(sla_states)s) AND {INTERNAL_SQL})")
        params["sla_states"] = list(filters.sla_states)
    _add_people(filters, sql, params)
    for number, said in enumerate(filters.answers):
        _add_answer(number, said, sql, params)
    for name in ("created", "updated", "due", "completed"):
        _add_span(name, getattr(filters, name), sql, params)
    if filters.condition is not None:
        sql.append(condition_sql(filters.condition, params))
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
        one = len(people) == 1  # said so, an index gives them in their order
        either.append("tickets.assignee_id = " + ("%(assignees)s::uuid" if one else "ANY(%(assignees)s::uuid[])"))
        params["assignees"] = people[0] if one else people
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


def _add_answer(number: int, said: Said, sql: list[str], params: dict[str, object]) -> None:
    field, values = f"field_{number}", f"answers_{number}"
    table, column = ("choices", "option") if said.is_option else ("values", "sort_value")
    sql.append(f"""tickets.id IN (SELECT v.ticket_id FROM custom_field_{table} v
        WHERE v.custom_field_id = %({field})s AND v.{column} = ANY(%({values})s))""")
    params |= {field: said.field_id, values: list(said.values)}
