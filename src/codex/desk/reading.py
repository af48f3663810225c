"""Reading the texts on one's desk, and filling one in for a ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, json

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_word, cut
from codex.desk.macros import BrokenAction, broken
from codex.desk.policy import USABLE_SQL, may_use_texts, use
from codex.kernel import placeholders
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound, require
from codex.kernel.placeholders import FIELD, first_name
from codex.kernel.quoting import fill_markdown
from codex.tickets.reading import Seen

_COLUMNS = "r.id, r.name, r.content, r.actions, r.user_id, r.team_id, r.created_at, r.updated_at"
_FOR_AGENTS = "Prepared texts are for agents."


class CannedResponseRow(Struct, frozen=True, rename="camel"):
    """A prepared text: a person's (`userId`), a team's (`teamId`), or everybody's (`isGlobal`). `actions` are what is
    done along with it; `broken`: what of them names what is no more, so that it cannot be done."""

    id: UUID
    name: str
    content: str
    actions: list[Any]
    user_id: UUID | None
    team_id: UUID | None
    is_global: bool
    broken: list[BrokenAction]
    created_at: datetime
    updated_at: datetime


async def canned_responses(
    reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None
) -> Page[CannedResponseRow]:
    """The texts that the actor may use, by name. Raises Forbidden for who answers nobody."""
    require(may_use_texts(actor), _FOR_AGENTS)
    conditions, params = [USABLE_SQL], {**use(actor), "limit": limit + 1}
    if cursor is not None:
        conditions.append("(lower(r.name), r.id) > (%(after)s, %(after_id)s)")
        params |= after_word(cursor, sort="name")
    rows = await reader.all(
        f"""SELECT {_COLUMNS}, lower(r.name) FROM canned_responses r WHERE {" AND ".join(conditions)}
            ORDER BY lower(r.name), r.id LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    gone = await broken(reader, [row[3] for row in page.items])
    return Page([_row(row[:-1], lost) for row, lost in zip(page.items, gone, strict=True)], page.next_cursor)


async def canned_response(reader: Reader, actor: Actor, response_id: UUID) -> CannedResponseRow:
    """One text that the actor may use. Raises NotFound, and Forbidden for who answers nobody."""
    require(may_use_texts(actor), _FOR_AGENTS)
    row = await reader.first(
        f"SELECT {_COLUMNS} FROM canned_responses r WHERE r.id = %(id)s AND {USABLE_SQL}",
        {**use(actor), "id": response_id},
    )
    if row is None:
        raise NotFound("There is no such text.")
    return _row(row, (await broken(reader, [row[3]]))[0])


async def filled(reader: Reader, actor: Actor, response: CannedResponseRow, ticket: Seen, *, base_url: str) -> str:
    """The text for a ticket that the actor sees. `base_url`: the desk's own address, for links."""
    return await fill_in(reader, response.content, ticket.id, agent=actor.name, base_url=base_url)


async def fill_in(
    reader: Reader, text: str, ticket_id: UUID, *, agent: str, base_url: str, is_plain: bool = False
) -> str:
    """A text with what its placeholders stand for on a ticket. `agent`: who says it, by name. It is Markdown, in which
    values are text and no markup, unless it `is_plain`. Raises NotFound."""
    if not placeholders.names_in(text):
        return text
    wanted = placeholders.fields_in(text)
    values = await _values(reader, ticket_id, agent=agent, base_url=base_url)
    answers = await _answers(reader, ticket_id, wanted) if wanted else {}
    fill = placeholders.fill if is_plain else fill_markdown
    return fill(text, {**values, **answers})


async def _values(reader: Reader, ticket_id: UUID, *, agent: str, base_url: str) -> dict[str, str]:
    row = await reader.first(
        """SELECT tickets.display_id, tickets.subject, u.display_name, t.name
           FROM tickets JOIN users u ON u.id = tickets.requester_id LEFT JOIN teams t ON t.id = tickets.assigned_team_id
           WHERE tickets.id = %(id)s""",
        {"id": ticket_id},
    )
    if row is None:
        raise NotFound("There is no such ticket.")
    display_id, subject, requester, team = row
    return {
        "ticket.displayId": display_id, "ticket.subject": subject, "ticket.url": f"{base_url}/tickets/{display_id}",
        "requester.firstName": first_name(requester), "requester.displayName": requester,
        "agent.firstName": first_name(agent), "agent.displayName": agent, "agent.name": agent,
        "team.name": team or "",
    }  # fmt: skip


async def _answers(reader: Reader, ticket_id: UUID, names: list[str]) -> Mapping[str, str]:
    rows = await reader.all(
        """SELECT f.name, v.value, u.display_name FROM custom_field_values v
           JOIN custom_fields f ON f.id = v.custom_field_id
           LEFT JOIN users u ON f.field_type = 'USER' AND v.value = to_jsonb(u.id)::text
           WHERE v.ticket_id = %(id)s AND f.name = ANY(%(names)s)""",
        {"id": ticket_id, "names": names},
    )
    return {f"{FIELD}{name}": person or _in_words(json.decode(value)) for name, value, person in rows}


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _row(row: Row, lost: list[BrokenAction]) -> CannedResponseRow:
    key, name, content, actions, user, team, created, updated = row
    is_global = user is None and team is None
    return CannedResponseRow(key, name, content, actions, user, team, is_global, lost, created, updated)
