"""What a ticket is about and how urgent: subject, description, priority, category."""

from datetime import datetime

from codex.classification import queries as classification
from codex.classification.models import Category
from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable, require
from codex.tickets.facts import (
    CategoryChanged,
    DescriptionChanged,
    FollowUpChanged,
    PriorityChanged,
    RequesterChanged,
    SubjectChanged,
)
from codex.tickets.models import Ticket, TicketPriority
from codex.tickets.opening import DESCRIPTION_MOST, SUBJECT_MOST
from codex.tickets.policy import Operation, may


async def set_priority(work: Work, ticket: Ticket, priority: TicketPriority) -> None:
    """Say how urgent the ticket is."""
    require(may(work.actor, Operation.CHANGE, ticket), "You may not change this ticket's priority.")
    if priority is ticket.priority:
        return
    old, ticket.priority = ticket.priority, priority
    work.record(PriorityChanged(ticket=ticket, old=old, new=priority))


async def set_category(work: Work, ticket: Ticket, category: Category | None) -> None:
    """Say what the ticket is about; None: not known. Raises Unprocessable for a category no longer in use."""
    require(may(work.actor, Operation.CHANGE, ticket), "You may not change this ticket's category.")
    new = category.id if category else None
    if new == ticket.category_id:
        return
    if category is not None:
        await classification.refuse_retired(work.session, category)
    old, ticket.category_id = ticket.category_id, new
    work.record(CategoryChanged(ticket=ticket, old=old, new=new))


async def set_subject(work: Work, ticket: Ticket, subject: str) -> None:
    """Give the ticket another headline."""
    require(may(work.actor, Operation.EDIT_TEXT, ticket), "You may not edit this ticket's subject.")
    with Checks() as check:
        subject = check.line("subject", subject, most=SUBJECT_MOST)
    if subject == ticket.subject:
        return
    old, ticket.subject = ticket.subject, subject
    work.record(SubjectChanged(ticket=ticket, old=old, new=subject))


async def set_description(work: Work, ticket: Ticket, description: str) -> None:
    """Say in other words what the ticket is about."""
    require(may(work.actor, Operation.EDIT_TEXT, ticket), "You may not edit this ticket's description.")
    with Checks() as check:
        description = check.text("description", description, most=DESCRIPTION_MOST)
    if description == ticket.description:
        return
    old, ticket.description = ticket.description, description
    work.record(DescriptionChanged(ticket=ticket, old=old, new=description))


async def set_requester(work: Work, ticket: Ticket, requester: User) -> None:
    """Make the ticket another person's. Raises Unprocessable for the deactivated."""
    require(may(work.actor, Operation.CHANGE_REQUESTER, ticket), "You may not change this ticket's requester.")
    if requester.id == ticket.requester_id:
        return
    if not requester.is_active:
        raise Unprocessable(f"{requester.display_name} is deactivated.", path="requesterId")
    old, ticket.requester_id = ticket.requester_id, requester.id
    work.record(RequesterChanged(ticket=ticket, old=old, new=requester.id))


async def put_off(work: Work, ticket: Ticket, until: datetime | None) -> None:
    """Let the ticket rest until an instant; None: no longer. Raises Unprocessable for one that is over already."""
    require(may(work.actor, Operation.CHANGE, ticket), "You may not put this ticket off.")
    with Checks() as check:
        until = check.instant("followUpAt", until) if until is not None else None
    if until == ticket.follow_up_at:
        return
    if until is not None and until <= work.now:
        raise Unprocessable("This instant is over already.", path="followUpAt")
    old, ticket.follow_up_at = ticket.follow_up_at, until
    work.record(FollowUpChanged(ticket=ticket, old=old, new=until))
