"""What administrators did: every change with before and after, by whom and when; nobody rewrites it."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from codex.audit.models import AdminAuditEvent
from codex.classification import categories
from codex.db.work import Work
from codex.identity import people, queries, teams, tokens
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import Scope, TeamRole, UserRole
from codex.kernel.errors import Forbidden
from codex.kernel.ids import new_id
from codex.tickets import assignment
from codex.tickets import queries as tickets
from world import World, instant

pytestmark = pytest.mark.anyio
NOON = "2026-03-02T12:00Z"
Do = Callable[[Work, World], Awaitable[Any]]


async def events(world: World) -> list[AdminAuditEvent]:
    """What happened at noon, in order."""
    query = select(AdminAuditEvent).where(AdminAuditEvent.created_at == instant(NOON)).order_by(AdminAuditEvent.id)
    async with world.session() as session:
        return list(await session.scalars(query))


async def told(world: World, do: Do) -> AdminAuditEvent:
    async with world.work(as_=world.ona, now=NOON) as work:
        await do(work, world)
    event = (await events(world))[-1]
    assert (event.created_by_id, event.created_at) == (world.ona.id, instant(NOON))
    return event


async def test_adding_somebody(world: World) -> None:
    event = await told(
        world, lambda work, w: people.add(work, email="nia@acme.example", display_name="Nia", role=UserRole.LEAD)
    )
    async with world.works.begin(await world.actor(world.ona)) as work:
        nia = await queries.person_by_email(work.session, "nia@acme.example")

    assert (event.type, event.team_id) == ("USER_ADDED", None)
    assert event.payload == {"userId": str(nia.id), "email": "nia@acme.example", "role": "LEAD"}


async def test_changing_somebody_keeps_only_what_changed(world: World) -> None:
    async def do(work: Work, w: World) -> None:
        amir = await queries.person(work.session, w.amir.id, lock=True)
        await people.change(work, amir, PersonChanges(role=UserRole.TEAM_ADMIN, primary_team_id=w.hr.id, theme=None))

    event = await told(world, do)
    assert event.type == "USER_CHANGED"
    assert event.payload == {
        "userId": str(world.amir.id), "email": "amir@acme.example",
        "from": {"role": "AGENT", "primary_team_id": str(world.it.id)},
        "to": {"role": "TEAM_ADMIN", "primary_team_id": str(world.hr.id)},
    }  # fmt: skip


async def test_shutting_somebody_out(world: World) -> None:
    async def do(work: Work, w: World) -> None:
        await people.deactivate(work, await queries.person(work.session, w.amir.id, lock=True))

    payload = (await told(world, do)).payload
    assert (payload["from"], payload["to"]) == ({"is_active": True}, {"is_active": False})


async def test_a_team_from_its_beginning_to_its_end(world: World) -> None:
    async with world.work(as_=world.ona, now=NOON) as work:
        legal = await teams.add(work, name="Legal", slug="legal")
        await teams.change(work, legal, TeamChanges(name="Legal Affairs", prefix="LEG", is_active=True))
        await teams.put_member(work, legal, await queries.person(work.session, world.otto.id))
        await teams.put_member(work, legal, await queries.person(work.session, world.otto.id), role=TeamRole.LEAD)
        await teams.put_member(work, legal, await queries.person(work.session, world.otto.id), role=TeamRole.LEAD)
        await teams.remove_member(work, legal, await queries.person(work.session, world.otto.id))
    kept = await events(world)
    team, member = {"teamId": str(legal.id), "slug": "legal"}, {"userId": str(world.otto.id)}

    assert {event.team_id for event in kept} == {legal.id}
    assert [(event.type, event.payload) for event in kept] == [
        ("TEAM_ADDED", team),
        (
            "TEAM_CHANGED",
            team | {"from": {"name": "Legal", "prefix": None}, "to": {"name": "Legal Affairs", "prefix": "LEG"}},
        ),
        ("MEMBER_PUT", team | member | {"from": None, "to": "AGENT"}),
        ("MEMBER_PUT", team | member | {"from": "AGENT", "to": "LEAD"}),
        ("MEMBER_REMOVED", team | member | {"from": "LEAD", "to": None}),
    ]

    async with world.work(as_=world.ona, now=NOON) as work:
        await teams.remove(work, await queries.team(work.session, legal.id, lock=True), has_tickets=False)
    assert [(event.type, event.team_id, event.payload["teamId"]) for event in await events(world)] == [
        *((event.type, None, str(legal.id)) for event in kept), ("TEAM_REMOVED", None, str(legal.id)),
    ]  # fmt: skip


async def test_tokens_without_their_secrets(world: World) -> None:
    async with world.work(as_=world.rosa, now=NOON) as work:
        rosa = await queries.person(work.session, world.rosa.id)
        token, secret = await tokens.issue(work, rosa, name="CI", scope=Scope.READ)
    async with world.work(as_=world.ona, now=NOON) as work:
        await tokens.revoke(work, token.id)
        await tokens.revoke(work, token.id)
    issued, revoked = await events(world)
    whose = {"userId": str(world.rosa.id), "email": "rosa@acme.example", "tokenId": str(token.id)}

    assert (issued.type, issued.payload, issued.created_by_id) == ("TOKEN_ISSUED", whose | {"scope": "read"}, rosa.id)
    assert (revoked.type, revoked.payload, revoked.created_by_id) == ("TOKEN_REVOKED", whose, world.ona.id)
    assert secret not in str(issued.payload)


async def test_a_category(world: World) -> None:
    event = await told(world, lambda work, _: categories.add(work, name="Chairs", slug="chairs"))

    assert (event.type, event.payload["slug"]) == ("CATEGORY_ADDED", "chairs")


async def test_what_changes_nothing_or_is_refused_is_not_there(world: World) -> None:
    async with world.work(as_=world.ona, now=NOON) as work:
        ona = await queries.person(work.session, world.ona.id, lock=True)
        await people.change(work, ona, PersonChanges(display_name=ona.display_name, is_active=True))
    with pytest.raises(Forbidden):
        async with world.work(as_=world.tara, now=NOON) as work:
            await teams.add(work, name="Legal", slug="legal")

    assert await events(world) == []


async def test_what_happens_to_tickets_stands_in_their_own_history(world: World) -> None:
    ticket = await world.ticket(team=world.it, at="2026-03-02T11:00Z")
    async with world.work(as_=world.lena, now=NOON) as work:
        await assignment.assign_to(work, await tickets.visible(work, ticket.id, lock=True), world.amir.id)

    assert await events(world) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE admin_audit_events SET payload = '{}'", "DELETE FROM admin_audit_events", "TRUNCATE admin_audit_events"],
)
async def test_nobody_rewrites_it(world: World, statement: str) -> None:
    before = await count(world)
    with pytest.raises(ProgrammingError) as refused:
        async with world.work(as_=world.ona) as work:
            await work.session.execute(text(statement))

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    assert await count(world) == before > 0


async def test_an_event_has_a_name_and_an_object(world: World) -> None:
    for wrong in ({"type": ""}, {"payload": []}):
        with pytest.raises(Exception, match="ck_admin_audit_events"):
            async with world.work(as_=world.ona) as work:
                given = {"id": new_id(), "type": "X", "payload": {}, "created_at": work.now, **wrong}
                place = {"chain_day": work.now.date(), "chain_position": 1, "hash": b"x"}
                work.session.add(AdminAuditEvent(**given, **place))


async def count(world: World) -> int:
    async with world.session() as session:
        return len((await session.scalars(select(AdminAuditEvent.id))).all())
