"""What a ticket is about and how urgent: subject, description, priority, category."""

from codex.classification.models import Category
from codex.db.work import Work
from codex.kernel.checks import Checks
from codex.kernel.errors import Unprocessable, require
from codex.tickets.facts import CategoryChanged, DescriptionChanged, PriorityChanged, SubjectChanged
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
    if category is not None and not category.is_active:
        raise Unprocessable(f"The category {category.name} is no longer in use.", path="categoryId")
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
