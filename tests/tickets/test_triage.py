"""Priority, category, subject, description: a change is one fact, and no change is none."""

from typing import Any

import pytest
from scenes import Command, act

from codex.kernel.errors import Invalid, Unprocessable
from codex.tickets import triage
from codex.tickets.models import Ticket, TicketPriority
from codex.tickets.opening import DESCRIPTION_MOST, SUBJECT_MOST
from world import World

pytestmark = pytest.mark.anyio

LATER = "2026-03-02T10:00Z"


def change(column: str, value: Any) -> Command:
    """The command that sets one of the four."""
    verbs: dict[str, Any] = {
        "priority": triage.set_priority, "category_id": triage.set_category,
        "subject": triage.set_subject, "description": triage.set_description,
    }  # fmt: skip
    return lambda work, ticket: verbs[column](work, ticket, value)


@pytest.fixture
async def ticket(world: World) -> Ticket:
    return await world.ticket(
        team=world.it, subject="Printer", description="It burns.", category=world.categories["vpn"]
    )


def values(world: World, ticket: Ticket) -> dict[str, tuple[str, Any, Any, Any]]:
    """By column: the event, a new value, what the history calls the old and the new one."""
    vpn, wifi = world.categories["vpn"], world.categories["wifi"]
    return {
        "priority": ("PRIORITY_CHANGED", TicketPriority.P1, "P3", "P1"),
        "category_id": ("CATEGORY_CHANGED", wifi, str(vpn.id), str(wifi.id)),
        "subject": ("SUBJECT_CHANGED", "Printer on fire", "Printer", "Printer on fire"),
        "description": ("DESCRIPTION_CHANGED", "It burns.\n\nStill.", "It burns.", "It burns.\n\nStill."),
    }


@pytest.mark.parametrize("column", ["priority", "category_id", "subject", "description"])
async def test_a_change_is_one_event_and_the_same_again_is_none(world: World, ticket: Ticket, column: str) -> None:
    kind, value, old, new = values(world, ticket)[column]
    changed = await act(world, world.amir, ticket, change(column, value), now=LATER)
    again = await act(world, world.amir, ticket, change(column, value), now="2026-03-02T11:00Z")

    event = (await world.events(ticket))[-1]
    assert getattr(changed, column) == getattr(value, "id", value)
    assert (event.type, event.payload, event.version) == (kind, {"from": old, "to": new}, 2)
    assert (again.version, again.updated_at) == (2, changed.updated_at)
    assert await world.differences() == []


async def test_there_may_be_no_category(world: World, ticket: Ticket) -> None:
    ticket = await act(world, world.amir, ticket, change("category_id", None))
    assert ticket.category_id is None
    assert (await act(world, world.amir, ticket, change("category_id", None))).version == ticket.version


async def test_a_category_no_longer_in_use_stays_and_is_not_chosen(world: World, ticket: Ticket) -> None:
    for category in world.categories.values():
        category.is_active = False
    with pytest.raises(Unprocessable, match="no longer in use"):
        await act(world, world.amir, ticket, change("category_id", world.categories["wifi"]))
    same = await act(world, world.amir, ticket, change("category_id", world.categories["vpn"]))
    assert same.version == ticket.version


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        ("subject", "  Two\r\n lines\tand  space ", "Two lines and space"),
        ("subject", "No\x00thing", "Nothing"),
        ("subject", "界" * SUBJECT_MOST, "界" * SUBJECT_MOST),
        ("description", "\r\n a\r\nb\x00\n\n", " a\nb"),
        ("description", "", ""),
        ("description", "d" * DESCRIPTION_MOST, "d" * DESCRIPTION_MOST),
        ("description", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
async def test_text_is_kept_as_written_but_for_what_cannot_be_kept(
    world: World, ticket: Ticket, column: str, given: str, kept: str
) -> None:
    assert getattr(await act(world, world.amir, ticket, change(column, given)), column) == kept


@pytest.mark.parametrize(
    ("column", "given"),
    [
        ("subject", ""), ("subject", " \n\t\x00"), ("subject", "s" * (SUBJECT_MOST + 1)),
        ("description", "d" * (DESCRIPTION_MOST + 1)),
    ],
)  # fmt: skip
async def test_text_that_cannot_be_is_refused_by_its_name(
    world: World, ticket: Ticket, column: str, given: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await act(world, world.amir, ticket, change(column, given))
    assert [problem.path for problem in refused.value.problems] == [column]
    assert (await world.reload(ticket)).version == ticket.version


async def test_a_requester_edits_their_words_while_the_ticket_is_new(world: World, ticket: Ticket) -> None:
    assert (await act(world, world.rosa, ticket, change("subject", "Fire!"))).subject == "Fire!"
