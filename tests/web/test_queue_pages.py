"""The agents' lists through the real application, and what a page of them costs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from open_desk import OpenDesk
from sqlalchemy import text
from visitors import parts_of, text_of

from codex.db.database import Reader
from codex.kernel import clock
from codex.kernel.actor import system
from codex.tickets import lifecycle, messages
from codex.tickets import queries as tickets
from codex.tickets.models import MessageType, TicketStatus

pytestmark = pytest.mark.anyio


MANY = """
    INSERT INTO tickets (
        id, subject, status, requester_id, assigned_team_id, assignee_id, version, created_at, updated_at)
    SELECT gen_random_uuid(), 'One of many', 'TRIAGED', :amir, :it, CAST(:assignee AS uuid), 1, now(), now()
    FROM generate_series(1, :n)"""


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that readers send until the block ends, authentication included."""
    sent: list[str] = []
    original = Reader.all

    async def noting(self: Reader, sql: str, *rest: Any, **how: Any) -> Any:
        sent.append(sql)
        return await original(self, sql, *rest, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Reader, "all", noting)
        yield sent


async def test_the_way_to_the_neighbours_is_that_of_the_list(desk: OpenDesk) -> None:
    last, middle, first = [await desk.ticket(f"Number {n}", assignee="amir") for n in range(3)]
    amir = await desk.visitor("amir")
    steps = re.compile(r'href="([^"]+)" data-step="(-?1)"')

    def ways(html: str) -> dict[str, str]:
        return {by: href for href, by in steps.findall(html)}

    for htmx in (False, True):
        page = (await amir.see(f"/tickets/{middle}?view=mine", htmx=htmx)).text
        assert ways(page) == {"-1": f"/tickets/{first}?view=mine", "1": f"/tickets/{last}?view=mine"}
        assert ways((await amir.see(f"/tickets/{first}?view=mine", htmx=htmx)).text).keys() == {"1"}


async def test_a_list_is_read_page_by_page(desk: OpenDesk) -> None:
    for n in range(52):
        await desk.ticket(f"Number {n:02}")
    amir = await desk.visitor("amir")
    page = await amir.see("/queue?view=unassigned")
    more = next(href for href in parts_of(page.text).hrefs if "cursor=" in href and href.startswith("/queue"))
    rows = await amir.see(more, htmx=True)

    assert [f"Number {n:02}" in page.text for n in (51, 2, 1)] == [True, True, False]
    assert re.findall(r"Number \d\d", rows.text) == ["Number 01", "Number 00"]
    assert "<html" not in rows.text and "Load more" not in rows.text
    opened = await amir.see(next(href for href in parts_of(rows.text).hrefs if href.startswith("/tickets/")))
    assert "Back to the first page" in opened.text and "Number 51" not in opened.text


async def test_views_hold_what_they_say(desk: OpenDesk) -> None:
    await desk.ticket("Mine waits", assignee="amir", status=TicketStatus.WAITING_ON_VENDOR)
    await desk.ticket("Nobody has it")
    await desk.ticket("Lena has it", assignee="lena")
    await desk.ticket("Over", assignee="amir", status=TicketStatus.RESOLVED)
    amir = await desk.visitor("amir")
    names = ("Mine waits", "Nobody has it", "Lena has it", "Over")
    for view, expected in {
        "": [True, False, False, False],
        "?view=mine": [True, False, False, False],
        "?view=mine&status=open": [False, False, False, False],
        "?view=mine&status=done": [False, False, False, True],
        "?view=unassigned": [False, True, False, False],
        "?view=team:it": [True, True, True, False],
        "?view=all": [True, True, True, False],
        "?view=done": [False, False, False, True],
    }.items():
        page = (await amir.see(f"/queue{view}")).text
        assert [name in page for name in names] == expected, view
    counts = re.findall(r'<span class="n">(\d+)</span></a>', (await amir.see("/queue")).text)
    assert counts == ["1", "1", "3"]


async def test_a_count_is_exact_up_to_999_and_says_when_there_are_more(desk: OpenDesk) -> None:
    async def grow(tickets: int, *, is_amirs: bool = False) -> None:
        async with desk.world.session() as session:
            await session.execute(text(MANY), {"it": desk.world.it.id, "amir": desk.world.amir.id, "n": tickets,
                                               "assignee": desk.world.amir.id if is_amirs else None})  # fmt: skip

    amir, counts = await desk.visitor("amir"), r'<span class="n">(\d+\+?)</span>'
    await grow(999)
    assert re.findall(counts, (await amir.see("/queue?view=unassigned")).text) == ["999", "999", "999"]
    await grow(1)
    assert re.findall(counts, (await amir.see("/queue?view=unassigned")).text) == ["999+", "999+", "999+"]
    assert "See unassigned (999+)" in text_of((await amir.see("/queue?view=mine")).text)
    await grow(1000, is_amirs=True)
    assert re.findall(counts, (await amir.see("/queue?view=mine")).text) == ["999+", "999+", "999+", "999+"]


async def test_a_page_costs_few_statements(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, amir = await desk.ticket(assignee="amir"), await desk.visitor("amir")
    await desk.write(ticket, "Hello", by="amir")
    rosa = await desk.visitor("rosa")
    most = {"/queue": 4, "/queue?view=team:it": 4, f"/tickets/{ticket}": 7, f"/tickets/{ticket}?view=team:it": 7}
    for path, count in most.items():
        for htmx in (False, True):
            with counting(monkeypatch) as sent:
                assert (await amir.see(path, htmx=htmx)).status_code == 200
            assert len(sent) <= count, path
    for path in ("/requests", f"/requests/{ticket}"):
        with counting(monkeypatch) as sent:
            assert (await rosa.see(path)).status_code == 200
        assert len(sent) <= 4, path


async def test_a_long_conversation_shows_its_newest_part_and_the_way_to_the_rest(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(description="How it began"), await desk.visitor("amir")
    async with desk.world.works.begin(system("Test")) as work:
        found = await tickets.visible(work, ticket, lock=True)
        for n in range(230):
            await messages.add(work, found, type=MessageType.PUBLIC, body=f"Line {n:03}.")
    page = await amir.see(f"/tickets/{ticket}")
    earlier = next(href for href in parts_of(page.text).hrefs if "before=" in href)
    before = await amir.see(earlier)

    assert "Line 229." in page.text and "Line 000." not in page.text and "How it began" not in page.text
    assert "Line 000." in before.text and "How it began" in before.text and "Line 229." not in before.text


async def test_the_status_that_comes_with_being_taken_is_not_told_a_second_time(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir")
    async with desk.world.work(as_=desk.world.amir, now=clock.now()) as work:
        found = await tickets.visible(work, ticket, lock=True)
        await lifecycle.move(work, found, to=TicketStatus.IN_PROGRESS)
    told = text_of((await (await desk.visitor("amir")).see(f"/tickets/{ticket}")).text)

    assert "Amir Haddad took it" in told and "set status to Assigned" not in told
    assert "set status to In progress" in told
