"""A small desk full of odd tickets, and random conditions about them."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from clock_scenes import opened, wind
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from codex.classification.models import CustomField, FieldType
from codex.classification.values import CHOICES
from codex.kernel.criteria.grammar import Field, Kind, Operator, operators
from codex.kernel.ids import new_id
from codex.sla.clock_state import ClockState
from codex.tickets.criteria import FIELDS, custom_field
from codex.tickets.hanging_models import (
    Attachment,
    CustomFieldValue,
    Tag,
    TicketAccess,
    TicketFollower,
    TicketTag,
)
from codex.tickets.models import (
    AccessLevel,
    MessageType,
    Ticket,
    TicketChannel,
    TicketEvent,
    TicketMessage,
    TicketPriority,
    TicketStatus,
)
from world import MORNING, World, instant

NOW = instant(MORNING)
WORDS = (
    "VPN", "vpn", "Zürich", "ZURICH", "Straße", "STRASSE", "Ｗi-Fi", "café", "cafe\u0301", "naïve", "Łódź", "Москва",
    "МОСКВА", "Ελλάς", "ΕΛΛΑΣ", "İstanbul", "istanbul", "ﬁnance", "東京", "がっこう", "각", "가", "😀", "ſtop",
    "K", "K", "a_b", "50%", "\\", "[x]", "it's", "\n", "\t", " ", "IT-42", "ß", "ẞ", "Ǆ", "\u0301", "x\u200dy", "aaa",
    "é", "E",
)  # fmt: skip
PATTERNS = (
    "vpn", "(?i)vpn", "^VPN", r"\bIT-\d{1,3}\b", "(a+)+$", "[^a-z]", "(?i)straße", "(?i)[k-s]", ".", "(?s).$",
    r"^\s", r"\S{3,}", "é|e", "[é-ü]", "(?m)^a", "(?i)ПРИНТЕР|москва", r"\W\w", "x?y*", "(?:ab|a_b){1,2}", "^$", "a||b",
    r"[\d\-x]+", "(^)*V", r"(?:\b)+", "[]x]", r"\x{1F600}", "(?i)ǆ", "(?i)İ", "(?i)[^k]$", r"\n", r"(?m)$\s", "a{2}",
    "(a?){3}", "[[:alpha:]][[:digit:]]", "(?i)[[:upper:]é]$", "[[:^punct:][:space:]]", r"(?P<word>V)PN|(?<end>\s)$",
)  # fmt: skip
PLACES = (None, "Berlin", "Zürich", "BERLIN", "")
OPTIONS = ("red", "Red", "blau", "grün")


@dataclass
class Filled:
    """The ids that conditions may name, and the fields that they may ask about."""

    fields: dict[str, Field]
    tickets: list[UUID] = field(default_factory=list)
    known: dict[Kind, list[str]] = field(default_factory=dict)
    clocks: dict[UUID, ClockState] = field(default_factory=dict)


async def fill(world: World, random: Random, *, tickets: int) -> Filled:
    """Random tickets with everything hanging on them. Their histories are not whole: only conditions read them."""
    hours = await opened(world)
    async with world.session() as session:
        asked = [
            CustomField(id=new_id(), name=kind, field_type=kind, options=[*OPTIONS] if kind in CHOICES else None)
            for kind in FieldType
        ]
        tags = [Tag(id=new_id(), name=name) for name in ("vpn", "zürich", "50%", "a_b", "москва")]
        people = [world.rosa, world.amir, world.lena, world.otto, world.hana]
        for person in people:
            place = {"id": person.id, "where": random.choice(PLACES), "what": random.choice(PLACES)}
            await session.execute(text("UPDATE users SET location = :where, department = :what WHERE id = :id"), place)
        session.add_all([*asked, *tags])
        await session.flush()
        found = Filled(
            FIELDS | {f.name: f for c in asked for f in [custom_field(c.id, FieldType(c.field_type), OPTIONS)]}
        )
        for n in range(tickets):
            ticket = _ticket(world, random, n)
            session.add(ticket)
            await session.flush()
            await _hang(session, world, random, ticket, asked, tags)
            found.tickets.append(ticket.id)
            found.clocks |= await wind(session, random, [ticket], hours, NOW)
        await session.commit()
    found.known = {
        Kind.TEAM: [str(world.it.id), str(world.hr.id), "it", "facilities"],
        Kind.PERSON: [*(str(p.id) for p in people), "me"],
        Kind.CATEGORY: [str(c.id) for c in world.categories.values()] + list(world.categories),
    }
    return found


def say(random: Random) -> str:
    """A few words, some of them hard."""
    return "".join(random.choice(WORDS) + random.choice(("", " ", "\u0301", "a")) for _ in range(random.randint(1, 4)))


def _ticket(world: World, random: Random, n: int) -> Ticket:
    status = random.choice([s for s in TicketStatus if s not in ("RESOLVED", "CLOSED", "ASSIGNED", "IN_PROGRESS")])
    team = random.choice((None, world.it, world.hr))
    created = NOW - timedelta(hours=random.choice((0, 1, 2, 2.5, 48)), microseconds=random.choice((0, 0, 1)))
    return Ticket(
        id=new_id(), number=n + 1, subject=say(random), description=random.choice(("", say(random))), status=status,
        priority=random.choice(list(TicketPriority)), channel=random.choice(list(TicketChannel)),
        requester_id=random.choice((world.rosa, world.amir, world.otto)).id,
        assigned_team_id=team.id if team else None,
        assignee_id=random.choice((None, world.amir.id, world.hana.id)) if team else None,
        category_id=random.choice((None, *(c.id for c in world.categories.values()))), version=9,
        created_at=created, updated_at=created + random.choice((timedelta(), (NOW - created) / 2)),
    )  # fmt: skip


async def _hang(session: AsyncSession, world: World, random: Random, ticket: Ticket, asked: Any, tags: Any) -> None:
    at = ticket.created_at
    kinds = ("STATUS_CHANGED", "ASSIGNED", "STATUS_CHANGED", "PRIORITY_CHANGED")
    for version, kind in enumerate(("TICKET_CREATED", *random.sample(kinds, random.randint(0, 4))), 1):
        to = random.choice(("REOPENED", "TRIAGED"))
        session.add(
            TicketEvent(
                id=new_id(), ticket_id=ticket.id, version=version, type=kind, payload={"from": None, "to": to},
                actor_kind="person", actor_name="x", created_at=at + version * (NOW - at) / 6,
            )
        )  # fmt: skip
    for _ in range(random.choice((0, 0, 1, 3))):
        type, author = random.choice(list(MessageType)), random.choice((None, world.rosa, world.amir, world.otto))
        message = TicketMessage(
            id=new_id(), ticket_id=ticket.id, type=type, body=random.choice((say(random), "")),
            author_id=author.id if author else None, created_at=at + (NOW - at) * random.random(),
        )  # fmt: skip
        session.add(message)
        await session.flush()
        if random.random() < 0.3:
            session.add(_file(ticket, message.id))
    for tag in random.sample(tags, random.choice((0, 0, 1, 2))):
        session.add(TicketTag(ticket_id=ticket.id, tag_id=tag.id))
    if random.random() < 0.2:
        session.add(_file(ticket, None))
    for person in random.sample([world.rosa, world.otto, world.farid], random.choice((0, 0, 1, 2))):
        session.add(TicketFollower(ticket_id=ticket.id, user_id=person.id))
    if random.random() < 0.2:
        session.add(TicketAccess(ticket_id=ticket.id, team_id=world.it.id, access_level=AccessLevel.READ))
    for one in asked:
        if random.random() < 0.6:
            value = json.dumps(_answer(world, random, FieldType(one.field_type)))
            session.add(CustomFieldValue(ticket_id=ticket.id, custom_field_id=one.id, value=value))


def _file(ticket: Ticket, message_id: UUID | None) -> Attachment:
    return Attachment(
        ticket_id=ticket.id, message_id=message_id, file_name="a", content_type="b", size_bytes=1,
        storage_key=str(new_id()),
    )  # fmt: skip


def _answer(world: World, random: Random, type: FieldType) -> Any:
    match type:
        case FieldType.NUMBER:
            return random.choice((0, 1, -1, 0.1, 2, 1e15, 2.50))
        case FieldType.DATE:
            return random.choice(("2026-03-01", "2026-03-02", "0001-01-01"))
        case FieldType.CHECKBOX:
            return random.random() < 0.5
        case FieldType.USER:
            return str(random.choice((world.amir, world.rosa)).id)
        case FieldType.DROPDOWN:
            return random.choice(OPTIONS)
        case FieldType.MULTISELECT:
            return random.sample(OPTIONS, random.randint(1, 3))
        case _:
            return say(random)


def condition(random: Random, filled: Filled, *, depth: int = 0) -> dict[str, Any]:
    """A random condition that is well said: mostly a leaf, sometimes a group."""
    if depth < 3 and random.random() < 0.3:
        group = random.choice(("all", "any", "not"))
        inner = [condition(random, filled, depth=depth + 1) for _ in range(random.randint(1, 3))]
        return {group: inner[0] if group == "not" else inner}
    return leaf(random, random.choice(list(filled.fields.values())), filled)


def leaf(random: Random, asked: Field, filled: Filled, operator: Operator | None = None) -> dict[str, Any]:
    """A random condition on a field."""
    operator = operator or random.choice(operators(asked))
    said: dict[str, Any] = {"field": asked.name, "operator": operator.value}
    if operator in (Operator.IS_SET, Operator.IS_NOT_SET):
        return said
    if operator in (Operator.IN, Operator.NOT_IN):
        return {**said, "value": [_value(random, asked, operator, filled) for _ in range(random.randint(1, 3))]}
    return {**said, "value": _value(random, asked, operator, filled)}


def _value(random: Random, asked: Field, operator: Operator, filled: Filled) -> Any:
    if operator is Operator.MATCHES:
        return random.choice(PATTERNS)
    match asked.kind:
        case Kind.CHOICE:
            return random.choice(asked.choices)
        case Kind.TEAM | Kind.PERSON | Kind.CATEGORY:
            return random.choice(filled.known[asked.kind])
        case Kind.NUMBER:
            return random.choice((0, 1, 2, -1, 0.1, 2.5, 3, 1e15, 50, 100))
        case Kind.HOURS:
            return random.choice((0, 1, 2, 2.5, 24, 48, 0.5))
        case Kind.INSTANT:
            return (NOW - timedelta(hours=random.choice((0, 1, 2, 48)))).isoformat()
        case Kind.DATE:
            return random.choice(("2026-03-01", "2026-03-02", "0001-01-01"))
        case Kind.BOOLEAN:
            return random.random() < 0.5
        case _:
            words = [word for word in WORDS if word.strip("\u0301")]
            return random.choice((*words, "Berlin", "acme.example", "rosa@acme.example", "vpn", "берлин"))
