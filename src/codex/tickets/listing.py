"""Lists of tickets: newest first or in another fixed order, page by page, and counted. Plain SQL; these are hot."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import UNSET

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, cut, decode, foreign
from codex.kernel.actor import Actor
from codex.kernel.errors import Invalid, Problem
from codex.tickets.criteria import SLA_STATE_SQL
from codex.tickets.filters import Filters, where
from codex.tickets.listing_sql import WIDTH, Sort, all_visible, page_sql
from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus
from codex.tickets.policy import INTERNAL_SQL, RESTORABLE_SQL, VISIBLE_SQL, sight
from codex.tickets.rows import CategoryRef, CountsRow, PersonRef, TeamRef, TicketRow

# Looking a member up by its value in a dict costs a tenth of calling the enum, 150 times a page.
_STATUS = {member.value: member for member in TicketStatus}
_PRIORITY = {member.value: member for member in TicketPriority}
_CHANNEL = {member.value: member for member in TicketChannel}
_NEVER = "COALESCE(tickets.due_at, 'infinity')"
SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        f"{'-' if descending else ''}{name}": Sort(column, descending, is_time)
        for name, column, is_time in (
            ("updatedAt", "tickets.updated_at", True),
            ("createdAt", "tickets.created_at", True),
            ("dueAt", _NEVER, True),
            ("number", "tickets.number", False),
        )
        for descending in (False, True)
    }
)
DEFAULT_SORT = "-updatedAt"
BY_ANSWER = "customField."
"""What begins a sort by the answers to a custom field, whose id follows."""
_ANSWER = """JOIN custom_field_values said
    ON said.ticket_id = tickets.id AND said.custom_field_id = %(sorted_by)s"""
_NO_ANSWER = """NOT EXISTS (
    SELECT FROM custom_field_values v WHERE v.ticket_id = tickets.id AND v.custom_field_id = %(sorted_by)s)"""


async def page(
    reader: Reader,
    actor: Actor,
    filters: Filters,
    *,
    now: datetime,
    sort: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TicketRow]:
    """A page of the tickets that the actor may see. Raises Invalid for an unknown sort or a foreign cursor."""
    sort = sort or filters.sort or DEFAULT_SORT
    if sort.removeprefix("-").startswith(BY_ANSWER):
        return await _page_by_answer(reader, actor, filters, now=now, sort=sort, limit=limit, cursor=cursor)
    order = SORTS.get(sort)
    if order is None:
        raise _unknown_sort()
    conditions, params = where(filters)
    params |= {**sight(actor, now), "limit": limit + 1}
    if cursor is not None:
        conditions.append(order.after)
        params |= _after(cursor, sort, order)
    rows = await reader.all(page_sql(actor, filters, conditions, order), params, replan=bool(filters.answers))
    return cut([ticket_row(row, me=actor.id) for row in rows], limit=limit, place=lambda row: _place(row, sort))


async def _page_by_answer(
    reader: Reader, actor: Actor, filters: Filters, *, now: datetime, sort: str, limit: int, cursor: str | None
) -> Page[TicketRow]:
    """First the tickets that answer the field, in the order of their answers, then those that do not, by age.

    Two statements, so that each follows an index: of `custom_field_values`, and the primary key.
    """
    descending = sort.startswith("-")
    conditions, params = where(filters)
    params |= {**sight(actor, now), "sorted_by": _field_of(sort)}

    async def read(order: Sort, narrowed: list[str], after: Place | None, most: int) -> list[Row]:
        behind = [order.after] if after else []
        at = {"after": after.id if after.value is None else after.value, "after_id": after.id} if after else {}
        sql = page_sql(actor, filters, [*conditions, *narrowed, *behind], order)
        return await reader.all(sql, {**params, **at, "limit": most}, replan=bool(filters.answers))

    place = decode(cursor, sort=sort) if cursor is not None else None
    if place is not None and isinstance(place.value, int):
        raise foreign()
    said, unsaid, beyond = [], [], place is not None and place.value is None
    if not beyond:
        said = await read(Sort("said.sort_value", descending, join=_ANSWER, key="said.ticket_id"), [], place, limit + 1)
    if len(said) <= limit:
        order = Sort("tickets.id", descending)
        unsaid = await read(order, [_NO_ANSWER], place if beyond else None, limit + 1 - len(said))
    values = {row[0]: row[WIDTH] for row in said}
    rows = [ticket_row(row, me=actor.id) for row in (*said, *(row for row in unsaid if row[0] not in values))]
    return cut(rows, limit=limit, place=lambda row: Place(sort, values.get(row.id), row.id))


async def counts(reader: Reader, actor: Actor, filters: Filters, *, now: datetime) -> CountsRow:
    """How many tickets the actor may see, by status, team and assignee, and by how they stand with what is promised."""
    conditions, params = where(filters)
    if filters.is_deleted:
        conditions.append(RESTORABLE_SQL)
    elif not all_visible(actor, filters):
        conditions.append(VISIBLE_SQL)
    # Grouping sets keep PostgreSQL from going from answers or tags to their tickets: it would read all tickets.
    first = "MATERIALIZED" if filters.answers or filters.tags else "NOT MATERIALIZED"
    rows = await reader.all(
        f"""WITH seen AS {first} (
                SELECT status, assigned_team_id, assignee_id,
                       CASE WHEN {INTERNAL_SQL} THEN {SLA_STATE_SQL} END AS sla
                FROM tickets WHERE {" AND ".join(conditions)})
            SELECT grouping(status, assigned_team_id, assignee_id, sla), status::text, assigned_team_id, assignee_id,
                   sla, count(*)
            FROM seen GROUP BY GROUPING SETS ((status), (assigned_team_id), (assignee_id), (sla), ())""",
        {**params, **sight(actor, now)},
        replan=bool(filters.answers),
    )
    by: dict[int, dict[str, int]] = {7: {}, 11: {}, 13: {}, 14: {}, 15: {}}
    for bits, status, team, assignee, sla, count in rows:
        key = {7: status, 11: team, 13: assignee, 14: sla, 15: "total"}[bits]
        by[bits][str(key or "none")] = count
    return CountsRow(
        total=by[15].get("total", 0), by_status=by[7], by_team=by[11], by_assignee=by[13], by_sla_state=by[14]
    )


def ticket_row(row: Row, *, me: UUID | None) -> TicketRow:
    """A row of COLUMNS, in their order, as a list item."""
    return TicketRow(**row_fields(row, me=me))


def row_fields(row: Row, *, me: UUID | None) -> dict[str, Any]:
    """A row of COLUMNS, in their order, as the fields of a TicketRow.

    The requester's address is for the requester and for those who see the internal side.
    """
    (ticket_id, number, display_id, subject, status, priority, channel, r_id, r_name, r_email, t_id, t_name, t_slug,
     a_id, a_name, c_id, c_name, c_slug, due, first_due, first, paused, resolved, closed, completed, created, updated,
     version, merged_into, follow_up, tags, unread, internal) = row[:WIDTH]  # fmt: skip
    return {
        "id": ticket_id, "number": number, "display_id": display_id, "subject": subject,
        "status": _STATUS[status], "priority": _PRIORITY[priority], "channel": _CHANNEL[channel],
        "requester": PersonRef(r_id, r_name, r_email if internal or r_id == me else UNSET),
        "assigned_team": TeamRef(t_id, t_name, t_slug) if t_id else None,
        "assignee": PersonRef(a_id, a_name) if a_id else None,
        "category": CategoryRef(c_id, c_name, c_slug) if c_id else None,
        "due_at": due, "first_response_due_at": first_due, "first_response_at": first, "sla_paused_at": paused,
        "resolved_at": resolved, "closed_at": closed, "completed_at": completed, "created_at": created,
        "updated_at": updated, "version": version, "merged_into_id": merged_into or UNSET, "is_unread": unread,
        "follow_up_at": follow_up if internal else UNSET, "tags": tags if internal else UNSET,
    }  # fmt: skip


def _field_of(sort: str) -> UUID:
    try:
        return UUID(sort.removeprefix("-").removeprefix(BY_ANSWER))
    except ValueError as bad:
        raise _unknown_sort() from bad


def _unknown_sort() -> Invalid:
    return Invalid(Problem("sort", f"Sort by one of {', '.join(SORTS)}, or by {BY_ANSWER}<id of a field>."))


def _place(row: TicketRow, sort: str) -> Place:
    match sort.removeprefix("-"):
        case "number":
            value: int | None = row.number
        case "createdAt":
            value = _micros(row.created_at)
        case "dueAt":
            value = _micros(row.due_at) if row.due_at else None
        case _:
            value = _micros(row.updated_at)
    return Place(sort, value, row.id)


def _after(cursor: str, sort: str, order: Sort) -> dict[str, object]:
    place = decode(cursor, sort=sort)
    if isinstance(place.value, str) or (place.value is None and order.column != _NEVER):
        raise foreign()
    value: object = place.value
    if order.is_time:
        value = _instant(place.value) if place.value is not None else "infinity"
    return {"after": value, "after_id": place.id}


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(at: datetime) -> int:
    gap = at - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _instant(micros: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError as beyond:
        raise foreign() from beyond
