"""Custom fields: what may be asked, of which tickets, by whom; and what answers keep from changing."""

from typing import Any

import pytest

from codex.classification import fields, queries, reading
from codex.classification.models import CustomField, FieldType, RequiredWhen
from codex.classification.reading import AskedOf
from codex.identity import queries as people
from codex.identity.models import User
from codex.kernel.actor import system
from codex.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from codex.kernel.ids import new_id
from codex.tickets import assignment, in_use
from codex.tickets.queries import visible
from questions import ONE_OF, audited, category, field, refine, say
from world import World

pytestmark = pytest.mark.anyio
F = FieldType


async def listed(world: World, who: User | None = None, of: AskedOf | None = None) -> list[str]:
    """The names of the fields that somebody reads, in their order."""
    actor = await world.actor(who) if who else system()
    async with world.reading() as reader:
        return [row.name for row in (await reading.fields(reader, actor, of=of)).items]


async def remove(world: World, asked: CustomField, *, as_: User | None = None) -> None:
    async with world.work(as_=as_ or world.ona, now="2026-03-02T12:00Z") as work:
        found = await queries.held_field(work.session, asked.id)
        await fields.remove(work, found, was_answered=await in_use.was_answered(work, found.id))


@pytest.mark.parametrize("kind", F)
async def test_a_field_of_each_type_is_kept_as_it_was_asked(world: World, kind: FieldType) -> None:
    made = await field(
        world, kind, name=" Which\n one? ", description="Of all", is_required=True, required_when=RequiredWhen.RESOLVE,
        team_id=world.it.id, category_id=world.categories["vpn"].id, sort_order=-3,
    )  # fmt: skip
    async with world.reading() as reader:
        row = await reading.field(reader, await world.actor(world.amir), made.id)

    assert (row.name, row.field_type, row.description) == ("Which one?", kind, "Of all")
    assert row.options == (ONE_OF if kind in (F.DROPDOWN, F.MULTISELECT) else None)
    assert (row.is_required, row.required_when, row.sort_order, row.is_active) == (True, "RESOLVE", -3, True)
    assert (row.team_id, row.category_id, row.retired_options) == (world.it.id, world.categories["vpn"].id, [])


@pytest.mark.parametrize(
    ("given", "error", "paths"),
    [
        ({"name": " ", "description": "x" * 2001, "sort_order": 2**31}, Invalid, ["name", "description", "sortOrder"]),
        ({"options": ["a"]}, Invalid, ["options"]),
        ({"kind": F.DROPDOWN, "options": None}, Invalid, ["options"]),
        ({"kind": F.MULTISELECT, "options": []}, Invalid, ["options"]),
        ({"kind": F.DROPDOWN, "options": ["a", " A"]}, Invalid, ["options"]),
        ({"kind": F.DROPDOWN, "options": ["a", "", "x" * 201]}, Invalid, ["options[1]", "options[2]"]),
        ({"kind": F.DROPDOWN, "options": [str(n) for n in range(501)]}, Invalid, ["options"]),
        ({"team_id": new_id()}, Unprocessable, ["teamId"]),
        ({"category_id": new_id()}, Unprocessable, ["categoryId"]),
    ],
)
async def test_a_field_that_cannot_be_is_refused(
    world: World, given: dict[str, Any], error: type[Exception], paths: list[str]
) -> None:
    with pytest.raises(error) as refused:
        await field(world, **given)
    assert [problem.path for problem in refused.value.problems] == paths  # type: ignore[attr-defined]
    made, given = await field(world, F.DROPDOWN if "kind" in given else F.TEXT), dict(given)
    given.pop("kind", None)
    with pytest.raises(error):
        await refine(world, made, **given)


async def test_fields_stand_by_their_place_and_then_by_name(world: World) -> None:
    for name, place in (("b", 0), ("a", 0), ("d", -7), ("c", 2**31 - 1)):
        last = await field(world, name=name, sort_order=place)
    assert await listed(world) == ["d", "a", "b", "c"]
    await refine(world, last, sort_order=-8)
    assert await listed(world) == ["c", "d", "a", "b"]


async def test_a_form_asks_what_such_a_ticket_answers(world: World) -> None:
    root = await category(world, "chairs")
    leaf = await category(world, "office", parent_id=root.id)
    for name, more in (
        ("any", {}), ("it", {"team_id": world.it.id}), ("hr", {"team_id": world.hr.id}),
        ("chairs", {"category_id": root.id}), ("office", {"category_id": leaf.id}),
        ("both", {"team_id": world.it.id, "category_id": root.id}), ("gone", {"is_active": False}),
    ):  # fmt: skip
        await field(world, name=name, **more)
    for of, names in (
        ((world.it.id, None), ["any", "it"]),
        ((world.hr.id, root.id), ["any", "chairs", "hr"]),
        ((world.it.id, leaf.id), ["any", "both", "chairs", "it", "office"]),
        ((None, leaf.id), ["any", "chairs", "office"]),
    ):
        assert await listed(world, of=AskedOf(*of)) == names
    async with world.work(as_=world.ona) as work:
        asked = await queries.asked(work.session, team_id=world.it.id, category_id=leaf.id)
        assert [each.name for each in asked] == ["any", "both", "chairs", "it", "office"]


async def test_who_works_for_no_team_reads_what_forms_need(world: World) -> None:
    for name, more in (
        ("global", {}), ("at once", {"is_required": True}), ("hr's", {"team_id": world.hr.id}),
        ("later", {"is_required": True, "required_when": RequiredWhen.RESOLVE}),
        ("vpn's", {"category_id": world.categories["vpn"].id}), ("gone", {"team_id": world.it.id, "is_active": False}),
    ):  # fmt: skip
        last = await field(world, name=name, **more)
    assert await listed(world, world.rosa) == ["at once", "hr's", "vpn's"]
    for who in (world.amir, world.lena, world.tara, world.ona):
        assert await listed(world, who) == ["at once", "global", "gone", "hr's", "later", "vpn's"]
    async with world.reading() as reader:
        with pytest.raises(NotFound):
            await reading.field(reader, await world.actor(world.rosa), last.id)


async def test_an_option_in_use_retires_and_one_that_is_not_goes(world: World) -> None:
    made = await field(world, F.DROPDOWN)
    many = await field(world, F.MULTISELECT)
    ticket = await world.ticket(team=world.it)
    await say(world, world.amir, ticket, {str(made.id): "Lyon", str(many.id): ["Oslo", "Lyon"]})
    for asked, retired in ((made, ["Lyon"]), (many, ["Lyon", "Oslo"])):
        changed = await refine(world, asked, options=["Rome"])
        assert (changed.options, changed.retired_options) == (["Rome"], retired)
    with pytest.raises(Unprocessable, match="one of the field's options"):
        await say(world, world.amir, await world.ticket(team=world.it), {str(made.id): "Lyon"})
    await say(world, world.amir, ticket, {str(made.id): "Lyon", str(many.id): ["Lyon", "Rome"]})

    changed = await refine(world, made, options=["Rome", "Lyon"])
    assert (changed.options, changed.retired_options) == (["Rome", "Lyon"], [])
    assert (await audited(world))[-1] == ("FIELD_CHANGED", None, {
        "fieldId": str(made.id), "name": "Dropdown",
        "from": {"options": ["Rome"], "retired_options": ["Lyon"]},
        "to": {"options": ["Rome", "Lyon"], "retired_options": []},
    })  # fmt: skip
    assert (await refine(world, many, name="Towns")).retired_options == ["Lyon", "Oslo"], "nothing was said of options"


async def test_the_type_of_an_answered_field_stays(world: World) -> None:
    made = await field(world)
    assert (await refine(world, made, field_type=F.DROPDOWN, options=["a"])).options == ["a"]
    assert (await refine(world, made, field_type=F.NUMBER)).options is None
    ticket = await world.ticket(team=world.it)
    await say(world, world.amir, ticket, {str(made.id): 7})
    with pytest.raises(Conflict, match="its type stays"):
        await refine(world, made, field_type=F.TEXT)
    assert (await refine(world, made, field_type=F.NUMBER, name="Count")).name == "Count"


async def test_what_is_or_was_answered_is_not_removed(world: World) -> None:
    made, free = await field(world, team_id=world.it.id), await field(world)
    ticket = await world.ticket(team=world.it)
    for value in ("LT-88", None):
        await say(world, world.amir, ticket, {str(made.id): value})
        with pytest.raises(Conflict, match="deactivate it"):
            await remove(world, made)
    await refine(world, made, is_active=False)
    await remove(world, free)
    assert await listed(world) == ["Text"]
    assert (await audited(world))[-1] == ("FIELD_REMOVED", None, {"fieldId": str(free.id), "name": "Text"})
    assert await world.differences() == []


async def test_answers_count_that_the_teams_admin_does_not_see(world: World) -> None:
    """A ticket that answered IT's field is HR's by now."""
    made = await field(world, F.DROPDOWN, team_id=world.it.id)
    ticket = await world.ticket(team=world.it, custom_fields={str(made.id): "Lyon"})
    async with world.work(as_=world.lena) as work:
        hr = await people.team(work.session, world.hr.id)
        await assignment.transfer_to(work, await visible(work, ticket.id, lock=True), hr)
    with pytest.raises(Conflict, match="its type stays"):
        await refine(world, made, as_=world.tara, field_type=F.TEXT)
    assert (await refine(world, made, as_=world.tara, options=["Oslo"])).retired_options == ["Lyon"]
    await say(world, world.hana, ticket, {str(made.id): None})
    with pytest.raises(Conflict, match="deactivate it"):
        await remove(world, made, as_=world.tara)


async def test_a_field_is_its_teams(world: World) -> None:
    """The team's admin writes it; gives it to no other team, asks it of everybody, or takes one from there."""
    own = await field(world, as_=world.tara, name="Own", team_id=world.it.id, category_id=world.categories["vpn"].id)
    hrs, everybodys = await field(world, team_id=world.hr.id), await field(world, category_id=own.category_id)
    await refine(world, own, as_=world.tara, name="Ours", category_id=None)
    forbidden: list[tuple[CustomField, dict[str, Any]]] = [
        (hrs, {"name": "Mine"}), (hrs, {"team_id": world.it.id}), (everybodys, {"name": "Mine"}),
        (everybodys, {"team_id": world.it.id}), (own, {"team_id": None}), (own, {"team_id": world.hr.id}),
    ]  # fmt: skip
    for asked, wanted in forbidden:
        with pytest.raises(Forbidden):
            await refine(world, asked, as_=world.tara, **wanted)
    for more in ({}, {"team_id": world.hr.id}, {"category_id": world.categories["vpn"].id}):
        with pytest.raises(Forbidden):
            await field(world, as_=world.tara, **more)
    for who in (world.rosa, world.amir, world.lena, world.hana):
        with pytest.raises(Forbidden):
            await field(world, as_=who, team_id=world.it.id)
        with pytest.raises(Forbidden):
            await refine(world, own, as_=who, name="Mine")
        with pytest.raises(Forbidden):
            await remove(world, own, as_=who)
    await remove(world, own, as_=world.tara)
