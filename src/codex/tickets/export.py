"""Tickets as comma-separated values, as many as there are, in constant memory."""

from collections.abc import AsyncGenerator
from datetime import datetime
from uuid import UUID

from codex.db.database import Database, Row
from codex.identity import queries as people
from codex.kernel import csv_text
from codex.kernel.actor import Actor
from codex.kernel.errors import require
from codex.tickets.filters import Filters, where
from codex.tickets.policy import EXPORT_SQL, may_export, sight

CHUNK = 1000
HEADER = (
    "id", "number", "displayId", "subject", "status", "priority", "channel", "requester", "requesterEmail", "team",
    "assignee", "category", "tags", "createdAt", "updatedAt", "dueAt", "firstResponseAt", "resolvedAt", "closedAt",
    "completedAt", "mergedIntoId",
)  # fmt: skip
_SQL = f"""
    SELECT tickets.id, tickets.number, tickets.display_id, tickets.subject, tickets.status::text,
           tickets.priority::text, tickets.channel::text, r.display_name, r.email, t.slug, a.email, c.slug,
           (SELECT string_agg(g.name, ', ' ORDER BY g.name) FROM ticket_tags x JOIN tags g ON g.id = x.tag_id
            WHERE x.ticket_id = tickets.id),
           tickets.created_at, tickets.updated_at, tickets.due_at, tickets.first_response_at, tickets.resolved_at,
           tickets.closed_at, tickets.completed_at, tickets.merged_into_id
    FROM tickets JOIN users r ON r.id = tickets.requester_id LEFT JOIN teams t ON t.id = tickets.assigned_team_id
    LEFT JOIN users a ON a.id = tickets.assignee_id LEFT JOIN categories c ON c.id = tickets.category_id
    WHERE {EXPORT_SQL} AND {{narrow}} AND tickets.id > %(after)s ORDER BY tickets.id LIMIT %(chunk)s"""


async def lines(database: Database, actor: Actor, filters: Filters, *, now: datetime) -> AsyncGenerator[bytes, None]:
    """The header, then the tickets that the actor may export, in the order in which they were opened.

    In chunks, each read by itself and with the rights of its moment, so that nothing is held while a slow reader takes
    its time. Raises Forbidden or NotFound, in the middle as well, for who may not, or is not active, any more.
    """
    conditions, params = where(filters)
    yield csv_text.line(HEADER).encode()
    chunk: list[Row] = []
    while not chunk or len(chunk) == CHUNK:
        place = {"after": chunk[-1][0] if chunk else UUID(int=0), "chunk": CHUNK}
        async with database.reading(actor, now=now) as reader:
            actor = await people.actor_of(reader, actor.id) if actor.id else actor
            require(may_export(actor), "Leads export the tickets of their teams, owners all.")
            sql = _SQL.format(narrow=" AND ".join(["true", *conditions]))
            chunk = await reader.all(sql, {**params, **sight(actor, now), **place})
        if not chunk:
            return
        yield "".join(map(csv_text.line, chunk)).encode()
