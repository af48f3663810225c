"""Reading one ticket: the ticket, its conversation, its history. Each shows what the reader may see, no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_instant, cut, decode, foreign
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound
from codex.kernel.richtext import to_html
from codex.tickets.listing import row_fields
from codex.tickets.listing_sql import COLUMNS, JOINS, WIDTH
from codex.tickets.models import AccessLevel, MessageType, TicketStatus, Ties
from codex.tickets.policy import TIES_SQL, VISIBLE_SQL, Operation, may, sight, ties_of
from codex.tickets.queries import Ref, ref_sql
from codex.tickets.rows import (
    EventRow,
    FieldAnswer,
    FileRow,
    GrantRow,
    MessageRow,
    PersonRef,
    TicketDetail,
    author,
    event_actor,
)
from codex.tickets.sides import NAMED_PAYLOAD_SQL, events_seen, messages_seen


class Seen(Struct, frozen=True):
    """A ticket as far as rights go, for the person who looks at it: what `policy` asks of a ticket."""

    id: UUID
    status: TicketStatus
    requester_id: UUID
    assigned_team_id: UUID | None
    assignee_id: UUID | None
    ties: dict[UUID, Ties]
    version: int = 0


async def seen(reader: Reader, actor: Actor, ref: Ref, *, now: datetime) -> Seen:
    """Find a ticket by any of its names, for asking what else may be read. Raises NotFound."""
    row = await reader.first(
        f"""SELECT tickets.id, tickets.status::text, tickets.requester_id, tickets.assigned_team_id,
                   tickets.assignee_id, tickets.version, {TIES_SQL}
            FROM tickets WHERE {ref_sql(ref)} AND {VISIBLE_SQL}""",
        {**sight(actor, now), "ref": ref},
    )
    if row is None:
        raise NotFound("There is no such ticket.")
    return Seen(row[0], TicketStatus(row[1]), row[2], row[3], row[4], _ties(actor, row[6:9]), row[5])


async def detail(
    reader: Reader, actor: Actor, ref: Ref, *, now: datetime, just_opened: bool = False
) -> tuple[TicketDetail, Seen]:
    """The whole ticket, and what it is to the actor. Raises NotFound.

    `just_opened`: by the actor, who may see what they wrote even if it is nobody's of theirs from now on.
    """
    sight_sql = "true" if just_opened else VISIBLE_SQL
    row = await reader.first(
        f"""SELECT {COLUMNS}, tickets.description, {TIES_SQL},
              (SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', u.display_name) ORDER BY u.display_name)
               FROM ticket_followers w JOIN users u ON u.id = w.user_id WHERE w.ticket_id = tickets.id),
              (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'value', v.value)
                                ORDER BY f.sort_order, f.name)
               FROM custom_field_values v JOIN custom_fields f ON f.id = v.custom_field_id
               WHERE v.ticket_id = tickets.id),
              ARRAY(SELECT (g.team_id, g.access_level::text, g.expires_at) FROM ticket_access g
                    WHERE g.ticket_id = tickets.id ORDER BY g.created_at)
            FROM tickets {JOINS} WHERE {ref_sql(ref)} AND {sight_sql}""",
        {**sight(actor, now), "ref": ref},
    )
    if row is None:
        raise NotFound("There is no such ticket.")
    description, *ties, followers, answers, grants = row[WIDTH:]
    me = Seen(row[0], TicketStatus(row[4]), row[7], row[10], row[13], _ties(actor, ties), row[27])
    internal = may(actor, Operation.SEE_INTERNAL, me)
    found = TicketDetail(
        **row_fields(row, me=actor.id),
        description=description,
        custom_fields=[FieldAnswer(UUID(a["id"]), a["name"], msgspec.json.decode(a["value"])) for a in answers or ()],
        followers=[PersonRef(UUID(f["id"]), f["name"]) for f in followers or ()],
        access=[GrantRow(g[0], AccessLevel(g[1]), g[2]) for g in grants] if internal else UNSET,
    )
    return found, me


_MESSAGE = """
    m.id, m.ticket_id, a.id, a.display_name, m.author_kind::text, m.author_name, m.type::text, m.body,
    m.created_at, m.edited_at, m.redacted_at IS NOT NULL,
    (SELECT jsonb_agg(jsonb_build_array(f.id, f.file_name, f.content_type, f.size_bytes, f.scan_status)
                      ORDER BY f.created_at)
     FROM attachments f WHERE f.message_id = m.id),
    m.is_team_only,
    (SELECT jsonb_agg(jsonb_build_array(p.id, p.display_name) ORDER BY lower(p.display_name), p.id)
     FROM message_mentions c JOIN users p ON p.id = c.user_id WHERE c.message_id = m.id)"""


async def messages(
    reader: Reader, actor: Actor, ticket: Seen, *, limit: int = 50, cursor: str | None = None
) -> Page[MessageRow]:
    """The conversation, oldest first: all of it for who sees the internal side, else its public part."""
    after, params = _after(cursor, "messages", "m.created_at")
    rows = await reader.all(
        f"""SELECT {_MESSAGE} FROM ticket_messages m LEFT JOIN users a ON a.id = m.author_id
            WHERE m.ticket_id = %(ticket)s AND {messages_seen(actor, ticket)} {after}
            ORDER BY m.created_at, m.id LIMIT %(limit)s""",
        {**params, "ticket": ticket.id, "limit": limit + 1},
    )
    internal = may(actor, Operation.SEE_INTERNAL, ticket)
    found = [_message(row, internal=internal) for row in rows]
    return cut(found, limit=limit, place=lambda m: Place("messages", m.created_at.isoformat(), m.id))


async def written(reader: Reader, message_id: UUID) -> MessageRow:
    """A message as whoever has just written, edited or redacted it sees it, wherever it came to stand. Raises NotFound
    when it is gone again."""
    row = await reader.first(
        f"SELECT {_MESSAGE} FROM ticket_messages m LEFT JOIN users a ON a.id = m.author_id WHERE m.id = %(message)s",
        {"message": message_id},
    )
    if row is None:
        raise NotFound("There is no such message.")
    return _message(row, internal=True)  # who writes names themselves; who redacts others' words sees the internal side


async def events(
    reader: Reader, actor: Actor, ticket: Seen, *, now: datetime, limit: int = 50, cursor: str | None = None
) -> Page[EventRow]:
    """The history, oldest first: all of it for who sees the internal side, else its public part. A fact about another
    ticket that the actor may not see does not name it."""
    after, params = "", {}
    if cursor is not None:
        place = decode(cursor, sort="events")
        if not isinstance(place.value, int):
            raise foreign()
        after, params = "AND e.version > %(after)s", {"after": place.value}
    rows = await reader.all(
        f"""SELECT e.id, e.type, {NAMED_PAYLOAD_SQL}, e.actor_kind::text, e.created_by_id, e.actor_rule_id,
                   e.actor_name, e.cause_id, e.version, e.created_at
            FROM ticket_events e WHERE e.ticket_id = %(ticket)s AND {events_seen(actor, ticket)} {after}
            ORDER BY e.version LIMIT %(limit)s""",
        {**params, **sight(actor, now), "ticket": ticket.id, "limit": limit + 1},
    )
    internal = may(actor, Operation.SEE_INTERNAL, ticket)
    found = [_event(row, internal=internal) for row in rows]
    return cut(found, limit=limit, place=lambda e: Place("events", e.version, e.id))


def _after(cursor: str | None, sort: str, column: str) -> tuple[str, dict[str, Any]]:
    if cursor is None:
        return "", {}
    return f"AND ({column}, m.id) > (%(after)s, %(after_id)s)", after_instant(cursor, sort=sort)


def _ties(actor: Actor, found: Sequence[Any]) -> dict[UUID, Ties]:
    return {actor.id: ties_of(*found)} if actor.id else {}


def _message(row: Row, *, internal: bool) -> MessageRow:
    message_id, ticket_id, *signed, kind, body, created, edited, redacted, files, team_only, called = row
    return MessageRow(
        id=message_id, ticket_id=ticket_id, author=author(*signed, internal=internal),
        type=MessageType(kind), body=body, body_html=to_html(body),
        attachments=[FileRow(UUID(f[0]), *f[1:]) for f in files or ()], created_at=created, edited_at=edited,
        is_redacted=redacted, mentions=[PersonRef(UUID(c[0]), c[1]) for c in called or ()],
        is_team_only=team_only if kind == MessageType.INTERNAL else UNSET,
    )  # fmt: skip


def _event(row: Row, *, internal: bool) -> EventRow:
    event_id, kind, payload, *by, cause, version, created = row
    return EventRow(
        id=event_id, type=kind, payload=payload, actor=event_actor(*by, internal=internal), cause=cause,
        version=version, created_at=created,
    )  # fmt: skip
