"""An owner at a ticket of a confidential team: asked why on the page, once for an hour of reading."""

from typing import Any

import pytest
from open_desk import OpenDesk
from visitors import text_of

pytestmark = pytest.mark.anyio


async def on_record(desk: OpenDesk) -> list[Any]:
    async with desk.world.reading() as reader:
        return await reader.all(
            "SELECT payload->>'displayId', payload->>'reason' FROM admin_audit_events WHERE type = 'TICKET_READ'"
        )


async def test_the_page_asks_why_and_then_shows_the_ticket(desk: OpenDesk) -> None:
    ticket = await desk.ticket("Salary", team=desk.world.hr, by="otto")
    ona = await desk.visitor("ona")
    asked = await ona.see(f"/tickets/{ticket}")
    assert asked.status_code == 403 and "Salary" not in asked.text
    assert f"{ticket} is confidential to" in text_of(asked.text)

    empty = await ona.send(f"/tickets/{ticket}/reason", reason="  ")
    assert empty.status_code == 422 and "Write why" in text_of(empty.text)
    assert await on_record(desk) == []

    answer = await ona.send(f"/tickets/{ticket}/reason", reason="Otto asked me to")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket}")
    for htmx in (False, True):
        assert "Salary" in (await ona.see(f"/tickets/{ticket}", htmx=htmx)).text
    assert await on_record(desk) == [(ticket, "Otto asked me to")]


async def test_a_part_of_the_page_leads_to_the_question(desk: OpenDesk) -> None:
    ticket = await desk.ticket("Salary", team=desk.world.hr)
    answer = await (await desk.visitor("ona")).see(f"/tickets/{ticket}", htmx=True)
    assert answer.headers["hx-redirect"] == f"/tickets/{ticket}" and "Salary" not in answer.text


async def test_a_change_without_a_reason_is_refused(desk: OpenDesk) -> None:
    ticket = await desk.ticket("Salary", team=desk.world.hr)
    answer = await (await desk.visitor("ona")).send(f"/tickets/{ticket}/priority", priority="P1")
    assert answer.status_code == 403 and "Salary" not in answer.text
    assert (await desk.now(ticket)).version == 1


async def test_what_an_owner_asked_for_is_theirs_to_see_as_its_requester(desk: OpenDesk) -> None:
    ticket = await desk.ticket("My own salary", team=desk.world.hr, by="ona")
    answer = await (await desk.visitor("ona")).see(f"/requests/{ticket}")
    assert answer.status_code == 200 and "My own salary" in answer.text
    assert await on_record(desk) == []


async def test_only_owners_give_reasons(desk: OpenDesk) -> None:
    ticket = await desk.ticket("Salary", team=desk.world.hr)
    for name in ("amir", "rosa"):
        answer = await (await desk.visitor(name)).send(f"/tickets/{ticket}/reason", reason="I am curious")
        assert answer.status_code == 403
    assert await on_record(desk) == []
