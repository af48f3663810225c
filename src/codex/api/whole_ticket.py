"""A ticket by itself, as an answer: with the state of its clocks for those who see its internal side."""

from datetime import datetime

from msgspec.structs import replace

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.sla.clock_reading import sla_state
from codex.tickets import reading
from codex.tickets.policy import Operation, may
from codex.tickets.queries import Ref
from codex.tickets.rows import TicketDetail


async def whole_ticket(
    reader: Reader, actor: Actor, ref: Ref, *, now: datetime, just_opened: bool = False
) -> TicketDetail:
    """The whole ticket. Raises NotFound. `just_opened`: by the actor, who may see what they wrote."""
    row, seen = await reading.detail(reader, actor, ref, now=now, just_opened=just_opened)
    if not may(actor, Operation.SEE_INTERNAL, seen):
        return row
    return replace(row, sla_state=await sla_state(reader, row.id, now=now))
