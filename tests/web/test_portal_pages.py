"""The requesters' pages through the real application."""

import re
from datetime import timedelta

import pytest
from open_desk import OpenDesk
from visitors import parts_of, text_of

from codex.kernel import clock
from codex.kernel.actor import system
from codex.tickets import followers, lifecycle
from codex.tickets import queries as tickets
from codex.tickets.models import MessageType, TicketStatus

pytestmark = pytest.mark.anyio


async def follow(desk: OpenDesk, ticket: str, name: str) -> None:
    async with desk.world.works.begin(system("Test")) as work:
        await followers.add(work, await tickets.visible(work, ticket, lock=True), desk.user(name))


async def test_requests_are_told_in_sentences(desk: OpenDesk) -> None:
    await desk.ticket("Mouse is dead")
    await desk.ticket("VPN drops", assignee="amir")
    await desk.ticket("Laptop", assignee="amir", status=TicketStatus.WAITING_ON_REQUESTER)
    await desk.ticket("Fonts", assignee="amir", status=TicketStatus.RESOLVED)
    await desk.ticket("Of somebody else", by="otto")
    page = await (await desk.visitor("rosa")).see("/requests")
    told = text_of(page.text)

    assert "We have it. Someone looks at it next." in told
    assert "Amir is working on it." in told
    assert "Your turn. Amir waits for your answer." in told
    assert "Solved today at" in told
    assert "Of somebody else" not in told
    assert "Haddad" not in told, "requesters know agents by their first name"
    assert parts_of(page.text).scripts == []
    assert "1 waiting for you" in told
    assert told.index("Laptop") < told.index("Mouse is dead"), "what waits for the reader comes first"


async def test_a_requester_never_sees_the_internal_side(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir")
    await desk.write(ticket, "She is a nuisance", by="amir", type=MessageType.INTERNAL)
    await desk.write(ticket, "Hello Rosa", by="amir")
    amir, rosa = await desk.visitor("amir"), await desk.visitor("rosa")
    await amir.send(f"/tickets/{ticket}/priority", priority="P1")
    told = text_of((await rosa.see(f"/requests/{ticket}")).text)

    assert "Hello Rosa" in told and "Every ten minutes." in told
    for hidden in ("nuisance", "Urgent", "priority", "took it", "Haddad", "amir@acme.example"):
        assert hidden not in told
    assert "nuisance" in (await amir.see(f"/tickets/{ticket}")).text


async def test_an_agents_own_request_is_shown_to_them_as_a_requester(desk: OpenDesk) -> None:
    ticket = await desk.ticket("My own chair", by="amir")
    await desk.write(ticket, "Amir always asks", by="lena", type=MessageType.INTERNAL)
    told = (await (await desk.visitor("amir")).see(f"/requests/{ticket}")).text

    assert "My own chair" in told and "always asks" not in told


async def test_a_requester_replies(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir", status=TicketStatus.WAITING_ON_REQUESTER)
    rosa = await desk.visitor("rosa")
    answer = await rosa.send(f"/requests/{ticket}/replies", body="Swedish layout")

    assert answer.status_code == 303
    assert re.fullmatch(rf"/requests/{ticket}#m-[0-9a-f-]+", answer.headers["location"])
    assert "Swedish layout" in (await rosa.see(f"/requests/{ticket}")).text
    assert (await desk.now(ticket)).status is TicketStatus.IN_PROGRESS


async def test_an_empty_reply_is_asked_for_again(desk: OpenDesk) -> None:
    ticket, rosa = await desk.ticket(), await desk.visitor("rosa")
    answer = await rosa.send(f"/requests/{ticket}/replies", body="  ")

    assert answer.status_code == 422
    assert "Write your message first." in answer.text and "<title>Error:" in answer.text


async def test_a_requester_confirms_reopens_and_cancels(desk: OpenDesk) -> None:
    solved, new = await desk.ticket(assignee="amir", status=TicketStatus.RESOLVED), await desk.ticket()
    rosa = await desk.visitor("rosa")
    asked = await rosa.see(f"/requests/{solved}")
    assert {"status=CLOSED", "status=REOPENED"} <= set(parts_of(asked.text).buttons)
    for status in ("CLOSED", "CLOSED", "REOPENED"):
        answer = await rosa.send(f"/requests/{solved}/status", status=status)
        assert (answer.status_code, (await desk.now(solved)).status) == (303, status)
    assert "Cancel this request" in (await rosa.see(f"/requests/{new}")).text
    await rosa.send(f"/requests/{new}/status", status="CLOSED")
    assert (await desk.now(new)).status is TicketStatus.CLOSED


async def test_a_way_that_is_not_the_requesters_is_refused_on_the_page(desk: OpenDesk) -> None:
    ticket, rosa = await desk.ticket(assignee="amir"), await desk.visitor("rosa")
    assert "Cancel this request" not in (await rosa.see(f"/requests/{ticket}")).text
    answer = await rosa.send(f"/requests/{ticket}/status", status="CLOSED")

    assert answer.status_code == 403
    assert "You may not move this ticket there." in answer.text and "VPN drops" in answer.text


async def test_a_reply_to_a_request_closed_long_ago_opens_a_new_one(desk: OpenDesk) -> None:
    ticket, rosa = await desk.ticket(), await desk.visitor("rosa")
    long_ago = clock.now() - timedelta(days=15)
    async with desk.world.works.begin(system("Test")) as work:
        found = await tickets.visible(work, ticket, lock=True)
        await lifecycle.move(work, found, to=TicketStatus.CLOSED)
        found.closed_at = found.completed_at = long_ago
    assert "a reply opens a new request" in (await rosa.see(f"/requests/{ticket}")).text
    answer = await rosa.send(f"/requests/{ticket}/replies", body="Still broken")

    new = answer.headers["location"].partition("#")[0]
    assert answer.status_code == 303 and new.startswith("/requests/") and ticket not in new
    assert "Still broken" in (await rosa.see(new)).text
    assert "Still broken" not in (await rosa.see(f"/requests/{ticket}")).text


async def test_a_follower_reads_and_replies_and_moves_nothing(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir", status=TicketStatus.RESOLVED)
    await follow(desk, ticket, "otto")
    otto = await desk.visitor("otto")
    page = await otto.see(f"/requests/{ticket}")

    assert page.status_code == 200
    assert not any(button.startswith("status=") for button in parts_of(page.text).buttons)
    assert (await otto.send(f"/requests/{ticket}/replies", body="Me too")).status_code == 303
    assert (await otto.see(f"/tickets/{ticket}")).headers["location"] == f"/requests/{ticket}"


async def test_who_works_on_a_ticket_is_sent_from_the_portal_to_the_desk(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor("amir")

    assert (await amir.see(f"/requests/{ticket}")).headers["location"] == f"/tickets/{ticket}"


async def test_solved_requests_are_read_page_by_page(desk: OpenDesk) -> None:
    for n in range(51):
        await desk.ticket(f"Number {n:02}", status=TicketStatus.CLOSED)
    await desk.ticket("Under way")
    rosa = await desk.visitor("rosa")
    first = await rosa.see("/requests")
    second = await rosa.see(next(href for href in parts_of(first.text).hrefs if "cursor=" in href))

    assert "Under way" in first.text and "Number 50" in first.text and "Number 00" not in first.text
    assert "Number 00" in second.text and "Under way" not in second.text
