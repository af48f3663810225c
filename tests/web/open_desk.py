"""The world with its doors open: the web application, a browser for everybody, and short ways to set a scene."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp
from visitors import Visitor, sign_in, visiting

from codex.identity.models import Team, User
from codex.kernel import clock
from codex.tickets import messages, queries
from codex.tickets.models import MessageType, Ticket, TicketStatus
from world import World


@dataclass
class OpenDesk:
    """People go by their names in the world (rosa, amir …), tickets by their display ids."""

    world: World
    app: ASGIApp
    stack: AsyncExitStack

    def user(self, name: str) -> User:
        user: User = getattr(self.world, name)
        return user

    async def visitor(self, name: str | None = None) -> Visitor:
        """Somebody's browser, signed in; without a name, nobody's."""
        visitor = await self.stack.enter_async_context(visiting(self.app))
        if name:
            await sign_in(visitor, self.world.works, self.user(name).email)
        return visitor

    async def ticket(
        self,
        subject: str = "VPN drops",
        *,
        description: str = "Every ten minutes.",
        by: str = "rosa",
        team: Team | None = None,
        assignee: str | None = None,
        status: TicketStatus | None = None,
        **more: Any,
    ) -> str:
        """A ticket of IT Support unless another team is said, of this moment."""
        ticket = await self.world.ticket(
            requester=self.user(by), team=team or self.world.it, assignee=self.user(assignee) if assignee else None,
            status=status, at=clock.now(), subject=subject, description=description, **more,
        )  # fmt: skip
        return ticket.display_id or ""

    async def write(self, ref: str, body: str, *, by: str, type: MessageType = MessageType.PUBLIC) -> None:
        async with self.world.work(as_=self.user(by), now=clock.now()) as work:
            await messages.add(work, await queries.visible(work, ref, lock=True), type=type, body=body)

    async def now(self, ref: str) -> Ticket:
        """The row as it is."""
        async with self.world.work(as_=self.world.ona) as work:
            return await queries.visible(work, ref)
