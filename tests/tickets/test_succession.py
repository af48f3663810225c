"""Where a message goes that comes too late to reopen its ticket, or to a merged one."""

from datetime import timedelta
from typing import Any

import pytest
from scenes import act, move, story

from codex.identity import teams
from codex.identity.queries import team
from codex.identity.teams import TeamChanges
from codex.kernel.actor import Actor, ActorKind
from codex.tickets import merging, messages
from codex.tickets.messages import REOPENS_WITHIN
from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketPriority
from codex.tickets.models import TicketStatus as S
from world import World, instant

pytestmark = pytest.mark.anyio

CLOSED = instant("2026-03-02T10:00Z")
LATE = CLOSED + REOPENS_WITHIN + timedelta(microseconds=1)


async def closed(world: World) -> Ticket:
    ticket = await world.ticket(
        team=world.it, assignee=world.amir, category=world.categories["vpn"], priority=TicketPriority.P2,
        subject="VPN drops", at="2026-03-02T09:00Z",
    )  # fmt: skip
    return await act(world, world.amir, ticket, move(S.CLOSED), now=CLOSED)


async def late(world: World, ticket: Ticket, *, as_: Any = None, **more: Any) -> Ticket:
    """Somebody replies too late; returns the ticket that the message is on."""
    ids = []

    async def command(work: Any, found: Ticket) -> None:
        message = await messages.add(work, found, type=MessageType.PUBLIC, body="Again.", **more)
        ids.append(message.ticket_id)

    await act(world, as_ or world.rosa, ticket, command, now=LATE)
    async with world.session() as session:
        return await session.get_one(Ticket, ids[0])


async def test_a_late_reply_is_on_a_new_ticket_about_the_same(world: World) -> None:
    old = await closed(world)
    new = await late(world, old)
    assert (await world.reload(old)).status is S.CLOSED
    assert await world.messages(old) == []
    assert [message.body for message in await world.messages(new)] == ["Again."]
    assert (new.subject, new.requester_id, new.assigned_team_id, new.category_id, new.priority, new.channel) == (
        "VPN drops", world.rosa.id, world.it.id, world.categories["vpn"].id, TicketPriority.P2, TicketChannel.PORTAL,
    )  # fmt: skip
    assert (new.status, new.assignee_id, new.created_at) == (S.NEW, None, LATE)
    assert await story(world, new) == ["TICKET_CREATED", "LINKED", "MESSAGE_ADDED"]
    assert (await world.events(old))[-1].payload == {"ticketId": str(new.id), "type": "RELATED"}
    opened, _, said = await world.events(new)
    assert (opened.actor_kind, said.created_by_id) == (ActorKind.SYSTEM, world.rosa.id)
    assert await world.differences() == []


async def test_only_the_requesters_reply_comes_too_late(world: World) -> None:
    old = await closed(world)
    assert (await late(world, old, as_=world.amir)).id == old.id
    assert (await late(world, old, reopens_within=timedelta(days=15))).id == old.id
    assert (await world.reload(old)).status is S.REOPENED


async def test_a_mail_opens_a_ticket_that_came_by_mail(world: World) -> None:
    rosa = await world.actor(world.rosa)
    mail = Actor(ActorKind.MAIL, rosa.name, rosa.id, rosa.email, rosa.role, rosa.team_roles)
    assert (await late(world, await closed(world), as_=mail)).channel is TicketChannel.EMAIL


async def test_a_team_or_category_no_longer_in_use_gets_no_new_ticket(world: World) -> None:
    old = await closed(world)
    async with world.work(as_=world.ona) as work:
        await teams.change(work, await team(work.session, world.it.id), TeamChanges(is_active=False))
        (await work.session.get_one(type(world.categories["vpn"]), old.category_id)).is_active = False
    new = await late(world, old)
    assert (new.assigned_team_id, new.category_id) == (None, None)
    assert str(new.display_id).startswith("TKT-")
    assert await world.differences() == []


async def test_what_is_written_to_a_merged_ticket_goes_on_also_where_one_may_not_see(world: World) -> None:
    ours, theirs = await world.ticket(team=world.it), await world.ticket(team=world.hr)
    async with world.work(as_=world.ona) as work:
        await merging.merge(work, ours.id, into=theirs.id)
    await act(world, world.amir, ours, lambda w, t: messages.add(w, t, type=MessageType.INTERNAL, body="Look."))
    assert [message.body for message in await world.messages(theirs)] == ["Look."]
    assert await world.differences() == []
