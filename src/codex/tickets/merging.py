"""Two tickets about the same go on as one, and part again as if they had never been one."""

from uuid import UUID

from sqlalchemy import or_, select

from codex.db.work import Work
from codex.kernel.errors import Conflict, NotFound, Unprocessable, require
from codex.kernel.ids import new_id
from codex.tickets import queries
from codex.tickets.hanging_facts import Absorbed, Merged, Released, Unmerged
from codex.tickets.hanging_models import TicketMerge
from codex.tickets.lifecycle import put_back, shift
from codex.tickets.merged import Before, before_of, bring_over, current, keep, merges_into, take_back
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.policy import Operation, may
from codex.tickets.queries import Ref


async def merge(work: Work, ref: Ref, *, into: Ref) -> Ticket:
    """Let a ticket go on as another one, the survivor, which is returned: its messages, files and followers, and its
    requester as a follower, are there from now on; it is CLOSED and stays readable. What had gone on as this ticket
    goes along, so that there are no chains.

    Needs MERGE on both, MERGE_ACROSS where the requesters differ. Raises NotFound, Unprocessable when there is no such
    other ticket, and Conflict when either has already been merged into another.
    """
    ticket, survivor = await _both(work, ref, into)
    _require(work, ticket, survivor)
    if ticket.merged_into_id == survivor.id:
        return survivor
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket has already been merged into another; undo that first.")
    if survivor.merged_into_id is not None:
        raise Conflict(f"{survivor.display_id} has itself been merged into another ticket; merge into that one.")
    found = TicketMerge(id=new_id(), ticket_id=ticket.id, into_id=survivor.id, merged_by_id=work.actor.id,
                        merged_at=work.now)  # fmt: skip
    along = await merges_into(work, ticket)
    before = Before(status=ticket.status, resolved_at=ticket.resolved_at, closed_at=ticket.closed_at,
                    first_response_at=ticket.first_response_at, along=[each.id for each in along])  # fmt: skip
    keep(found, before)
    for each in along:
        await _redirect(work, each, to=survivor)
    ticket.merged_into_id = survivor.id
    work.record(Merged(ticket=ticket, old=None, new=survivor.id))
    if ticket.status is not TicketStatus.CLOSED:
        shift(work, ticket, to=TicketStatus.CLOSED)
    work.record(Absorbed(ticket=survivor, merged_id=ticket.id))
    work.session.add(found)
    await bring_over(work, found, ticket, survivor)
    return survivor


async def unmerge(work: Work, ref: Ref) -> Ticket:
    """Let a merged ticket, which is returned, go on by itself again: its messages and files, what was written to it
    since, its status and first response are as they would be without the merge, and so are the survivor's followers.

    The same rights as to merge. Raises NotFound, and Conflict for a ticket that is not merged.
    """
    (ticket,) = await _gathered(work, ref)
    require(may(work.actor, Operation.MERGE, ticket), "You may not split this ticket off.")
    if ticket.merged_into_id is None:
        raise Conflict("This ticket is not merged into another.")
    survivor = await work.session.get_one(Ticket, ticket.merged_into_id)
    _require(work, ticket, survivor)
    found = await current(work, ticket)
    before = before_of(found)
    await take_back(work, found, ticket, survivor)
    ticket.merged_into_id, found.unmerged_at = None, work.now
    await work.session.flush()  # what comes next must not find it merged any more
    answered_at = before.first_response_at if ticket.first_response_at is None else None
    ticket.first_response_at = before.first_response_at
    work.record(Unmerged(ticket=ticket, old=survivor.id, new=None, answered_at=answered_at))
    put_back(work, ticket, to=before.status, resolved_at=before.resolved_at, closed_at=before.closed_at)
    work.record(Released(ticket=survivor, merged_id=ticket.id))
    for each in await merges_into(work, survivor):
        if each.id in before.along:
            await _redirect(work, each, to=ticket)
    return ticket


async def home_of(work: Work, ticket: Ticket) -> Ticket:
    """Where what is written to a locked ticket belongs: the ticket itself, or, locked too, the one it goes on as.

    Who holds a merged ticket may wait for its survivor, never the other way round. Raises Conflict when the survivor
    has been deleted.
    """
    if ticket.merged_into_id is None:
        return ticket
    await work.see_beyond()
    await work.session.flush()  # what this work has changed of the survivor is not to be read over
    query = select(Ticket).where(Ticket.id == ticket.merged_into_id).with_for_update()
    survivor = (await work.session.scalars(query, execution_options={"populate_existing": True})).one()
    if survivor.deleted_at is not None:
        raise Conflict("The ticket that this one was merged into has been deleted.")
    work.follow(survivor.updated_at)
    return survivor


async def _redirect(work: Work, merge: TicketMerge, *, to: Ticket) -> None:
    """Let a merged ticket go on as another one than so far."""
    ticket = await work.session.get_one(Ticket, merge.ticket_id)
    so_far = await work.session.get_one(Ticket, merge.into_id)
    await take_back(work, merge, ticket, so_far)
    ticket.merged_into_id = merge.into_id = to.id
    work.record(Released(ticket=so_far, merged_id=ticket.id))
    work.record(Merged(ticket=ticket, old=so_far.id, new=to.id))
    work.record(Absorbed(ticket=to, merged_id=ticket.id))
    await bring_over(work, merge, ticket, to)


def _require(work: Work, ticket: Ticket, other: Ticket) -> None:
    across = ticket.requester_id != other.requester_id
    operation = Operation.MERGE_ACROSS if across else Operation.MERGE
    allowed = all(may(work.actor, operation, each) for each in (ticket, other))
    whose = "tickets of different requesters" if across else "these two tickets"
    require(allowed, f"You may not merge or split {whose}.")


async def _both(work: Work, ref: Ref, into: Ref) -> tuple[Ticket, Ticket]:
    ticket = await queries.visible(work, ref)
    require(may(work.actor, Operation.MERGE, ticket), "You may not merge this ticket.")
    try:
        other = await queries.visible(work, into)
    except NotFound as hidden:
        raise Unprocessable("There is no such ticket.", path="into") from hidden
    if ticket.id == other.id:
        raise Unprocessable("A ticket is not merged into itself.", path="into")
    ticket, other = await _gathered(work, ticket.id, other.id)
    return ticket, other


async def _gathered(work: Work, *refs: Ref) -> list[Ticket]:
    """The tickets, locked together with all that goes on as one of them or as the same as one of them.

    Merges happen one at a time: what goes on as what does not change under one. Merged tickets are locked before those
    that they go on as, as by `home_of`, and within each in the order of ids.
    """
    await queries.hold_merges(work, for_merging=True)
    named = [await queries.visible(work, ref) for ref in refs]
    await work.see_beyond()
    await work.session.flush()
    roots: set[UUID] = {ticket.merged_into_id or ticket.id for ticket in named}
    family = select(Ticket).where(or_(Ticket.id.in_(roots), Ticket.merged_into_id.in_(roots)))
    ordered = family.order_by(Ticket.merged_into_id.is_(None), Ticket.id).with_for_update()
    found = (await work.session.scalars(ordered, execution_options={"populate_existing": True})).all()
    work.follow(*(ticket.updated_at for ticket in found))
    return [await queries.visible(work, ticket.id) for ticket in named]
