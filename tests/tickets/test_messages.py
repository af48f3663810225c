"""The conversation: who answers first, what a requester's reply brings about, how words become a page."""

from datetime import timedelta

import pytest
from scenes import Command, act, follow, grant, move, standing, story

from codex.kernel.actor import Actor, ActorKind, importer, system
from codex.kernel.errors import Invalid
from codex.tickets import messages, reading
from codex.tickets.messages import BODY_MOST, REOPENS_WITHIN
from codex.tickets.models import AccessLevel, MessageType, Ticket
from codex.tickets.models import TicketStatus as S
from world import World, instant

pytestmark = pytest.mark.anyio

NINE, TEN, ELEVEN = (f"2026-03-02T{hour}:00Z" for hour in ("09", "10", "11"))


def say(body: str = "Hello.") -> Command:
    return lambda work, ticket: messages.add(work, ticket, type=MessageType.PUBLIC, body=body)


def note(body: str = "Hm.") -> Command:
    return lambda work, ticket: messages.add(work, ticket, type=MessageType.INTERNAL, body=body)


AWAKE = {
    S.WAITING_ON_REQUESTER: S.IN_PROGRESS,
    S.RESOLVED: S.REOPENED,
    S.CLOSED: S.REOPENED,
}


@pytest.mark.parametrize("status", [s for s in S if s is not S.NEW])
async def test_a_requesters_reply_wakes_what_waits_for_them_or_is_done(world: World, status: S) -> None:
    ticket = await standing(world, status, assignee=world.amir)
    ticket = await act(world, world.rosa, ticket, say("It still burns."), now=TEN)
    assert ticket.status is AWAKE.get(status, status)
    assert (ticket.resolved_at, ticket.closed_at, ticket.completed_at, ticket.first_response_at) == (None,) * 4
    assert (await world.messages(ticket))[-1].author_id == world.rosa.id
    assert await world.differences() == []


async def test_a_reply_to_a_waiting_ticket_that_nobody_has_makes_it_triaged(world: World) -> None:
    ticket = await standing(world, S.WAITING_ON_REQUESTER)
    assert (await act(world, world.rosa, ticket, say())).status is S.TRIAGED


@pytest.mark.parametrize("status", [S.WAITING_ON_REQUESTER, S.RESOLVED, S.CLOSED])
async def test_what_anybody_else_writes_wakes_nothing(world: World, status: S) -> None:
    ticket = await standing(world, status, assignee=world.amir)
    await follow(world, ticket, world.otto)
    for person, command in ((world.otto, say()), (world.amir, say()), (world.lena, note()), (system(), say())):
        ticket = await act(world, person, ticket, command)
    assert ticket.status is status


async def test_a_note_of_a_requester_who_works_there_too_wakes_nothing(world: World) -> None:
    ticket = await world.ticket(requester=world.amir, team=world.it, status=S.RESOLVED)
    assert (await act(world, world.amir, ticket, note())).status is S.RESOLVED
    assert (await act(world, world.amir, ticket, say())).status is S.REOPENED


@pytest.mark.parametrize(("after", "reopens"), [(timedelta(), True), (timedelta(microseconds=1), False)])
async def test_a_reply_reopens_for_fourteen_days_and_no_longer(world: World, after: timedelta, reopens: bool) -> None:
    ticket = await world.ticket(team=world.it, status=S.RESOLVED, at=NINE)
    ticket = await act(world, world.lena, ticket, move(S.CLOSED), now=TEN)
    late = instant(TEN) + REOPENS_WITHIN + after
    assert timedelta(days=14) == REOPENS_WITHIN
    if reopens:
        assert (await act(world, world.rosa, ticket, say(), now=late)).status is S.REOPENED
        return
    assert (await act(world, world.rosa, ticket, say(), now=late)).status is S.CLOSED
    assert await world.messages(ticket) == []
    assert (await act(world, world.amir, ticket, say(), now=late)).status is S.CLOSED


async def test_the_first_public_answer_of_the_team_is_the_first_response(world: World) -> None:
    ticket = await world.ticket(team=world.it, at=NINE)
    await follow(world, ticket, world.otto)
    for person, command in ((world.rosa, say()), (world.otto, say()), (world.amir, note()), (system(), say())):
        assert (await act(world, person, ticket, command, now=NINE)).first_response_at is None
    assert (await act(world, world.amir, ticket, say(), now=TEN)).first_response_at == instant(TEN)
    assert (await act(world, world.lena, ticket, say(), now=ELEVEN)).first_response_at == instant(TEN)

    firsts = [event.payload["firstResponse"] for event in await world.events(ticket) if event.type == "MESSAGE_ADDED"]
    assert firsts == [False, False, False, False, True, False]
    assert await world.differences() == []


async def test_an_agent_does_not_answer_their_own_request_and_a_mail_answers_as_its_sender(world: World) -> None:
    own = await world.ticket(requester=world.amir, team=world.it)
    assert (await act(world, world.amir, own, say())).first_response_at is None
    amir = await world.actor(world.amir)
    mail = Actor(ActorKind.MAIL, amir.name, amir.id, amir.email, amir.role, amir.team_roles)
    asked = await world.ticket(team=world.it)
    assert (await act(world, mail, asked, say(), now=TEN)).first_response_at == instant(TEN)


async def test_a_replayed_reply_of_the_requester_wakes_the_ticket(world: World) -> None:
    ticket = await standing(world, S.WAITING_ON_REQUESTER, assignee=world.amir)
    assert (await act(world, importer("Import", world.rosa.id), ticket, say())).status is S.IN_PROGRESS


async def test_events_name_the_message_and_not_its_words(world: World) -> None:
    ticket = await standing(world, S.RESOLVED)
    await act(world, world.rosa, ticket, say("My password is hunter2."))
    added, reopened = (await world.events(ticket))[-2:]
    message = (await world.messages(ticket))[0]
    assert (added.type, reopened.type) == ("MESSAGE_ADDED", "STATUS_CHANGED")
    assert added.payload == {"messageId": str(message.id), "type": "PUBLIC", "firstResponse": False}


@pytest.mark.parametrize("body", ["", " \n\t ", "\x00", "\n\r\n", "b" * (BODY_MOST + 1)])
async def test_an_empty_or_endless_message_is_refused(world: World, body: str) -> None:
    ticket = await world.ticket(team=world.it)
    for command in (say(body), note(body)):
        with pytest.raises(Invalid) as refused:
            await act(world, world.amir, ticket, command)
        assert [problem.path for problem in refused.value.problems] == ["body"]
    assert await story(world, ticket) == ["TICKET_CREATED"]


HARMFUL = """Look **here**: <script>alert(1)</script> <img src=x onerror=alert(1)>

[click](javascript:alert(1)) [mail](mailto:it@acme.example) ![](http://evil.example/pixel.png)"""


async def test_words_are_kept_as_written_and_read_as_harmless_html(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await act(world, world.rosa, ticket, say(HARMFUL))
    row = (await seen_by(world, ticket, "amir"))[0]
    assert row.body == HARMFUL
    assert "<strong>here</strong>" in row.body_html and 'href="mailto:it@acme.example"' in row.body_html
    assert not any(bad in row.body_html for bad in ("<script", "<img", 'href="javascript', "evil.example/pixel"))


async def test_notes_are_read_by_those_who_see_the_inside(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await follow(world, ticket, world.otto)
    for command in (say("Answer"), note("Secret")):
        await act(world, world.amir, ticket, command)
    for name in ("rosa", "otto"):
        assert [row.body for row in await seen_by(world, ticket, name)] == ["Answer"]
    for name in ("amir", "lena", "tara", "ona"):
        assert [row.body for row in await seen_by(world, ticket, name)] == ["Answer", "Secret"]


async def test_that_a_note_was_written_is_part_of_the_inner_history_alone(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await follow(world, ticket, world.otto)
    await grant(world, ticket, world.hr, AccessLevel.READ)
    for command in (note("Secret"), say("Answer"), move(S.RESOLVED)):
        await act(world, world.amir, ticket, command)
    outer, inner = [1, 2, 5, 6], [1, 2, 3, 4, 5, 6]
    for name, versions in (("rosa", outer), ("otto", outer), ("amir", inner), ("hana", inner), ("ona", inner)):
        actor = await world.actor(getattr(world, name))
        async with world.reading() as reader:
            seen = await reading.seen(reader, actor, ticket.id, now=instant(ELEVEN))
            first = await reading.events(reader, actor, seen, now=instant(ELEVEN), limit=3)
            rest = await reading.events(reader, actor, seen, now=instant(ELEVEN), limit=3, cursor=first.next_cursor)
        assert [event.version for event in (*first.items, *rest.items)] == versions, name


async def test_who_asks_and_works_there_reads_the_notes_on_their_own_request(world: World) -> None:
    ticket = await world.ticket(requester=world.amir, team=world.it)
    await act(world, world.lena, ticket, note("Between us"))
    assert [row.body for row in await seen_by(world, ticket, "amir")] == ["Between us"]


async def seen_by(world: World, ticket: Ticket, name: str):  # type: ignore[no-untyped-def]
    """The conversation as somebody reads it."""
    actor = await world.actor(getattr(world, name))
    async with world.reading() as reader:
        found = await reading.seen(reader, actor, ticket.id, now=instant(ELEVEN))
        return (await reading.messages(reader, actor, found)).items
