"""What tickets answer: checked all at once, kept as JSON and as what it sorts by, told as a fact."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from scenes import grant

from codex.classification.models import CustomField, FieldType
from codex.identity import people
from codex.identity import queries as directory
from codex.kernel.actor import system
from codex.kernel.errors import Forbidden, NotFound, Unprocessable
from codex.kernel.ids import new_id
from codex.tickets import answers
from codex.tickets import reading as tickets
from codex.tickets.models import AccessLevel, Ticket
from codex.tickets.queries import visible
from questions import category, field, refine, said, say
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
F = FieldType


async def one_of_each(world: World) -> dict[FieldType, CustomField]:
    return {kind: await field(world, kind, sort_order=n) for n, kind in enumerate(F)}


def answers_of(world: World) -> dict[FieldType, tuple[Any, str]]:
    """An answer of each type, and what it sorts by."""
    return {
        F.TEXT: ("LT-88", "lt-88"), F.TEXTAREA: ("One\nTwo", "one\ntwo"), F.NUMBER: (-1.5, "4007ffffffffffff"),
        F.DROPDOWN: ("Lyon", "lyon"), F.MULTISELECT: (["Oslo", "Berlin"], "oslo"), F.DATE: ("2026-03-02", "2026-03-02"),
        F.CHECKBOX: (False, "false"), F.USER: (str(world.otto.id), str(world.otto.id)),
    }  # fmt: skip


async def shown(world: World, ticket: Ticket, *, who: Any = None) -> list[tuple[UUID, str, Any]]:
    actor = await world.actor(who or world.amir)
    async with world.reading() as reader:
        found, _ = await tickets.detail(reader, actor, ticket.id, now=instant(MORNING))
    assert isinstance(found.custom_fields, list)
    return [(answer.id, answer.name, answer.value) for answer in found.custom_fields]


def wrong(refused: pytest.ExceptionInfo[Unprocessable]) -> dict[str, str]:
    return {problem.path.removeprefix("customFields."): problem.message for problem in refused.value.problems}


async def test_answers_of_every_type_come_back_as_they_were_given(world: World) -> None:
    asked, given = await one_of_each(world), answers_of(world)
    body = {str(asked[kind].id): value for kind, (value, _) in given.items()}
    opened = await world.ticket(team=world.it, custom_fields=body)
    later = await world.ticket(team=world.it)
    await say(world, world.amir, later, body)

    for ticket in (opened, later):
        assert await shown(world, ticket) == [(asked[kind].id, kind.capitalize(), given[kind][0]) for kind in F]
        kept = await said(world, ticket)
        assert {kind: kept[asked[kind].id][1] for kind in F} == {kind: key for kind, (_, key) in given.items()}
        told = [e for e in await world.events(ticket) if e.type == "CUSTOM_FIELD_CHANGED"]
        assert [(e.payload["fieldId"], e.payload["from"], e.payload["to"]) for e in told] == [
            (key, None, value) for key, value in body.items()
        ]
    assert await world.differences() == []


async def test_the_same_answer_writes_nothing_and_null_takes_it_away(world: World) -> None:
    asked, given = await one_of_each(world), answers_of(world)
    body = {str(asked[kind].id): value for kind, (value, _) in given.items()}
    ticket = await world.ticket(team=world.it, custom_fields=body)
    before = await world.events(ticket)
    await say(world, world.amir, ticket, {**body, str(asked[F.MULTISELECT].id): ["Berlin", "Oslo"]})
    assert len(await world.events(ticket)) == len(before)

    nothing = {F.TEXT: " ", F.TEXTAREA: "", F.DROPDOWN: "", F.MULTISELECT: [], F.DATE: "", F.USER: ""}
    await say(world, world.amir, ticket, {str(asked[kind].id): nothing.get(kind) for kind in F})
    assert await shown(world, ticket) == [] and await said(world, ticket) == {}
    told = (await world.events(ticket))[len(before) :]
    assert [(e.payload["from"], e.payload["to"]) for e in told] == [(value, None) for value in body.values()]
    await say(world, world.amir, ticket, dict.fromkeys(body))
    assert len(await world.events(ticket)) == len(before) + len(told)
    assert await world.differences() == []


async def test_everything_that_is_wrong_is_named_at_once_and_nothing_is_kept(world: World) -> None:
    asked = await one_of_each(world)
    hrs, gone = await field(world, team_id=world.hr.id), await field(world, is_active=False)
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await directory.person(work.session, world.otto.id, lock=True))
    bad = {
        F.TEXT: 7, F.TEXTAREA: ["a"], F.NUMBER: "7", F.DROPDOWN: "Rome", F.MULTISELECT: "Oslo", F.DATE: "2026-02-30",
        F.CHECKBOX: "true", F.USER: str(world.otto.id),
    }  # fmt: skip
    body = {str(asked[kind].id): value for kind, value in bad.items()}
    body |= {str(hrs.id): "a", str(gone.id): "a", str(new_id()): "a", "asset": "a"}
    for act in (
        lambda: say(world, world.amir, ticket, body),
        lambda: world.ticket(team=world.it, custom_fields=body),
    ):
        with pytest.raises(Unprocessable) as refused:
            await act()
        assert wrong(refused).keys() == body.keys()
    assert "no such active person" in wrong(refused)[str(asked[F.USER].id)]
    assert "no such field" in wrong(refused)[str(hrs.id)]
    assert await said(world, ticket) == {}
    assert len(await world.events(ticket)) == 1


async def test_somebody_who_left_stays_where_they_were_answered(world: World) -> None:
    who = await field(world, F.USER)
    ticket = await world.ticket(team=world.it, custom_fields={str(who.id): str(world.otto.id)})
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await directory.person(work.session, world.otto.id, lock=True))
    await say(world, world.amir, ticket, {str(who.id): str(world.otto.id)})
    assert await shown(world, ticket) == [(who.id, "User", str(world.otto.id))]


async def test_a_field_is_answered_by_tickets_of_its_team_and_branch_only(world: World) -> None:
    root = await category(world, "chairs")
    leaf = await category(world, "office", parent_id=root.id)
    its, of_branch = await field(world, team_id=world.it.id), await field(world, category_id=root.id)
    body = {str(its.id): "a", str(of_branch.id): "b"}
    ticket = await world.ticket(team=world.it, category=leaf, custom_fields=body)
    for more in ({"team": world.it}, {"team": world.hr, "category": leaf}, {"category": root}):
        with pytest.raises(Unprocessable, match="no such field"):
            await world.ticket(custom_fields=body, **more)
    await world.ticket(team=world.it, category=root, custom_fields=body)

    async with world.work(as_=world.lena) as work:
        moved = await visible(work, ticket.id, lock=True)
        moved.category_id, old = None, moved.category_id
        with pytest.raises(Unprocessable, match="no such field"):
            await answers.change(work, moved, {str(of_branch.id): "c"})
        await answers.change(work, moved, {str(of_branch.id): None})  # what is there can always be taken away
        moved.category_id = old
    assert [value for _, _, value in await shown(world, ticket)] == ["a"]


@pytest.mark.parametrize("who", ["amir", "lena", "tara", "ona", "hana", "farid", "rosa", "otto"])
async def test_who_may_change_a_ticket_answers_its_fields(world: World, who: str) -> None:
    """Its team, owners, a team with a WRITE grant (HR); not one with READ (Facilities), not who asked."""
    asked = await field(world)
    ticket = await world.ticket(team=world.it)
    await grant(world, ticket, world.hr, AccessLevel.WRITE)
    await grant(world, ticket, world.facilities, AccessLevel.READ)
    error = {"farid": Forbidden, "rosa": Forbidden, "otto": NotFound}.get(who)
    try:
        await say(world, getattr(world, who), ticket, {str(asked.id): "LT-88"})
        assert error is None
    except (Forbidden, NotFound) as refused:
        assert type(refused) is error
    assert bool(await said(world, ticket)) is (error is None)


async def test_two_who_answer_at_once_both_count(world: World) -> None:
    one, other = await field(world, name="one"), await field(world, name="other")
    ticket = await world.ticket(team=world.it)
    bodies = [{str(one.id): f"{n}", str(other.id): f"{n}"} for n in range(6)]
    await asyncio.gather(*(say(world, world.amir, ticket, body) for body in bodies))

    kept = await said(world, ticket)
    assert kept[one.id] == kept[other.id] and len(await world.events(ticket)) == 1 + 2 * 6
    assert await world.differences() == []


async def test_of_an_answer_and_the_retirement_of_its_option_one_comes_first(world: World) -> None:
    asked = await field(world, F.DROPDOWN)
    ticket = await world.ticket(team=world.it)
    ends = await asyncio.gather(
        say(world, world.amir, ticket, {str(asked.id): "Lyon"}), refine(world, asked, options=["Oslo"]),
        return_exceptions=True,
    )  # fmt: skip
    changed, answered = ends[1], bool(await said(world, ticket))
    assert isinstance(changed, CustomField)
    assert isinstance(ends[0], Unprocessable) is not answered
    assert changed.retired_options == (["Lyon"] if answered else [])


async def test_one_work_may_answer_take_away_and_answer_anew(world: World) -> None:
    asked = await field(world)
    ticket = await world.ticket(team=world.it, custom_fields={str(asked.id): "a"})
    async with world.work(as_=system("Test")) as work:
        found = await visible(work, ticket.id, lock=True)
        for value in (None, "b", "c", None, "d"):
            await answers.change(work, found, {str(asked.id): value})
    assert (await said(world, ticket))[asked.id] == ('"d"', "d")
    assert await world.differences() == []
