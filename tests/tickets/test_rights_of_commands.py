"""Every command asks the policy: the tables as written, tried by everybody on real tickets in every status."""

import pytest
from rights_stage import EARLY, SITUATIONS, stage
from scenes import Command, act, grant, move, verdict

from codex.db.work import Work
from codex.kernel.errors import Conflict
from codex.tickets import assignment, messages, triage
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketPriority, TicketStatus
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio


def write(kind: MessageType) -> Command:
    return lambda work, ticket: messages.add(work, ticket, type=kind, body="Look again.")


async def take(work: Work, ticket: Ticket) -> None:
    await assignment.assign_to(work, ticket, work.actor.id)


def commands(world: World) -> dict[str, list[Command]]:
    """Everything that an operation of the table stands for, with words and values that are really new."""
    return {
        "REPLY": [write(MessageType.PUBLIC)],
        "NOTE": [write(MessageType.INTERNAL)],
        "CHANGE": [
            lambda work, ticket: triage.set_priority(work, ticket, TicketPriority.P1),
            lambda work, ticket: triage.set_priority(work, ticket, ticket.priority),
            lambda work, ticket: triage.set_category(work, ticket, world.categories["vpn"]),
            lambda work, ticket: triage.set_category(work, ticket, None),
        ],
        "EDIT_TEXT": [
            lambda work, ticket: triage.set_subject(work, ticket, "Another headline"),
            lambda work, ticket: triage.set_subject(work, ticket, ticket.subject),
            lambda work, ticket: triage.set_description(work, ticket, "In other words"),
        ],
        "ASSIGN": [
            lambda work, ticket: assignment.assign_to(work, ticket, world.tara.id),
            lambda work, ticket: assignment.assign_to(work, ticket, None),
        ],
        "TRANSFER": [
            lambda work, ticket: assignment.transfer_to(work, ticket, world.finance),
            lambda work, ticket: assignment.transfer_to(work, ticket, world.it),
        ],
    }


@pytest.mark.parametrize(("status", "who"), SITUATIONS)
async def test_commands_do_what_the_table_allows_and_refuse_the_rest(
    world: World, status: TicketStatus, who: str | None
) -> None:
    ticket, bonds = await stage(world, status, who)
    actors = [(await world.actor(person), bond) for person, bond in bonds]
    wrong = [
        (actor.name, operation, number)
        for operation, tried in commands(world).items()
        for number, command in enumerate(tried)
        for actor, bond in actors
        # What one does to oneself is TAKE, which is tried on its own.
        if not (operation == "ASSIGN" and actor.id == world.tara.id)
        and await verdict(world, actor, ticket, command) != bond.verdict(operation)
    ]
    assert wrong == []


@pytest.mark.parametrize("who", [None, "amir", "lena"])
async def test_only_members_take_a_ticket(world: World, who: str | None) -> None:
    ticket, bonds = await stage(world, TicketStatus.TRIAGED, who)
    for person, bond in bonds:
        assert await verdict(world, await world.actor(person), ticket, take) == bond.verdict("TAKE"), (
            person.display_name
        )


async def test_of_a_ticket_that_one_may_not_see_no_command_says_that_it_exists(world: World) -> None:
    hidden = await world.ticket(team=world.hr, requester=world.rosa, at=EARLY)
    await grant(world, hidden, world.facilities, AccessLevel.WRITE, expires_at=instant(MORNING), now=EARLY)
    for person in (world.otto, world.amir, world.farid):
        actor = await world.actor(person)
        for tried in commands(world).values():
            assert [await verdict(world, actor, hidden, command) for command in tried] == ["h"] * len(tried)
        assert await verdict(world, actor, hidden, take) == "h"


async def test_asking_for_the_team_that_it_has_is_refused_to_who_may_not_move_it(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    path, same = f"/api/v1/tickets/{ticket.number}/assign", {"teamId": str(world.it.id)}
    for person, status_code in ((world.rosa, 403), (world.otto, 404), (world.lena, 200)):
        answer = await (await world.client(person)).post(path, json=same)
        assert answer.status_code == status_code, person.display_name
    assert (await world.reload(ticket)).version == ticket.version


async def test_rights_end_with_what_gave_them(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    seen = await verdict(world, await world.actor(world.amir), ticket, write(MessageType.INTERNAL))
    await act(world, world.lena, ticket, lambda work, t: assignment.transfer_to(work, t, world.hr))

    assert seen == "Y"
    assert await verdict(world, await world.actor(world.amir), ticket, write(MessageType.INTERNAL)) == "h"
    assert await verdict(world, await world.actor(world.hana), ticket, write(MessageType.INTERNAL)) == "Y"
    with pytest.raises(Conflict, match="ASSIGNED"):
        await act(world, world.hana, ticket, move(TicketStatus.ASSIGNED))
