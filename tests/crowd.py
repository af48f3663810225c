"""A desk full of random people and tickets, and who sees what by the words of authorization.md alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from codex.db.work import Work
from codex.identity import people, teams
from codex.identity.models import Team, User
from codex.kernel.actor import TeamRole, UserRole, system
from codex.tickets import assignment, lifecycle, opening
from codex.tickets.hanging_models import TicketAccess, TicketFollower
from codex.tickets.lifecycle import allowed_from
from codex.tickets.models import AccessLevel, Ticket, TicketPriority
from world import FOUNDED, MORNING, World, instant

NOW = instant(MORNING)
WORKING = (UserRole.AGENT, UserRole.LEAD, UserRole.TEAM_ADMIN)


@dataclass
class Crowd:
    """Who is there, and every tie there is between people and tickets."""

    people: list[User]
    members: dict[UUID, set[UUID]]
    tickets: list[Ticket] = field(default_factory=list)
    followers: set[tuple[UUID, UUID]] = field(default_factory=set)
    grants: dict[tuple[UUID, UUID], tuple[AccessLevel, datetime | None]] = field(default_factory=dict)

    def teams_of(self, person: User) -> set[UUID]:
        """Teams that somebody effectively works for."""
        if person.role is UserRole.EMPLOYEE:
            return set()
        administered = {person.primary_team_id} if person.role is UserRole.TEAM_ADMIN else set()
        return self.members.get(person.id, set()) | {team for team in administered if team}

    def grant(self, person: User, ticket: Ticket) -> AccessLevel | None:
        """The best grant that holds now for somebody's teams."""
        levels = {
            level
            for (ticket_id, team_id), (level, until) in self.grants.items()
            if ticket_id == ticket.id and team_id in self.teams_of(person) and (until is None or until > NOW)
        }
        return AccessLevel.WRITE if AccessLevel.WRITE in levels else AccessLevel.READ if levels else None

    def sees(self, person: User, ticket: Ticket) -> bool:
        """Whether authorization.md lets somebody know of a ticket."""
        return (
            person.role is UserRole.OWNER
            or ticket.requester_id == person.id
            or ticket.assigned_team_id in self.teams_of(person)
            or (ticket.id, person.id) in self.followers
            or self.grant(person, ticket) is not None
        )


def around_now(random: Random) -> datetime | None:
    """When a grant ends: never, just now, a moment ago or in a moment."""
    return random.choice((None, NOW, NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)))


async def gather(
    world: World,
    seed: int,
    *,
    tickets: int = 60,
    newcomers: int = 10,
    until: Callable[[Random], datetime | None] = around_now,
) -> Crowd:
    """The cast, newcomers with random roles and teams, and random tickets with random followers and grants."""
    random = Random(seed)
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        crowd = await _people(work, world, random, newcomers)
    async with world.work(as_=system("Test"), now=NOW - timedelta(days=9)) as work:
        crowd.tickets = [await _ticket(work, world, crowd, random) for _ in range(tickets)]
    async with world.session() as session:
        for ticket in crowd.tickets:
            for person in random.sample(crowd.people, random.choice((0, 0, 1, 2))):
                crowd.followers.add((ticket.id, person.id))
                session.add(TicketFollower(ticket_id=ticket.id, user_id=person.id))
            for team in random.sample(_teams(world), random.choice((0, 0, 1, 2))):
                ends = until(random)
                crowd.grants[ticket.id, team.id] = (level := random.choice(list(AccessLevel)), ends)
                session.add(TicketAccess(ticket_id=ticket.id, team_id=team.id, access_level=level, expires_at=ends))
        await session.commit()
    return crowd


async def _people(work: Work, world: World, random: Random, newcomers: int) -> Crowd:
    cast = [world.rosa, world.amir, world.lena, world.tara, world.hana, world.farid, world.otto, world.ona]
    homes = [(world.amir, world.it), (world.lena, world.it), (world.tara, world.it), (world.hana, world.hr),
             (world.farid, world.facilities)]  # fmt: skip
    crowd = Crowd(cast, {person.id: {team.id} for person, team in homes})
    for n in range(newcomers):
        role = random.choice([role for role in UserRole if role is not UserRole.ADMIN])
        primary = random.choice(_teams(world)) if role is UserRole.TEAM_ADMIN else None
        person = await people.add(
            work, email=f"p{n}@acme.example", display_name=f"P{n}", role=role,
            primary_team_id=primary.id if primary else None,
        )  # fmt: skip
        for team in random.sample(_teams(world), random.choice((0, 1, 2))):
            await teams.put_member(work, team, person, role=random.choice(list(TeamRole)))
            crowd.members.setdefault(person.id, set()).add(team.id)
        crowd.people.append(person)
    return crowd


async def _ticket(work: Work, world: World, crowd: Crowd, random: Random) -> Ticket:
    team = random.choice([*_teams(world), None])
    async with work.step(work.actor, now=NOW - timedelta(minutes=random.choice((1, 2, 3, 600, 6000)))) as step:
        ticket = await opening.open_ticket(
            step, requester=random.choice(crowd.people), subject=f"Ticket {random.random()}", team=team,
            priority=random.choice(list(TicketPriority)),
            category=random.choice([None, *list(world.categories.values())[:3]]),
        )  # fmt: skip
        able = [p for p in crowd.people if team and team.id in crowd.teams_of(p)]
        if able and random.random() < 0.5:
            await assignment.assign_to(step, ticket, random.choice(able).id)
        for _ in range(random.choice((0, 1, 2))):
            await lifecycle.move(step, ticket, to=random.choice(allowed_from(ticket)))
    return ticket


def _teams(world: World) -> list[Team]:
    return [world.it, world.hr, world.facilities, world.finance]
