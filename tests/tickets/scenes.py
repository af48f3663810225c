"""Short ways to set a scene around a ticket, and to try a command without leaving a trace."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg
from sqlalchemy import select

import databases
from codex.db import embedded
from codex.db.work import Work
from codex.identity import people, teams
from codex.identity.models import Team, User
from codex.kernel.actor import Actor, TeamRole, UserRole, system
from codex.kernel.errors import Forbidden, NotFound
from codex.tickets import access, assignment, followers, lifecycle
from codex.tickets.models import AccessLevel, Ticket, TicketStatus
from codex.tickets.queries import visible
from databases import FreshDatabase
from world import FOUNDED, MORNING, World, instant

Command = Callable[[Work, Ticket], Awaitable[object]]


class Undone(Exception):
    """Ends a work that is not meant to last."""


async def standing(world: World, status: TicketStatus, *, assignee: User | None = None, at: str = MORNING) -> Ticket:
    """Rosa's ticket in the queue of IT Support, brought to a status; NEW has no assignee, work in progress has one."""
    ticket = await world.ticket(team=world.it, assignee=assignee, at=at)
    way = [TicketStatus.RESOLVED, status] if status is TicketStatus.REOPENED else [status]
    for step in way:
        ticket = await act(world, system("Test"), ticket, move(step), now=at)
    return ticket


def move(to: TicketStatus) -> Command:
    """The command that brings a ticket to a status."""
    return lambda work, ticket: lifecycle.move(work, ticket, to=to)


def assign(to: User | None) -> Command:
    """The command that gives a ticket to somebody, or to nobody."""
    return lambda work, ticket: assignment.assign_to(work, ticket, to.id if to else None)


async def follow(world: World, ticket: Ticket, person: User, *, now: str = MORNING) -> None:
    """Somebody follows the ticket."""
    await act(world, system("Test"), ticket, lambda work, found: followers.add(work, found, person), now=now)


async def grant(
    world: World,
    ticket: Ticket,
    team: Team,
    level: AccessLevel,
    *,
    expires_at: datetime | None = None,
    now: str = MORNING,
) -> None:
    """Another team gets access to the ticket."""

    async def command(work: Work, found: Ticket) -> None:
        await access.grant(work, found, team, level, expires_at=expires_at)

    await act(world, system("Test"), ticket, command, now=now)


async def hire(world: World, name: str, role: UserRole, places: dict[UUID, TeamRole] | None = None) -> User:
    """A new person of the desk, with a role in each of some teams."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        user = await people.add(work, email=f"{name.lower()}@acme.example", display_name=name, role=role)
        for team_id, team_role in (places or {}).items():
            await teams.put_member(work, await team_of(work, team_id), user, role=team_role)
    return user


async def team_of(work: Work, team_id: UUID) -> Team:
    """A team's row in this work."""
    return (await work.session.scalars(select(Team).where(Team.id == team_id))).one()


async def act(
    world: World, person: User | Actor, ticket: Ticket, command: Command, *, now: str | datetime = MORNING
) -> Ticket:
    """A command of somebody on a ticket, for good; returns the row as it then is."""
    async with world.work(as_=person, now=now) as work:
        await command(work, await visible(work, ticket.id, lock=True))
    return await world.reload(ticket)


async def verdict(world: World, actor: Actor, ticket: Ticket, command: Command) -> str:
    """What becomes of a command: `Y` it is done, `x` refused, `h` there is no such ticket. Afterwards it is undone."""
    try:
        async with world.works.begin(actor, now=instant(MORNING)) as work:
            await command(work, await visible(work, ticket.id, lock=True))
            await world.works.settle(work)
            await work.session.flush()
            raise Undone
    except Undone:
        return "Y"
    except Forbidden:
        return "x"
    except NotFound:
        return "h"


async def story(world: World, ticket: Ticket) -> list[str]:
    """The types of the ticket's events, oldest first."""
    return [event.type for event in await world.events(ticket)]


@contextmanager
def as_superuser(server: embedded.Server, database: FreshDatabase) -> Iterator[psycopg.Connection]:
    """Somebody whom the database refuses nothing."""
    with databases.superuser(server, database.name) as connection:
        yield connection
