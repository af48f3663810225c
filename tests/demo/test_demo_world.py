"""The demo world as it stands in the database."""

import asyncio
from typing import Any

import psycopg
import pytest
from loaded import NOW, Demo, load

from codex import reactions
from codex.audit import verify as audit
from codex.demo import build, conversations
from codex.demo.cast import CAST, EVERYBODY
from codex.kernel.actor import system
from codex.tickets.models import TicketStatus
from codex.tickets.verify import verify
from databases import FreshDatabase
from world import opened

SOME = conversations.read()[:8]


def test_it_says_what_it_did(demo: Demo) -> None:
    count = sum(script.times for script in conversations.read())
    assert demo.said == f"The demo world is loaded: 4 teams, {len(EVERYBODY)} people, {count} tickets."
    assert demo.one("SELECT count(*) FROM tickets") == count


def test_every_status_is_present_and_every_team_has_open_work(demo: Demo) -> None:
    assert set(demo.column("SELECT DISTINCT status::text FROM tickets")) == set(TicketStatus)
    teams = demo.column(
        "SELECT t.slug FROM teams t JOIN tickets k ON k.assigned_team_id = t.id WHERE k.completed_at IS NULL "
        "GROUP BY t.slug HAVING count(*) >= 10"
    )
    assert sorted(teams) == ["facilities", "finance", "hr", "it"]


def test_every_history_folds_to_its_row(demo: Demo) -> None:
    assert asyncio.run(differences(demo.database)) == []


def test_the_audit_log_is_as_it_was_written(demo: Demo) -> None:
    verdict = asyncio.run(verdict_of(demo.database))
    assert (verdict.broken, verdict.events) == ([], demo.one("SELECT count(*) FROM admin_audit_events"))


def test_numbers_ascend_with_time_and_nothing_is_in_the_future(demo: Demo) -> None:
    assert demo.column("SELECT number FROM tickets ORDER BY created_at, number") == demo.column(
        "SELECT number FROM tickets ORDER BY number"
    )
    for table in ("users", "teams", "tickets", "ticket_messages", "ticket_events", "admin_audit_events"):
        assert demo.one(f"SELECT max(created_at) FROM {table}") <= NOW
    assert demo.one("SELECT max(updated_at) FROM tickets") <= NOW
    assert demo.one("SELECT count(*) FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id "
                    "WHERE m.created_at < t.created_at") == 0  # fmt: skip


def test_the_cast_has_its_roles_and_places(demo: Demo) -> None:
    rows = demo.connection.execute(
        """SELECT u.email, u.display_name, u.role::text, t.slug, m.role::text, p.slug, u.time_zone
           FROM users u LEFT JOIN team_members m ON m.user_id = u.id LEFT JOIN teams t ON t.id = m.team_id
           LEFT JOIN teams p ON p.id = u.primary_team_id"""
    ).fetchall()
    assert {row[0]: row[1:] for row in rows if row[0] in {m.email for m in CAST}} == {
        m.email: (m.name, m.role, m.team, m.team_role, m.team, m.time_zone) for m in CAST
    }
    assert all(email.endswith("@acme.example") for email, *_ in rows)


def test_teams_are_as_the_product_describes_them(demo: Demo) -> None:
    rows = demo.connection.execute(
        "SELECT slug, name, prefix, assignment_strategy::text, is_confidential FROM teams ORDER BY slug"
    ).fetchall()
    assert rows == [
        ("facilities", "Facilities", "FAC", "QUEUE_ONLY", False),
        ("finance", "Finance", "FIN", "QUEUE_ONLY", False),
        ("hr", "HR", "HR", "QUEUE_ONLY", True),
        ("it", "IT Support", "IT", "ROUND_ROBIN", False),
    ]


def test_otto_has_no_tie_to_the_tickets_of_others(demo: Demo) -> None:
    otto = demo.one("SELECT id FROM users WHERE email = 'otto@acme.example'")
    own = demo.one(f"SELECT count(*) FROM tickets WHERE requester_id = '{otto}'")
    assert own >= 2
    for table, person in (
        ("ticket_messages", "author_id"), ("ticket_events", "created_by_id"), ("ticket_followers", "user_id"),
    ):  # fmt: skip
        assert demo.one(f"SELECT count(*) FROM {table} x JOIN tickets t ON t.id = x.ticket_id "
                        f"WHERE x.{person} = '{otto}' AND t.requester_id <> '{otto}'") == 0  # fmt: skip
    assert demo.one(f"SELECT count(*) FROM tickets WHERE assignee_id = '{otto}'") == 0


def test_everything_on_a_ticket_was_done_by_a_person_but_what_the_clock_brought(demo: Demo) -> None:
    by_nobody = demo.rows("SELECT DISTINCT type, actor_name FROM ticket_events WHERE created_by_id IS NULL")
    assert set(by_nobody) == {("SLA_AT_RISK", "SLA"), ("SLA_BREACHED", "SLA")}
    assert set(demo.column("SELECT DISTINCT actor_kind::text FROM ticket_events")) == {"person", "mail", "system"}


def test_loading_again_adds_nothing(demo: Demo) -> None:
    before = counts(demo)

    assert asyncio.run(load(demo.database)) == "The demo world is here already; nothing was added."
    assert counts(demo) == before


def test_an_interrupted_load_leaves_nothing_and_the_next_one_completes(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(build.performance, "play", interrupted)
        asyncio.run(load(database, SOME))
    with psycopg.connect(**database.all_seeing) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchall() == [(0,)]

    assert f"{sum(script.times for script in SOME)} tickets" in asyncio.run(load(database, SOME))


def test_a_desk_in_use_keeps_what_it_has(world_database: FreshDatabase) -> None:
    with psycopg.connect(**world_database.all_seeing, autocommit=True) as connection:
        connection.execute("INSERT INTO users (id, email, display_name) VALUES (gen_random_uuid(), 'eva@real.example', "
                           "'Eva')")  # fmt: skip
        before = connection.execute("SELECT id, email FROM users ORDER BY id").fetchall()

        assert f"{len(EVERYBODY)} people" in asyncio.run(load(world_database, SOME))
        after = connection.execute("SELECT id, email FROM users ORDER BY id").fetchall()
        assert set(before) <= set(after)
        assert len(after) == len(EVERYBODY) + 1
        assert connection.execute("SELECT count(*) FROM teams").fetchall() == [(4,)]


def counts(demo: Demo) -> list[Any]:
    desk = ("users", "teams", "team_members", "categories", "custom_fields", "saved_views", "canned_responses", "tags")
    tables = (*desk, "tickets", "ticket_messages", "ticket_events", "admin_audit_events")
    return [demo.one(f"SELECT count(*) FROM {table}") for table in tables]


async def differences(database: FreshDatabase) -> list[Any]:
    async with opened(database.app) as found, reactions.works(found).begin(system("Test")) as work:
        return [difference async for _, chunk in verify(work) for difference in chunk]


async def verdict_of(database: FreshDatabase) -> audit.Verdict:
    async with opened(database.app) as found, found.reading(system("Test")) as reader:
        return await audit.verify(reader)


async def interrupted(*_: object) -> None:
    raise KeyboardInterrupt
