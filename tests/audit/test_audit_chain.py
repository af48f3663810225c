"""The audit log as a chain: whatever somebody with every right does to it shows, and where."""

import asyncio
from datetime import date
from typing import Any

import psycopg
import pytest

import databases
from codex.audit.verify import Verdict, verify
from codex.db import embedded, migrate, revision
from codex.identity import queries, teams
from codex.kernel.actor import Origin
from databases import FreshDatabase
from world import World, opened

pytestmark = pytest.mark.anyio
DAY = date(2026, 1, 5)
"""When the world was founded, and all its people and teams were audited."""
COUNT = "(SELECT count(*) FROM admin_audit_events)"
_WRITE = """
    INSERT INTO admin_audit_events (id, type, payload, chain_day, chain_position, hash, created_at)
    SELECT gen_random_uuid(), 'USER_ADDED', '{}', chain_day, chain_position + 1, sha256('x'), created_at
    FROM admin_audit_events ORDER BY chain_position DESC LIMIT 1"""


async def verdict(world: World) -> Verdict:
    async with world.reading() as reader:
        return await verify(reader)


def tamper(server: embedded.Server, database: FreshDatabase, *statements: str) -> None:
    with databases.superuser(server, database.name) as connection:
        for statement in statements:
            connection.execute(statement.encode())


async def test_what_nobody_touched_is_whole(world: World) -> None:
    found = await verdict(world)
    assert (found.days, found.broken) == (1, [])
    assert found.events > 10


@pytest.mark.parametrize(
    ("statements", "position", "says"),
    [
        (["UPDATE admin_audit_events SET payload = '{}' WHERE chain_position = 5"], 5, "not what was written"),
        (["""UPDATE admin_audit_events e SET created_by_id = u.id FROM users u
             WHERE chain_position = 5 AND u.id IS DISTINCT FROM created_by_id AND email LIKE 'otto@%'"""], 5,
         "not what was written"),
        (["UPDATE admin_audit_events SET team_id = NULL WHERE team_id IS NOT NULL"], None, "not what was written"),
        (["DELETE FROM admin_audit_events WHERE chain_position = 5"], 6, "after number 4, is missing"),
        (["DELETE FROM admin_audit_events WHERE chain_position IN (1, 2)"], 3, "after number 0, is missing"),
        ([f"DELETE FROM admin_audit_events WHERE chain_position = {COUNT}"], -1, "the last ones are missing"),
        (["DELETE FROM admin_audit_events"], 1, "the last ones are missing"),
        (["DELETE FROM admin_audit_days"], None, "written up to number 0"),
        ([_WRITE], None, "not what was written"),
        (["UPDATE admin_audit_events SET chain_position = -5 WHERE chain_position = 5",
          "UPDATE admin_audit_events SET chain_position = 5 WHERE chain_position = 6",
          "UPDATE admin_audit_events SET chain_position = 6 WHERE chain_position = -5"], 5, "not what was written"),
    ],
    ids=["changed", "another person's", "taken from its team", "removed", "beginning removed", "end removed",
         "all removed", "day removed", "added", "reordered"],
)  # fmt: skip
async def test_what_somebody_with_every_right_does_shows_and_where(
    world: World,
    server: embedded.Server,
    world_database: FreshDatabase,
    statements: list[str],
    position: Any,
    says: str,
) -> None:
    before = (await verdict(world)).events
    tamper(server, world_database, *statements)

    (found,) = (await verdict(world)).broken
    assert found.day == DAY and says in found.says
    assert found.position == (before if position == -1 else position) or position is None


async def test_who_cuts_a_day_and_its_end_breaks_the_next_day(
    world: World, server: embedded.Server, world_database: FreshDatabase
) -> None:
    async with world.work(as_=world.ona) as work:
        await teams.add(work, name="Legal", slug="legal")
    cut = f"chain_day = '{DAY}' AND chain_position = (SELECT position FROM admin_audit_days WHERE day = '{DAY}')"
    end = f"""UPDATE admin_audit_days d SET position = e.chain_position, hash = e.hash FROM admin_audit_events e
              WHERE d.day = '{DAY}' AND e.chain_day = d.day AND e.chain_position = d.position - 1"""
    tamper(server, world_database, f"DELETE FROM admin_audit_events WHERE {cut}", end)

    (found,) = (await verdict(world)).broken
    assert (found.day, found.position) == (date(2026, 3, 2), 1)


async def test_a_team_that_is_gone_breaks_nothing(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        legal = await teams.add(work, name="Legal", slug="legal")
        await teams.put_member(work, legal, await queries.person(work.session, world.otto.id))
    async with world.work(as_=world.ona) as work:
        await teams.remove(work, await queries.team(work.session, legal.id, lock=True), has_tickets=False)

    assert (await verdict(world)).broken == []


async def test_writers_at_once_make_one_chain(world: World) -> None:
    async def add(number: int) -> None:
        async with world.work(as_=world.ona) as work:
            await teams.add(work, name=f"Team {number}", slug=f"team-{number}")
            await teams.add(work, name=f"Team {number} too", slug=f"team-{number}-too")

    before = (await verdict(world)).events
    await asyncio.gather(*map(add, range(8)))

    found = await verdict(world)
    assert (found.events, found.days, found.broken) == (before + 16, 2, [])


async def test_an_act_of_long_ago_joins_the_newest_day(world: World) -> None:
    async with world.work(as_=world.ona, now="2016-02-29T10:00Z") as work:
        await teams.add(work, name="Legal", slug="legal")

    found = await verdict(world)
    assert (found.days, found.broken) == (1, [])


async def test_an_event_knows_where_it_came_in(world: World) -> None:
    client = await world.client(world.tara)
    answer = await client.get("/api/v1/me", headers={"x-request-id": "ask-1"})
    assert answer.status_code == 200
    body = {"name": "CI", "scope": "read"}
    await client.post("/api/v1/me/tokens", json=body, headers={"x-request-id": "ask-2"})
    async with world.works.begin(await world.actor(world.ona), origin=Origin("10.0.0.7", "ask-3")) as work:
        await teams.add(work, name="Legal", slug="legal")

    async with world.reading() as reader:
        rows = await reader.all(
            """SELECT type, actor_kind::text, actor_name, address, request_id FROM admin_audit_events
               ORDER BY chain_day DESC, chain_position DESC LIMIT 2"""
        )
    assert rows == [
        ("TEAM_ADDED", "person", world.ona.display_name, "10.0.0.7", "ask-3"),
        ("TOKEN_ISSUED", "person", world.tara.display_name, "127.0.0.1", "ask-2"),
    ]


async def test_what_was_audited_before_there_was_a_chain_becomes_one(
    empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = revision.known()
    with monkeypatch.context() as older:
        older.setattr(revision, "known", lambda: known[: known.index("0006")])
        migrate.upgrade(empty_database.owner)
    with psycopg.connect(**empty_database.owner) as connection:
        for at in ("2026-03-02T09:00Z", "2026-03-02T10:00Z", "2026-03-03T09:00Z"):
            connection.execute(
                """INSERT INTO admin_audit_events (id, type, payload, created_at)
                   VALUES (gen_random_uuid(), 'USER_ADDED', '{"email": "a@b"}', %s)""",
                [at],
            )
    migrate.upgrade(empty_database.owner)

    async with opened(empty_database.app) as database, database.reading() as reader:
        assert await verify(reader) == Verdict(3, 2, [])
