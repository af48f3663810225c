"""The statement that reads a page of tickets: by which roads it gets to the rows that somebody sees."""

from collections.abc import Iterator
from dataclasses import dataclass

from codex.kernel.actor import Actor
from codex.tickets.filters import Filters
from codex.tickets.policy import INTERNAL_SQL, RESTORABLE_SQL, VISIBLE_SQL
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
MANY = 500
"""Tied tickets more than which are not looked up one by one where there is another road."""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: a column, its direction, how its value travels in a cursor; `join`: the table that it is from."""

    column: str
    descending: bool
    is_time: bool = True
    join: str = ""
    key: str = "tickets.id"

    @property
    def way(self) -> str:
        """ASC or DESC."""
        return "DESC" if self.descending else "ASC"

    @property
    def order(self) -> str:
        """ORDER BY, with the id to break ties."""
        return f"{self.column} {self.way}, {self.key} {self.way}"

    @property
    def after(self) -> str:
        """The rows that follow a place."""
        return f"({self.column}, {self.key}) {'<' if self.descending else '>'} (%(after)s, %(after_id)s)"


def page_sql(actor: Actor, filters: Filters, conditions: list[str], order: Sort) -> str:
    """One road to the rows, or, where sight has several sources, the first rows of each source, then of all.

    An OR over the sources would make PostgreSQL read every ticket in order until enough visible ones are found.
    """
    if filters.is_deleted:
        return _select("tickets", [*conditions, RESTORABLE_SQL], order)
    if all_visible(actor, filters):
        return _select("tickets", conditions, order)
    if filters.requester is not None or (filters.assignees and "none" not in filters.assignees):
        return _select("tickets", [*conditions, VISIBLE_SQL], order)
    return _by_source(actor, " AND ".join(["true", *conditions]), order)


def all_visible(actor: Actor, filters: Filters) -> bool:
    """Whether the filters let nothing through that the actor may not see, so that sight need not be asked again."""
    return (
        actor.is_owner
        or not actor.is_person
        or (bool(filters.teams) and set(filters.teams) <= set(actor.team_roles))
        or (filters.requester is not None and filters.requester == actor.id)
    )


def _by_source(actor: Actor, narrow: str, order: Sort) -> str:
    """What is one's own or one's teams' is found in order. What one is tied to, by following or a grant, is not.

    The tied tickets are looked up one by one, as a join might make PostgreSQL read all tickets; if they are many and
    the page is full without them, it is only asked what stands before the last of it.
    """
    by_place = f"ORDER BY place {order.way}, id {order.way}"
    own = " UNION ".join(f"({source})" for source in _own(actor, narrow, order))
    best = f"WITH best AS MATERIALIZED (SELECT id, place FROM ({own}) own {by_place} LIMIT %(limit)s)"
    tied = f"""SELECT s.id FROM (SELECT DISTINCT x AS id FROM codex_tied() x) held CROSS JOIN LATERAL (
        SELECT tickets.id, {order.column} AS place FROM tickets {order.join}
        WHERE tickets.id = held.id AND {narrow} LIMIT 1) s {{asked}} {by_place} LIMIT %(limit)s"""
    if order.join or not actor.team_roles:
        return _select(f"(SELECT id FROM best UNION ({tied.format(asked='')})) seen", [], order, before=best)
    last = f"""last AS MATERIALIZED (
        SELECT count(*) = %(limit)s AND (SELECT count(*) > {MANY} FROM codex_tied()) AS is_full FROM best)"""
    of_last = f"FROM best {by_place} OFFSET %(limit)s - 1"
    nearer = f"""SELECT tickets.id FROM tickets WHERE (SELECT is_full FROM last) AND {narrow} AND {VISIBLE_SQL}
        AND ({order.column}, tickets.id) {">" if order.descending else "<"}
            ((SELECT place {of_last}), (SELECT id {of_last})) ORDER BY {order.order} LIMIT %(limit)s"""
    few = tied.format(asked="WHERE NOT (SELECT is_full FROM last)")
    source = f"(SELECT id FROM best UNION ({few}) UNION ({nearer})) seen"
    return _select(source, [], order, before=f"{best}, {last}")


def _own(actor: Actor, narrow: str, order: Sort) -> Iterator[str]:
    found = f"SELECT tickets.id, {order.column} AS place FROM tickets {order.join}"
    first = f"AND {narrow} ORDER BY {order.order} LIMIT %(limit)s"
    yield f"{found} WHERE tickets.requester_id = %(me)s {first}"
    if actor.team_roles:
        yield f"""SELECT s.id, s.place FROM unnest(%(my_teams)s::uuid[]) mine(team_id) CROSS JOIN LATERAL (
            {found} WHERE tickets.assigned_team_id = mine.team_id {first}) s"""


def _select(source: str, conditions: list[str], order: Sort, *, before: str = "") -> str:
    narrowed = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = f"{COLUMNS}, {order.column}" if order.join else COLUMNS
    tickets = source if source == "tickets" else f"{source} JOIN tickets ON tickets.id = seen.id"
    ordered = f"ORDER BY {order.order} LIMIT %(limit)s"
    return f"{before} SELECT {columns} FROM {tickets} {order.join} {JOINS} {narrowed} {ordered}"
