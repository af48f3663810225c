"""Prepared texts in the reply box: choosing one fills it, says what goes with it, and sends nothing."""

import html
import re
from typing import Any

import pytest
from open_desk import OpenDesk
from visitors import Visitor, parts_of, text_of

from codex.desk import canned_responses
from codex.kernel import clock
from codex.tickets.models import MessageType, TicketPriority, TicketStatus

pytestmark = pytest.mark.anyio
URGENT = {"type": "set_priority", "priority": "P1"}
CONTENT = "Hello {{requester.firstName}}, {{agent.firstName}} is on {{ticket.displayId}}."


async def keep(desk: OpenDesk, name: str, *actions: Any, by: str = "ona", **more: Any) -> str:
    whose = more or ({"is_global": True} if by == "ona" else {})
    async with desk.world.work(as_=desk.user(by), now=clock.now()) as work:
        made = await canned_responses.add(work, name=name, content=CONTENT, actions=actions, **whose)
    return str(made.id)


def box(page: str) -> str:
    """What stands in the reply box."""
    (found,) = re.findall(r"<textarea id=\"body\"[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return html.unescape(found)


async def messages(desk: OpenDesk, ref: str) -> list[tuple[MessageType, str]]:
    return [(message.type, message.body) for message in await desk.world.messages(await desk.now(ref))]


async def test_one_chooses_from_a_page_of_links_or_from_a_menu(desk: OpenDesk) -> None:
    ref = await desk.ticket()
    everybodys, own = await keep(desk, "For everybody", URGENT), await keep(desk, "My own", by="amir")
    await keep(desk, "Of Lena", by="lena")
    amir = await desk.visitor("amir")
    ticket = await amir.see(f"/tickets/{ref}?view=mine")
    assert f"/tickets/{ref}/texts?view=mine" in parts_of(ticket.text).hrefs

    page = await amir.see(f"/tickets/{ref}/texts?view=mine")
    hrefs = parts_of(page.text).hrefs
    for key in (everybodys, own):
        assert f"/tickets/{ref}/texts/{key}?view=mine" in hrefs
    assert "Set priority to Urgent" in text_of(page.text) and "Of Lena" not in page.text
    menu = await amir.see(f"/tickets/{ref}/texts?view=mine", htmx=True)
    assert "<html" not in menu.text and menu.text.count("<button") == 2


async def test_choosing_fills_the_box_and_sends_nothing(desk: OpenDesk) -> None:
    ref = await desk.ticket()
    key = await keep(desk, "On it", URGENT, {"type": "add_tag", "tag": "vpn"})
    amir = await desk.visitor("amir")

    for htmx in (False, True):
        page = (await amir.see(f"/tickets/{ref}/texts/{key}?view=mine", htmx=htmx)).text
        assert box(page) == f"Hello Rosa, Amir is on {ref}."
        assert f'name="macro" value="{key}" checked' in page
        assert "“On it” also does this: Set priority to Urgent Add the tag vpn" in text_of(page)
        assert f'action="/tickets/{ref}/replies?view=mine"' in page and "problem" not in page
    page = (await amir.send(f"/tickets/{ref}/texts/{key}", htmx=True, body="First of all:\n")).text
    assert box(page) == f"First of all:\n\nHello Rosa, Amir is on {ref}."
    assert await messages(desk, ref) == []
    assert (await desk.now(ref)).priority is TicketPriority.P3


async def send(visitor: Visitor, ref: str, body: str = "Mine.", **more: str) -> Any:
    return await visitor.send(f"/tickets/{ref}/replies", kind="reply", body=body, **more)


async def test_sending_does_what_goes_with_it(desk: OpenDesk) -> None:
    ref, key = await desk.ticket(), await keep(desk, "On it", URGENT)
    amir = await desk.visitor("amir")
    assert (await send(amir, ref, macro=key, status="WAITING_ON_REQUESTER")).status_code == 303

    after = await desk.now(ref)
    assert (after.priority, after.status) == (TicketPriority.P1, TicketStatus.WAITING_ON_REQUESTER)
    assert await messages(desk, ref) == [(MessageType.PUBLIC, "Mine.")]


async def test_without_the_tick_and_in_a_note_the_text_alone_is_sent(desk: OpenDesk) -> None:
    ref, key = await desk.ticket(), await keep(desk, "On it", URGENT)
    amir = await desk.visitor("amir")
    await send(amir, ref)
    await amir.send(f"/tickets/{ref}/replies", kind="note", body="For us", macro=key)

    assert await messages(desk, ref) == [(MessageType.PUBLIC, "Mine."), (MessageType.INTERNAL, "For us")]
    assert (await desk.now(ref)).priority is TicketPriority.P3


async def test_a_text_that_sets_a_status_offers_no_other(desk: OpenDesk) -> None:
    ref, key = await desk.ticket(), await keep(desk, "Done", {"type": "set_status", "status": "RESOLVED"})
    amir = await desk.visitor("amir")
    page = (await amir.see(f"/tickets/{ref}/texts/{key}")).text

    assert "then Waiting on requester" not in text_of(page) and 'id="send-menu"' not in page
    await send(amir, ref, macro=key)
    assert (await desk.now(ref)).status is TicketStatus.RESOLVED


async def test_what_is_refused_is_told_before_and_nothing_is_sent(desk: OpenDesk) -> None:
    world = desk.world
    ref = await desk.ticket(assignee="lena")
    key = await keep(desk, "Away", URGENT, {"type": "assign_team", "teamId": str(world.facilities.id)})
    amir = await desk.visitor("amir")
    page = text_of((await amir.see(f"/tickets/{ref}/texts/{key}")).text)
    assert "Move it to Facilities You may not do all that goes with this text here." in page

    answer = await send(amir, ref, macro=key)
    assert answer.status_code == 422 and box(answer.text) == "Mine."
    assert "Not sent." in answer.text and f'name="macro" value="{key}" checked' in answer.text
    assert await messages(desk, ref) == [] and (await desk.now(ref)).priority is TicketPriority.P3


@pytest.mark.parametrize("macro", ["x", "00000000-0000-7000-8000-000000000000"])
async def test_a_text_that_is_no_more_is_said_and_what_was_typed_stays(desk: OpenDesk, macro: str) -> None:
    ref = await desk.ticket()
    amir = await desk.visitor("amir")
    answer = await send(amir, ref, macro=macro)

    assert answer.status_code == 422 and box(answer.text) == "Mine." and await messages(desk, ref) == []


async def test_texts_are_for_those_who_work_on_the_ticket(desk: OpenDesk) -> None:
    ref, key, of_lena = await desk.ticket(), await keep(desk, "On it"), await keep(desk, "Hers", by="lena")
    for name, status in {"rosa": 403, "hana": 404}.items():
        visitor = await desk.visitor(name)
        assert (await visitor.see(f"/tickets/{ref}/texts")).status_code == status
        assert (await visitor.see(f"/tickets/{ref}/texts/{key}")).status_code == status
    amir = await desk.visitor("amir")
    assert (await amir.see(f"/tickets/{ref}/texts/{of_lena}")).status_code == 404
