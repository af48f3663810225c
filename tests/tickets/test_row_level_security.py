"""The database by itself, whatever a query forgets: it shows a ticket and what hangs on it to those who may see it."""

import psycopg
import pytest
from scenes import act, follow, grant

from codex.db.database import Reader
from codex.db.work import Work
from codex.tickets import linking, messages, tagging
from codex.tickets.linking import LinkKind
from codex.tickets.models import AccessLevel, MessageType, Ticket
from crowd import NOW, gather
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio

HANGING = (
    "ticket_messages", "ticket_events", "ticket_followers", "ticket_access", "ticket_tags", "ticket_links",
)  # fmt: skip
SECURED = (
    *HANGING, "tickets", "ticket_merges", "attachments", "custom_field_values", "message_mentions", "ticket_reads",
    "drafts", "notifications", "notification_outbox", "sla_instances", "automation_executions",
)  # fmt: skip


async def ids(reader: Reader, table: str) -> set[object]:
    key = "id" if table == "tickets" else "ticket_id"
    return {row[0] for row in await reader.all(f"SELECT {key} FROM {table}")}


async def test_everybody_is_shown_the_tickets_that_they_may_see_and_no_others(world: World) -> None:
    crowd = await gather(world, seed=11)
    for person in crowd.people:
        async with world.database.reading(await world.actor(person), now=NOW) as reader:
            seen = {ticket.id for ticket in crowd.tickets if crowd.sees(person, ticket)}
            assert await ids(reader, "tickets") == seen, person.display_name
            assert await ids(reader, "ticket_events") == seen
            assert await ids(reader, "ticket_followers") <= seen and await ids(reader, "ticket_access") <= seen


async def test_what_hangs_on_a_ticket_is_hidden_with_it(world: World) -> None:
    ticket, other = await world.ticket(team=world.it), await world.ticket(team=world.it)
    await follow(world, ticket, world.otto)
    await grant(world, ticket, world.hr, AccessLevel.READ)

    async def everything(work: Work, found: Ticket) -> None:
        await tagging.add(work, found, "vpn")
        await messages.add(work, found, type=MessageType.PUBLIC, body="Hello")

    await act(world, world.lena, ticket, everything)
    async with world.work(as_=world.lena) as work:
        await linking.link(work, ticket.id, other.id, LinkKind.DUPLICATE)
    for person, sees in ((world.lena, True), (world.hana, True), (world.farid, False)):
        async with world.database.reading(await world.actor(person)) as reader:
            for table in HANGING:
                assert (ticket.id in await ids(reader, table)) is sees or table == "ticket_links", (person, table)


async def test_a_link_is_for_those_who_see_both_ends(world: World) -> None:
    ticket = await world.ticket(team=world.it, requester=world.rosa)
    other = await world.ticket(team=world.finance, requester=world.otto)
    async with world.work(as_=world.ona) as work:
        await linking.link(work, ticket.id, other.id, LinkKind.RELATED)
    for person, sees in ((world.ona, True), (world.lena, False), (world.rosa, False), (world.otto, False)):
        async with world.database.reading(await world.actor(person)) as reader:
            assert (await ids(reader, "ticket_links") != set()) is sees, person.display_name


async def test_a_note_is_for_those_who_see_the_inside(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await act(world, world.amir, ticket, lambda w, t: messages.add(w, t, type=MessageType.INTERNAL, body="Between us"))
    for person, sees in ((world.amir, True), (world.ona, True), (world.rosa, False)):
        async with world.database.reading(await world.actor(person)) as reader:
            assert (await ids(reader, "ticket_messages") != set()) is sees


@pytest.mark.parametrize("table", SECURED)
async def test_without_an_actor_nothing_is_seen(world: World, world_database: FreshDatabase, table: str) -> None:
    await world.ticket(team=world.it)
    with psycopg.connect(**world_database.app) as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        row = connection.execute("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", [table]).fetchone()
        assert row == (True,), "or it is merely empty"


async def test_without_having_decided_nothing_is_written(world: World, world_database: FreshDatabase) -> None:
    ticket = await world.ticket(team=world.it)
    with psycopg.connect(**world_database.app) as connection:
        connection.execute("SELECT set_config('codex.me', %s, true)", [str(world.rosa.id)])
        assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE tickets SET subject = 'Mine' WHERE id = %s", [ticket.id])
