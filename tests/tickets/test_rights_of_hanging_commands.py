"""What hangs on a ticket is changed by whom the tables allow, tried by everybody on real tickets."""

import pytest
from rights_stage import EARLY, SITUATIONS, stage
from scenes import Command, act, follow, hire, verdict

from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.actor import UserRole, system
from codex.tickets import access, deletion, drafts, followers, linking, messages, tagging, triage
from codex.tickets.linking import LinkKind
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio

PUBLIC, INTERNAL = MessageType.PUBLIC, MessageType.INTERNAL
LATER = instant("2030-01-01T00:00Z")


def commands(world: World, other: Ticket, nora: User) -> dict[str, list[Command]]:
    """Everything that an operation of the table stands for. `other`: another ticket that everybody sees; `nora` is
    nothing to either."""

    async def redact(work: Work, ticket: Ticket) -> None:
        (message,) = await world.messages(ticket)
        await messages.redact(work, ticket, await messages.of(work, ticket, message.id))

    return {
        "CHANGE": [
            lambda work, ticket: tagging.add(work, ticket, "vpn"),
            lambda work, ticket: tagging.remove(work, ticket, "vpn"),
            lambda work, ticket: triage.put_off(work, ticket, LATER),
            lambda work, ticket: triage.put_off(work, ticket, None),
        ],
        "CHANGE_REQUESTER": [
            lambda work, ticket: triage.set_requester(work, ticket, world.tara),
            lambda work, ticket: triage.set_requester(work, ticket, world.rosa),
        ],
        "DELETE": [deletion.delete, lambda work, ticket: deletion.restore(work, ticket.id)],
        "LINK": [lambda work, ticket: linking.link(work, ticket.id, other.id, LinkKind.PARENT)],
        "REDACT": [redact],
        "REPLY": [lambda work, ticket: drafts.keep(work, ticket, type=PUBLIC, body="Hm")],
        "NOTE": [lambda work, ticket: drafts.keep(work, ticket, type=INTERNAL, body="Hm")],
        "FOLLOW": [lambda work, ticket: followers.remove(work, ticket, work.actor.id or ticket.id)],
        "ADD_FOLLOWER": [lambda work, ticket: followers.add(work, ticket, nora)],
        "REMOVE_FOLLOWER": [lambda work, ticket: followers.remove(work, ticket, nora.id)],
        "GRANT_READ": [lambda work, ticket: access.revoke(work, ticket, world.hr)],
        "GRANT_WRITE": [
            lambda work, ticket: access.grant(work, ticket, world.hr, AccessLevel.WRITE),
            lambda work, ticket: access.revoke(work, ticket, world.facilities),
        ],
    }


@pytest.mark.parametrize(("status", "who"), SITUATIONS)
async def test_commands_do_what_the_table_allows_and_refuse_the_rest(
    world: World, status: TicketStatus, who: str | None
) -> None:
    ticket, bonds = await stage(world, status, who)
    other, _ = await stage(world, TicketStatus.NEW, None)
    nora = await hire(world, "Nora", UserRole.EMPLOYEE)
    await act(world, system(), ticket, lambda w, t: messages.add(w, t, type=PUBLIC, body="Words"), now=EARLY)
    wrong = [
        (bond, operation, number)
        for person, bond in bonds
        for operation, tried in commands(world, other, nora).items()
        for number, command in enumerate(tried)
        if await verdict(world, await world.actor(person), ticket, command) != bond.verdict(operation)
    ]
    assert wrong == []
    assert await world.differences() == []


async def test_a_requester_removes_those_followers_whom_they_added_and_no_others(world: World) -> None:
    ticket = await world.ticket(requester=world.rosa, team=world.it)
    by_rosa, by_lena, alone = [await hire(world, name, UserRole.EMPLOYEE) for name in ("Nora", "Nils", "Nina")]
    for person, added in ((world.rosa, by_rosa), (world.lena, by_lena)):
        await act(world, person, ticket, lambda work, found, user=added: followers.add(work, found, user))
    await follow(world, ticket, alone)

    rosa = await world.actor(world.rosa)
    for user, expected in ((by_rosa, "Y"), (by_lena, "x"), (alone, "x"), (world.rosa, "Y"), (world.otto, "x")):
        tried = await verdict(world, rosa, ticket, lambda work, found, key=user.id: followers.remove(work, found, key))
        assert tried == expected, user.display_name
