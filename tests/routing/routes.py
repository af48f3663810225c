"""Short ways to set rules and to send tickets past them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from codex.classification.models import Category
from codex.identity import people, teams
from codex.identity.models import Team, User
from codex.kernel.actor import Actor, TeamRole, UserRole
from codex.routing import intake, queries, rules
from codex.routing.decision import Decision, read
from codex.routing.explaining import DecisionRow, decision_of
from codex.routing.models import RoutingRule
from codex.routing.rules import NewRoutingRule, RoutingRuleChanges
from codex.tickets.models import Ticket
from world import FOUNDED, MORNING, World


async def rule(world: World, team: Team, *keywords: str, as_: User | Actor | None = None, **more: Any) -> RoutingRule:
    """A rule of a team made by an owner unless somebody else is named, called after its first keyword."""
    said = {"name": keywords[0] if keywords else "Rule", "priority": 10, **more}
    async with world.work(as_=as_ or world.ona, now=FOUNDED) as work:
        return await rules.add(work, NewRoutingRule(team_id=team.id, keywords=list(keywords), **said))


async def refine(world: World, found: RoutingRule, *, as_: User | None = None, **wanted: Any) -> RoutingRule:
    """A change of a rule."""
    async with world.work(as_=as_ or world.ona, now=MORNING) as work:
        held = await queries.held_rule(work, found.id)
        await rules.change(work, held, RoutingRuleChanges(**wanted))
        return held


async def drop(world: World, found: RoutingRule, *, as_: User | None = None) -> None:
    """A rule is removed."""
    async with world.work(as_=as_ or world.ona, now=MORNING) as work:
        await rules.remove(work, await queries.held_rule(work, found.id))


async def send(world: World, subject: str, *, as_: User | None = None, now: str = MORNING, **more: Any) -> Ticket:
    """Somebody (Rosa) opens a ticket through the intake; the row as it then is."""
    async with world.work(as_=as_ or world.rosa, now=now) as work:
        ticket = await intake.receive(work, **{"requester": None, "subject": subject, **more})
    return await world.reload(ticket)


async def decision(world: World, ticket: Ticket) -> Decision:
    """What was decided about a ticket."""
    (event,) = [event for event in await world.events(ticket) if event.type == "ROUTED"]
    return read(event.payload)


async def told(world: World, reader: User, ticket: Ticket) -> DecisionRow:
    """What somebody is told of the decision about a ticket."""
    async with world.reading() as connection:
        found = await decision_of(connection, await world.actor(reader), ticket.id)
    assert found is not None
    return found


async def set_columns(world: World, table: str, key: UUID, **columns: Any) -> None:
    """A row is otherwise than a command would make it."""
    names = ", ".join(f"{name} = :{name}" for name in columns)
    async with world.session() as session:
        await session.execute(text(f"UPDATE {table} SET {names} WHERE id = :id"), {"id": key, **columns})
        await session.commit()


async def hire(world: World, name: str, role: UserRole, team: Team) -> User:
    """A new person of the desk, an agent in a team as far as the role lets them."""
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        user = await people.add(work, email=f"{name.lower()}@acme.example", display_name=name, role=role)
        await teams.put_member(work, await work.session.get_one(Team, team.id), user, role=TeamRole.AGENT)
    return user


async def give_default(world: World, category: Category, team: Team) -> None:
    """What is about a category goes to a team."""
    await set_columns(world, "categories", category.id, default_team_id=team.id)
