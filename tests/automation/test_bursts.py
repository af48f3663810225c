"""Much at once, and what is meant to hurt: nothing is lost, nothing happens twice, and nobody's own click suffers."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from automations import SEAL, URGENT, rule, runs, tag
from far_ends import far_end, says
from sqlalchemy import select, text

from codex.automation.models import AutomationExecution, Trigger, WebhookDelivery
from codex.automation.posting import Poster
from codex.automation.webhooks import Courier
from codex.classification import fields
from codex.classification.models import CustomField, FieldType
from codex.identity import people
from codex.identity.models import Team, User
from codex.identity.people import PersonChanges
from codex.kernel.criteria.pattern import pattern
from codex.notifications.models import Notification, NotificationOutbox, OutboxStatus
from codex.routing import intake, rules
from codex.routing.rules import NewRoutingRule
from world import FOUNDED, World

pytestmark = pytest.mark.anyio
CLIENTS, TICKETS = 8, 40
Row = TypeVar("Row")


def busy(url: str) -> list[dict[str, Any]]:
    """What a rule does that tells everybody."""
    return [
        {"type": "notify", "roles": ["TEAM"]},
        {"type": "send_email", "to": "ops@acme.example", "subject": "{{ticket.displayId}}", "body": "Look."},
        {"type": "call_webhook", "url": url, "secret": "between us"},
        tag("told"),
    ]


async def kept(world: World, kind: type[Row]) -> list[Row]:
    async with world.session() as session:
        return list(await session.scalars(select(kind)))


async def test_of_a_burst_nothing_is_lost_and_nothing_happens_twice(world: World) -> None:
    """Tickets come from many clients, while others are changed together; then many workers send what came of it."""
    courier = Courier(Poster(reaches_private=True), SEAL)
    older = [await world.ticket(team=world.it) for _ in range(TICKETS)]
    amir, left = await world.client(world.amir), iter(range(TICKETS))

    async def opens() -> list[int]:
        new = {"subject": "VPN", "teamId": str(world.it.id)}
        return [(await amir.post("/api/v1/tickets", json=new)).status_code for _ in left]

    async def changes(priority: str) -> list[bool]:
        wanted = {"ids": [str(ticket.id) for ticket in older], "changes": {"priority": priority}}
        answer = await amir.post("/api/v1/tickets/bulk", json=wanted)
        return [result["ok"] for result in answer.json()["results"]]

    async with far_end(says(200)) as end:
        for trigger in (Trigger.TICKET_CREATED, Trigger.PRIORITY_CHANGED):
            await rule(world, *busy(end.url), trigger=trigger)
        opened = asyncio.gather(*(opens() for _ in range(CLIENTS)))
        changed = asyncio.gather(*(changes(priority) for priority in ("P1", "P4")))
        assert [status for each in await opened for status in each] == [201] * TICKETS
        assert [ok for each in await changed for ok in each] == [True] * 2 * TICKETS
        while sum(await asyncio.gather(*(courier.sweep(world.works) for _ in range(3)))):
            pass

    done = await kept(world, AutomationExecution)
    assert len({run.event_id for run in done}) == len(done) == 3 * TICKETS and all(run.success for run in done)
    team = await members(world)
    assert Counter(told.ticket_id for told in await kept(world, Notification) if told.title.endswith("A rule")) == {
        key: count * team for key, count in Counter(run.ticket_id for run in done).items()
    }
    assert len(await kept(world, NotificationOutbox)) >= 3 * TICKETS
    sent = await kept(world, WebhookDelivery)
    assert sorted(call.headers["codex-delivery"] for call in end.calls) == sorted(str(row.id) for row in sent)
    assert {row.status for row in sent} == {OutboxStatus.SENT} and len(sent) == 3 * TICKETS
    assert await world.differences() == []


async def members(world: World) -> int:
    """How many people work for IT."""
    async with world.session() as session:
        found = await session.scalar(text("SELECT count(*) FROM team_members WHERE team_id = :it"), {"it": world.it.id})
        return int(found or 0)


async def test_teams_that_give_each_other_work_hold_nobody_up(world: World) -> None:
    """Each new ticket takes a turn in one team, and a rule gives it to the next person of the other one."""
    for mine, other, word in ((world.it, world.hr, "VPN"), (world.hr, world.it, "Salary")):
        async with world.work(as_=world.ona, now=FOUNDED) as work:
            await rules.add(work, NewRoutingRule(name=word, team_id=mine.id, priority=1, keywords=[word]))
        is_mine = {"field": "subject", "operator": "equals", "value": word}
        over = {"type": "assign_round_robin", "teamId": str(other.id)}
        await rule(world, over, tag("over"), conditions=[is_mine], name=word)
    await take_turns(world, world.it, world.hr)
    rosa, left = await world.actor(world.rosa), iter(range(TICKETS // 2))

    async def client() -> None:
        for number in left:
            async with world.works.begin(rosa) as work:
                await intake.receive(work, requester=None, subject=("VPN", "Salary")[number % 2])

    await asyncio.wait_for(asyncio.gather(*(client() for _ in range(CLIENTS))), timeout=60)

    done = [run for run in await runs(world) if run.matched]
    assert len({run.ticket_id for run in done}) == len(done) == TICKETS // 2
    assert {run.error for run in done} == {None}
    assert await world.differences() == []


async def take_turns(world: World, *teams: Team) -> None:
    async with world.session() as session:
        await session.execute(
            text("UPDATE teams SET assignment_strategy = 'ROUND_ROBIN' WHERE id = ANY(:ids)"),
            {"ids": [team.id for team in teams]},
        )
        await session.commit()


async def test_a_rule_that_names_who_has_left_fails_in_words_and_the_click_succeeds(world: World) -> None:
    made = await rule(world, tag("undone"), {"type": "assign_user", "userId": str(world.amir.id)})
    async with world.work(as_=world.ona) as work:
        await people.change(work, await work.session.get_one(User, world.amir.id), PersonChanges(is_active=False))

    ticket = await world.ticket(team=world.it)

    assert ticket.assignee_id is None
    (run,) = await runs(world, made)
    assert (run.success, run.error) == (False, "Skipped as broken: There is no such active person.")


async def test_a_rule_that_asks_for_a_field_that_is_gone_is_passed_over_with_the_reason(world: World) -> None:
    async with world.work(as_=world.ona) as work:
        gone = await fields.add(work, name="Floor", field_type=FieldType.TEXT)
    asks = {"field": f"customField:{gone.id}", "operator": "isNotSet"}
    asking = await rule(world, URGENT, conditions=[asks])
    setting = await rule(world, {"type": "set_custom_field", "fieldId": str(gone.id), "value": "3"})
    async with world.work(as_=world.ona) as work:
        await fields.remove(work, await work.session.get_one(CustomField, gone.id), was_answered=False)

    ticket = await world.ticket(team=world.it)

    assert ticket.priority == "P3"
    for each in (asking, setting):
        (run,) = await runs(world, each)
        assert (run.matched, run.success) == (False, False)
        assert run.error is not None and run.error.startswith("Skipped as broken: There is no")


HOSTILE = (
    "(a+)+$", "^(a+)+$", "(a|aa)+$", "(a*)*b", "(a?){100}a{100}$", "(x+x+)+y", r"\b(\w+\s*)+\b$", "((a{1,20}){1,20})b",
    "(.*a){20}$", r"(\w+@)+\w+\.(\w+\.)+x", ".*.*.*.*.*.*=.*", "(?m)(^|$|a)+b", "(.{1,200}){2}b",
)  # fmt: skip
LONG = ("a" * 100_000 + "!", "ab " * 33_000, "x" * 100_000, "a\n" * 50_000)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_no_pattern_holds_up_a_click_or_the_database(world: World, hostile: str) -> None:
    """On a text as long as a description may be, both engines say the same, each in much less than a second."""
    found = pattern(hostile)

    async def asked(texts: Sequence[str]) -> list[bool]:
        async with world.session() as session:
            await session.execute(text("SET LOCAL statement_timeout = '5s'"))
            ask = text(
                "SELECT found ~ :pattern FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY x(found, n) ORDER BY n"
            )
            return list(await session.scalars(ask, {"pattern": found.sql, "texts": list(texts)}))

    began = asyncio.get_running_loop().time()
    assert [found.found_in(each) for each in LONG] == await asked(LONG)
    assert asyncio.get_running_loop().time() - began < 5
