"""Saved views in the agents' window: beside the lists, counted, opened, and broken ones saying so."""

import html
import re
from typing import Any

import pytest
from open_desk import OpenDesk
from sqlalchemy import text
from test_queue_pages import counting
from visitors import Visitor, parts_of, text_of

from codex.desk import saved_views
from codex.desk.view_filters import SavedFilters
from codex.identity.models import Team, User
from codex.tickets.models import TicketPriority

pytestmark = pytest.mark.anyio
URGENT = {"field": "priority", "operator": "equals", "value": "P1"}


async def keep(desk: OpenDesk, name: str, person: User, *conditions: Any, sort: str | None = None, **more: Any) -> str:
    async with desk.world.work(as_=person) as work:
        filters = SavedFilters(list(conditions) or [URGENT], sort)
        return str((await saved_views.add(work, name=name, filters=filters, **more)).id)


async def counted(visitor: Visitor, page: str) -> str:
    """What takes the place of the saved views of a page once it is shown."""
    (address,) = re.findall(r'hx-get="(/queue/views[^"]*)" hx-trigger="load"', page)
    return (await visitor.see(html.unescape(address), htmx=True)).text


async def test_views_stand_in_the_sidebar_with_what_they_hold_and_open_as_lists(desk: OpenDesk) -> None:
    world = desk.world
    for n in range(3):
        await desk.ticket(f"Burning {n}", priority=TicketPriority.P1)
    await desk.ticket("Dripping")
    own = await keep(desk, "Fires", world.amir, sort="number")
    await keep(desk, "Of IT", world.lena, team_id=world.it.id)
    await keep(desk, "Of HR", world.ona, team_id=world.hr.id)
    await keep(desk, "Everybody's", world.ona, is_global=True)
    await keep(desk, "Of Lena", world.lena)
    amir = await desk.visitor("amir")

    page = (await amir.see("/queue")).text
    beside = text_of(page[page.index("Saved views") : page.index("side-me")])
    assert re.findall(r"Fires|Of IT|Of HR|Everybody|Of Lena", beside) == ["Fires", "Of IT", "Everybody"]
    told = text_of(await counted(amir, page))
    assert re.findall(r"(Fires|Of IT|Of HR|Everybody|Of Lena)\S* (\d+)", told) == [
        ("Fires", "3"), ("Of IT", "3"), ("Everybody", "3"),
    ]  # fmt: skip
    opened = await amir.see(f"/queue?view=saved:{own}")
    assert re.findall(r"Burning \d|Dripping", text_of(opened.text)) == ["Burning 0", "Burning 1", "Burning 2"]
    assert re.search(rf'href="/queue\?view=saved:{own}" aria-current="page"', opened.text)
    assert re.search(r'id="list-title">Fires<', opened.text)
    ticket = next(href for href in parts_of(opened.text).hrefs if href.startswith("/tickets/"))
    assert f"view=saved:{own}" in ticket
    assert "Fires" in (await amir.see(ticket)).text and (await amir.see(ticket, htmx=True)).status_code == 200


async def test_a_view_of_others_is_no_list(desk: OpenDesk) -> None:
    view = await keep(desk, "Of Lena", desk.world.lena)
    amir = await desk.visitor("amir")
    for name in (view, "x", "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"):
        for htmx in (False, True):
            assert (await amir.see(f"/queue?view=saved:{name}", htmx=htmx)).status_code == 404


async def test_the_default_view_is_what_the_day_begins_with(desk: OpenDesk) -> None:
    await desk.ticket("Burning", priority=TicketPriority.P1)
    await desk.ticket("Mine", assignee="amir")
    await keep(desk, "Everybody's", desk.world.ona, is_global=True, is_default=True)
    amir = await desk.visitor("amir")
    assert 'id="list-title">Everybody' in (await amir.see("/queue")).text
    own = {"field": "assignee", "operator": "equals", "value": "me"}
    await keep(desk, "On me", desk.world.amir, own, is_default=True)
    page = (await amir.see("/queue")).text
    assert 'id="list-title">On me' in page and "Mine" in page and "Burning" not in text_of(page)


async def test_a_broken_view_says_so_instead_of_failing(desk: OpenDesk) -> None:
    world = desk.world
    async with world.session() as session:
        session.add(team := Team(name="Fax", slug="fax"))
        await session.commit()
    view = await keep(
        desk, "Faxes", world.amir, {"field": "team", "operator": "equals", "value": "fax"}, is_default=True
    )
    async with world.session() as session:
        await session.execute(text("DELETE FROM teams WHERE id = :id"), {"id": team.id})
        await session.commit()
    amir = await desk.visitor("amir")
    page = await amir.see(f"/queue?view=saved:{view}")
    assert page.status_code == 200 and "There is no team" in text_of(page.text)
    assert 'id="list-title">Faxes' not in (await amir.see("/queue")).text


async def test_a_long_view_is_walked_and_counted_up_to_a_thousand(desk: OpenDesk) -> None:
    for n in range(51):
        await desk.ticket(f"Number {n:02}", priority=TicketPriority.P1)
    view = await keep(desk, "Fires", desk.world.amir)
    amir = await desk.visitor("amir")
    page = await amir.see(f"/queue?view=saved:{view}")
    more = next(href for href in parts_of(page.text).hrefs if "cursor=" in href and href.startswith("/queue"))
    assert re.findall(r"Number \d\d", (await amir.see(more, htmx=True)).text) == ["Number 00"]
    assert re.search(r"Fires</span><span class=\"n\">51<", await counted(amir, page.text))


async def test_what_views_hold_is_counted_once_and_stays_for_a_while(desk: OpenDesk) -> None:
    view = await keep(desk, "Fires", desk.world.amir)
    amir, rosa = await desk.visitor("amir"), await desk.visitor("rosa")
    answer = await amir.see(f"/queue/views?view=saved:{view}", htmx=True)
    assert answer.headers["cache-control"] == "private, max-age=30" and "hx-trigger" not in answer.text
    assert 'aria-current="page"' in answer.text and "<html" not in answer.text
    assert (await amir.see(f"/queue/views?view=saved:{view}")).headers["location"] == f"/queue?view=saved:{view}"
    assert "Fires" not in (await rosa.see("/queue/views", htmx=True)).text


async def test_many_views_cost_no_more_statements_than_one(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, amir = await desk.ticket(assignee="amir"), await desk.visitor("amir")
    for n in range(12):
        named = {"field": "team", "operator": "equals", "value": "it"}
        view = await keep(desk, f"View {n}", desk.world.amir, URGENT, named)
    for path, most in {"/queue": 5, f"/queue?view=saved:{view}": 5, f"/tickets/{ticket}?view=saved:{view}": 8}.items():
        with counting(monkeypatch) as sent:
            assert (await amir.see(path)).status_code == 200
        assert len(sent) <= most, path
