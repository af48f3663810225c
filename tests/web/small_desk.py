"""A small desk behind the real application: IT Support and HR, the cast, and tickets as a test needs them."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from litestar.types import ASGIApp
from psycopg.conninfo import make_conninfo
from visitors import SECRET_KEY, Visitor, sign_in, visiting

import databases
from codex import reactions
from codex.classification import categories
from codex.classification.models import Category
from codex.db.database import Access, Database
from codex.db.work import Works
from codex.identity import people, queries, teams
from codex.identity.models import Team, User
from codex.kernel.actor import TeamRole, UserRole, system
from codex.main import web_application
from codex.settings import Settings
from codex.tickets import assignment, lifecycle, messages, opening
from codex.tickets import queries as tickets
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus

CAST = {
    "rosa": ("Rosa Diaz", UserRole.EMPLOYEE),
    "otto": ("Otto Weiss", UserRole.EMPLOYEE),
    "amir": ("Amir Haddad", UserRole.AGENT),
    "lena": ("Lena Brandt", UserRole.LEAD),
    "hana": ("Hana Novak", UserRole.AGENT),
    "ona": ("Ona Owner", UserRole.OWNER),
}
MEMBERS = {"amir": ("it", TeamRole.AGENT), "lena": ("it", TeamRole.LEAD), "hana": ("hr", TeamRole.AGENT)}


@dataclass
class SmallDesk:
    """Rosa and Otto ask; Amir and Lena are IT Support, Hana is HR; Ona owns it."""

    works: Works
    app: ASGIApp
    users: dict[str, User]
    teams: dict[str, Team]
    vpn: Category
    _stack: AsyncExitStack

    async def visitor(self, name: str | None = None) -> Visitor:
        """Somebody's browser, signed in; without a name, nobody's."""
        visitor = await self._stack.enter_async_context(visiting(self.app))
        if name:
            await sign_in(visitor, self.works, f"{name}@acme.example")
        return visitor

    async def ticket(
        self,
        subject: str = "VPN drops",
        *,
        description: str = "Every ten minutes.",
        by: str = "rosa",
        team: str | None = "it",
        assignee: str | None = None,
        status: TicketStatus | None = None,
        priority: TicketPriority = TicketPriority.P3,
    ) -> str:
        """A ticket, opened by its requester; its display id."""
        async with self.works.begin(await self._actor(by)) as work:
            ticket = await opening.open_ticket(
                work, requester=self.users[by], subject=subject, description=description, priority=priority,
                team=self.teams[team] if team else None,
            )  # fmt: skip
        if assignee or status:
            async with self.works.begin(system("Test")) as work:
                locked = await tickets.visible(work, ticket.id, lock=True)
                if assignee:
                    await assignment.assign_to(work, locked, self.users[assignee].id)
                if status:
                    await lifecycle.move(work, locked, to=status)
        return ticket.display_id or ""

    async def write(self, ref: str, body: str, *, by: str, type: MessageType = MessageType.PUBLIC) -> None:
        async with self.works.begin(await self._actor(by)) as work:
            await messages.add(work, await tickets.visible(work, ref, lock=True), type=type, body=body)

    async def now(self, ref: str) -> Ticket:
        """The row as it is."""
        async with self.works.begin(system("Test")) as work:
            return await tickets.visible(work, ref)

    async def _actor(self, name: str):  # type: ignore[no-untyped-def]
        async with self.works.database.reading() as reader:
            return await queries.actor_of(reader, self.users[name].id)


@asynccontextmanager
async def small_desk() -> AsyncIterator[SmallDesk]:
    """One, on a database of its own."""
    server = databases.start(Path(os.environ["CODEX_TEST_SERVER"]))
    with databases.fresh(server, databases.make_template(server)) as fresh:
        conninfo = make_conninfo("", **{name: str(value) for name, value in fresh.app.items()})
        database = Database(Access(conninfo, called="of the test", assume_role=False, prepare=True), max_connections=4)
        await database.open()
        works = Works(database, reactions.settle)
        settings = Settings(**{**{f.name: "" for f in fields(Settings)}, "secret_key": SECRET_KEY, "log": "text"})
        async with AsyncExitStack() as stack:
            yield await _furnish(works, web_application(settings, database), stack)
        await database.close()


async def _furnish(works: Works, app: ASGIApp, stack: AsyncExitStack) -> SmallDesk:
    async with works.begin(system("Test")) as work:
        its = {
            "it": await teams.add(work, name="IT Support", slug="it", prefix="IT"),
            "hr": await teams.add(work, name="HR", slug="hr", prefix="HR"),
        }
        users = {
            key: await people.add(work, email=f"{key}@acme.example", display_name=name, role=role)
            for key, (name, role) in CAST.items()
        }
        for key, (team, team_role) in MEMBERS.items():
            await teams.put_member(work, its[team], users[key], role=team_role)
        network = await categories.add(work, name="Network", slug="network")
        vpn = await categories.add(work, name="VPN", slug="vpn", parent_id=network.id)
    return SmallDesk(works, app, users, its, vpn, stack)
