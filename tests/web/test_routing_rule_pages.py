"""A routing rule in the browser: what it says, the tickets that it took, and why it did not take one."""

import re

import pytest
from open_desk import OpenDesk
from test_rule_pages import opened, route
from visitors import parts_of, text_of

from codex.kernel import clock
from codex.routing import queries, rules
from codex.routing.rules import RoutingRuleChanges
from codex.tickets import assignment
from codex.tickets import queries as tickets

pytestmark = pytest.mark.anyio
URGENT = {"field": "priority", "operator": "in", "value": ["P1", "P2"]}


async def transfer(desk: OpenDesk, ref: str) -> None:
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        held = await tickets.visible(work, ref, lock=True)
        await assignment.transfer_to(work, held, desk.world.facilities)


async def test_it_is_told_in_words_with_the_tickets_that_it_took_and_where_they_are_now(desk: OpenDesk) -> None:
    world = desk.world
    made = await route(desk, "VPN", keywords=["VPN", "Wi-Fi"], assignee_id=world.amir.id)
    one, moved = await opened(desk, "No Wi-Fi"), await opened(desk, "VPN <b>drops</b>")
    await opened(desk, "No coffee")
    await transfer(desk, moved)
    ona = await desk.visitor("ona")
    page = (await ona.see(f"/rules/routing/{made.id}")).text
    told = text_of(page)

    assert "VPN &lt;b&gt;drops" in page and parts_of(page).inline == []
    assert "Somebody opens a ticket and does not say for which team" in told
    assert "Its subject or description says one of VPN Wi-Fi" in told
    assert f"Send it to {world.it.name} Give it to {world.amir.display_name}" in told
    assert "In the last 30 days 2 taken, of 3 new tickets that came as far as this rule" in told
    log = told.partition("The tickets that it took")[2]
    assert re.search(rf"{moved} VPN &lt;b&gt;drops&lt;/b&gt; VPN [\d:]+ Triaged {world.facilities.name}", log), log
    assert re.search(rf"{one} No Wi-Fi Wi-Fi [\d:]+ Assigned {world.it.name} · {world.amir.display_name}", log), log


async def test_why_it_did_not_take_a_ticket_names_what_it_saw_or_why_it_was_not_asked(desk: OpenDesk) -> None:
    world = desk.world
    first = await route(desk, "First", keywords=["tunnel"], priority=1)
    made = await route(desk, "VPN", keywords=["VPN", "drops"], conditions=[URGENT], priority=2)
    earlier, dry, calm = (
        await opened(desk, "The tunnel drops"),
        await opened(desk, "No coffee"),
        await opened(desk, "VPN"),
    )
    named = await desk.ticket("VPN drops")
    async with world.work(as_=world.ona, now=clock.now()) as work:
        await rules.change(work, await queries.held_rule(work, made.id), RoutingRuleChanges(is_active=False))
    while_off = await opened(desk, "drops again")
    young = await route(desk, "Young", priority=0)
    lena, ona = await desk.visitor("lena"), await desk.visitor("ona")

    async def why(ref: str, *, of: object = made.id, status: int = 200) -> str:
        page = await ona.see(f"/rules/routing/{of}?ticket={ref}")
        assert page.status_code == status, page.text
        told = text_of(page.text[page.text.index('id="why"') : page.text.index('id="order"')])
        return told.partition("Find out ")[2]

    at = r"today at [\d:]+"
    assert re.match(
        rf"It was not asked about {earlier}: the rule First comes earlier and took it {at}, since it says “tunnel”.",
        await why(earlier),
    )
    assert re.match(
        rf"It looked at {dry} {at} and did not take it, since this did not hold: .*Says VPN, drops saw No coffee",
        await why(dry),
    )
    assert re.match(rf"It looked at {calm} {at} .*Priority is any of Urgent, High saw Normal", await why(calm.lower()))
    assert "whoever opened it named the team" in await why(named)
    assert "it was switched off then" in await why(while_off)
    assert "there was no such rule yet" in await why(dry, of=young.id)
    assert re.match(rf"It took {earlier} {at}: it says “tunnel”.", await why(earlier, of=first.id))
    for ref in ("IT-999", "<script>", "%00"):
        assert (await why(ref, status=404)).startswith("There is no ticket")
    await transfer(desk, earlier)
    assert (await lena.see(f"/rules/routing/{made.id}?ticket={earlier}")).status_code == 404


async def test_who_works_for_its_team_reads_it_and_who_leads_finds_the_way_back(desk: OpenDesk) -> None:
    made = await route(desk, "VPN")
    for name, expected in {"rosa": 403, "hana": 404, "amir": 200, "lena": 200, "tara": 200, "ona": 200}.items():
        page = await (await desk.visitor(name)).see(f"/rules/routing/{made.id}")
        assert page.status_code == expected, name
        if expected == 200:
            main = page.text[page.text.index('id="main"') :]
            assert ('href="/rules"' in main) is (name != "amir"), name
            assert ("/rehearsal" in main) is (name in ("tara", "ona")), name


async def test_a_broken_rule_says_why(desk: OpenDesk) -> None:
    made = await route(desk, "VPN", assignee_id=desk.world.amir.id)
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        person = await work.session.get_one(type(desk.world.amir), desk.world.amir.id)
        person.is_active = False
    ona = await desk.visitor("ona")
    told = text_of((await ona.see(f"/rules/routing/{made.id}")).text)

    assert "Broken" in told and f"{desk.world.amir.display_name} does not work for {desk.world.it.name}." in told


async def test_the_tickets_that_it_took_are_read_page_by_page(desk: OpenDesk) -> None:
    made = await route(desk, "VPN")
    taken = [await opened(desk, f"VPN {n}") for n in range(52)]
    lena = await desk.visitor("lena")
    page = (await lena.see(f"/rules/routing/{made.id}")).text
    onward = re.search(r'href="(/rules/routing/[^"#]*cursor=[^"#]*)', page)
    assert onward is not None
    rest = text_of((await lena.see(onward[1])).text)

    assert taken[0] in rest and taken[1] in rest and "VPN 2 " not in rest.partition("The tickets that it took")[2]
