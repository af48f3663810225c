"""Tickets that live through whatever commands there are, chosen at random; and all that stands beside them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from condition_scenes import PLACES, say
from merges import attach, join, part
from sqlalchemy import select, text

from codex.classification import fields
from codex.classification.models import CustomField, FieldType
from codex.classification.values import CHOICES
from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.actor import UserRole, system
from codex.kernel.errors import CodexError
from codex.sla import policies
from codex.sla.policies import NewPolicy, Target
from codex.tickets import answers, assignment, followers, lifecycle, messages, tagging, triage
from codex.tickets.criteria_state import Beside, PersonFacts, Promise, Spoken
from codex.tickets.hanging_models import Attachment
from codex.tickets.history import TicketState, fold
from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketMessage, TicketPriority, TicketStatus
from codex.tickets.queries import visible
from world import World, instant

OPTIONS = ("red", "blau", "grün")
BEGIN = instant("2026-03-02T08:00Z")
Step = Callable[[Work, Ticket], Awaitable[Any]]


@dataclass
class Lives:
    """Tickets, the fields that they may answer, and the instant at which their lives were last told."""

    world: World
    random: Random
    asked: list[CustomField]
    tickets: list[Ticket]
    now: datetime


async def begin(world: World, random: Random, *, tickets: int) -> Lives:
    """Tickets that were only opened, under a policy; people with any department and location; one works elsewhere."""
    async with world.session() as session:
        for person in (world.rosa, world.amir, world.otto):
            place = {"id": person.id, "where": random.choice(PLACES), "what": random.choice(PLACES)}
            await session.execute(text("UPDATE users SET location = :where, department = :what WHERE id = :id"), place)
        await session.execute(
            text("UPDATE users SET email = 'otto@partner.example' WHERE id = :id"), {"id": world.otto.id}
        )
        await session.commit()
    async with world.work(as_=world.ona) as work:
        targets = [Target(priority, 1, 8) for priority in TicketPriority]
        await policies.add(work, NewPolicy(name="All", is_default=True, targets=targets))
        asked = [
            await fields.add(work, name=kind, field_type=kind, options=[*OPTIONS] if kind in CHOICES else None)
            for kind in FieldType
        ]
    opened = [
        await world.ticket(
            requester=random.choice((world.rosa, world.amir, world.otto)), team=random.choice((None, world.it)),
            subject=f"Ticket {n}", description=random.choice(("", "Every day")), at=BEGIN + timedelta(minutes=n),
            category=random.choice((None, *world.categories.values())), channel=random.choice(list(TicketChannel)),
        )
        for n in range(tickets)
    ]  # fmt: skip
    return Lives(world, random, asked, opened, BEGIN + timedelta(hours=1))


async def live_on(lives: Lives, *, steps: int) -> int:
    """So many things are tried on any of the tickets; returns how many happened."""
    happened = 0
    for _ in range(steps):
        lives.now += timedelta(seconds=lives.random.choice((1, 60, 3_600)), microseconds=lives.random.randint(0, 9))
        try:
            await _something(lives, lives.random.choice(lives.tickets))
            happened += 1
        except CodexError:
            continue
    return happened


async def _something(lives: Lives, ticket: Ticket) -> None:
    world, random, other = lives.world, lives.random, lives.random.choice(lives.tickets)
    match random.random():
        case chance if chance < 0.05:
            await join(world, ticket, other, by=world.ona, now=lives.now.isoformat())
        case chance if chance < 0.1:
            await part(world, ticket, by=world.ona, now=lives.now.isoformat())
        case chance if chance < 0.15:
            said = [m for m in await world.messages(ticket) if m.type is MessageType.PUBLIC]
            await attach(world, ticket, str(lives.now), random.choice([None, *said]))
        case chance if chance < 0.25:
            await _answer_back(lives, ticket)
        case _:
            person = random.choice((*3 * [world.ona], world.lena, world.rosa, system("Test")))
            async with world.work(as_=person, now=lives.now) as work:
                await _step(lives)(work, await visible(work, ticket.id, lock=True))


async def _answer_back(lives: Lives, ticket: Ticket) -> None:
    """Whoever is the requester says something."""
    row, words = await lives.world.reload(ticket), say(lives.random).strip() or "x"
    async with lives.world.session() as session:
        requester = await session.get_one(User, row.requester_id)
    async with lives.world.work(as_=requester, now=lives.now) as work:
        await messages.add(work, await visible(work, ticket.id, lock=True), type=MessageType.PUBLIC, body=words)


def _step(lives: Lives) -> Step:
    world, random = lives.world, lives.random
    person, field = random.choice((world.amir, world.otto, world.lena)), random.choice(lives.asked)
    tag, words, kind = (
        random.choice(("vpn", "zürich", "50%")),
        say(random).strip() or "x",
        random.choice([*MessageType]),
    )
    steps: tuple[Step, ...] = (
        lambda w, t: lifecycle.move(w, t, to=random.choice(list(TicketStatus))),
        _reopen,
        lambda w, t: assignment.assign_to(w, t, random.choice((None, world.amir.id, world.lena.id))),
        lambda w, t: assignment.transfer_to(w, t, random.choice((None, world.it, world.hr))),
        lambda w, t: triage.set_priority(w, t, random.choice(list(TicketPriority))),
        lambda w, t: triage.set_category(w, t, random.choice((None, *world.categories.values()))),
        lambda w, t: triage.set_subject(w, t, words),
        lambda w, t: triage.set_description(w, t, random.choice(("", words))),
        lambda w, t: triage.set_requester(w, t, person),
        *3 * [lambda w, t: messages.add(w, t, type=kind, body=words)],
        lambda w, t: _redact_any(w, t, random),
        lambda w, t: tagging.add(w, t, tag),
        lambda w, t: tagging.remove(w, t, tag),
        lambda w, t: followers.add(w, t, person),
        lambda w, t: followers.remove(w, t, person.id),
        *4 * [lambda w, t: answers.change(w, t, {str(field.id): _answer(random, FieldType(field.field_type), world)})],
    )
    return random.choice(steps)


async def _reopen(work: Work, ticket: Ticket) -> None:
    for status in (TicketStatus.RESOLVED, TicketStatus.REOPENED):
        await lifecycle.move(work, ticket, to=status)


async def _redact_any(work: Work, ticket: Ticket, random: Random) -> None:
    query = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id).order_by(TicketMessage.id)
    for message in (await work.session.scalars(query)).all()[: random.randint(0, 1)]:
        await messages.redact(work, ticket, message)


def _answer(random: Random, kind: FieldType, world: World) -> Any:
    given: dict[FieldType, tuple[Any, ...]] = {
        FieldType.NUMBER: (0, 1, -1, 0.1, 2.50, 10**15), FieldType.DATE: ("2026-03-01", "0001-01-01"),
        FieldType.CHECKBOX: (True, False), FieldType.USER: (str(world.amir.id),), FieldType.DROPDOWN: OPTIONS,
        FieldType.MULTISELECT: (list(OPTIONS[:2]), [OPTIONS[2]]),
    }  # fmt: skip
    return random.choice((None, *given.get(kind, ("LT-88", "Straße"))))


async def told(world: World, ticket: Ticket) -> tuple[TicketState, Beside]:
    """What a ticket's history says, and what stands beside it."""
    row, events, said = await world.reload(ticket), await world.events(ticket), await world.messages(ticket)
    async with world.session() as session:
        people = {user.id: _facts(user) for user in await session.scalars(select(User))}
        files = (await session.scalars(select(Attachment.message_id).where(Attachment.ticket_id == ticket.id))).all()
    public = {m.id: Spoken(m.author_id, m.created_at, m.body) for m in said if m.type is MessageType.PUBLIC}
    seen: set[UUID | None] = {None, *public}
    return fold(events), Beside(
        people=people, spoken=tuple(public.values()), has_attachment=bool(seen & set(files)),
        promise=Promise(row.sla_state, row.sla_breaches_at),
    )  # fmt: skip


def _facts(user: User) -> PersonFacts:
    return PersonFacts(user.email, user.department, user.location, is_employee=user.role is UserRole.EMPLOYEE)
