"""Clocks in whatever state they may come to, on tickets that are there already."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from codex.kernel.ids import new_id
from codex.sla import clock
from codex.sla.business_hours import OpeningHours, put
from codex.sla.clock_occurrences import Cancelled, Created, MessageSent, Occurrence, Retargeted, Revived, StatusMoved
from codex.sla.clock_state import CancelCause, ClockState, ReopenMode, Terms
from codex.sla.kept_versions import ALWAYS, read
from codex.sla.models import SlaInstance
from codex.sla.standing import columns, standing
from codex.tickets.models import Ticket, TicketStatus
from world import FOUNDED, World

WEEK = {
    "mon": [["08:00", "08:20"], ["09:00", "12:00"], ["13:00", "17:30"]], "sat": [["10:00", "11:00"]],
    "sun": [["22:00", "06:00"]],
}  # fmt: skip
_TARGETS = tuple(timedelta(microseconds=n) for n in (1, 7, 1_000_000, 3_600_000_000, 14_400_000_001, 10**12))


async def opened(world: World) -> UUID:
    """Set odd opening hours for everybody; the id of their version."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        await put(work, None, OpeningHours(timezone="Europe/Berlin", schedule=WEEK))
    async with world.reading() as reader:
        row = await reader.first("SELECT id FROM sla_calendar_versions WHERE setting_id = 'global'")
        assert row is not None
        return UUID(str(row[0]))


async def wind(
    session: AsyncSession, random: Random, tickets: Sequence[Ticket], hours: UUID, until: datetime
) -> dict[UUID, ClockState]:
    """Give most of the tickets clocks that have come to something by `until`; what they came to."""
    found = {}
    for ticket in tickets:
        if random.random() < 0.1:
            continue
        calendar_id = random.choice((None, hours, hours))
        state = _state(random, ticket.created_at, until, calendar_id)
        session.add(
            SlaInstance(
                id=ticket.id, ticket_id=ticket.id, priority=ticket.priority,
                calendar_version_id=calendar_id if state.terms else None, **columns(state),
            )
        )  # fmt: skip
        ticket.sla_state, ticket.sla_breaches_at = standing(state)
        found[ticket.id] = state
    await session.flush()
    return found


def _state(random: Random, created: datetime, until: datetime, calendar_id: UUID | None) -> ClockState:
    state = clock.begin(Created(at=created, terms=_terms(random, calendar_id), answered=random.random() < 0.1))
    parts = sorted(random.choice((random.random(), 0.5)) for _ in range(random.randint(0, 5)))
    for part in parts:
        state = clock.step(state, next(_occurrences(random, created + (until - created) * part, calendar_id)))
    return state


def _occurrences(random: Random, at: datetime, calendar_id: UUID | None) -> Iterator[Occurrence]:
    kind = random.choice(("moved", "moved", "moved", "answered", "retargeted", "cancelled", "revived"))
    match kind:
        case "moved":
            yield StatusMoved(at=at, to=random.choice(list(TicketStatus)))
        case "answered":
            yield MessageSent(at=at, by="agent", visibility="PUBLIC")
        case "retargeted":
            yield Retargeted(at=at, terms=_terms(random, calendar_id), cause="PRIORITY")
        case "cancelled":
            yield Cancelled(at=at, cause=random.choice(list(CancelCause)))
        case _:
            yield Revived(at=at, cause=random.choice(list(CancelCause)))


def _terms(random: Random, calendar_id: UUID | None) -> Terms | None:
    if random.random() < 0.1:
        return None
    calendar = read("Europe/Berlin", WEEK, []) if calendar_id else ALWAYS
    return Terms(
        calendar=calendar, first_response=random.choice((None, *_TARGETS)), resolution=random.choice((None, *_TARGETS)),
        first_response_pauses=random.random() < 0.5, reopen=random.choice(list(ReopenMode)),
        calendar_version_id=str(calendar_id) if calendar_id else None, policy_version_id=str(new_id()),
    )  # fmt: skip
