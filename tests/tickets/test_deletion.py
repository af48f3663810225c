"""What was deleted is there for nobody, until whoever may restore it does; others' tickets and requesters move on."""

from typing import Any

import pytest
from scenes import act, follow, grant, verdict

from codex.kernel.errors import Forbidden, NotFound, Unprocessable
from codex.tickets import deletion, listing, reading, triage
from codex.tickets.filters import Filters
from codex.tickets.models import AccessLevel, Ticket
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio

EVERYBODY = ("rosa", "otto", "amir", "lena", "tara", "hana", "farid", "ona")


async def staged(world: World) -> Ticket:
    """A ticket that is something to everybody of the cast."""
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    await follow(world, ticket, world.otto)
    await grant(world, ticket, world.hr, AccessLevel.READ)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE)
    return ticket


async def listed(world: World, person: Any, **filters: Any) -> list[str]:
    actor = await world.actor(person)
    async with world.database.reading(actor, now=instant(MORNING)) as reader:
        page = await listing.page(reader, actor, Filters(**filters), now=instant(MORNING))
        counts = await listing.counts(reader, actor, Filters(**filters), now=instant(MORNING))
    assert counts.total == len(page.items)
    return [row.display_id for row in page.items]


async def test_what_was_deleted_is_there_for_nobody_and_restored_it_is_as_before(world: World) -> None:
    ticket = await staged(world)
    await act(world, world.tara, ticket, deletion.delete)
    for name in EVERYBODY:
        person = getattr(world, name)
        assert await listed(world, person) == [], name
        async with world.reading() as reader:
            with pytest.raises(NotFound):
                await reading.detail(reader, await world.actor(person), ticket.id, now=instant(MORNING))
        assert await listed(world, person, is_deleted=True) == (
            [ticket.display_id] if name in ("tara", "ona") else []
        ), name
    for name in EVERYBODY:
        if name not in ("tara", "ona"):
            with pytest.raises(NotFound):
                async with world.work(as_=getattr(world, name)) as work:
                    await deletion.restore(work, ticket.id)
    async with world.work(as_=world.tara) as work:
        restored = await deletion.restore(work, ticket.display_id or "")
    assert (restored.deleted_at, restored.assignee_id) == (None, world.amir.id)
    assert [event.type for event in await world.events(ticket)][-2:] == ["DELETED", "RESTORED"]
    assert await listed(world, world.tara, is_deleted=True) == []
    assert await world.differences() == []


async def test_who_administers_the_team_deletes_and_nobody_else(world: World) -> None:
    ticket = await staged(world)
    before = await world.events(ticket)
    for name in EVERYBODY:
        expected = "Y" if name in ("tara", "ona") else "x"
        actor = await world.actor(getattr(world, name))
        assert await verdict(world, actor, ticket, deletion.delete) == expected, name
        assert await verdict(world, actor, ticket, lambda work, t: deletion.restore(work, t.id)) == expected, name
    async with world.work(as_=world.tara) as work:
        await deletion.restore(work, ticket.id)
    assert len(await world.events(ticket)) == len(before), "restoring what is there writes nothing"


async def test_of_the_deleted_tickets_a_team_admin_sees_those_of_the_team(world: World) -> None:
    ours, theirs = await world.ticket(team=world.it), await world.ticket(team=world.hr)
    nobodys = await world.ticket()
    for ticket in (ours, theirs, nobodys):
        await act(world, world.ona, ticket, deletion.delete)
    assert await listed(world, world.tara, is_deleted=True, teams=(world.hr.id, world.it.id)) == [ours.display_id]
    assert len(await listed(world, world.ona, is_deleted=True)) == 3
    assert await listed(world, world.rosa, is_deleted=True, requester=world.rosa.id) == []


async def test_leads_give_a_ticket_to_another_requester_who_then_sees_it(world: World) -> None:
    ticket = await world.ticket(team=world.it)

    def to(person: Any) -> Any:
        return lambda work, found: triage.set_requester(work, found, person)

    for person in (world.rosa, world.amir):
        with pytest.raises(Forbidden):
            await act(world, person, ticket, to(world.otto))
    for _ in range(2):
        ticket = await act(world, world.lena, ticket, to(world.otto))
    assert (ticket.requester_id, ticket.version) == (world.otto.id, 2)
    assert (await listed(world, world.otto), await listed(world, world.rosa)) == ([ticket.display_id], [])
    world.rosa.is_active = False
    with pytest.raises(Unprocessable):
        await act(world, world.lena, ticket, to(world.rosa))
    assert await world.differences() == []


async def test_a_ticket_rests_until_an_instant_that_is_to_come(world: World) -> None:
    ticket, later = await world.ticket(team=world.it), instant("2026-03-03T09:00Z")

    def until(at: Any) -> Any:
        return lambda work, found: triage.put_off(work, found, at)

    for _ in range(2):
        ticket = await act(world, world.amir, ticket, until(later))
    assert (ticket.follow_up_at, ticket.version) == (later, 2)
    with pytest.raises(Unprocessable):
        await act(world, world.amir, ticket, until(instant(MORNING)))
    with pytest.raises(Forbidden):
        await act(world, world.rosa, ticket, until(None))
    assert (await act(world, world.amir, ticket, until(None))).follow_up_at is None
    assert await world.differences() == []
