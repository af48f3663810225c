"""Calls of webhooks, and the sets of rules that nothing names any more, go in time, in steps, and by an index."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from automations import URGENT, rule
from sqlalchemy import text

from codex.automation import deliveries, forgetting
from codex.automation.executions import executions
from codex.automation.keeping import KEPT
from codex.automation.models import AutomationRule
from codex.kernel.actor import system
from world import World, instant

pytestmark = pytest.mark.anyio
SILENT = {"field": "subject", "operator": "equals", "value": "x"}
CALL = {"type": "call_webhook", "url": "https://hooks.acme.example/codex"}
NAMES_IT = """
    INSERT INTO automation_evaluations (id, event, ticket_id, rule_set, trigger, seen, created_at)
    VALUES (gen_random_uuid(), :event, :ticket, :set, 'TICKET_CREATED', '{"values": {}}', :at)"""
NINE = instant("2026-03-02T09:00Z")


async def run(world: World, sql: str, **params: Any) -> list[Any]:
    async with world.session() as session:
        found = await session.execute(text(sql), params)
        rows = [tuple(row) for row in found] if found.returns_rows else []
        await session.commit()
        return rows


async def set_rows(world: World) -> set[tuple[UUID, bool]]:
    return {tuple(row) for row in await run(world, "SELECT rule_set, unnamed_since IS NULL FROM automation_rule_sets")}


async def forget_calls(world: World, *, after: timedelta, **more: Any) -> int:
    async with world.works.begin(system("Test"), now=NINE + after) as work:
        return await deliveries.forget(await work.reader(), before=work.now - KEPT, **more)


async def forget_sets(world: World, *, after: timedelta, **more: Any) -> int:
    async with world.works.begin(system("Test"), now=NINE + after) as work:
        return await forgetting.forget_sets(await work.reader(), now=work.now, **more)


async def forget_all_that_was_seen(world: World) -> None:
    await run(world, "DELETE FROM automation_evaluations")


async def logged(world: World, made: AutomationRule) -> int:
    actor = await world.actor(world.ona)
    async with world.database.reading(actor) as reader:
        return len((await executions(reader, actor, made.id, now=NINE)).items)


@pytest.mark.parametrize(
    ("status", "goes"), [("SENT", True), ("FAILED", True), ("PENDING", False), ("PROCESSING", False)]
)
async def test_calls_that_ended_are_forgotten_thirty_days_later(world: World, status: str, goes: bool) -> None:
    await rule(world, CALL)
    await world.ticket(team=world.it, at=NINE)
    await run(
        world,
        """UPDATE webhook_deliveries SET status = CAST(:status AS outbox_status), last_error = 'It answered 500.',
                  updated_at = :at, sent_at = CASE WHEN :status = 'SENT' THEN CAST(:at AS timestamptz) END""",
        status=status, at=NINE + timedelta(hours=5),
    )  # fmt: skip

    assert await forget_calls(world, after=KEPT + timedelta(hours=4)) == 0
    assert await forget_calls(world, after=KEPT + timedelta(hours=6)) == int(goes)
    assert len(await run(world, "SELECT FROM webhook_deliveries")) == int(not goes)


async def test_calls_are_forgotten_in_steps(world: World) -> None:
    await rule(world, CALL)
    for _ in range(5):
        await world.ticket(team=world.it, at=NINE)
    await run(world, "UPDATE webhook_deliveries SET status = 'FAILED', last_error = 'x', updated_at = created_at")

    late = KEPT + timedelta(days=1)
    assert [await forget_calls(world, after=late, batch=2) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_set_that_nothing_names_goes_an_hour_after_that_was_seen(world: World) -> None:
    await rule(world, URGENT, conditions=[SILENT])
    await rule(world, URGENT, conditions=[SILENT])
    await world.ticket(team=world.it, at=NINE)
    assert await forget_sets(world, after=timedelta(minutes=1)) == 0
    ((named, is_named),) = await set_rows(world)
    assert is_named

    await forget_all_that_was_seen(world)
    assert await forget_sets(world, after=timedelta(minutes=2)) == 0
    assert await set_rows(world) == {(named, False)}
    assert await forget_sets(world, after=timedelta(hours=1, minutes=1)) == 0
    assert await forget_sets(world, after=timedelta(hours=1, minutes=3)) == 2
    assert await set_rows(world) == set()


async def test_who_names_a_set_after_it_was_marked_writes_it_out_anew_and_the_log_stays_whole(world: World) -> None:
    made = await rule(world, URGENT, conditions=[SILENT])
    await world.ticket(team=world.it, at=NINE)
    await forget_all_that_was_seen(world)
    await forget_sets(world, after=timedelta(minutes=1))
    await world.ticket(team=world.it, at=NINE + timedelta(minutes=2))

    assert len(await run(world, "SELECT FROM automation_rule_sets")) == 2
    await forget_sets(world, after=timedelta(hours=2))
    assert {is_named for _, is_named in await set_rows(world)} == {True} and await logged(world, made) == 1
    await run(world, "UPDATE automation_rule_sets SET unnamed_since = :at", at=NINE)  # as if both had been marked
    await forget_sets(world, after=timedelta(hours=2))
    assert await logged(world, made) == 1


async def test_who_met_a_set_before_it_was_marked_may_still_name_it(world: World) -> None:
    made = await rule(world, URGENT, conditions=[SILENT])
    await world.ticket(team=world.it, at=NINE)
    (row,) = await run(world, "DELETE FROM automation_evaluations RETURNING event, ticket_id, rule_set")
    async with world.session() as slow:
        await slow.execute(text(NAMES_IT), {"event": row[0], "ticket": row[1], "set": row[2], "at": NINE})
        await forget_sets(world, after=timedelta(minutes=1))
        assert await set_rows(world) == {(row[2], False)}
        await slow.commit()

    assert await forget_sets(world, after=timedelta(hours=2)) == 0
    assert await set_rows(world) == {(row[2], True)} and await logged(world, made) == 1


async def test_sets_are_marked_and_removed_in_steps_and_never_marked_in_part(world: World) -> None:
    for team in (None, world.it, world.facilities):
        await rule(world, URGENT, conditions=[SILENT], team=team)
    for team in (world.it, world.facilities):
        await world.ticket(team=team, at=NINE)
    await forget_all_that_was_seen(world)
    assert len(await run(world, "SELECT FROM automation_rule_sets")) == 4

    await forget_sets(world, after=timedelta(minutes=1), batch=1)
    assert sorted(is_named for _, is_named in await set_rows(world)) == [False, True]
    await forget_sets(world, after=timedelta(minutes=2), batch=1)
    assert {is_named for _, is_named in await set_rows(world)} == {False}
    assert [await forget_sets(world, after=timedelta(hours=2), rows=3) for _ in range(3)] == [3, 1, 0]
