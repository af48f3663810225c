"""Tickets that have to do with each other: the same matter again, a part of it, what brought it about."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select, text

from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.actor import Actor
from codex.kernel.errors import Conflict, NotFound, Unprocessable, require
from codex.kernel.ids import new_id
from codex.tickets import queries
from codex.tickets.hanging_facts import Linked, Unlinked
from codex.tickets.hanging_models import LinkType, TicketLink
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.policy import VISIBLE_SQL, Operation, may, sight
from codex.tickets.queries import Ref
from codex.tickets.reading import Seen
from codex.tickets.rows import Row


class LinkKind(StrEnum):
    """How a ticket stands to another, as the ticket sees it: read "this ticket is KIND of the other"."""

    RELATED = "RELATED"
    DUPLICATE = "DUPLICATE"
    PARENT = "PARENT"
    CHILD = "CHILD"
    CAUSED_BY = "CAUSED_BY"
    ORIGINAL = "ORIGINAL"
    CAUSE = "CAUSE"


OTHER_END: Mapping[LinkKind, LinkKind] = MappingProxyType(
    {
        LinkKind.RELATED: LinkKind.RELATED,
        LinkKind.DUPLICATE: LinkKind.ORIGINAL,
        LinkKind.ORIGINAL: LinkKind.DUPLICATE,
        LinkKind.PARENT: LinkKind.CHILD,
        LinkKind.CHILD: LinkKind.PARENT,
        LinkKind.CAUSED_BY: LinkKind.CAUSE,
        LinkKind.CAUSE: LinkKind.CAUSED_BY,
    }
)
"""What the other ticket is to this one."""


class LinkRow(Row, frozen=True):
    """Another ticket that a ticket is linked to. `type`: this ticket is that of the other one."""

    id: UUID
    type: LinkKind
    ticket_id: UUID
    display_id: str
    subject: str
    status: TicketStatus
    created_at: datetime


async def link(work: Work, ref: Ref, other_ref: Ref, kind: LinkKind) -> LinkRow:
    """Say that a ticket is something to another one: the right to link on the one, sight of the other.

    The same said again is the link that there is. Raises NotFound, Forbidden, Unprocessable when there is no such
    other ticket, and Conflict for what contradicts a link that there is: no ticket is its own ancestor.
    """
    ticket, other = await _both(work, ref, other_ref)
    made = await tie(work, ticket, other, kind)
    return LinkRow(made.id, kind, other.id, other.display_id or "", other.subject, other.status, made.created_at)


async def tie(work: Work, ticket: Ticket, other: Ticket, kind: LinkKind) -> TicketLink:
    """Link two locked tickets as the consequence of something already allowed."""
    one, two, stored = _stored(ticket, other, kind)
    found = await _between(work, one, two, stored)
    if found is not None:
        return found
    if stored is not LinkType.RELATED and await _between(work, two, one, stored) is not None:
        raise Conflict("These two are linked the other way round already.")
    if stored is LinkType.PARENT:
        await _refuse_circle(work, parent=one, child=two)
    made = TicketLink(id=new_id(), ticket_id=one.id, other_id=two.id, type=stored, created_by_id=work.actor.id,
                      created_at=work.now)  # fmt: skip
    work.session.add(made)
    work.record(Linked(ticket=ticket, other_id=other.id, kind=kind))
    work.record(Linked(ticket=other, other_id=ticket.id, kind=OTHER_END[kind]))
    return made


async def unlink(work: Work, ref: Ref, link_id: UUID) -> None:
    """Take a link away: the right to link on the ticket, sight of the other. Raises NotFound for no such link."""
    await queries.hold_merges(work)
    ticket = await queries.visible(work, ref)
    require(may(work.actor, Operation.LINK, ticket), "You may not link this ticket.")
    found = await work.session.get(TicketLink, link_id)
    if found is None or ticket.id not in (found.ticket_id, found.other_id):
        raise NotFound("There is no such link.")
    other_id = found.other_id if ticket.id == found.ticket_id else found.ticket_id
    try:
        ticket, other = await _both(work, ticket.id, other_id)
    except Unprocessable as hidden:
        raise NotFound("There is no such link.") from hidden
    if await work.session.get(TicketLink, link_id, populate_existing=True) is None:
        raise NotFound("There is no such link.")
    kind = _seen_from(ticket.id, found.ticket_id, found.type)
    await work.session.delete(found)
    work.record(Unlinked(ticket=ticket, other_id=other.id, kind=kind))
    work.record(Unlinked(ticket=other, other_id=ticket.id, kind=OTHER_END[kind]))


async def links(reader: Reader, actor: Actor, ticket: Seen, *, now: datetime) -> list[LinkRow]:
    """What a ticket is linked to, oldest first; of the other tickets only those that the actor may see."""
    rows = await reader.all(
        f"""SELECT l.id, l.ticket_id, l.type::text, tickets.id, tickets.display_id, tickets.subject,
                   tickets.status::text, l.created_at
            FROM ticket_links l
            JOIN tickets ON tickets.id = CASE l.ticket_id WHEN %(ticket)s THEN l.other_id ELSE l.ticket_id END
            WHERE %(ticket)s IN (l.ticket_id, l.other_id) AND {VISIBLE_SQL} ORDER BY l.created_at, l.id""",
        {**sight(actor, now), "ticket": ticket.id},
    )
    return [
        LinkRow(
            key, _seen_from(ticket.id, first, LinkType(stored)), other, display_id, subject, TicketStatus(status), at
        )
        for key, first, stored, other, display_id, subject, status, at in rows
    ]


async def _both(work: Work, ref: Ref, other_ref: Ref) -> tuple[Ticket, Ticket]:
    """The two tickets, locked in an order that does not depend on which is named first."""
    await queries.hold_merges(work)
    ticket = await queries.visible(work, ref)
    require(may(work.actor, Operation.LINK, ticket), "You may not link this ticket.")
    try:
        other = await queries.visible(work, other_ref)
    except NotFound as hidden:
        raise Unprocessable("There is no such ticket.", path="ticketId") from hidden
    if ticket.id == other.id:
        raise Unprocessable("A ticket is not linked to itself.", path="ticketId")
    # What is merged comes before what it goes on as, as where messages are written to it.
    for each in sorted((ticket, other), key=lambda each: (each.merged_into_id is None, each.id)):
        await queries.visible(work, each.id, lock=True)
    require(may(work.actor, Operation.LINK, ticket), "You may not link this ticket.")
    return ticket, other


def _stored(ticket: Ticket, other: Ticket, kind: LinkKind) -> tuple[Ticket, Ticket, LinkType]:
    """As the table has it: the first is TYPE of the second; RELATED has the lower id first."""
    if kind is LinkKind.RELATED:
        one, two = sorted((ticket, other), key=lambda each: each.id)
        return one, two, LinkType.RELATED
    if kind in (LinkKind.CHILD, LinkKind.ORIGINAL, LinkKind.CAUSE):
        return other, ticket, LinkType(OTHER_END[kind])
    return ticket, other, LinkType(kind)


def _seen_from(ticket_id: UUID, first_id: UUID, stored: LinkType) -> LinkKind:
    kind = LinkKind(stored)
    return kind if ticket_id == first_id else OTHER_END[kind]


async def _between(work: Work, one: Ticket, two: Ticket, stored: LinkType) -> TicketLink | None:
    query = select(TicketLink).where(TicketLink.ticket_id == one.id, TicketLink.other_id == two.id)
    found: TicketLink | None = await work.session.scalar(query.where(TicketLink.type == stored))
    return found


async def _refuse_circle(work: Work, *, parent: Ticket, child: Ticket) -> None:
    """Raises Conflict when the child is an ancestor of the parent. One at a time: circles may close in two places."""
    await work.see_beyond()
    await work.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('ticket_links.parent'))"))
    found = await work.session.scalar(
        text(
            """WITH RECURSIVE above AS (
                   SELECT CAST(:parent AS uuid) AS id
                   UNION SELECT l.ticket_id FROM ticket_links l JOIN above ON above.id = l.other_id
                   WHERE l.type = 'PARENT')
               SELECT true FROM above WHERE id = :child"""
        ),
        {"parent": parent.id, "child": child.id},
    )
    if found:
        raise Conflict("This would make the ticket a part of itself.")
