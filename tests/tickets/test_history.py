"""The log is the ticket: folded it gives the row, now and as it was; what was not recorded is found."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from scenes import Command, act, as_superuser, assign, move, standing

from codex.classification.models import Category
from codex.db import embedded
from codex.identity.models import Team, User
from codex.kernel.errors import CodexError
from codex.tickets import assignment, messages, reading, triage
from codex.tickets.history import as_of, differences, fold
from codex.tickets.models import MessageType, Ticket, TicketPriority
from codex.tickets.models import TicketStatus as S
from codex.tickets.past import detail_as_of
from codex.tickets.queries import visible
from databases import FreshDatabase
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio

GAPS = [timedelta(), timedelta(microseconds=1), timedelta(minutes=7), timedelta(days=9)]


def anything(world: World, random: Random) -> Command:
    """Some command, with values that may fit or not."""
    people: list[User | None] = [world.rosa, world.amir, world.lena, world.tara, world.hana, None]
    teams: list[Team] = [world.it, world.hr, world.facilities]
    kinds: list[Category | None] = [None, *list(world.categories.values())[:3]]
    words = random.choice(("Fire", "Smoke", "Fire and smoke", ""))
    person = random.choice(people)
    commands: list[Command] = [
        move(random.choice(list(S))),
        move(random.choice(list(S))),
        move(random.choice([S.RESOLVED, S.CLOSED, S.REOPENED, S.WAITING_ON_REQUESTER])),
        assign(person),
        assign(person),
        lambda w, t: assignment.transfer_to(w, t, random.choice(teams), agent_id=person.id if person else None),
        lambda w, t: triage.set_priority(w, t, random.choice(list(TicketPriority))),
        lambda w, t: triage.set_category(w, t, random.choice(kinds)),
        lambda w, t: triage.set_subject(w, t, words),
        lambda w, t: triage.set_description(w, t, words),
        lambda w, t: messages.add(w, t, type=MessageType.PUBLIC, body=words),
        lambda w, t: messages.add(w, t, type=MessageType.INTERNAL, body=words),
    ]
    return random.choice(commands)


async def live(world: World, random: Random, *, steps: int) -> dict[Any, list[tuple[datetime, Ticket]]]:
    """Some people do something to some tickets; by ticket, the instants and the rows as they then were."""
    now = instant(MORNING)
    actors = [await world.actor(p) for p in (world.rosa, world.amir, world.lena, world.tara, world.hana, world.ona)]
    tickets = [await world.ticket(team=world.it, at=now), await world.ticket(team=world.hr, requester=world.amir)]
    seen = {ticket.id: [(now, ticket)] for ticket in tickets}
    for _ in range(steps):
        now += random.choice(GAPS)
        ticket = random.choice(tickets)
        try:
            async with world.works.begin(random.choice(actors), now=now) as work:
                loaded = await visible(work, ticket.id, lock=True)
                for _ in range(random.choice((1, 1, 2))):
                    await anything(world, random)(work, loaded)
        except CodexError:
            pass  # refused: then the row, which is read all the same, must be as before
        row = await world.reload(ticket)
        seen[ticket.id].append((now, row))
    return seen


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_events_add_up_to_the_row_at_every_instant(world: World, seed: int) -> None:
    for ticket_id, moments in (await live(world, Random(seed), steps=90)).items():
        row = moments[-1][1]
        events = await world.events(row)
        assert [event.version for event in events] == list(range(1, row.version + 1))
        assert list(differences(fold(events), row)) == [], ticket_id
        then = dict(moments)  # of several rows at one instant the last one counts
        for at, old in then.items():
            state = as_of(events, at)
            assert state is not None and list(differences(state, old)) == []
        assert as_of(events, row.created_at - timedelta(microseconds=1)) is None
        assert row.version > 8, "the run must not be one of refusals alone"
    assert await world.differences() == []


async def test_a_step_that_is_half_refused_leaves_nothing(world: World) -> None:
    ticket = await standing(world, S.ASSIGNED, assignee=world.amir)
    with pytest.raises(CodexError):
        async with world.work(as_=world.amir) as work:
            loaded = await visible(work, ticket.id, lock=True)
            await triage.set_priority(work, loaded, TicketPriority.P1)
            await triage.set_subject(work, loaded, "")
    assert (await world.reload(ticket)).priority is TicketPriority.P3
    assert await world.differences() == []


LIES = {
    "subject": ("UPDATE tickets SET subject = 'Forged'", "The printer is on fire", "Forged"),
    "priority": ("UPDATE tickets SET priority = 'P1'", "P3", "P1"),
    "status": ("UPDATE tickets SET status = 'WAITING_ON_VENDOR'", "IN_PROGRESS", "WAITING_ON_VENDOR"),
    "first_response_at": (f"UPDATE tickets SET first_response_at = '{MORNING}'", "None", "2026-03-02 09:00:00+00:00"),
    "version": ("UPDATE tickets SET version = 9", "4", "9"),
    "": ("DELETE FROM ticket_events WHERE version = 2", "event 2 is missing", ""),
}
BROKEN = {
    "all events gone": ("DELETE FROM ticket_events", "there are no events"),
    "the last event gone": ("DELETE FROM ticket_events WHERE version = 4", ""),
    "the first event another": ("UPDATE ticket_events SET type = 'ROUTED' WHERE version = 1", "it begins with ROUTED"),
    "a forged old value": (
        """UPDATE ticket_events SET payload = '{"from": "CLOSED", "to": "IN_PROGRESS"}' WHERE version = 4""",
        "event 4 changes status from a value that it did not have",
    ),
    "a time before": (
        "UPDATE ticket_events SET created_at = created_at - interval '1 day' WHERE version = 3",
        "event 3 is earlier than the one before it",
    ),
    "an empty payload": ("UPDATE ticket_events SET payload = '{}' WHERE version = 4", "event 4 cannot be read"),
    "a value that is none": (
        """UPDATE ticket_events SET payload = '{"from": "ASSIGNED", "to": "LOST"}' WHERE version = 4""",
        "event 4 cannot be read",
    ),
    "no payload at the beginning": (
        "UPDATE ticket_events SET payload = '{}' WHERE version = 1", "event 1 cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("column", LIES)
async def test_a_change_that_was_not_recorded_is_found_and_named(
    world: World, server: embedded.Server, world_database: FreshDatabase, column: str
) -> None:
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    statement, told, kept = LIES[column]
    with as_superuser(server, world_database) as connection:
        connection.execute(statement.encode())
    found = [(d.ticket, d.column, d.history, d.row) for d in await world.differences()]
    assert found == [(ticket.display_id, column, told, kept)]


@pytest.mark.parametrize("case", BROKEN)
async def test_a_history_that_was_tampered_with_is_found(
    world: World, server: embedded.Server, world_database: FreshDatabase, case: str
) -> None:
    await world.ticket(team=world.hr)
    ticket = await standing(world, S.IN_PROGRESS, assignee=world.amir)
    statement, said = BROKEN[case]
    with as_superuser(server, world_database) as connection:
        connection.execute(
            f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} ticket_id = %s".encode(), [ticket.id]
        )
    found = await world.differences()
    assert {d.ticket for d in found} == {ticket.display_id}
    assert not said or [(d.column, d.history) for d in found] == [("", said)]


async def test_a_ticket_is_read_as_it_was_by_who_sees_it_today(world: World) -> None:
    ticket = await world.ticket(team=world.it, at="2026-03-02T09:00Z", category=world.categories["vpn"])
    for person, command, hour in (
        (world.amir, assign(world.amir), "10"), (world.amir, move(S.RESOLVED), "11"),
        (world.rosa, move(S.REOPENED), "12"),
        (world.lena, lambda w, t: assignment.transfer_to(w, t, world.hr), "13"),
    ):  # fmt: skip
        await act(world, person, ticket, command, now=f"2026-03-02T{hour}:00Z")
    actor = await world.actor(world.rosa)
    async with world.reading() as reader:
        seen = await reading.seen(reader, actor, ticket.id, now=instant(MORNING))
        was = [await detail_as_of(reader, actor, seen, instant(f"2026-03-02T{h}:30Z")) for h in range(10, 14)]
    assert [row.status for row in was] == [S.ASSIGNED, S.RESOLVED, S.REOPENED, S.REOPENED]
    assert [row.assigned_team.slug for row in was if row.assigned_team] == ["it", "it", "it", "hr"]
    assert [row.assignee.display_name if row.assignee else None for row in was] == ["Amir Haddad"] * 3 + [None]
    assert was[1].completed_at == instant("2026-03-02T11:00Z") and was[2].completed_at is None
