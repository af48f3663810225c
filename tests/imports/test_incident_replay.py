"""Living a log through the real commands, on a real database."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from incident_samples import row, story
from psycopg.conninfo import make_conninfo
from sqlalchemy import select, text

from codex import reactions
from codex.db.database import Access, Database
from codex.db.work import Works
from codex.imports import incident_replay
from codex.imports.incident_order import Replay, arrange
from codex.kernel.actor import system
from codex.kernel.errors import Conflict
from codex.tickets import verify
from codex.tickets.models import Ticket, TicketEvent, TicketStatus
from databases import FreshDatabase

pytestmark = pytest.mark.anyio


@pytest.fixture
async def works(database: FreshDatabase) -> AsyncIterator[Works]:
    conninfo = make_conninfo("", **database.app)
    opened = Database(Access(conninfo, called="of the test", assume_role=False, prepare=True))
    await opened.open()
    yield Works(opened, reactions.settle)
    await opened.close()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_replay, "BATCH", 3)


def year() -> Replay:
    """Five incidents that cross each other in time."""
    plain = story(row(), row("Active", "Resolver 1"), row("Resolved", "Resolver 1"), row("Closed", "Resolver 1"))
    moved = story(
        row(number="INC2"),
        row("Active", "Resolver 1", number="INC2"),
        row("Active", "Resolver 2", number="INC2", group="Group 70", reassignment_count=1),
        row("Awaiting User Info", "Resolver 2", number="INC2", group=None, reassignment_count=2),
        row("Closed", "Resolver 2", number="INC2", group=None, reassignment_count=2),
    )
    reopened = story(
        row(number="INC3", priority="P1"),
        row("Resolved", "Resolver 3", number="INC3", priority="P2"),
        row("Active", "Resolver 3", number="INC3", priority="P2", reopen_count=1),
        row("Closed", None, number="INC3", priority="P2", reopen_count=1, category="Category 1", subcategory=None),
    )
    odd = story(row("-100", number="INC4", caller=None), row("Active", number="INC4", caller=None))
    late = story(row(number="INC5", updated_by=None), row("Closed", number="INC5"))
    return arrange([*plain, *moved, *reopened, *odd, *late])


async def live(works: Works, *, stopping: Callable[[], bool] = lambda: False) -> incident_replay.Outcome:
    return await incident_replay.live(works, year(), progress=lambda _: None, stopping=stopping)


async def what_is_there(works: Works) -> list[Any]:
    """Everything that the log brought, without ids."""
    async with works.begin(system()) as work:
        rows = await work.session.execute(
            text("""
                SELECT t.number, t.subject, t.status, t.priority, r.email, m.slug, a.email, c.slug, t.created_at,
                       t.updated_at, t.resolved_at, t.closed_at, t.version,
                       (SELECT json_agg(json_build_array(e.version, e.type, e.actor_kind, e.actor_name, e.created_at)
                                        ORDER BY e.version) FROM ticket_events e WHERE e.ticket_id = t.id)::text
                FROM tickets t JOIN users r ON r.id = t.requester_id LEFT JOIN teams m ON m.id = t.assigned_team_id
                LEFT JOIN users a ON a.id = t.assignee_id LEFT JOIN categories c ON c.id = t.category_id
                ORDER BY t.number""")
        )
        people = await work.session.execute(text("SELECT email, role, display_name FROM users ORDER BY email"))
        members = await work.session.execute(
            text("""SELECT t.slug, u.email FROM team_members m JOIN teams t ON t.id = m.team_id
                    JOIN users u ON u.id = m.user_id ORDER BY 1, 2""")
        )
        return [*rows.all(), *people.all(), *members.all()]


async def test_each_incident_becomes_a_ticket_that_ends_as_its_last_row_says(works):
    outcome = await live(works)

    assert (outcome.tickets, outcome.rows, outcome.stopped) == (5, 17, False)
    async with works.begin(system()) as work:
        tickets = {t.subject[-5:-1]: t for t in await work.session.scalars(select(Ticket))}
    assert [tickets[n].status for n in ("INC2", "INC3", "INC4", "INC5")] == [
        TicketStatus.CLOSED, TicketStatus.CLOSED, TicketStatus.TRIAGED, TicketStatus.CLOSED,
    ]  # fmt: skip


async def test_history_is_what_the_rows_say(works):
    await live(works)
    async with works.begin(system()) as work:
        found = [difference async for _, differences in verify.verify(work) for difference in differences]
    assert found == []


async def test_things_happen_at_their_instant_and_by_whoever_did_them(works):
    await live(works)
    async with works.begin(system()) as work:
        events = (
            await work.session.execute(
                select(TicketEvent.type, TicketEvent.actor_kind, TicketEvent.actor_name, TicketEvent.created_at)
                .join(Ticket)
                .where(Ticket.subject.contains("INC0000045"))
                .order_by(TicketEvent.version)
            )
        ).all()
    opened, first = events[0], events[1]
    assert (opened.type, opened.actor_kind, opened.actor_name) == ("TICKET_CREATED", "import", "Opened by 8")
    assert (first.type, first.actor_name) == ("TEAM_CHANGED", "Updated by 21")
    assert first.created_at - opened.created_at == timedelta(minutes=7)
    assert events[-1].created_at - opened.created_at == timedelta(hours=3, minutes=7)


async def test_living_it_again_adds_nothing(works):
    await live(works)
    before = await what_is_there(works)

    outcome = await live(works)

    assert (outcome.rows, outcome.rows_before, outcome.commands) == (0, 17, 0)
    assert await what_is_there(works) == before


@pytest.mark.parametrize("batches", range(1, 8))
async def test_stopped_anywhere_and_gone_on_with_it_is_the_same(works, make_database, batches):
    asked = iter([False] * batches + [True])
    first = await live(works, stopping=lambda: next(asked))
    assert first.stopped
    await live(works)

    assert _without_numbers(await what_is_there(works)) == _without_numbers(await _whole(make_database))


@pytest.mark.parametrize("command", range(1, 25, 4))
async def test_killed_within_a_batch_and_started_again_it_is_the_same(works, make_database, monkeypatch, command):
    left, real = command, incident_replay._do

    async def killed(*arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        return await real(*arguments)

    monkeypatch.setattr(incident_replay, "_do", killed)
    with pytest.raises(KeyboardInterrupt):
        await live(works)
    monkeypatch.undo()
    await live(works)

    assert _without_numbers(await what_is_there(works)) == _without_numbers(await _whole(make_database))


async def test_two_imports_at_once_are_refused(works):
    async with works.begin(system()) as work:
        await work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": incident_replay._ONE_AT_A_TIME})
        with pytest.raises(Conflict, match="Another import"):
            await live(works)


async def _whole(make_database: Any) -> list[Any]:
    """What living it in one go brings."""
    with make_database() as database:
        conninfo = make_conninfo("", **database.app)
        opened = Database(Access(conninfo, called="of the test", assume_role=False, prepare=True))
        await opened.open()
        try:
            works = Works(opened, reactions.settle)
            await live(works)
            return await what_is_there(works)
        finally:
            await opened.close()


def _without_numbers(rows: list[Any]) -> list[Any]:
    """A number that a killed batch took is not given again; everything else is the same."""
    return [tuple(row)[1:] if isinstance(row[0], int) else tuple(row) for row in rows]
