"""When somebody who is about to ask will hear from us."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from codex.classification.queries import LINEAGE_SQL
from codex.db.database import Reader
from codex.sla import selecting
from codex.sla.calendar import Calendar
from codex.tickets.models import TicketPriority


class Expected(Struct, frozen=True):
    """The instant up to which a first response is promised, counted in a calendar."""

    by: datetime
    calendar: Calendar


async def first_responses(
    reader: Reader, category_id: UUID | None, priorities: Iterable[TicketPriority], *, now: datetime
) -> dict[TicketPriority, Expected]:
    """What would be promised of a ticket of this category that was received `now`, for each of the priorities for which
    anything is. It goes by the category's team: what a routing rule makes of the words nobody has written yet is not
    known.

    One statement for the category's team, one for each priority, and one for a calendar not read before.
    """
    team_id = await _team_of(reader, category_id) if category_id else None
    found = {}
    for priority in priorities:
        terms = (await selecting.terms_of(reader, team_id, priority)).terms
        by = terms.calendar.add(now, terms.first_response) if terms and terms.first_response else None
        if terms and by:
            found[priority] = Expected(by, terms.calendar)
    return found


async def _team_of(reader: Reader, category_id: UUID) -> UUID | None:
    row = await reader.first(
        f"""{LINEAGE_SQL} SELECT t.id FROM above JOIN teams t ON t.id = above.default_team_id AND t.is_active
            ORDER BY above.distance LIMIT 1""",
        {"category": category_id},
    )
    return row[0] if row else None
