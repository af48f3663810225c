"""The world with its doors open: the web application, a browser for everybody, and short ways to set a scene."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp
from visitors import Visitor, sign_in, visiting

from codex.classification import fields
from codex.classification.models import CustomField, FieldType
from codex.identity.models import Team, User
from codex.kernel import clock
from codex.tickets import answers, messages, queries
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

    async def field(
        self, name: str, type: FieldType = FieldType.TEXT, *, category: str | None = "vpn", **more: Any
    ) -> CustomField:
        """A custom field of a category (a slug) unless it is said to be of none."""
        category_id = self.world.categories[category].id if category else None
        async with self.world.work(as_=self.world.ona, now=clock.now()) as work:
            return await fields.add(work, name=name, field_type=type, category_id=category_id, **more)

    async def answer(self, ref: str, field: CustomField, value: object, *, by: str = "amir") -> None:
        async with self.world.work(as_=self.user(by), now=clock.now()) as work:
            await answers.change(work, await queries.visible(work, ref, lock=True), {str(field.id): value})

    async def answers(self, ref: str) -> dict[str, str]:
        """What a ticket answers (JSON), by the names of the fields."""
        async with self.world.reading() as reader:
            rows = await reader.all(
                """SELECT f.name, v.value FROM custom_field_values v JOIN custom_fields f ON f.id = v.custom_field_id
                   JOIN tickets ON tickets.id = v.ticket_id WHERE tickets.display_id = %(ref)s""",
                {"ref": ref},
            )
        return dict(rows)

    async def now(self, ref: str) -> Ticket:
        """The row as it is."""
        async with self.world.work(as_=self.world.ona) as work:
            return await queries.visible(work, ref)
