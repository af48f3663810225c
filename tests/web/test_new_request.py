"""Asking for something in the portal, through the real application."""

import pytest
from open_desk import OpenDesk
from test_field_pages import invalid
from visitors import Visitor, parts_of, text_of

from codex.classification.categories import CategoryChanges, change
from codex.classification.models import FieldType, RequiredWhen
from codex.classification.queries import held_category
from codex.kernel import clock
from codex.tickets.models import TicketChannel, TicketPriority

pytestmark = pytest.mark.anyio

NEW = "/requests/new"


def category(desk: OpenDesk, slug: str) -> str:
    return str(desk.world.categories[slug].id)


async def give(desk: OpenDesk, slug: str, **changes: object) -> None:
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        await change(work, await held_category(work.session, slug), CategoryChanges(**changes))  # type: ignore[arg-type] - as given


async def opened(rosa: Visitor, **form: str) -> str:
    """The name of the request that a form has opened."""
    answer = await rosa.send(NEW, **form)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"].removeprefix("/requests/")


async def test_every_page_of_the_portal_leads_to_it(desk: OpenDesk) -> None:
    rosa, ticket = await desk.visitor("rosa"), await desk.ticket()
    for path in ("/requests", f"/requests/{ticket}", NEW):
        assert NEW in parts_of((await rosa.see(path)).text).hrefs


async def test_somebody_asks_for_something(desk: OpenDesk) -> None:
    await give(desk, "vpn", default_team_id=desk.world.it.id)
    rosa = await desk.visitor("rosa")
    form = {"subject": " VPN drops ", "description": "Every **ten** minutes.", "priority": "P2"}
    ref = await opened(rosa, category=category(desk, "vpn"), **form)
    now = await desk.now(ref)

    assert (now.subject, now.requester_id, now.assigned_team_id) == ("VPN drops", desk.world.rosa.id, desk.world.it.id)
    assert (now.priority, now.channel) == (TicketPriority.P2, TicketChannel.PORTAL)
    assert "<strong>ten</strong>" in (await rosa.see(f"/requests/{ref}")).text


async def test_a_request_about_nothing_known_is_one_too(desk: OpenDesk) -> None:
    ref = await opened(await desk.visitor("rosa"), subject="Where do I ask?", category="")
    assert ((await desk.now(ref)).category_id, (await desk.now(ref)).priority) == (None, TicketPriority.P3)


async def test_the_form_asks_what_the_chosen_category_and_its_team_ask(desk: OpenDesk) -> None:
    await give(desk, "software", default_team_id=desk.world.it.id)
    await desk.field("Of the branch", category="software")
    await desk.field("Of the team", category=None, team_id=desk.world.it.id)
    await desk.field("Of another category", category="printers")
    await desk.field("Of everybody, later", category=None)
    rosa = await desk.visitor("rosa")

    empty = text_of((await rosa.see(NEW)).text)
    assert "Of the branch" not in empty and "Of the team" not in empty
    for answer in (
        await rosa.see(f"{NEW}?category={category(desk, 'vpn')}"),
        await rosa.send(NEW, category=category(desk, "vpn"), step="questions"),
        await rosa.send(NEW, htmx=True, category=category(desk, "vpn"), step="questions"),
    ):
        told = text_of(answer.text)
        assert answer.status_code == 200 and "Goes to IT Support" in told
        assert "Of the branch (optional)" in told and "Of the team (optional)" in told
        assert "Of another category" not in told and "Of everybody" not in told


async def test_choosing_a_category_brings_its_questions_alone_and_keeps_what_is_typed(desk: OpenDesk) -> None:
    field, rosa = await desk.field("Asset tag"), await desk.visitor("rosa")
    form = {"category": category(desk, "vpn"), "step": "questions", "subject": "Half a", f"field-{field.id}": "LT-1"}
    part = await rosa.send(NEW, htmx=True, **form)
    whole = await rosa.send(NEW, **form)

    assert "<html" not in part.text and part.text.count("<input") == 1 and 'value="LT-1"' in part.text
    assert 'value="Half a"' in whole.text and 'value="LT-1"' in whole.text
    assert f'value="{category(desk, "vpn")}" selected' in whole.text


async def test_what_is_missing_is_told_at_the_top_and_at_each_field_in_the_same_words(desk: OpenDesk) -> None:
    needed = await desk.field("Cost centre", FieldType.NUMBER, is_required=True)
    number = await desk.field("Seats", FieldType.NUMBER)
    await desk.field("Cause", is_required=True, required_when=RequiredWhen.RESOLVE)
    rosa = await desk.visitor("rosa")
    wrong = {
        "category": category(desk, "vpn"),
        "subject": "Seats",
        f"field-{needed.id}": "",
        f"field-{number.id}": "six",
    }
    answer = await rosa.send(NEW, **wrong)

    assert answer.status_code == 422 and "<title>Error: New request" in answer.text
    assert invalid(answer.text) == [f"field-{needed.id}", f"field-{number.id}"]
    for field, why in ((needed, "Cost centre must be answered."), (number, "This must be a number.")):
        assert answer.text.count(why) == 2
        assert f'<a href="#field-{field.id}">{why}</a>' in answer.text
        assert f'aria-describedby="field-{field.id}-error"' in answer.text
    assert 'value="six"' in answer.text
    ref = await opened(rosa, **wrong | {f"field-{needed.id}": "4100", f"field-{number.id}": "6"})
    assert await desk.answers(ref) == {"Cost centre": "4100", "Seats": "6"}


async def test_a_missing_subject_does_not_hide_what_else_is_missing(desk: OpenDesk) -> None:
    needed, rosa = await desk.field("Cost centre", is_required=True), await desk.visitor("rosa")
    answer = await rosa.send(NEW, category=category(desk, "vpn"), subject=" ", description="Still here")

    assert answer.status_code == 422
    assert invalid(answer.text) == ["subject", f"field-{needed.id}"]
    assert "Say in a few words what it is about." in answer.text and "2 answers are missing or wrong" in answer.text
    assert "Still here</textarea>" in answer.text


async def test_a_box_that_is_not_ticked_says_no(desk: OpenDesk) -> None:
    box, rosa = await desk.field("Somebody is hurt", FieldType.CHECKBOX, is_required=True), await desk.visitor("rosa")
    form = {"subject": "Ladder", "category": category(desk, "vpn")}
    ticked = await rosa.send(NEW, **form, **{f"field-{box.id}": ["false", "true"]})  # type: ignore[arg-type] - both
    ref = ticked.headers["location"].removeprefix("/requests/")

    assert await desk.answers(ref) == {"Somebody is hurt": "true"}
    assert await desk.answers(await opened(rosa, **form, **{f"field-{box.id}": "false"})) == {
        "Somebody is hurt": "false"
    }


async def test_a_category_out_of_use_is_not_offered_to_anybody(desk: OpenDesk) -> None:
    await give(desk, "software", is_active=False)
    for name in ("rosa", "amir"):
        offered = parts_of((await (await desk.visitor(name)).see(NEW)).text).selects["category"]
        assert category(desk, "printers") in offered
        assert category(desk, "software") not in offered and category(desk, "vpn") not in offered
    answer = await (await desk.visitor("rosa")).send(NEW, subject="VPN", category=category(desk, "vpn"))
    assert answer.status_code == 422 and invalid(answer.text) == ["category"]
    assert answer.text.count("The category Software and network is no longer in use.") == 2


async def test_a_form_that_is_not_ours_is_refused(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    assert (await rosa.send(NEW, _csrf="x", subject="VPN")).status_code == 403
    assert (await rosa.send(NEW, subject="VPN", category="x")).status_code == 422
    assert (await rosa.send(NEW, subject="VPN", priority="P1")).status_code == 400
    assert (await (await desk.visitor()).see(NEW)).headers["location"] == f"/signin?next={NEW}"


async def test_the_request_shows_its_answers_and_not_those_to_internal_fields(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir", category=desk.world.categories["vpn"])
    await desk.answer(ticket, await desk.field("Approved by", FieldType.USER), str(desk.world.lena.id))
    await desk.answer(ticket, await desk.field("First day", FieldType.DATE), "2026-12-01")
    await desk.answer(ticket, await desk.field("Checked", FieldType.CHECKBOX), value=True)
    await desk.answer(ticket, await desk.field("Effort", FieldType.NUMBER, category=None), 3)
    told = text_of((await (await desk.visitor("rosa")).see(f"/requests/{ticket}")).text)

    assert "Approved by Lena Brandt" in told and "First day Tue 1 Dec 2026" in told and "Checked Yes" in told
    assert "Effort" not in told
