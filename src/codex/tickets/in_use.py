"""Whether the classification can go: what of it tickets have, or had, since their history names it.

It is asked of all tickets, those that the actor does not see among them.
"""

from uuid import UUID

import msgspec
from sqlalchemy import exists, or_, select

from codex.db.work import Work
from codex.tickets.hanging_models import CustomFieldValue
from codex.tickets.models import Ticket, TicketEvent


async def has_category(work: Work, category_id: UUID) -> bool:
    """Whether any ticket is, or ever was, of the category."""
    await work.see_beyond()
    if await work.session.scalar(select(exists().where(Ticket.category_id == category_id))):
        return True
    told = TicketEvent.payload
    named = or_(*(told[key].astext == str(category_id) for key in ("categoryId", "from", "to")))
    moves = TicketEvent.type.in_(("TICKET_CREATED", "CATEGORY_CHANGED"))
    return bool(await work.session.scalar(select(exists().where(moves, named))))


async def is_answered(work: Work, field_id: UUID) -> bool:
    """Whether any ticket answers the field now."""
    await work.see_beyond()
    return bool(await work.session.scalar(select(exists().where(CustomFieldValue.custom_field_id == field_id))))


async def was_answered(work: Work, field_id: UUID) -> bool:
    """Whether any ticket answers the field, or ever did."""
    if await is_answered(work, field_id):
        return True
    named = TicketEvent.payload["fieldId"].astext == str(field_id)
    return bool(await work.session.scalar(select(exists().where(TicketEvent.type == "CUSTOM_FIELD_CHANGED", named))))


async def chosen_options(work: Work, field_id: UUID) -> frozenset[str]:
    """The options of a DROPDOWN or MULTISELECT that answers have; of other fields what this says means nothing."""
    await work.see_beyond()
    query = select(CustomFieldValue.value).where(CustomFieldValue.custom_field_id == field_id).distinct()
    answers = [msgspec.json.decode(value) for value in await work.session.scalars(query)]
    return frozenset(each for said in answers for each in (said if isinstance(said, list) else [said]))
