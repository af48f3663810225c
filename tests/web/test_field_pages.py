"""Custom fields on the agents' pages through the real application: seen, answered, missed."""

import re

import pytest
from open_desk import OpenDesk
from test_queue_pages import counting
from visitors import Visitor, parts_of, text_of

from codex.classification.fields import FieldChanges, change
from codex.classification.models import CustomField, FieldType, RequiredWhen
from codex.classification.queries import held_field
from codex.kernel import clock
from codex.tickets import access, queries
from codex.tickets.models import AccessLevel, TicketStatus

pytestmark = pytest.mark.anyio

CAUSES = ["Hardware fault", "Provider"]


@pytest.fixture
async def ticket(desk: OpenDesk) -> str:
    """About the VPN, taken by Amir."""
    return await desk.ticket(assignee="amir", category=desk.world.categories["vpn"])


async def save(visitor: Visitor, ticket: str, field: CustomField, *values: str, htmx: bool = False) -> tuple[int, str]:
    """What the small form of a field sends; the page that follows."""
    form = {f"field-{field.id}": values[0] if len(values) == 1 else list(values)}
    answer = await visitor.send(f"/tickets/{ticket}/fields/{field.id}?view=mine", htmx=htmx, **form)  # type: ignore[arg-type] - several values
    return answer.status_code, answer.text


def invalid(html: str) -> list[str]:
    """The ids of the controls that are marked as wrong."""
    return [found[1] for tag in re.findall(r"<[^>]+>", html)
            if 'aria-invalid="true"' in tag and (found := re.search(r'id="([^"]+)"', tag))]  # fmt: skip


async def test_an_agent_answers_fields_of_every_type_in_place(desk: OpenDesk, ticket: str) -> None:
    amir = await desk.visitor("amir")
    for type, options, typed, kept, shown in (
        (FieldType.TEXT, None, ["LT-0423"], '"LT-0423"', "LT-0423"),
        (FieldType.TEXTAREA, None, ["Restarted.\nTwice."], '"Restarted.\\nTwice."', "Restarted. Twice."),
        (FieldType.NUMBER, None, ["4,5"], "4.5", 'value="4.5"'),
        (FieldType.DROPDOWN, CAUSES, ["Provider"], '"Provider"', '<option value="Provider" selected>'),
        (FieldType.MULTISELECT, ["Berlin", "Osaka"], ["", "Berlin", "Osaka"], '["Berlin","Osaka"]', "Berlin, Osaka"),
        (FieldType.DATE, None, ["2026-12-01"], '"2026-12-01"', 'value="2026-12-01"'),
        (FieldType.CHECKBOX, None, ["false"], "false", '<option value="false" selected>No'),
        (FieldType.USER, None, ["lena brandt"], f'"{desk.world.lena.id}"', 'value="Lena Brandt"'),
    ):
        field = await desk.field(f"A {type.lower()}", type, options=options)
        assert (await save(amir, ticket, field, *typed))[0] == 303
        assert (await desk.answers(ticket))[field.name] == kept
        page = (await amir.see(f"/tickets/{ticket}")).text
        assert shown in page or shown in text_of(page)


async def test_a_field_is_saved_with_htmx_and_the_pane_comes_back(desk: OpenDesk, ticket: str) -> None:
    field, amir = await desk.field("Asset tag"), await desk.visitor("amir")
    status, pane = await save(amir, ticket, field, "LT-0423", htmx=True)

    assert status == 200 and "<html" not in pane
    assert 'value="LT-0423"' in pane and "set Asset tag to LT-0423" in text_of(pane)


async def test_a_history_calls_a_person_who_is_an_answer_by_name(desk: OpenDesk, ticket: str) -> None:
    field = await desk.field("Approved by", FieldType.USER)
    await desk.answer(ticket, field, str(desk.world.lena.id))

    assert "set Approved by to Lena Brandt" in text_of(
        (await (await desk.visitor("amir")).see(f"/tickets/{ticket}")).text
    )


async def test_an_empty_field_takes_the_answer_away(desk: OpenDesk, ticket: str) -> None:
    amir = await desk.visitor("amir")
    tag, sites = await desk.field("Asset tag"), await desk.field("Sites", FieldType.MULTISELECT, options=["Berlin"])
    await save(amir, ticket, tag, "LT-0423")
    await save(amir, ticket, sites, "", "Berlin")
    for field in (tag, sites):
        await save(amir, ticket, field, "")

    assert await desk.answers(ticket) == {}


async def test_what_is_no_answer_stays_in_the_field_with_the_reason_beside_it(desk: OpenDesk, ticket: str) -> None:
    amir = await desk.visitor("amir")
    for type, typed, why in (
        (FieldType.NUMBER, "about four", "This must be a number."),
        (FieldType.DATE, "tomorrow", "This must be a date such as 2026-03-02."),
        (FieldType.USER, "Nobody <Known>", "There is nobody called Nobody &lt;Known&gt;."),
    ):
        field = await desk.field(f"A {type.lower()}", type)
        for htmx in (False, True):
            status, page = await save(amir, ticket, field, typed, htmx=htmx)
            assert status == 422
            assert invalid(page) == [f"field-{field.id}"]
            assert f'id="field-{field.id}-error"' in page and why in page
            assert typed.replace("<", "&lt;").replace(">", "&gt;") in page
    assert await desk.answers(ticket) == {}


async def test_two_people_of_one_name_are_told_apart_by_their_addresses(desk: OpenDesk, ticket: str) -> None:
    field, amir = await desk.field("Approved by", FieldType.USER), await desk.visitor("amir")
    async with desk.world.session() as session:
        (await session.merge(desk.world.otto)).display_name = "Lena Brandt"
    status, page = await save(amir, ticket, field, "Lena Brandt")

    assert status == 422 and "Several people are called Lena Brandt; write the address." in page
    assert (await save(amir, ticket, field, "LENA@acme.example"))[0] == 303
    assert await desk.answers(ticket) == {"Approved by": f'"{desk.world.lena.id}"'}


async def test_a_retired_option_stays_where_it_is_and_is_offered_nowhere_else(desk: OpenDesk, ticket: str) -> None:
    field = await desk.field("Cause", FieldType.DROPDOWN, options=CAUSES)
    await desk.answer(ticket, field, "Provider")
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        held = await held_field(work.session, field.id)
        await change(work, held, FieldChanges(options=["Hardware fault"]), answered=True, chosen=["Provider"])
    other = await desk.ticket(assignee="amir", category=desk.world.categories["vpn"])
    amir = await desk.visitor("amir")

    assert "Provider (no longer offered)" in (await amir.see(f"/tickets/{ticket}")).text
    assert "Provider" not in (await amir.see(f"/tickets/{other}")).text


async def test_fields_of_other_categories_and_teams_are_not_there_unless_answered(desk: OpenDesk, ticket: str) -> None:
    answered = await desk.field("Was asked once")
    await desk.answer(ticket, answered, "And answered")
    await desk.field("Of printers", category="printers")
    await desk.field("Of Facilities", category=None, team_id=desk.world.facilities.id)
    await desk.field("Of Software", category="software")
    amir = await desk.visitor("amir")
    await amir.send(f"/tickets/{ticket}/category", category=str(desk.world.categories["applications"].id))
    page = (await amir.see(f"/tickets/{ticket}")).text

    assert "Of Software" in page and "Of printers" not in page and "Of Facilities" not in page
    assert "And answered" in page and f'name="field-{answered.id}"' not in page


async def test_who_may_not_change_the_ticket_reads_the_answers(desk: OpenDesk, ticket: str) -> None:
    field = await desk.field("Asset tag")
    await desk.answer(ticket, field, "LT-0423")
    async with desk.world.work(as_=desk.world.lena, now=clock.now()) as work:
        found = await queries.visible(work, ticket, lock=True)
        await access.grant(work, found, desk.world.facilities, AccessLevel.READ)
    farid = await desk.visitor("farid")
    page = (await farid.see(f"/tickets/{ticket}")).text

    assert "LT-0423" in page and f'name="field-{field.id}"' not in page
    assert (await save(farid, ticket, field, "mine"))[0] == 403


async def test_resolving_asks_for_what_is_missing_and_goes_on_with_the_answer(desk: OpenDesk, ticket: str) -> None:
    cause = await desk.field(
        "Cause", FieldType.DROPDOWN, options=CAUSES, is_required=True, required_when=RequiredWhen.RESOLVE
    )
    part = await desk.field("Spare part", is_required=True, required_when=RequiredWhen.RESOLVE)
    amir = await desk.visitor("amir")
    for htmx in (False, True):
        refused = await amir.send(f"/tickets/{ticket}/status", htmx=htmx, status="RESOLVED")
        assert refused.status_code == 422
        assert invalid(refused.text) == [f"missing-{cause.id}", f"missing-{part.id}"]
        assert "Cause must be answered." in refused.text and "Spare part must be answered." in refused.text
        assert "status=RESOLVED" in parts_of(refused.text).buttons and "Save and resolve" in refused.text
    half = {"status": "RESOLVED", f"field-{cause.id}": "Provider", f"field-{part.id}": ""}
    refused = await amir.send(f"/tickets/{ticket}/status", **half)
    assert invalid(refused.text) == [f"missing-{part.id}"]
    assert (
        "selected>Provider"
        in refused.text[refused.text.index('id="missing"') : refused.text.index('id="conversation"')]
    )
    assert await desk.answers(ticket) == {}

    assert (await amir.send(f"/tickets/{ticket}/status", **half | {f"field-{part.id}": "None"})).status_code == 303
    assert (await desk.now(ticket)).status is TicketStatus.RESOLVED
    assert await desk.answers(ticket) == {"Cause": '"Provider"', "Spare part": '"None"'}


async def test_a_reply_that_resolves_asks_too_and_keeps_its_text(desk: OpenDesk, ticket: str) -> None:
    cause = await desk.field("Cause", is_required=True, required_when=RequiredWhen.RESOLVE)
    amir, form = await desk.visitor("amir"), {"kind": "reply", "body": "It works again.", "status": "RESOLVED"}
    refused = await amir.send(f"/tickets/{ticket}/replies", **form)

    assert refused.status_code == 422
    assert "Not sent. Cause must be answered. Your text is still here." in refused.text
    assert "It works again.</textarea>" in refused.text and invalid(refused.text)[0] == f"missing-{cause.id}"
    assert (
        await amir.send(f"/tickets/{ticket}/replies", **form, **{f"field-{cause.id}": "Provider"})
    ).status_code == 303
    assert (await desk.now(ticket)).status is TicketStatus.RESOLVED


async def test_an_impossible_move_is_no_question(desk: OpenDesk, ticket: str) -> None:
    await desk.field("Cause", is_required=True, required_when=RequiredWhen.RESOLVE)
    amir = await desk.visitor("amir")
    await amir.send(f"/tickets/{ticket}/assignee", assignee="")
    refused = await amir.send(f"/tickets/{ticket}/status", status="IN_PROGRESS")

    assert refused.status_code == 409 and 'id="missing"' not in refused.text


async def test_an_unknown_field_is_refused(desk: OpenDesk, ticket: str) -> None:
    field, amir = await desk.field("Of printers", category="printers"), await desk.visitor("amir")
    status, page = await save(amir, ticket, field, "x")

    assert status == 422 and "This ticket has no such field." in page
    assert (await amir.send(f"/tickets/{ticket}/fields/x", x="y")).status_code == 404


async def test_many_fields_cost_the_page_no_more_statements(
    desk: OpenDesk, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    amir = await desk.visitor("amir")
    await amir.see(f"/tickets/{ticket}")
    with counting(monkeypatch) as before:
        await amir.see(f"/tickets/{ticket}")
    for n in range(5):
        await desk.answer(ticket, await desk.field(f"Number {n}"), "x")
    await desk.answer(ticket, await desk.field("Somebody", FieldType.USER), str(desk.world.lena.id))
    await amir.see(f"/tickets/{ticket}")
    with counting(monkeypatch) as after:
        await amir.see(f"/tickets/{ticket}")

    assert len(after) == len(before) <= 7
