"""How far a replay is: counted as it goes, refused once it is too much, and told to whoever wants to hear it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from codex.rehearsal.answers import Progress
from codex.rehearsal.period import refuse_too_many

Tell = Callable[[Progress], Awaitable[None]]
"""Hears how far a replay is: once before its first ticket, then whenever some more are done."""


@dataclass(slots=True)
class Going:
    """A replay under way. `tell`: None where nobody listens; then its tickets are not counted beforehand."""

    tell: Tell | None = None
    events: int = 0
    tickets: int = 0
    of_tickets: int = 0

    def look(self, events: int) -> None:
        """Count events that are looked at. Raises Unprocessable once there are more than one answer is for."""
        self.events += events
        refuse_too_many(self.events)

    async def begin(self, of_tickets: int) -> None:
        """So many tickets lie ahead."""
        self.of_tickets = of_tickets
        await self._say()

    async def advance(self, tickets: int) -> None:
        """So many more are done."""
        self.tickets += tickets
        await self._say()

    async def _say(self) -> None:
        if self.tell is not None:
            await self.tell(
                Progress(
                    events_examined=self.events, tickets=self.tickets, of_tickets=max(self.tickets, self.of_tickets)
                )
            )
