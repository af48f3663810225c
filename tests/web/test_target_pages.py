"""Service targets through the real application: beside a ticket, in lists, and as a promise to who asks."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from open_desk import OpenDesk
from test_queue_pages import counting
from visitors import parts_of, text_of

from codex.classification.categories import CategoryChanges, change
from codex.classification.queries import held_category
from codex.kernel import clock
from codex.sla import assignments, policies
from codex.sla.policies import NewPolicy, Target
from codex.tickets import lifecycle, queries
from codex.tickets.models import Ticket, TicketPriority, TicketStatus

pytestmark = pytest.mark.anyio
TARGETS = (Target(TicketPriority.P2, 1, 4), Target(TicketPriority.P3, 8, 100))


async def promise(desk: OpenDesk) -> None:
    """Everybody's policy, round the clock: P2 1 h / 4 h, P3 8 h / 100 h."""
    async with desk.world.work(as_=desk.world.ona, now=clock.now() - timedelta(days=30)) as work:
        await policies.add(
            work, NewPolicy(name="Standard", targets=[*TARGETS], is_default=True, business_hours_only=False)
        )


async def asked(desk: OpenDesk, subject: str, *, ago: timedelta = timedelta(), **more: object) -> str:
    world = desk.world
    ticket: Ticket = await world.ticket(
        requester=world.rosa, team=world.it, at=clock.now() - ago, subject=subject, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return ticket.display_id or ""


async def row_of(desk: OpenDesk, ref: str, *, view: str = "team:it") -> str:
    page = (await (await desk.visitor("lena")).see(f"/queue?view={view}")).text
    found = re.search(rf'<li class="row" id="row-{ref}".*?</li>', page, re.DOTALL)
    return text_of(found[0]) if found else ""


async def test_both_targets_come_first_beside_the_ticket(desk: OpenDesk) -> None:
    await promise(desk)
    ref = await asked(desk, "VPN drops", ago=timedelta(hours=2), priority=TicketPriority.P2)
    page = await (await desk.visitor("amir")).see(f"/tickets/{ref}")
    told = text_of(page.text[page.text.index('<section class="details"') :])

    assert told.startswith("Service targets First reply 1h over Was due")
    assert re.search(r"Resolution (2h|1h 59m) left Due (today|tomorrow) \d\d:\d\d · round the clock", told)
    assert any(href.startswith(f"/tickets/{ref}/why") for href in parts_of(page.text).hrefs)


async def test_where_nothing_is_promised_the_page_says_so(desk: OpenDesk) -> None:
    page = (await (await desk.visitor("amir")).see(f"/tickets/{await desk.ticket()}")).text
    assert "Nothing is promised for this ticket." in page
    assert "/why" not in page


async def test_why_is_told_span_by_span_with_the_policy_and_its_version(desk: OpenDesk) -> None:
    await promise(desk)
    ref = await asked(desk, "VPN drops", ago=timedelta(hours=2), priority=TicketPriority.P2)
    amir = await desk.visitor("amir")
    fragment = (await amir.see(f"/tickets/{ref}/why", htmx=True)).text
    told = text_of(fragment)

    assert "<html" not in fragment
    assert "Standard, version 1, promises 1 h for P2, because The default policy" in told
    assert re.search(r"UTC Running, 2 h( \d s)? counted\. The ticket was received\.", told)
    assert re.search(r"Was due \w{3} [\d-]+ [\d:]+ UTC, because 1 h were used up then; 1 h( \d s)? late", told)
    assert re.search(r"Resolution Standard.* Due \w{3} .*because 4 h are used up then", told)
    page = (await amir.see(f"/tickets/{ref}/why?view=mine")).text
    assert "<html" in page and f"/tickets/{ref}?view=mine" in parts_of(page).hrefs
    assert "Standard, version 1, promises 1 h for P2" in text_of(page)


async def test_why_is_for_who_sees_the_internal_side(desk: OpenDesk) -> None:
    await promise(desk)
    ref = await asked(desk, "VPN drops")
    for htmx in (False, True):
        answer = await (await desk.visitor("rosa")).see(f"/tickets/{ref}/why", htmx=htmx)
        assert answer.headers.get("location" if not htmx else "hx-redirect") == f"/requests/{ref}"
        assert "Standard" not in answer.text
    assert (await (await desk.visitor("otto")).see(f"/tickets/{ref}/why")).status_code == 404
    assert (await (await desk.visitor("amir")).see("/tickets/IT-999999/why")).status_code == 404


async def test_rows_show_the_most_urgent_target(desk: OpenDesk) -> None:
    await promise(desk)
    late = await asked(desk, "Late", ago=timedelta(hours=2), priority=TicketPriority.P2)
    risky = await asked(desk, "Risky", ago=timedelta(minutes=55), priority=TicketPriority.P2)
    fine = await asked(desk, "Fine", ago=timedelta(hours=1), priority=TicketPriority.P3)
    waits = await asked(desk, "Waits", assignee=desk.world.amir)
    await desk.write(waits, "Which one?", by="amir")
    async with desk.world.work(as_=desk.world.amir, now=clock.now()) as work:
        await lifecycle.move(work, await queries.visible(work, waits, lock=True), to=TicketStatus.WAITING_ON_REQUESTER)
    unpromised = await asked(desk, "Unpromised", priority=TicketPriority.P4)

    assert "Reply overdue by 1h" in await row_of(desk, late)
    assert re.search(r"At risk: Reply (5m|4m)", await row_of(desk, risky))
    assert re.search(r"Reply (7h|6h 59m)", await row_of(desk, fine))
    assert (await row_of(desk, waits)).endswith("Paused AH Assigned to Amir Haddad")
    assert not re.search("Reply|Resolve|Met|Paused", await row_of(desk, unpromised))


async def test_who_only_follows_a_ticket_is_not_told_of_its_targets_in_a_list(desk: OpenDesk) -> None:
    await promise(desk)
    world = desk.world
    ticket = await world.ticket(requester=world.lena, team=world.hr, at=clock.now(), subject="My contract")
    row = await row_of(desk, ticket.display_id or "", view="all")

    assert "My contract" in row
    assert "Reply" not in row


async def test_sorted_by_due_time_a_list_is_in_groups(desk: OpenDesk) -> None:
    await promise(desk)
    await asked(desk, "Later", priority=TicketPriority.P3)
    await asked(desk, "Overdue", ago=timedelta(hours=9), priority=TicketPriority.P2)
    await asked(desk, "Never", priority=TicketPriority.P4)
    lena = await desk.visitor("lena")
    plain = (await lena.see("/queue?view=team:it")).text
    href = next(href for href in parts_of(plain).hrefs if "sort=due" in href)
    page = (await lena.see(href)).text

    assert 'class="group"' not in plain
    heads = [text_of(head) for head in re.findall(r'<li class="group">.*?</li>', page, re.DOTALL)]
    assert heads == ["Overdue 1", "Later 1", "No due time 1"]
    assert re.findall(r'"row-a"[^>]*>(\w+)<', page) == ["Overdue", "Later", "Never"]
    assert all("sort=due" in href for href in parts_of(page).hrefs if href.startswith("/tickets/"))
    assert (await lena.see("/queue?sort=loud")).status_code == 400


async def test_a_group_goes_on_over_the_page_without_another_heading(desk: OpenDesk) -> None:
    await promise(desk)
    for number in range(52):
        await asked(desk, f"Number {number:02}", ago=timedelta(hours=9), priority=TicketPriority.P2)
    await asked(desk, "Later", priority=TicketPriority.P3)
    lena = await desk.visitor("lena")
    page = (await lena.see("/queue?view=team:it&sort=due")).text
    more = next(href for href in parts_of(page).hrefs if "cursor=" in href)
    rest = (await lena.see(more, htmx=True)).text
    whole = (await lena.see(more)).text

    def heads(html: str) -> list[str]:
        return [text_of(head) for head in re.findall(r'<li class="group">.*?</li>', html, re.DOTALL)]

    assert (heads(page), heads(rest), heads(whole)) == (["Overdue"], ["Later 1"], ["Overdue", "Later 1"])


async def test_all_clocks_of_a_page_take_one_statement(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    await promise(desk)
    refs = [await asked(desk, f"Number {number}") for number in range(12)]
    amir = await desk.visitor("amir")
    for path in ("/queue?view=team:it&sort=due", f"/tickets/{refs[0]}?view=team:it"):
        for htmx in (False, True):
            with counting(monkeypatch) as sent:
                await amir.see(path, htmx=htmx)
            assert sum("sla_instances" in sql for sql in sent) == 1
            assert len(sent) <= 8


async def test_who_asks_is_told_when_somebody_replies(desk: OpenDesk) -> None:
    await promise(desk)
    ref, rosa = await asked(desk, "VPN drops", priority=TicketPriority.P2), await desk.visitor("rosa")
    promised = re.compile(r"Someone replies by \d\d:\d\d (today|tomorrow)\.")

    for path in ("/requests", f"/requests/{ref}"):
        assert promised.search(text_of((await rosa.see(path)).text))
    await desk.write(ref, "I look at it.", by="amir")
    for path in ("/requests", f"/requests/{ref}"):
        assert not promised.search(text_of((await rosa.see(path)).text))


async def test_a_promise_that_was_not_kept_is_not_made_again(desk: OpenDesk) -> None:
    await promise(desk)
    ref = await asked(desk, "VPN drops", ago=timedelta(hours=2), priority=TicketPriority.P2)
    told = text_of((await (await desk.visitor("rosa")).see(f"/requests/{ref}")).text)

    assert "We have it. Someone looks at it next." in told
    assert "SLA" not in told and "Someone replies" not in told


async def test_the_form_promises_for_each_impact_what_is_promised(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    assert "What happens next" not in (await rosa.see("/requests/new")).text
    await promise(desk)
    page = (await rosa.see("/requests/new")).text

    assert re.findall(r'class="next" data-for="(P\d)"', page) == ["P2", "P3"]
    assert len(re.findall(r"Someone replies by \d\d:\d\d (?:today|tomorrow)<", page)) == 2
    assert "SLA" not in page


async def test_another_category_promises_what_its_team_does(desk: OpenDesk) -> None:
    await promise(desk)
    world = desk.world
    async with world.work(as_=world.ona, now=clock.now()) as work:
        await change(work, await held_category(work.session, "vpn"), CategoryChanges(default_team_id=world.it.id))
    await strict(desk)
    rosa = await desk.visitor("rosa")
    key = str(world.categories["vpn"].id)
    fragment = (await rosa.send("/requests/new", htmx=True, category=key, step="questions")).text
    by = dict(re.findall(r'data-for="(P\d)".*?replies by (\d\d:\d\d)', fragment, re.DOTALL))

    assert '<hx-partial hx-target="#next"' in fragment
    assert "IT Support gets it at once" in text_of(fragment)
    assert set(by) == {"P3"}
    due = (clock.now() + timedelta(minutes=30)).astimezone(ZoneInfo(desk.user("rosa").time_zone))
    assert by["P3"] in {f"{due - timedelta(minutes=passed):%H:%M}" for passed in (0, 1)}


async def strict(desk: OpenDesk) -> None:
    """IT has a policy of its own that promises half an hour for P3 and nothing else, and there is no other one."""
    world = desk.world
    async with world.work(as_=world.ona, now=clock.now()) as work:
        new = NewPolicy(name="Strict", targets=[Target(TicketPriority.P3, 0.5, 4)], business_hours_only=False,
                        is_default=True)  # fmt: skip
        policy = await policies.add(work, new)
        await assignments.assign(work, world.it, policy.id)
