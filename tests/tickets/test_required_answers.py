"""Fields that must be answered: when a ticket is opened, or before it is done; on every way there."""

from typing import Any

import pytest

from codex.classification.models import CustomField, FieldType, RequiredWhen
from codex.kernel.actor import Actor, ActorKind, system
from codex.kernel.errors import Unprocessable
from codex.tickets import lifecycle, opening
from codex.tickets.models import Ticket, TicketStatus
from codex.tickets.queries import visible
from questions import category, field, refine, say
from world import World

pytestmark = pytest.mark.anyio
S = TicketStatus


def paths(refused: pytest.ExceptionInfo[Unprocessable]) -> list[str]:
    return [problem.path for problem in refused.value.problems]


async def move(world: World, who: Any, ticket: Ticket, to: TicketStatus) -> None:
    async with world.work(as_=who) as work:
        await lifecycle.move(work, await visible(work, ticket.id, lock=True), to=to)


async def needed(world: World, when: RequiredWhen, **more: Any) -> CustomField:
    return await field(world, is_required=True, required_when=when, **more)


async def test_a_ticket_is_not_opened_without_what_must_be_answered_at_once(world: World) -> None:
    one, other = await needed(world, RequiredWhen.CREATE, name="A"), await needed(world, RequiredWhen.CREATE, name="B")
    await needed(world, RequiredWhen.RESOLVE)
    await needed(world, RequiredWhen.CREATE, team_id=world.hr.id)
    for who in (world.rosa, world.amir):
        with pytest.raises(Unprocessable, match=r"A must be answered\. B must be answered\.") as refused:
            await world.ticket(requester=who, team=world.it)
        assert paths(refused) == [f"customFields.{one.id}", f"customFields.{other.id}"]
    with pytest.raises(Unprocessable) as refused:
        await world.ticket(team=world.it, custom_fields={str(one.id): 7, str(other.id): " "})
    assert paths(refused) == [f"customFields.{one.id}", f"customFields.{other.id}"], "what is wrong is named once"
    await world.ticket(team=world.it, custom_fields={str(one.id): "a", str(other.id): "b"})


async def test_no_is_an_answer(world: World) -> None:
    agreed = await needed(world, RequiredWhen.CREATE, kind=FieldType.CHECKBOX)
    await world.ticket(team=world.it, custom_fields={str(agreed.id): False})


async def test_the_form_is_that_of_the_team_which_the_category_gives_the_ticket_to(world: World) -> None:
    chairs = await category(world, "chairs", default_team_id=world.facilities.id)
    await needed(world, RequiredWhen.CREATE, team_id=world.facilities.id)
    await world.ticket(team=world.it, category=chairs)
    with pytest.raises(Unprocessable, match="must be answered"):
        await world.ticket(category=chairs)


async def test_what_is_needed_by_now_is_not_taken_away(world: World) -> None:
    at_once, at_last = await needed(world, RequiredWhen.CREATE), await needed(world, RequiredWhen.RESOLVE)
    body = {str(at_once.id): "a", str(at_last.id): "b"}
    ticket = await world.ticket(team=world.it, custom_fields=body)
    with pytest.raises(Unprocessable) as refused:
        await say(world, world.amir, ticket, dict.fromkeys(body))
    assert paths(refused) == [f"customFields.{at_once.id}"]
    await say(world, world.amir, ticket, {str(at_last.id): None})
    await say(world, world.amir, ticket, {str(at_last.id): "c", str(at_once.id): "d"})
    await move(world, world.amir, ticket, S.RESOLVED)
    with pytest.raises(Unprocessable) as refused:
        await say(world, world.amir, ticket, {str(at_last.id): None})
    assert paths(refused) == [f"customFields.{at_last.id}"]
    await refine(world, at_once, is_active=False)
    await say(world, world.amir, ticket, {str(at_once.id): None})


@pytest.mark.parametrize("to", [S.RESOLVED, S.CLOSED])
async def test_a_ticket_is_not_done_without_what_must_be_answered_by_then(world: World, to: TicketStatus) -> None:
    cause = await needed(world, RequiredWhen.RESOLVE, team_id=world.it.id)
    await needed(world, RequiredWhen.RESOLVE, team_id=world.hr.id)
    await needed(world, RequiredWhen.RESOLVE, category_id=world.categories["vpn"].id)
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    with pytest.raises(Unprocessable, match="must be answered") as refused:
        await move(world, world.amir, ticket, to)
    assert paths(refused) == [f"customFields.{cause.id}"]
    await move(world, world.amir, ticket, S.WAITING_ON_VENDOR)
    await say(world, world.amir, ticket, {str(cause.id): "Dust"})
    await move(world, world.amir, ticket, to)
    assert (await world.reload(ticket)).status is to
    assert await world.differences() == []


async def test_what_is_resolved_is_closed_whatever_is_asked_since(world: World) -> None:
    ticket = await world.ticket(team=world.it, status=S.RESOLVED)
    await needed(world, RequiredWhen.RESOLVE)
    await move(world, world.amir, ticket, S.CLOSED)
    await move(world, world.amir, ticket, S.REOPENED)
    with pytest.raises(Unprocessable):
        await move(world, world.amir, ticket, S.RESOLVED)


async def test_who_asked_cancels_without_answering_what_only_agents_may(world: World) -> None:
    await needed(world, RequiredWhen.RESOLVE)
    ticket = await world.ticket(team=world.it)
    await move(world, world.rosa, ticket, S.CLOSED)


@pytest.mark.parametrize("kind", ActorKind)
async def test_forms_are_for_people(world: World, kind: ActorKind) -> None:
    """A rule, a mail or a replayed history is not held up by a form that it never saw."""
    await needed(world, RequiredWhen.CREATE)
    actor = Actor(kind, "Rosa", world.rosa.id, role=world.rosa.role)
    async with world.work(as_=actor) as work:
        try:
            await opening.open_ticket(work, requester=world.rosa, subject="No form")
            assert kind is not ActorKind.PERSON
        except Unprocessable:
            assert kind is ActorKind.PERSON


async def test_in_the_work_that_opens_it_a_ticket_may_be_done_too(world: World) -> None:
    at_last = await needed(world, RequiredWhen.RESOLVE)
    for body in ({str(at_last.id): "a"}, {}):
        async with world.work(as_=world.amir) as work:
            ticket = await opening.open_ticket(
                work, requester=None, subject="By phone", team=world.it, custom_fields=body
            )
            try:
                await lifecycle.move(work, ticket, to=S.CLOSED)
                assert body
            except Unprocessable:
                assert not body
    await move(world, system("Test"), ticket, S.CLOSED)
