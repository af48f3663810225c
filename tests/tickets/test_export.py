"""Exports hold what the policy lets one export, whatever the size of the chunks they are read in."""

import csv
import io

import pytest

from codex.identity import people, queries
from codex.kernel.actor import Actor, system
from codex.kernel.errors import Forbidden
from codex.tickets import export
from codex.tickets.filters import Filters
from codex.tickets.policy import EXPORT_SQL, Operation, may, may_export, sight
from crowd import NOW, gather
from world import World

pytestmark = pytest.mark.anyio


async def exported(world: World, actor: Actor) -> list[dict[str, str]]:
    """The whole export of somebody."""
    found = [text async for text in export.lines(world.database, actor, Filters(), now=NOW)]
    return list(csv.DictReader(io.StringIO(b"".join(found).decode(), newline=""), strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_right_and_its_sql_are_the_same(world: World, seed: int) -> None:
    crowd = await gather(world, seed)
    for person in [*crowd.people, None]:
        actor = await world.actor(person) if person else system()
        expected = {ticket.id for ticket in crowd.tickets if may(actor, Operation.EXPORT, ticket)}
        async with world.reading() as reader:
            found = await reader.all(f"SELECT id FROM tickets WHERE {EXPORT_SQL}", sight(actor, NOW))
        assert {row[0] for row in found} == expected, actor.name
        assert may_export(actor) or not expected


async def test_it_holds_what_one_leads_and_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 7)
    crowd = await gather(world, 1, tickets=40)
    for person in crowd.people:
        actor = await world.actor(person)
        expected = sorted(str(t.id) for t in crowd.tickets if may(actor, Operation.EXPORT, t))
        if may_export(actor):
            assert [row["id"] for row in await exported(world, actor)] == expected, person.display_name
        else:
            with pytest.raises(Forbidden):
                await exported(world, actor)


async def test_who_loses_the_right_in_the_middle_gets_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 1)
    tickets = [await world.ticket(team=world.it) for _ in range(3)]
    lines = export.lines(world.database, await world.actor(world.lena), Filters(), now=NOW)
    assert [len((await anext(lines)).splitlines()) for _ in range(2)] == [1, 1]
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await queries.person(work.session, world.lena.id, lock=True))
    with pytest.raises(Exception, match="no such active person"):
        await anext(lines)
    assert len(tickets) == 3
