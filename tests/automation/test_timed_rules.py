"""What has been so for so long is swept: once for each stay, also by many at once and after a crash."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from automations import rule, runs, tag
from sqlalchemy import text

from codex.automation import active, timed
from codex.automation.models import AutomationRule, Trigger
from codex.automation.triggers import TriggerConfig
from codex.kernel.actor import system
from codex.tickets import assignment, lifecycle, messages, queries
from codex.tickets.models import MessageType, Ticket, TicketStatus
from databases import FreshDatabase
from world import World, instant

pytestmark = pytest.mark.anyio
WAITING = TicketStatus.WAITING_ON_REQUESTER


async def sweep(world: World, at: str) -> int:
    done = 0
    while count := await timed.sweep(world.works, now=instant(at)):
        done += count
    return done


async def reminder(world: World, hours: float = 4, **more: object) -> AutomationRule:
    config = TriggerConfig(hours=hours, status=WAITING)
    return await rule(world, tag("reminded"), trigger=Trigger.TIME_IN_STATUS, config=config, **more)  # type: ignore[arg-type]  # as rule() takes them


async def move(world: World, ticket: Ticket, to: TicketStatus, at: str) -> None:
    async with world.work(as_=world.lena, now=at) as work:
        await lifecycle.move(work, await queries.visible(work, ticket.id, lock=True), to=to)


async def test_a_rule_runs_when_it_is_time_and_once_for_a_stay(world: World) -> None:
    made = await reminder(world)
    ticket = await world.ticket(team=world.it, status=WAITING, at="2026-03-02T09:00Z")

    assert await sweep(world, "2026-03-02T12:59Z") == 0
    assert await sweep(world, "2026-03-02T13:00:30Z") == 1
    assert await sweep(world, "2026-03-02T15:00Z") == 0
    (ran,) = await runs(world, made)
    began = [e for e in await world.events(ticket) if e.type == "STATUS_CHANGED"][-1]
    assert (ran.stay_event_id, ran.success, ran.trigger) == (began.id, True, "TIME_IN_STATUS")

    await move(world, ticket, TicketStatus.TRIAGED, "2026-03-02T16:00Z")
    await move(world, ticket, WAITING, "2026-03-02T17:00Z")
    assert await sweep(world, "2026-03-02T20:00Z") == 0
    assert await sweep(world, "2026-03-02T21:01Z") == 1
    assert len(await runs(world, made)) == 2
    assert await world.differences() == []


async def test_conditions_and_team_are_asked_as_well(world: World) -> None:
    made = await reminder(world, team=world.it, by=world.tara,
                          conditions=[{"field": "subject", "operator": "contains", "value": "fire"}])  # fmt: skip
    mine = await world.ticket(team=world.it, status=WAITING)
    await world.ticket(team=world.it, status=WAITING, subject="Flood")
    await world.ticket(team=world.hr, status=WAITING)

    await sweep(world, "2026-03-03T09:00Z")

    assert [run.ticket_id for run in await runs(world, made)] == [mine.id]
    assert [finding["seen"] for finding in (await runs(world, made))[0].conditions] == ["The printer is on fire"]


@pytest.mark.parametrize("condition", [("equals", "RESOLVED"), ("in", ["RESOLVED", "CLOSED"])], ids=["one", "some"])
async def test_finished_tickets_are_looked_at_where_the_conditions_ask_for_them(
    world: World, condition: tuple[str, object]
) -> None:
    operator, value = condition
    made = await rule(
        world, tag("done"), trigger=Trigger.TIME_IN_STATUS, config=TriggerConfig(hours=4),
        conditions=[{"field": "status", "operator": operator, "value": value}],
    )  # fmt: skip
    resolved = await world.ticket(team=world.it, assignee=world.amir, status=TicketStatus.RESOLVED)
    await world.ticket(team=world.it, status=WAITING)

    await sweep(world, "2026-03-02T14:00Z")
    assert [run.ticket_id for run in await runs(world, made)] == [resolved.id]


async def test_who_looks_anew_does_not_wait_for_the_minute(world: World) -> None:
    made = await reminder(world)
    await world.ticket(team=world.it, status=WAITING, at="2026-03-02T09:00Z")
    assert await sweep(world, "2026-03-02T12:59:50Z") == 0
    assert await sweep(world, "2026-03-02T13:00:10Z") == 0, "it was looked at less than a minute ago"
    await timed.look_anew(world.works)
    assert await sweep(world, "2026-03-02T13:00:10Z") == 1
    assert len(await runs(world, made)) == 1


async def test_nobodys_tickets_and_quiet_tickets(world: World) -> None:
    nobodys = await rule(world, tag("x"), trigger=Trigger.UNASSIGNED_FOR, config=TriggerConfig(hours=2))
    quiet = await rule(world, tag("y"), trigger=Trigger.NO_ACTIVITY_FOR, config=TriggerConfig(hours=3))
    free = await world.ticket(team=world.it, at="2026-03-02T09:00Z")
    taken = await world.ticket(team=world.it, assignee=world.amir, at="2026-03-02T09:00Z")

    await sweep(world, "2026-03-02T11:30Z")
    assert [run.ticket_id for run in await runs(world, nobodys)] == [free.id]
    assert await runs(world, quiet) == []

    await sweep(world, "2026-03-02T12:30Z")
    assert {run.ticket_id for run in await runs(world, quiet)} == {free.id, taken.id}
    await sweep(world, "2026-03-04T12:30Z")  # what rules and the product do is no activity
    assert len(await runs(world, quiet)) == 2

    async with world.work(as_=world.rosa, now="2026-03-04T13:00Z") as work:
        await messages.add(
            work, await queries.visible(work, free.id, lock=True), type=MessageType.PUBLIC, body="Hello?"
        )
    await sweep(world, "2026-03-04T16:01Z")
    assert len(await runs(world, quiet)) == 3

    async with world.work(as_=world.amir, now="2026-03-05T09:00Z") as work:
        await assignment.assign_to(work, await queries.visible(work, taken.id, lock=True), None)
    await sweep(world, "2026-03-05T11:01Z")
    assert [run.ticket_id for run in await runs(world, nobodys)] == [free.id, taken.id]


async def test_many_workers_run_a_rule_once_per_ticket(world: World) -> None:
    made = await reminder(world)
    tickets = [await world.ticket(team=world.it, status=WAITING) for _ in range(8)]

    await asyncio.gather(*(timed.sweep(world.works, now=instant("2026-03-03T09:00Z") + timedelta(minutes=2 * n))
                           for n in range(3)))  # fmt: skip

    assert sorted(run.ticket_id for run in await runs(world, made)) == sorted(t.id for t in tickets)


async def test_a_crash_in_between_neither_loses_nor_repeats(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await reminder(world)
    for _ in range(3):
        await world.ticket(team=world.it, status=WAITING)
    real, calls = timed.run, 0

    async def dies(*given: object) -> object:
        nonlocal calls
        calls += 1
        await real(*given)  # type: ignore[arg-type]  # as run() takes them
        if calls == 2:
            raise asyncio.CancelledError
        return None

    monkeypatch.setattr(timed, "run", dies)
    with pytest.raises(asyncio.CancelledError):
        await sweep(world, "2026-03-03T09:00Z")
    monkeypatch.setattr(timed, "run", real)
    assert len(await runs(world, made)) == 1

    assert await sweep(world, "2026-03-03T09:02Z") == 2
    assert len({run.ticket_id for run in await runs(world, made)}) == 3


async def test_a_timed_rule_that_fails_does_so_once_for_a_stay(world: World) -> None:
    made = await rule(world, {"type": "set_status", "status": "IN_PROGRESS"}, trigger=Trigger.UNASSIGNED_FOR,
                      config=TriggerConfig(hours=1))  # fmt: skip
    await world.ticket(team=world.it)

    await sweep(world, "2026-03-02T11:00Z")
    await sweep(world, "2026-03-02T12:00Z")

    assert [run.success for run in await runs(world, made)] == [False]


MANY = text(
    """
    WITH made AS (
        INSERT INTO tickets (id, number, display_id, subject, status, priority, requester_id, assigned_team_id, version,
            created_at, updated_at, status_since, unassigned_since, active_at, resolved_at, closed_at, completed_at)
        SELECT gen_random_uuid(), 1000 + n, 'X-' || n, 'Filler', s.status, 'P3', :requester, :team, 1, s.at, s.at, s.at,
            s.at, s.at, NULL, CASE WHEN s.status = 'CLOSED' THEN s.at END, CASE WHEN s.status = 'CLOSED' THEN s.at END
        FROM generate_series(1, 4000) n, LATERAL (
            SELECT (CASE WHEN n % 2 = 0 THEN 'CLOSED' ELSE 'TRIAGED' END)::ticket_status AS status,
                   :at - n * interval '1 second' AS at) s
        RETURNING id, created_at)
    INSERT INTO ticket_events (id, ticket_id, version, type, payload, actor_kind, actor_name, created_at)
    SELECT gen_random_uuid(), id, 1, 'TICKET_CREATED', '{}', 'import', 'Filler', created_at FROM made"""
)


async def test_what_is_due_is_found_by_an_index(world: World, world_database: FreshDatabase) -> None:
    async with world.work(as_=system("Test")) as work:
        filler = {"requester": world.rosa.id, "team": world.it.id, "at": instant("2026-03-02T09:00Z")}
        await work.session.execute(MANY, filler)
    with psycopg.connect(**world_database.owner, autocommit=True) as owner:
        owner.execute("ANALYZE tickets, ticket_events")

    for trigger, index in (
        (Trigger.TIME_IN_STATUS, "status_since"),
        (Trigger.UNASSIGNED_FOR, "unassigned_since"),
        (Trigger.NO_ACTIVITY_FOR, "active_at"),
    ):
        config = TriggerConfig(hours=1, status=TicketStatus.TRIAGED)
        made = await rule(world, tag("x"), trigger=trigger, config=config)
        async with world.reading() as reader:
            found = await active.rule(reader, made.id)
            assert found is not None
            sql, params = timed.due_sql(found, instant("2026-03-02T09:00Z"))
            plan = "\n".join(row[0] for row in await reader.all(f"EXPLAIN {sql}", {**params, "limit": 10}))
        assert f"ix_tickets_{index}" in plan, plan
        assert "Seq Scan on tickets" not in plan, plan
