"""`@name` in a message: whom it calls, of those who may see it."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, text

from codex.db.work import Work
from codex.identity.queries import team_roles
from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole
from codex.tickets.hanging_models import MessageMention, TicketFollower
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketMessage, Ties
from codex.tickets.policy import Operation, may, sees_team_only

_CALL = re.compile(r"(?<![\w@./+-])@(?=\w)")
"""An @ that begins a word: none within an address or a path."""


class Person(NamedTuple):
    """Somebody who can be called: by the whole name, the part of the address before the @, or the first name."""

    id: UUID
    name: str
    email: str


def called(body: str, people: Iterable[Person]) -> Iterator[UUID]:
    """Whom a text calls, each once, in the order of the text. The longest name that fits counts; one that fits
    several people calls nobody."""
    names = _names(people)
    told = body.casefold()
    seen: set[UUID] = set()
    for call in _CALL.finditer(told):
        fitting = (name for name in names if told.startswith(name, call.end()) and _ends(told, call.end() + len(name)))
        found = names.get(max(fitting, key=len, default=""), set())
        if len(found) == 1 and not found <= seen:
            seen |= found
            yield from found


async def note(work: Work, ticket: Ticket, message: TicketMessage) -> None:
    """Keep whom a message calls, in place of whom it called before; its author calls nobody by their own name."""
    if message.edited_at is not None:
        await work.session.execute(delete(MessageMention).where(MessageMention.message_id == message.id))
    if not _CALL.search(message.body):
        return
    people = [person for person in await _readers(work, ticket, message) if person.id != message.author_id]
    for user_id in called(message.body, people):
        work.session.add(MessageMention(message_id=message.id, user_id=user_id))


def _names(people: Iterable[Person]) -> dict[str, set[UUID]]:
    """Who is called by a name. One person's first name does not stand in the way of another one's address."""
    firsts: dict[str, set[UUID]] = {}
    others: dict[str, set[UUID]] = {}
    for person in people:
        whole = person.name.casefold()
        firsts.setdefault(whole.split()[0], set()).add(person.id)
        for name in (whole, person.email.partition("@")[0].casefold()):
            others.setdefault(name, set()).add(person.id)
    return firsts | others


def _ends(told: str, at: int) -> bool:
    """Whether a word ends here."""
    return at >= len(told) or not (told[at].isalnum() or told[at] == "_")


async def _readers(work: Work, ticket: Ticket, message: TicketMessage) -> list[Person]:
    """Everybody active who may see the message, by the same policy as everywhere."""
    grants = {row[0]: AccessLevel(row[1]) for row in await _run(work, _GRANTS, ticket, work.now)}
    just_added = {f.user_id for f in work.session.new if isinstance(f, TicketFollower) and f.ticket_id == ticket.id}
    params = {"named": [ticket.requester_id, *just_added], "teams": [ticket.assigned_team_id, *grants]}
    found = []
    for key, name, email, role, primary, memberships, follows in await _run(work, _NEAR, ticket, work.now, **params):
        places = {UUID(place[:36]): TeamRole(place[36:]) for place in memberships}
        roles = team_roles(UserRole(role), primary, places)
        person = Actor(ActorKind.PERSON, name, key, email, UserRole(role), roles)
        levels = [grants[team] for team in roles if team in grants]
        best = AccessLevel.WRITE if AccessLevel.WRITE in levels else levels[0] if levels else None
        ticket.ties.setdefault(key, Ties(follows or key in just_added, best))
        if _may_see(person, ticket, message):
            found.append(Person(key, name, email))
    return found


def _may_see(person: Actor, ticket: Ticket, message: TicketMessage) -> bool:
    if message.type is MessageType.PUBLIC:
        return may(person, Operation.VIEW, ticket)
    internal = may(person, Operation.SEE_INTERNAL, ticket)
    return internal and (not message.is_team_only or sees_team_only(person, ticket))


async def _run(work: Work, sql: str, ticket: Ticket, now: datetime, **params: Any) -> list[Any]:
    return list(await work.session.execute(text(sql), {"ticket": ticket.id, "now": now, **params}))


_GRANTS = """
    SELECT team_id, access_level::text FROM ticket_access
    WHERE ticket_id = :ticket AND (expires_at IS NULL OR expires_at > :now)"""
_NEAR = """
    WITH near AS (
        SELECT unnest(CAST(:named AS uuid[])) AS id
        UNION SELECT user_id FROM ticket_followers WHERE ticket_id = :ticket
        UNION SELECT user_id FROM team_members WHERE team_id = ANY(CAST(:teams AS uuid[]))
        UNION SELECT id FROM users WHERE primary_team_id = ANY(CAST(:teams AS uuid[]))
        UNION SELECT id FROM users WHERE role = 'OWNER')
    SELECT u.id, u.display_name, u.email, u.role::text, u.primary_team_id,
           ARRAY(SELECT m.team_id::text || m.role::text FROM team_members m WHERE m.user_id = u.id),
           EXISTS (SELECT FROM ticket_followers f WHERE f.ticket_id = :ticket AND f.user_id = u.id)
    FROM near JOIN users u ON u.id = near.id WHERE u.is_active"""
"""Whoever may have to do with the ticket at all."""
