"""A desk that promises something: the default policy in Berlin's office hours, and what its clocks then say."""

from typing import Any

from codex.kernel.actor import system
from codex.sla import business_hours, instances, policies
from codex.sla.business_hours import OpeningHours
from codex.sla.clock_state import ClockKind, ClockState
from codex.sla.clock_verdicts import Verdict, seen_at
from codex.sla.models import SlaInstance, SlaPolicyConfig
from codex.sla.policies import NewPolicy, Target
from codex.sla.sweep import announce_due
from codex.sla.verify import Difference, verify
from codex.tickets.models import Ticket, TicketPriority
from world import FOUNDED, World, instant

OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
TARGETS = (
    Target(TicketPriority.P1, 1, 4), Target(TicketPriority.P2, 4, 8), Target(TicketPriority.P3, 8, 24),
)  # fmt: skip


async def promised(world: World, *targets: Target, **said: Any) -> SlaPolicyConfig:
    """The default policy: P1 1 h / 4 h, P2 4 h / 8 h, P3 8 h / 24 h of Mon–Fri 09–17 in Berlin."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        await business_hours.put(work, None, OpeningHours(timezone="Europe/Berlin", schedule=OFFICE))
        new = NewPolicy(name="Standard", targets=list(targets or TARGETS), is_default=True, **said)
        return await policies.add(work, new)


async def clocks(world: World, ticket: Ticket) -> ClockState:
    """The clocks of a ticket, as kept."""
    async with world.work(as_=system("Test")) as work:
        instance = await work.session.get_one(SlaInstance, ticket.id)
        return await instances.state_in(work, instance)


async def verdict(world: World, ticket: Ticket, kind: ClockKind, at: str) -> Verdict:
    """How a clock stands at an instant."""
    found = seen_at(await clocks(world, ticket), instant(at))[kind]
    assert found is not None
    return found


async def swept(world: World, at: str) -> int:
    """Look after clocks at an instant; of how many tickets there was something to announce."""
    async with world.work(as_=system("SLA"), now=at) as work:
        return await announce_due(work, limit=1000)


async def recomputed(world: World) -> tuple[int, list[Difference]]:
    """How many tickets' clocks were recomputed, and where they are not what is kept."""
    async with world.reading() as reader:
        found = [chunk async for chunk in verify(reader)]
    return sum(count for count, _ in found), [difference for _, differences in found for difference in differences]
