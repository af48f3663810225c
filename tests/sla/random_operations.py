"""Whatever people may do to a desk with promises, chosen at random; also as a process of its own, to be killed.

    python random_operations.py '{"host": …}' SEED COUNT NOW

prints the name of each operation when it has been carried out or refused.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from codex.db.database import is_contended
from codex.db.work import Work
from codex.identity.models import Team, User
from codex.kernel.actor import system
from codex.kernel.errors import CodexError
from codex.sla import applying, assignments, business_hours, policies, queries, team_policies
from codex.sla.applying import Scope
from codex.sla.business_hours import OpeningHours
from codex.sla.clock_state import ReopenMode
from codex.sla.hours import written
from codex.sla.models import WAITING, SlaPolicyConfig
from codex.sla.policies import NewPolicy, PolicyChanges, Target
from codex.sla.sweep import announce_due
from codex.tickets import assignment, deletion, lifecycle, merging, messages, opening, triage
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus
from codex.tickets.queries import visible
from world import World, instant, known, opened

MOST_TICKETS = 40
_SWEEPERS = 3
_SPANS = (("08:00", "12:00"), ("09:00", "17:00"), ("00:00", "24:00"), ("22:00", "06:00"), ("13:00", "13:01"))
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")
_HOURS = (None, 0, 0.000555, 0.5, 1, 4, 24.25)
_SLEEP = (0, 0, 1, 60, 1_800, 7_200, 40_000)


@dataclass
class Desk:
    """Where things happen, and the instant of the next."""

    world: World
    random: Random
    now: datetime
    teams: list[Team] = field(default_factory=list)
    people: list[User] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        self.teams = [world.it, world.hr, world.facilities]
        self.people = [world.ona, world.tara, world.lena, world.amir, world.hana, world.farid, world.rosa, world.otto]


async def operate(desk: Desk) -> str:
    """One random operation by somebody; its name, and how it ended when it was not carried out."""
    random = desk.random
    desk.now += timedelta(seconds=random.choice(_SLEEP), microseconds=random.choice((0, 1, 999_999)))
    operation = random.choices([each for each, _ in _OPERATIONS], [weight for _, weight in _OPERATIONS])[0]
    try:
        await operation(desk)
    except CodexError as refused:
        return f"{operation.__name__} {type(refused).__name__}"
    except OperationalError as lost:
        if not is_contended(lost):
            raise
        return f"{operation.__name__} contended"
    return operation.__name__


async def _ids(desk: Desk) -> list[UUID]:
    async with desk.world.session() as session:
        return list(await session.scalars(select(Ticket.id).order_by(Ticket.id)))


async def _on_ticket(desk: Desk, what: Callable[[Work, Ticket], Awaitable[Any]]) -> None:
    """Somebody does something to a ticket: mostly somebody who may."""
    people = desk.people[: desk.random.choice((1, 4, 8))]
    keys = await _ids(desk)
    if keys:
        async with desk.world.work(as_=desk.random.choice(people), now=desk.now) as work:
            await what(work, await visible(work, desk.random.choice(keys), lock=True))


async def open_one(desk: Desk) -> None:
    random = desk.random
    if len(await _ids(desk)) >= MOST_TICKETS:
        return
    requester = random.choice(desk.people)
    async with desk.world.work(as_=random.choice((requester, desk.world.ona)), now=desk.now) as work:
        ticket = await opening.open_ticket(
            work, requester=requester, subject="Something", priority=random.choice(list(TicketPriority)),
            team=random.choice((None, *desk.teams)),
        )  # fmt: skip
        if work.actor.id != requester.id and random.random() < 0.5:
            await messages.add(work, ticket, type=MessageType.PUBLIC, body="You called; here is what to do.")


async def move(desk: Desk) -> None:
    to = desk.random.choice([*TicketStatus, *WAITING, TicketStatus.RESOLVED, TicketStatus.REOPENED])
    await _on_ticket(desk, lambda work, ticket: lifecycle.move(work, ticket, to=to))


async def reply(desk: Desk) -> None:
    await _on_ticket(desk, lambda w, t: messages.add(w, t, type=MessageType.PUBLIC, body="News."))


async def note(desk: Desk) -> None:
    await _on_ticket(desk, lambda w, t: messages.add(w, t, type=MessageType.INTERNAL, body="Between us."))


async def answer_back(desk: Desk) -> None:
    keys = await _ids(desk)
    if keys:
        async with desk.world.session() as session:
            row = await session.get_one(Ticket, desk.random.choice(keys))
            requester = await session.get_one(User, row.requester_id)
        async with desk.world.work(as_=requester, now=desk.now) as work:
            ticket = await visible(work, row.id, lock=True)
            await messages.add(work, ticket, type=MessageType.PUBLIC, body="It is back.")


async def give(desk: Desk) -> None:
    person = desk.random.choice((None, *desk.people))
    await _on_ticket(desk, lambda w, t: assignment.assign_to(w, t, person.id if person else None))


async def transfer(desk: Desk) -> None:
    team = desk.random.choice((None, *desk.teams))
    await _on_ticket(desk, lambda w, t: assignment.transfer_to(w, t, team))


async def prioritise(desk: Desk) -> None:
    await _on_ticket(desk, lambda w, t: triage.set_priority(w, t, desk.random.choice(list(TicketPriority))))


async def classify(desk: Desk) -> None:
    category = desk.random.choice((None, *desk.world.categories.values()))
    await _on_ticket(desk, lambda w, t: triage.set_category(w, t, category))


async def several(desk: Desk) -> None:
    """Many things at once in one change, as a rule or a bulk change does them."""

    async def all_of_it(work: Work, ticket: Ticket) -> None:
        await triage.set_priority(work, ticket, desk.random.choice(list(TicketPriority)))
        await assignment.transfer_to(work, ticket, desk.random.choice(desk.teams))
        await lifecycle.move(work, ticket, to=desk.random.choice((TicketStatus.TRIAGED, *WAITING)))
        await messages.add(work, ticket, type=MessageType.PUBLIC, body="All at once.")

    await _on_ticket(desk, all_of_it)


async def merge(desk: Desk) -> None:
    keys = await _ids(desk)
    async with desk.world.work(as_=desk.random.choice(desk.people[:3]), now=desk.now) as work:
        await merging.merge(work, desk.random.choice(keys or [_NONE]), into=desk.random.choice(keys or [_NONE]))


async def unmerge(desk: Desk) -> None:
    async with desk.world.session() as session:
        merged = list(await session.scalars(select(Ticket.id).where(Ticket.merged_into_id.is_not(None))))
    async with desk.world.work(as_=desk.random.choice(desk.people[:3]), now=desk.now) as work:
        await merging.unmerge(work, desk.random.choice(merged or [_NONE]))


async def delete(desk: Desk) -> None:
    await _on_ticket(desk, deletion.delete)


async def restore(desk: Desk) -> None:
    async with desk.world.session() as session:
        gone = list(await session.scalars(select(Ticket.id).where(Ticket.deleted_at.is_not(None))))
    async with desk.world.work(as_=desk.random.choice(desk.people[:2]), now=desk.now) as work:
        await deletion.restore(work, desk.random.choice(gone or [_NONE]))


async def save_policy(desk: Desk) -> None:
    random = desk.random
    async with desk.world.session() as session:
        keys = list(await session.scalars(select(SlaPolicyConfig.id)))
    said: dict[str, Any] = {
        "business_hours_only": random.random() < 0.7, "first_response_pauses": random.random() < 0.5,
        "reopen": random.choice(list(ReopenMode)), "pause_on": random.sample(WAITING, random.randint(0, 2)),
        "enabled": random.random() < 0.8, "escalation_after_percent": random.choice((1, 50, 80, 100)),
        "escalation_enabled": random.random() < 0.8,
        "targets": [_target(random, one) for one in random.sample(list(TicketPriority), random.randint(1, 4))],
    }  # fmt: skip
    async with desk.world.work(as_=random.choice(desk.people[:2]), now=desk.now) as work:
        if len(keys) < 4:
            await policies.add(work, NewPolicy(name=f"Policy {len(keys)}", is_default=not keys, **said))
        else:
            policy = await queries.held_policy(work, random.choice(keys))
            await policies.change(
                work, policy, PolicyChanges(**said, is_default=policy.is_default or random.random() < 0.3)
            )


def _target(random: Random, priority: TicketPriority) -> Target:
    return Target(priority, random.choice(_HOURS[1:]), random.choice(_HOURS))


async def put_under(desk: Desk) -> None:
    async with desk.world.session() as session:
        keys = list(await session.scalars(select(SlaPolicyConfig.id)))
    team = desk.random.choice(desk.teams)
    async with desk.world.work(as_=desk.random.choice(desk.people[:2]), now=desk.now) as work:
        if desk.random.random() < 0.3:
            await assignments.withdraw(work, team)
        else:
            await assignments.assign(work, team, desk.random.choice(keys or [_NONE]))


async def own_hours(desk: Desk) -> None:
    team, priority = desk.random.choice(desk.teams), desk.random.choice(list(TicketPriority))
    hours = written(desk.random.choice(_HOURS[1:]), desk.random.choice(_HOURS))
    async with desk.world.work(as_=desk.random.choice(desk.people[:2]), now=desk.now) as work:
        if desk.random.random() < 0.5:
            await team_policies.remove(work, team, priority)
        else:
            await team_policies.put(work, team, priority, hours)


async def calendar(desk: Desk) -> None:
    random = desk.random
    days = random.sample(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), random.choice((0, 1, 4, 5, 7)))
    week = {day: [list(random.choice(_SPANS[:3] if len(days) > 1 else _SPANS))] for day in days}
    hours = OpeningHours(timezone=random.choice(_ZONES), schedule=week)
    team = random.choice((None, *desk.teams))
    async with desk.world.work(as_=random.choice(desk.people[:2]), now=desk.now) as work:
        if team is not None and random.random() < 0.3:
            await business_hours.remove(work, team)
        else:
            await business_hours.put(work, team, hours)


async def apply(desk: Desk) -> None:
    team = desk.random.choice((None, None, *desk.teams))
    keys = await _ids(desk) if desk.random.random() < 0.3 else None
    scope = Scope(team_id=team.id if team else None, ticket_ids=keys and keys[:10])
    async with desk.world.work(as_=desk.random.choice(desk.people[:2]), now=desk.now) as work:
        await applying.pending(work, scope)
        await applying.apply(work, scope)


async def sweep(desk: Desk) -> None:
    """Several sweepers at once, some of them late."""
    at = desk.now + timedelta(seconds=desk.random.choice((0, 60, 90_000)))

    async def one() -> None:
        async with desk.world.work(as_=system("SLA"), now=at) as work:
            await announce_due(work, limit=desk.random.choice((1, 5, 200)))

    await asyncio.gather(*(one() for _ in range(_SWEEPERS)))


async def at_once(desk: Desk) -> None:
    """Two operations and a sweep, at the same time."""
    firsts = desk.random.choices([move, reply, answer_back, prioritise, transfer, apply, merge, delete, calendar], k=2)
    ended = await asyncio.gather(*(each(desk) for each in (*firsts, sweep)), return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, CodexError):
            raise error


_NONE = UUID(int=0)
_OPERATIONS: tuple[tuple[Callable[[Desk], Awaitable[None]], int], ...] = (
    (open_one, 8), (move, 16), (reply, 8), (note, 2), (answer_back, 8), (give, 5), (transfer, 6), (prioritise, 8),
    (classify, 3), (several, 4), (merge, 4), (unmerge, 6), (delete, 3), (restore, 6), (save_policy, 5), (put_under, 3),
    (own_hours, 4), (calendar, 4), (apply, 5), (sweep, 8), (at_once, 8),
)  # fmt: skip
NAMES = {operation.__name__ for operation, _ in _OPERATIONS}


async def _main(conninfo: str, seed: str, count: str, now: str) -> None:
    async with opened(json.loads(conninfo)) as database:
        desk = Desk(await known(database), Random(seed), instant(now))
        for _ in range(int(count)):
            sys.stdout.write(f"{await operate(desk)} {desk.now.isoformat()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
