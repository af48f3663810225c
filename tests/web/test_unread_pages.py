"""What is unread is told in the list, and read once its page was opened."""

from datetime import timedelta

import pytest
from open_desk import OpenDesk

from codex.kernel import clock
from codex.tickets import listing
from codex.tickets.filters import Filters
from codex.tickets.models import TicketStatus

pytestmark = pytest.mark.anyio


async def unread(desk: OpenDesk, name: str) -> list[str]:
    actor = await desk.world.actor(desk.user(name))
    async with desk.world.reading() as reader:
        page = await listing.page(reader, actor, Filters(), now=clock.now())
    return [row.display_id for row in page.items if row.is_unread]


@pytest.mark.parametrize("htmx", [False, True])
async def test_opening_a_ticket_is_reading_it(desk: OpenDesk, htmx: bool) -> None:
    ticket = await desk.ticket(assignee="lena")
    amir = await desk.visitor("amir")
    assert "data-unread" in (await amir.see("/queue")).text
    assert "data-unread" not in (await amir.see(f"/tickets/{ticket}", htmx=htmx)).text
    assert (await unread(desk, "amir"), await unread(desk, "tara")) == ([], [ticket])
    await desk.write(ticket, "Any news?", by="rosa")
    assert "data-unread" in (await amir.see("/queue")).text


async def test_a_requester_has_read_a_request_once_its_page_was_opened(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir")
    rosa = await desk.visitor("rosa")
    assert await unread(desk, "rosa") == [ticket]
    await rosa.see(f"/requests/{ticket}")
    assert await unread(desk, "rosa") == []


@pytest.mark.parametrize("htmx", [False, True])
async def test_an_agents_late_reply_to_their_own_request_leads_to_the_new_one(desk: OpenDesk, htmx: bool) -> None:
    ticket = await desk.world.ticket(
        requester=desk.user("amir"), team=desk.world.it, status=TicketStatus.CLOSED, at=clock.now() - timedelta(days=15)
    )
    amir = await desk.visitor("amir")
    answer = await amir.send(f"/tickets/{ticket.display_id}/replies", htmx=htmx, kind="reply", body="Again")
    page = answer if htmx else await amir.see(answer.headers["location"])
    assert "Again" in page.text
    assert f"/tickets/{ticket.display_id}/replies" not in page.text and "/replies" in page.text
