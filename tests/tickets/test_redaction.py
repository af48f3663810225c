"""Notes in other words, words that are gone for good, notes for the team alone, and what was only begun."""

from typing import Any

import pytest
from scenes import Command, act, as_superuser, grant, story

from codex.db import embedded
from codex.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from codex.tickets import drafts, messages, reading, thread
from codex.tickets.models import AccessLevel, MessageType, Ticket
from databases import FreshDatabase
from world import World, instant

pytestmark = pytest.mark.anyio

PUBLIC, INTERNAL = MessageType.PUBLIC, MessageType.INTERNAL
NINE, QUARTER_PAST, LATER = "2026-03-02T09:00Z", "2026-03-02T09:15Z", "2026-03-02T09:15:00.000001Z"


async def say(world: World, ticket: Ticket, body: str, *, as_: Any = None, **more: Any) -> Any:
    """Write a message; returns it."""
    kind = more.pop("type", INTERNAL)

    async def command(work: Any, found: Ticket) -> None:
        await messages.add(work, found, type=kind, body=body, **more)

    await act(world, as_ or world.amir, ticket, command, now=NINE)
    return (await world.messages(ticket))[-1]


def edit(message: Any, body: str) -> Command:
    async def command(work: Any, ticket: Ticket) -> None:
        await messages.edit(work, ticket, await messages.of(work, ticket, message.id), body)

    return command


def redact(message: Any, **more: Any) -> Command:
    async def command(work: Any, ticket: Ticket) -> None:
        await messages.redact(work, ticket, await messages.of(work, ticket, message.id), **more)

    return command


async def test_ones_own_note_is_put_in_other_words_for_a_quarter_of_an_hour(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    note, reply = await say(world, ticket, "Frist"), await say(world, ticket, "Hello", type=PUBLIC)
    for _ in range(2):
        await act(world, world.amir, ticket, edit(note, "First"), now=QUARTER_PAST)
    kept = (await world.messages(ticket))[0]
    assert (kept.body, kept.edited_at) == ("First", instant(QUARTER_PAST))
    assert (await story(world, ticket)).count("MESSAGE_EDITED") == 1
    for person, message, now in (
        (world.amir, note, LATER), (world.lena, note, NINE), (world.amir, reply, NINE), (world.ona, note, NINE),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            await act(world, person, ticket, edit(message, "Other"), now=now)
    assert await world.differences() == []


async def test_a_note_needs_words_and_is_not_written_anew_once_they_are_gone(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    note = await say(world, ticket, "Words")
    with pytest.raises(Invalid):
        await act(world, world.amir, ticket, edit(note, " "), now=NINE)
    await act(world, world.amir, ticket, redact(note), now=NINE)
    with pytest.raises(Conflict):
        await act(world, world.amir, ticket, edit(note, "Again"), now=NINE)


async def test_leads_take_back_any_words_and_agents_their_own_for_a_while(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE, now=NINE)
    hers, his = await say(world, ticket, "Hers", as_=world.rosa, type=PUBLIC), await say(world, ticket, "His")
    for person, message, now in (
        (world.rosa, hers, NINE), (world.farid, hers, NINE), (world.amir, hers, NINE), (world.amir, his, LATER),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            await act(world, person, ticket, redact(message), now=now)
    await act(world, world.amir, ticket, redact(his), now=QUARTER_PAST)
    await act(world, world.lena, ticket, redact(hers, reason=" A password "), now="2026-05-01T09:00Z")
    assert [(m.body, m.redacted_at is not None) for m in await world.messages(ticket)] == [("", True)] * 2
    assert (await world.events(ticket))[-1].payload == {
        "messageId": str(hers.id), "type": "PUBLIC", "reason": "A password",
    }  # fmt: skip
    await act(world, world.lena, ticket, redact(hers), now="2026-05-01T09:00Z")
    assert (await story(world, ticket)).count("MESSAGE_REDACTED") == 2
    assert await world.differences() == []


async def test_redacted_words_are_nowhere_in_the_database(
    world: World, server: embedded.Server, world_database: FreshDatabase
) -> None:
    ticket, secret = await world.ticket(team=world.it, at=NINE), "hunter2 with 100 %_\\ wildcards"
    message = await say(world, ticket, f"My password is {secret}.", as_=world.rosa, type=PUBLIC)
    for person, body in ((world.rosa, f"Again: {message.body}"), (world.amir, "Which password?")):
        await act(world, person, ticket, lambda w, t, b=body: drafts.keep(w, t, type=PUBLIC, body=b))
    await act(world, world.lena, ticket, redact(message))

    with as_superuser(server, world_database) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in tables.fetchall():
            rows = connection.execute(f"SELECT t::text FROM {table} t".encode()).fetchall()
            assert not [row for row in rows if "hunter2" in row[0]], table
        assert connection.execute("SELECT body FROM drafts").fetchall() == [("Which password?",)]


async def test_every_reading_has_no_words_and_says_that_they_were_removed(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    reply, note = await say(world, ticket, "Secret", type=PUBLIC), await say(world, ticket, "Secret too")
    for message in (reply, note):
        await act(world, world.lena, ticket, redact(message))
    for name, shown in (("amir", 2), ("rosa", 1)):
        actor = await world.actor(getattr(world, name))
        async with world.reading() as reader:
            seen = await reading.seen(reader, actor, ticket.id, now=instant(LATER))
            read = (await reading.messages(reader, actor, seen)).items
            said = [one for one in (await thread.latest(reader, actor, seen)).entries if isinstance(one, thread.Said)]
            told = (await reading.events(reader, actor, seen, now=instant(LATER))).items
        assert [(m.body, m.body_html, m.is_redacted, m.mentions) for m in read] == [("", "", True, [])] * shown
        assert [(m.body, m.is_redacted) for m in said] == [("", True)] * shown
        assert sum(event.type == "MESSAGE_REDACTED" for event in told) == shown, "a note's is internal"


async def test_a_note_for_the_team_is_not_there_for_teams_with_a_read_grant(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    await grant(world, ticket, world.hr, AccessLevel.READ, now=NINE)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE, now=NINE)
    note = await say(world, ticket, "For us", is_team_only=True)
    await say(world, ticket, "For all who work on it")
    await act(world, world.amir, ticket, edit(note, "For us alone"), now=NINE)
    await act(world, world.amir, ticket, redact(note), now=NINE)
    for name, shown in (("amir", True), ("farid", True), ("ona", True), ("hana", False)):
        actor = await world.actor(getattr(world, name))
        async with world.reading() as reader:
            seen = await reading.seen(reader, actor, ticket.id, now=instant(LATER))
            read = (await reading.messages(reader, actor, seen)).items
            entries = (await thread.latest(reader, actor, seen)).entries
            told = (await reading.events(reader, actor, seen, now=instant(LATER))).items
        assert [m.is_team_only for m in read] == ([True, False] if shown else [False]), name
        named = [e for e in told if e.payload.get("messageId") == str(note.id)]
        assert len(named) == (3 if shown else 0), name
        assert any(str(note.id) in str(entry) for entry in entries) is shown, name
    with pytest.raises(NotFound):
        await act(world, world.hana, ticket, redact(note), now=NINE)
    with pytest.raises(Invalid) as refused:
        await say(world, ticket, "For us", type=PUBLIC, is_team_only=True)
    assert refused.value.problems[0].path == "isTeamOnly"
