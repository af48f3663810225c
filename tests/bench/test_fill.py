"""A desk filled by the benchmark is as true as one that people have used."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from bench.fill import Filled
from bench.plots import endings
from psycopg.conninfo import make_conninfo

from bench import clocks, fill
from codex.db.database import Access, Database
from codex.identity import queries as people
from codex.kernel import clock
from codex.kernel.actor import Actor
from codex.tickets import listing
from codex.tickets.filters import Filters, StatusGroup
from codex.tickets.hanging_facts import AccessGranted, FollowerAdded
from codex.tickets.models import AccessLevel, Ticket
from databases import FreshDatabase

TICKETS = 320


@pytest.fixture(scope="module")
def desk() -> Filled:
    return fill.plan(TICKETS, now_us=time.time_ns() // 1000)


@pytest.fixture(scope="module")
def filled(make_database: Callable[[], AbstractContextManager[FreshDatabase]], desk: Filled) -> Iterator[FreshDatabase]:
    """Filled as the owner of the tables, so that every foreign key and constraint has been checked."""
    with make_database() as database:
        with psycopg.connect(**database.owner, autocommit=True) as connection:
            fill.fill(connection, desk, clocks.promise(_access(database), since=desk.clocks_since))
        yield database


@pytest.fixture
def owner(filled: FreshDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(**filled.owner, autocommit=True) as connection:
        yield connection


async def test_every_row_is_what_its_events_fold_to(filled: FreshDatabase, desk: Filled) -> None:
    assert await fill.check(_access(filled), desk) == (TICKETS, [])


async def test_every_clock_is_what_its_events_fold_to(filled: FreshDatabase, desk: Filled) -> None:
    assert await clocks.check(_access(filled)) == (len(desk.clocked), [])


def test_clocks_are_late_at_risk_and_kept(owner: psycopg.Connection, desk: Filled) -> None:
    states = owner.execute("SELECT sla_state::text, count(*) FROM tickets WHERE sla_state IS NOT NULL GROUP BY 1")
    found = dict(states.fetchall())
    assert sum(found.values()) == len(desk.clocked)
    assert {"RUNNING", "MET"} <= found.keys()
    assert _one(owner, "SELECT count(*) FROM sla_instances WHERE next_due_at < now()") != 0


async def test_a_sample_is_compared_like_the_whole(
    filled: FreshDatabase, desk: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "SAMPLE", 100)
    assert await fill.check(_access(filled), desk) == (100, [])


def test_there_are_as_many_rows_as_the_plots_say(owner: psycopg.Connection, desk: Filled) -> None:
    assert _one(owner, "SELECT count(*) FROM tickets") == TICKETS
    assert _one(owner, "SELECT count(*) FROM users") == desk.users
    assert _one(owner, "SELECT count(*) FROM ticket_events") == _one(owner, "SELECT sum(version) FROM tickets")
    said = _one(owner, "SELECT count(*) FROM ticket_events WHERE type = 'MESSAGE_ADDED'")
    assert _one(owner, "SELECT count(*) FROM ticket_messages") == said
    plain = "SELECT max(version) FROM tickets WHERE id NOT IN (SELECT ticket_id FROM sla_instances)"
    assert _one(owner, plain) == max(ending.events for ending in endings())
    unresolved = "SELECT count(*) FILTER (WHERE completed_at IS NULL) * 100 / count(*) FROM tickets"
    assert _one(owner, unresolved) in range(4, 14)


def test_events_name_the_messages_that_were_written(owner: psycopg.Connection) -> None:
    lost = """SELECT count(*) FROM ticket_events e WHERE e.type = 'MESSAGE_ADDED' AND NOT EXISTS (
                SELECT FROM ticket_messages m WHERE m.id = (e.payload->>'messageId')::uuid AND m.ticket_id = e.ticket_id
                  AND m.created_at = e.created_at AND m.author_id = e.created_by_id
                  AND m.type::text = e.payload->>'type')"""
    assert _one(owner, lost) == 0


def test_followers_and_grants_are_told_as_the_product_tells_them(owner: psycopg.Connection) -> None:
    followed = """SELECT e.payload, f.user_id FROM ticket_followers f JOIN ticket_events e
                    ON e.ticket_id = f.ticket_id AND e.type = 'FOLLOWER_ADDED' AND e.created_at = f.created_at
                      AND e.created_by_id = f.added_by_id AND f.user_id <> f.added_by_id"""
    granted = """SELECT e.payload, a.team_id, a.access_level, a.expires_at, a.reason
                 FROM ticket_access a JOIN tickets t ON t.id = a.ticket_id AND t.assigned_team_id <> a.team_id
                 JOIN ticket_events e ON e.ticket_id = a.ticket_id AND e.type = 'ACCESS_GRANTED'
                   AND e.created_at = a.created_at AND e.created_by_id = a.granted_by_id"""
    follows, grants = owner.execute(followed.encode()).fetchall(), owner.execute(granted.encode()).fetchall()
    assert follows and len(follows) == _one(owner, "SELECT count(*) FROM ticket_followers")
    assert grants and len(grants) == _one(owner, "SELECT count(*) FROM ticket_access")
    ticket = Ticket()
    for payload, user in follows:
        assert payload == FollowerAdded(ticket=ticket, user_id=user).payload()
    for payload, team, level, until, reason in grants:
        fact = AccessGranted(ticket=ticket, team_id=team, level=AccessLevel(level), expires_at=until, reason=reason)
        assert payload == fact.payload()


def test_since_when_a_ticket_is_as_it_is_follows_from_its_events(owner: psycopg.Connection) -> None:
    wrong = """SELECT count(*) FROM tickets t JOIN (
                 SELECT ticket_id,
                        max(created_at) FILTER (WHERE type IN ('TICKET_CREATED', 'STATUS_CHANGED')) AS entered,
                        max(created_at) FILTER (WHERE type IN ('TICKET_CREATED', 'ASSIGNED')) AS given,
                        max(created_at) FILTER (WHERE actor_kind NOT IN ('rule', 'system')) AS touched
                 FROM ticket_events GROUP BY 1) e ON e.ticket_id = t.id
               WHERE (t.status_since, t.active_at) IS DISTINCT FROM (e.entered, e.touched)
                  OR t.unassigned_since IS DISTINCT FROM CASE WHEN t.assignee_id IS NULL THEN e.given END"""
    assert _one(owner, wrong) == 0


def test_assignees_work_for_the_team(owner: psycopg.Connection) -> None:
    stray = """SELECT count(*) FROM tickets t WHERE t.assignee_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM team_members m WHERE m.team_id = t.assigned_team_id AND m.user_id = t.assignee_id)"""
    assert _one(owner, stray) == 0


def test_the_next_ticket_gets_the_next_number(owner: psycopg.Connection) -> None:
    assert _one(owner, "SELECT nextval('tickets_number_seq')") == TICKETS + 1


def test_every_index_is_back(owner: psycopg.Connection, database: FreshDatabase) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    with psycopg.connect(**database.owner) as fresh:
        assert owner.execute(indexes.encode()).fetchall() == fresh.execute(indexes.encode()).fetchall()


def test_tickets_are_known_by_their_number(owner: psycopg.Connection, desk: Filled) -> None:
    for number in (1, 16, 17, TICKETS):
        assert _one(owner, f"SELECT id FROM tickets WHERE number = {number}") == desk.ticket_id(number)
        assert _one(owner, f"SELECT {desk.ticket_id_sql(str(number))}") == desk.ticket_id(number)
    kept = (
        "SELECT count(*) FROM tickets WHERE number %% 16 = 0 AND display_id = 'IT-' || number AND assigned_team_id = %s"
    )
    found = owner.execute(kept.encode(), [desk.team_id]).fetchone()
    assert found == (len(desk.known),)
    steady = """SELECT count(*) FROM tickets WHERE number = ANY(%s) AND status = 'WAITING_ON_REQUESTER'
                  AND assignee_id IS NOT NULL"""
    assert owner.execute(steady.encode(), [list(desk.steady)]).fetchone() == (len(desk.steady),)


async def test_cursors_lead_through_the_queue_once(filled: FreshDatabase, desk: Filled) -> None:
    database = Database(_access(filled), max_connections=1)
    await database.open()
    try:
        async with database.reading() as reader:
            actor = await people.actor_of(reader, desk.agent_id)
        whole = await _walk(database, actor, limit=200)
        assert await _walk(database, actor, limit=7) == whole
    finally:
        await database.close()
    assert len(whole) == len(set(whole)) > 14


async def _walk(database: Database, actor: Actor, *, limit: int) -> list[int]:
    numbers: list[int] = []
    cursor = None
    filters = Filters(groups=(StatusGroup.DONE,), teams=tuple(actor.team_roles))
    while True:
        async with database.reading(actor) as reader:
            page = await listing.page(reader, actor, filters, now=clock.now(), limit=limit, cursor=cursor)
        numbers += [row.number for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return numbers


def _access(database: FreshDatabase) -> Access:
    return Access(make_conninfo("", **database.app), called="test", assume_role=False, prepare=True)


def _one(connection: psycopg.Connection, sql: str) -> object:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]
