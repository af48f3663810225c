"""Lists of tickets: newest first or in another fixed order, page by page, and counted. Plain SQL; these are hot."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus
from codex.tickets.policy import GRANTED_SQL, INTERNAL_SQL, RESTORABLE_SQL, VISIBLE_SQL, sight
from codex.tickets.rows import CategoryRef, CountsRow, PersonRef, TeamRef, TicketRow
from codex.tickets.sides import PUBLIC_EVENT_SQL

COLUMNS = f"""
    tickets.id, tickets.number, tickets.display_id, tickets.subject, tickets.status::text, tickets.priority::text,
    tickets.channel::text, r.id, r.display_name, r.email, t.id, t.name, t.slug, a.id, a.display_name,
    c.id, c.name, c.slug, tickets.due_at, tickets.first_response_due_at, tickets.first_response_at,
    tickets.sla_paused_at, tickets.resolved_at, tickets.closed_at, tickets.completed_at, tickets.created_at,
    tickets.updated_at, tickets.version, tickets.merged_into_id, tickets.follow_up_at,
    ARRAY(SELECT g.name FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = tickets.id
          ORDER BY g.name),
    COALESCE(seen_by.version = 0, false) OR EXISTS (
        SELECT FROM ticket_events e WHERE e.ticket_id = tickets.id AND e.version > COALESCE(seen_by.version, 0)
          AND e.created_by_id IS DISTINCT FROM %(me)s::uuid AND ({PUBLIC_EVENT_SQL} OR {INTERNAL_SQL})),
    {INTERNAL_SQL}"""
WIDTH = 33
"""How many COLUMNS are."""
JOINS = """
    JOIN users r ON r.id = tickets.requester_id LEFT JOIN teams t ON t.id = tickets.assigned_team_id
    LEFT JOIN users a ON a.id = tickets.assignee_id LEFT JOIN categories c ON c.id = tickets.category_id
    LEFT JOIN ticket_reads seen_by ON seen_by.ticket_id = tickets.id AND seen_by.user_id = %(me)s"""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: a column, its direction, how its value travels in a cursor; `join`: the table that it is from."""

    column: str
    descending: bool
    is_time: bool = True
    join: str = ""
    key: str = "tickets.id"

    @property
    def order(self) -> str:
        """ORDER BY, with the id to break ties."""
        way = "DESC" if self.descending else "ASC"
        return f"{self.column} {way}, {self.key} {way}"

    @property
    def after(self) -> str:
        """The rows that follow a place."""
        return f"({self.column}, {self.key}) {'<' if self.descending else '>'} (%(after)s, %(after_id)s)"


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
    rows = await reader.all(_page_sql(actor, filters, conditions, order), params, replan=bool(filters.answers))
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
        sql = _page_sql(actor, filters, [*conditions, *narrowed, *behind], order)
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
    elif not _all_visible(actor, filters):
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


def _page_sql(actor: Actor, filters: Filters, conditions: list[str], order: Sort) -> str:
    """One road to the rows, or, where sight has several sources, the first rows of each source, then of all.

    An OR over the sources would make PostgreSQL read every ticket in order until enough visible ones are found.
    """
    if filters.is_deleted:
        return _select("tickets", [*conditions, RESTORABLE_SQL], order)
    if _all_visible(actor, filters):
        return _select("tickets", conditions, order)
    if filters.requester is not None or (filters.assignees and "none" not in filters.assignees):
        return _select("tickets", [*conditions, VISIBLE_SQL], order)
    narrow = " AND ".join(["true", *conditions])
    tail = f"AND {narrow} ORDER BY {order.order} LIMIT %(limit)s"
    way = "DESC" if order.descending else "ASC"

    def each_of(ids: str) -> str:  # looked up one by one: joined, PostgreSQL may read all tickets to find these few
        return f"""SELECT s.id FROM (SELECT DISTINCT ticket_id FROM {ids} held) g CROSS JOIN LATERAL (
            SELECT tickets.id, {order.column} AS place FROM tickets {order.join} WHERE tickets.id = g.ticket_id
            AND {narrow} LIMIT 1) s ORDER BY s.place {way}, s.id {way} LIMIT %(limit)s"""

    sources = [
        f"SELECT tickets.id FROM tickets {order.join} WHERE tickets.requester_id = %(me)s {tail}",
        each_of("(SELECT f.ticket_id FROM ticket_followers f WHERE f.user_id = %(me)s)"),
    ]
    if actor.team_roles:
        sources += [
            "SELECT s.id FROM unnest(%(my_teams)s::uuid[]) mine(team_id) CROSS JOIN LATERAL (SELECT tickets.id"
            f" FROM tickets {order.join} WHERE tickets.assigned_team_id = mine.team_id {tail}) s",
            each_of(GRANTED_SQL),
        ]
    union = f"({') UNION ('.join(sources)})"
    return _select(f"({union}) seen JOIN tickets ON tickets.id = seen.id", [], order)


def _select(source: str, conditions: list[str], order: Sort) -> str:
    narrowed = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = f"{COLUMNS}, {order.column}" if order.join else COLUMNS
    return f"SELECT {columns} FROM {source} {order.join} {JOINS} {narrowed} ORDER BY {order.order} LIMIT %(limit)s"


def _all_visible(actor: Actor, filters: Filters) -> bool:
    """Whether the filters let nothing through that the actor may not see, so that sight need not be asked again."""
    return (
        actor.is_owner
        or not actor.is_person
        or (bool(filters.teams) and set(filters.teams) <= set(actor.team_roles))
        or (filters.requester is not None and filters.requester == actor.id)
    )


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
