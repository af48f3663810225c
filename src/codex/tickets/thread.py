"""What was said on a ticket and what happened to it, in one order, the newest part first to be read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.db.database import Reader, Row
from codex.db.page import Place, after_instant
from codex.kernel.actor import Actor, UserRole
from codex.tickets.models import MessageType
from codex.tickets.policy import Operation, may
from codex.tickets.reading import Seen
from codex.tickets.rows import Author, EventActor, FileRow, author, event_actor
from codex.tickets.sides import events_seen, messages_seen

LIMIT = 200


class Said(Struct, frozen=True, kw_only=True):
    """A message. `is_staff`: its author's role is more than EMPLOYEE. A redacted one has no words any more."""

    id: UUID
    at: datetime
    author: Author
    is_staff: bool
    is_internal: bool
    is_redacted: bool
    body: str
    files: tuple[FileRow, ...]


class Happened(Struct, frozen=True, kw_only=True):
    """A fact of the history."""

    id: UUID
    at: datetime
    type: str
    payload: dict[str, Any]
    actor: EventActor


class Thread(Struct, frozen=True):
    """Entries, oldest first, and the cursor to the ones before them (None: it begins here)."""

    entries: list[Said | Happened]
    earlier: str | None


async def latest(
    reader: Reader,
    actor: Actor,
    ticket: Seen,
    *,
    before: str | None = None,
    limit: int = LIMIT,
    only_public_messages: bool = False,
) -> Thread:
    """The newest entries, or the newest before a place.

    Everything but MESSAGE_ADDED, which its message tells better, for who sees the internal side; public messages
    alone for everybody else, and for who asks for no more.
    """
    internal = may(actor, Operation.SEE_INTERNAL, ticket) and not only_public_messages
    said, happened = messages_seen(actor, ticket), events_seen(actor, ticket)
    rows = await reader.all(
        _sql(said if internal else "m.type = 'PUBLIC'", happened if internal else None, before=before is not None),
        {"ticket": ticket.id, "limit": limit + 1, **(_before(before) if before is not None else {})},
    )
    entries = [_said(row, internal=internal) if row[2] else _happened(row) for row in rows[:limit]]
    entries.reverse()
    first = entries[0] if len(rows) > limit else None
    return Thread(entries, Place("thread", first.at.isoformat(), first.id).encode() if first else None)


def _sql(said: str, happened: str | None, *, before: bool) -> str:
    """`said`, `happened`: the conditions on messages `m` and events `e` that are shown; None: no event is."""

    def source(table: str, name: str, columns: str, condition: str) -> str:
        place = f"AND ({name}.created_at, {name}.id) < (%(before)s, %(before_id)s)" if before else ""
        return f"""(SELECT {name}.created_at, {name}.id, {columns} FROM {table} {name}
                    WHERE {name}.ticket_id = %(ticket)s AND {condition} {place}
                    ORDER BY {name}.created_at DESC, {name}.id DESC LIMIT %(limit)s)"""

    entries = source("ticket_messages", "m", "true AS said", said)
    if happened is not None:
        events = source("ticket_events", "e", "false", f"e.type <> 'MESSAGE_ADDED' AND {happened}")
        entries = f"{entries} UNION ALL {events} ORDER BY 1 DESC, 2 DESC LIMIT %(limit)s"
    return f"""
        SELECT l.created_at, l.id, l.said, a.id, a.display_name, m.author_kind::text, m.author_name, a.role::text,
               m.type::text, m.body,
               m.redacted_at IS NOT NULL,
               (SELECT jsonb_agg(jsonb_build_array(f.id, f.file_name, f.content_type, f.size_bytes, f.scan_status)
                                 ORDER BY f.created_at) FROM attachments f WHERE f.message_id = m.id),
               e.type, e.payload, e.actor_kind::text, e.created_by_id, e.actor_rule_id, e.actor_name
        FROM ({entries}) l
        LEFT JOIN ticket_messages m ON l.said AND m.id = l.id LEFT JOIN users a ON a.id = m.author_id
        LEFT JOIN ticket_events e ON NOT l.said AND e.id = l.id
        ORDER BY l.created_at DESC, l.id DESC"""


def _before(cursor: str) -> dict[str, object]:
    place = after_instant(cursor, sort="thread")
    return {"before": place["after"], "before_id": place["after_id"]}


def _said(row: Row, *, internal: bool) -> Said:
    at, message_id, _, *signed, role, kind, body, redacted, files = row[:12]
    return Said(
        id=message_id, at=at, author=author(*signed, internal=internal),
        is_staff=role != UserRole.EMPLOYEE, is_internal=kind == MessageType.INTERNAL, is_redacted=redacted,
        body="" if redacted else body, files=tuple(FileRow(UUID(f[0]), *f[1:]) for f in files or ()),
    )  # fmt: skip


def _happened(row: Row) -> Happened:
    kind, payload, *by = row[12:]
    return Happened(id=row[1], at=row[0], type=kind, payload=payload, actor=event_actor(*by, internal=True))
