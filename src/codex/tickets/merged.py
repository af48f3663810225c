"""What a ticket that goes on as another one brings along, and takes back when the two part again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins
from sqlalchemy import ColumnElement, Update, or_, select, update

from codex.db.work import Work
from codex.kernel.ids import new_id
from codex.tickets.hanging_facts import FollowerAdded, FollowerRemoved
from codex.tickets.hanging_models import Attachment, TicketFollower, TicketMerge
from codex.tickets.lifecycle import after_requester_spoke
from codex.tickets.models import Ticket, TicketMessage, TicketStatus
from codex.tickets.policy import works_on


class Before(Struct, rename="camel", kw_only=True):
    """What undoing a merge brings back; kept up with what is said on the merged ticket meanwhile.

    The ticket's status, with its stamps, and first response as they would be without the merge. `followers`: the rows
    that the merge added to the survivor's. `along`: the merges of the tickets that had gone on as this one until then.
    """

    status: TicketStatus
    resolved_at: datetime | None
    closed_at: datetime | None
    first_response_at: datetime | None
    followers: list[UUID] = []
    along: list[UUID] = []


def before_of(merge: TicketMerge) -> Before:
    """What undoing the merge brings back."""
    return convert(merge.before, Before)


def keep(merge: TicketMerge, before: Before) -> None:
    """Remember what undoing the merge brings back."""
    merge.before = to_builtins(before)


async def current(work: Work, ticket: Ticket) -> TicketMerge:
    """The merge by which a merged ticket goes on as another."""
    query = select(TicketMerge).where(TicketMerge.ticket_id == ticket.id, TicketMerge.unmerged_at.is_(None))
    return (await work.session.scalars(query)).one()


async def bring_over(work: Work, merge: TicketMerge, source: Ticket, survivor: Ticket) -> None:
    """The source's messages, files and followers, its requester among them, are the survivor's from now on."""
    arriving = {"ticket_id": survivor.id, "merged_from_id": source.id}
    for kind in (TicketMessage, Attachment):
        await _change(work, update(kind).where(kind.ticket_id == source.id).values(arriving))
    there = {survivor.requester_id, *(await _followers(work, survivor))}
    before = before_of(merge)
    for user_id in sorted(await _audience(work, source) - there):
        row = TicketFollower(id=new_id(), ticket_id=survivor.id, user_id=user_id, added_by_id=work.actor.id,
                             created_at=work.now)  # fmt: skip
        work.session.add(row)
        work.record(FollowerAdded(ticket=survivor, user_id=user_id))
        before.followers.append(row.id)
    keep(merge, before)
    await work.session.flush()


async def take_back(work: Work, merge: TicketMerge, source: Ticket, survivor: Ticket) -> None:
    """What came from the source, or was written to it since, is the source's again; followers whom the merge brought
    and nobody added anew leave the survivor, unless another merged ticket brings them too."""
    leaving = {"ticket_id": source.id, "merged_from_id": None}
    said = TicketMessage.merged_from_id == source.id
    await _change(work, update(TicketMessage).where(TicketMessage.ticket_id == survivor.id, said).values(leaving))
    own = select(TicketMessage.id).where(TicketMessage.ticket_id == source.id)
    theirs: ColumnElement[bool] = or_(Attachment.merged_from_id == source.id, Attachment.message_id.in_(own))
    await _change(work, update(Attachment).where(Attachment.ticket_id == survivor.id, theirs).values(leaving))
    before = before_of(merge)
    query = select(TicketFollower).where(
        TicketFollower.ticket_id == survivor.id, TicketFollower.id.in_(before.followers)
    )
    for row in (await work.session.scalars(query.order_by(TicketFollower.user_id))).all():
        if not await _hand_over(work, row, besides=merge):
            await work.session.delete(row)
            work.record(FollowerRemoved(ticket=survivor, user_id=row.user_id))
    before.followers = []
    keep(merge, before)
    await work.session.flush()


async def merges_into(work: Work, ticket: Ticket) -> list[TicketMerge]:
    """The merges of all that goes on as this ticket, oldest first."""
    query = select(TicketMerge).where(TicketMerge.into_id == ticket.id, TicketMerge.unmerged_at.is_(None))
    return list(await work.session.scalars(query.order_by(TicketMerge.id)))


async def note_reply(work: Work, source: Ticket) -> None:
    """Somebody replied to a merged ticket: what that would have changed on it comes back with the ticket."""
    merge = await current(work, source)
    before = before_of(merge)
    if work.actor.id == source.requester_id:
        status = after_requester_spoke(before.status, is_assigned=source.assignee_id is not None)
        if status is not before.status:
            before.status, before.resolved_at, before.closed_at = status, None, None
    elif before.first_response_at is None and works_on(work.actor, source):
        before.first_response_at = work.now
    keep(merge, before)


async def _hand_over(work: Work, row: TicketFollower, *, besides: TicketMerge) -> bool:
    """Let the follower be there by another merge, if one would have brought them."""
    survivor = await work.session.get_one(Ticket, row.ticket_id)
    for merge in await merges_into(work, survivor):
        if merge is besides:
            continue
        if row.user_id in await _audience(work, await work.session.get_one(Ticket, merge.ticket_id)):
            before = before_of(merge)
            before.followers.append(row.id)
            keep(merge, before)
            return True
    return False


async def _audience(work: Work, ticket: Ticket) -> set[UUID]:
    return {ticket.requester_id, *(await _followers(work, ticket))}


async def _followers(work: Work, ticket: Ticket) -> set[UUID]:
    return set(await work.session.scalars(select(TicketFollower.user_id).where(TicketFollower.ticket_id == ticket.id)))


async def _change(work: Work, statement: Update) -> None:
    unsynchronised: dict[str, Any] = {"synchronize_session": False}
    await work.session.execute(statement, execution_options=unsynchronised)
