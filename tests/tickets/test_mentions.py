"""`@name` in a message calls somebody who may see it, by whole name, address or first name; nobody else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import act, follow, grant

from codex.identity import people
from codex.identity.queries import person
from codex.tickets import messages, reading
from codex.tickets.mentions import Person, called
from codex.tickets.models import AccessLevel, MessageType, Ticket
from world import MORNING, World, instant

AMIR, LENA, ANNA, OTHER_ANNA, AL = (UUID(int=n) for n in range(1, 6))
PEOPLE = [
    Person(AMIR, "Amir Haddad", "amir@acme.example"),
    Person(LENA, "Lena Brandt", "l.brandt@acme.example"),
    Person(ANNA, "Anna Lee", "anna.lee@acme.example"),
    Person(OTHER_ANNA, "Anna Le", "al@acme.example"),
    Person(AL, "Al Capone", "capone@acme.example"),
]
CALLS: dict[str, list[UUID]] = {
    "@Amir Haddad, look": [AMIR],
    "@amir": [AMIR],
    "(@AMIR)": [AMIR],
    "see @l.brandt.": [LENA],
    "@Lena and @amir and @lena brandt": [LENA, AMIR],
    "@Anna": [],
    "@Anna Lee": [ANNA],
    "@anna le!": [OTHER_ANNA],
    "@anna.lee": [ANNA],
    "@al": [OTHER_ANNA],
    "@amirs": [],
    "@amir_h": [],
    "mail amir@amir.example or @@amir": [],
    "@ amir @": [],
    "@nobody": [],
    "path/@amir": [],
}


@pytest.mark.parametrize("body", CALLS)
def test_a_name_after_an_at_calls(body: str) -> None:
    assert list(called(body, PEOPLE)) == CALLS[body]


@given(st.text(alphabet="@Amir Hadİß.lena\n", max_size=60))
def test_any_text_calls_each_of_the_people_once_at_most(body: str) -> None:
    found = list(called(body, PEOPLE))
    assert len(found) == len(set(found)) and set(found) <= {person.id for person in PEOPLE}


async def written(world: World, ticket: Ticket, body: str, *, as_: Any = None, **more: Any) -> list[str]:
    """Who is called by a message just written."""
    kind = more.pop("type", MessageType.PUBLIC)

    async def command(work: Any, found: Ticket) -> None:
        await messages.add(work, found, type=kind, body=body, **more)

    await act(world, as_ or world.amir, ticket, command)
    message = (await world.messages(ticket))[-1]
    async with world.reading() as reader:
        return [person.display_name for person in (await reading.written(reader, message.id)).mentions]


ALL = "@rosa @otto @lena @tara @hana @farid @ona @amir"


@pytest.mark.anyio
async def test_who_may_see_the_message_is_called_and_nobody_else(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await follow(world, ticket, world.otto)
    await grant(world, ticket, world.hr, AccessLevel.READ)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE)
    await grant(world, ticket, world.finance, AccessLevel.WRITE, expires_at=instant("2026-03-02T09:00:01Z"))

    def first(names: list[str]) -> set[str]:
        return {name.split()[0] for name in names}

    assert first(await written(world, ticket, ALL)) == {"Rosa", "Otto", "Lena", "Tara", "Hana", "Farid", "Ona"}
    note = {"type": MessageType.INTERNAL}
    assert first(await written(world, ticket, ALL, **note)) == {"Lena", "Tara", "Hana", "Farid", "Ona"}
    team_only = first(await written(world, ticket, ALL, is_team_only=True, **note))
    assert team_only == {"Lena", "Tara", "Farid", "Ona"}


@pytest.mark.anyio
async def test_only_who_is_active_is_called(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await person(work.session, world.lena.id, lock=True))
    assert await written(world, ticket, "@lena @tara") == ["Tara Lindqvist"]


@pytest.mark.anyio
async def test_a_note_in_other_words_calls_others_and_a_redacted_one_nobody(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    assert await written(world, ticket, "@lena and @tara", type=MessageType.INTERNAL) == [
        "Lena Brandt",
        "Tara Lindqvist",
    ]
    message = (await world.messages(ticket))[0]

    async def now_called() -> list[str]:
        async with world.reading() as reader:
            return [person.display_name for person in (await reading.written(reader, message.id)).mentions]

    async def reword(work: Any, found: Ticket) -> None:
        await messages.edit(work, found, await messages.of(work, found, message.id), "@tara and @ona")

    async def redact(work: Any, found: Ticket) -> None:
        await messages.redact(work, found, await messages.of(work, found, message.id))

    await act(world, world.amir, ticket, reword)
    assert "Tara" in str(await now_called()) and "Lena" not in str(await now_called())
    await act(world, world.amir, ticket, redact, now=MORNING)
    assert await now_called() == []
