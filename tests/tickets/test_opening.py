"""A ticket begins: for whom, where, called what; and what cannot begin."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from scenes import hire, standing

from codex.identity.models import User
from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole, system
from codex.kernel.errors import CodexError, Forbidden, Invalid, Unprocessable
from codex.tickets import opening
from codex.tickets.models import Ticket, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.opening import DESCRIPTION_MOST, SUBJECT_MOST
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio


async def open_as(world: World, actor: User | Actor, requester: User | None = None, **given: Any) -> Ticket:
    async with world.work(as_=actor) as work:
        return await opening.open_ticket(work, requester=requester, **{"subject": "Help", **given})


async def test_it_begins_new_in_the_queue_of_its_team_with_nobody_on_it(world: World) -> None:
    opened = await open_as(world, world.rosa, subject="Help", description="Now.", team=world.it)
    ticket = await world.reload(opened)

    assert (ticket.status, ticket.priority, ticket.channel) == (
        TicketStatus.NEW, TicketPriority.P3, TicketChannel.PORTAL,
    )  # fmt: skip
    assert (ticket.requester_id, ticket.assigned_team_id, ticket.assignee_id) == (world.rosa.id, world.it.id, None)
    assert (ticket.created_at, ticket.updated_at, ticket.version) == (instant(MORNING), instant(MORNING), 1)
    assert (ticket.first_response_at, ticket.resolved_at, ticket.closed_at, ticket.completed_at) == (None,) * 4
    assert await world.differences() == []


async def test_its_first_event_holds_the_whole_row(world: World) -> None:
    vpn = world.categories["vpn"]
    ticket = await open_as(
        world, world.amir, world.rosa, subject="Help", description="Now.", team=world.it, category=vpn,
        priority=TicketPriority.P1, channel=TicketChannel.EMAIL,
    )  # fmt: skip
    event = (await world.events(ticket))[0]
    assert (event.type, event.version, event.created_by_id) == ("TICKET_CREATED", 1, world.amir.id)
    assert event.payload == {
        "number": ticket.number, "displayId": f"IT-{ticket.number}", "subject": "Help", "description": "Now.",
        "priority": "P1", "channel": "EMAIL", "requesterId": str(world.rosa.id), "teamId": str(world.it.id),
        "categoryId": str(vpn.id),
    }  # fmt: skip


async def test_numbers_count_up_across_teams_and_names_begin_with_the_team(world: World) -> None:
    tickets = [await open_as(world, world.rosa, team=team) for team in (world.it, world.facilities, None, world.hr)]
    numbers = [ticket.number for ticket in tickets]
    assert numbers == sorted(set(numbers))
    assert [ticket.display_id for ticket in tickets] == [
        f"{prefix}-{number}" for prefix, number in zip(("IT", "FAC", "TKT", "HR"), numbers, strict=True)
    ]


async def test_a_team_without_a_prefix_uses_the_common_one(world: World) -> None:
    world.it.prefix = None
    ticket = await open_as(world, world.rosa, team=world.it)
    assert ticket.display_id == f"TKT-{ticket.number}"


async def test_a_name_stays_when_the_ticket_moves_on(world: World) -> None:
    ticket = await standing(world, TicketStatus.CLOSED)
    assert ticket.display_id == f"IT-{ticket.number}"


async def test_employees_ask_for_themselves_and_agents_for_anybody(world: World) -> None:
    assert (await open_as(world, world.otto, world.otto)).requester_id == world.otto.id
    for actor in (world.hana, world.ona, system()):
        assert (await open_as(world, actor, world.rosa, team=world.it)).requester_id == world.rosa.id
    with pytest.raises(Forbidden):
        await open_as(world, world.otto, world.rosa)


async def test_an_agent_whose_global_role_was_taken_asks_for_themselves_only(world: World) -> None:
    former = await hire(world, "Former", UserRole.EMPLOYEE, {world.it.id: TeamRole.LEAD})
    with pytest.raises(Forbidden):
        await open_as(world, former, world.rosa)


Attempt = Callable[[World], Awaitable[Ticket]]
IMPOSSIBLE: dict[str, tuple[Attempt, type[CodexError], str]] = {
    "nobody's": (lambda w: open_as(w, system()), Unprocessable, "requesterId"),
    "of a rule": (lambda w: open_as(w, Actor(ActorKind.RULE, "Rule")), Unprocessable, "requesterId"),
    "for who is gone": (lambda w: open_as(w, w.ona, _off(w.rosa)), Unprocessable, "requesterId"),
    "in a team that is gone": (lambda w: open_as(w, w.rosa, team=_off(w.it)), Unprocessable, "teamId"),
    "of a kind that is gone": (
        lambda w: open_as(w, w.rosa, category=_off(w.categories["vpn"])), Unprocessable, "categoryId",
    ),
    "without a subject": (lambda w: open_as(w, w.rosa, subject=" \x00\n"), Invalid, "subject"),
    "with a subject without end": (
        lambda w: open_as(w, w.rosa, subject="s" * (SUBJECT_MOST + 1)), Invalid, "subject",
    ),
    "with a description without end": (
        lambda w: open_as(w, w.rosa, description="d" * (DESCRIPTION_MOST + 1)), Invalid, "description",
    ),
    "all wrong at once": (
        lambda w: open_as(w, w.rosa, subject="", description="d" * (DESCRIPTION_MOST + 1)), Invalid,
        "subject description",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE)
async def test_what_cannot_begin_is_refused_by_name_and_leaves_nothing(world: World, case: str) -> None:
    attempt, kind, path = IMPOSSIBLE[case]
    with pytest.raises(kind) as refused:
        await attempt(world)
    paths = [problem.path for problem in refused.value.problems] if isinstance(refused.value, Invalid) else None
    assert " ".join(paths if paths is not None else [getattr(refused.value, "path", "")]) == path
    async with world.reading() as reader:
        assert await reader.all("SELECT id FROM tickets") == []


def _off(row: Any) -> Any:
    row.is_active = False
    return row


async def test_what_fails_later_takes_the_opening_with_it(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        async with world.work(as_=world.rosa) as work:
            await opening.open_ticket(work, requester=None, subject="Help", team=world.it)
            await world.works.settle(work)
            await work.session.flush()
            _ = 1 / 0
    async with world.reading() as reader:
        assert await reader.all("SELECT id FROM tickets UNION ALL SELECT id FROM ticket_events") == []
