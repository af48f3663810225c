"""Rehearsing a stored rule from its page: with htmx and without, and what is told when it cannot be done."""

from typing import Any

import pytest
from open_desk import OpenDesk
from test_rule_pages import SUBJECT, keep, opened, route
from visitors import parts_of, text_of

from codex.kernel import clock
from codex.rehearsal import period
from codex.tickets import lifecycle, queries
from codex.tickets.models import TicketStatus

pytestmark = pytest.mark.anyio


async def counted(desk: OpenDesk) -> Any:
    """What a rehearsal must leave as it is."""
    async with desk.world.reading() as reader:
        return await reader.all(
            """SELECT (SELECT count(*) FROM ticket_events), (SELECT count(*) FROM automation_executions),
                      (SELECT count(*) FROM notification_outbox), (SELECT count(*) FROM automation_evaluations)"""
        )


async def test_an_automation_rule_tells_what_it_would_have_done(desk: OpenDesk) -> None:
    mail = {"type": "send_email", "to": "floods@acme.example", "subject": "Wet", "body": "Very."}
    await keep(desk, "Calm", SUBJECT, actions=[{"type": "set_priority", "priority": "P4"}])
    made = await keep(
        desk, "Floods", SUBJECT, actions=[{"type": "set_priority", "priority": "P1"}, mail], is_active=False,
    )  # fmt: skip
    wet, _dry = await desk.ticket("A flood"), await desk.ticket("All dry")
    ona, before = await desk.visitor("ona"), await counted(desk)
    plain = await ona.see(f"/rules/automation/{made.id}/rehearsal")
    part = await ona.see(f"/rules/automation/{made.id}/rehearsal", htmx=True)

    assert (plain.status_code, part.status_code) == (200, 200)
    assert "<h1" in plain.text and "<h1" not in part.text and parts_of(part.text).inline == []
    for told in (text_of(plain.text), text_of(part.text)):
        assert "1 time it would have run, on one ticket" in told
        assert "Set priority: once" in told and "Mails that would have gone out: 1" in told
        assert f"{wet} " in told and "Subject contains flood saw A flood" in told
        assert "Calm sets priority to Low where this rule sets it to Urgent : once, first on " in told, told
    assert await counted(desk) == before


async def test_a_routing_rule_tells_how_it_agrees_with_who_solved_the_tickets(desk: OpenDesk) -> None:
    world = desk.world
    made = await route(desk, "VPN", is_active=False)
    await route(desk, "Drops", keywords=["drops"], team_id=world.facilities.id, priority=5)
    taken, solved = await opened(desk, "VPN is slow"), await opened(desk, "VPN drops")
    async with world.work(as_=world.ona, now=clock.now()) as work:
        held = await queries.visible(work, solved, lock=True)
        await lifecycle.move(work, held, to=TicketStatus.RESOLVED)
    ona = await desk.visitor("ona")
    page = await ona.see(f"/rules/routing/{made.id}/rehearsal", htmx=True)
    told = text_of(page.text)

    assert page.status_code == 200
    assert "2 new tickets it would have taken, of 2 that came in" in told and taken in told and "Says vpn" in told
    assert "Drops takes 1 of the same tickets for " in told and "This rule is asked first, and would have them." in told
    assert "Of 1 that are solved, today’s rules send 1 (100 %) to the team that solved them." in told
    assert "With this rule among them it would be 0 (0 %)." in told
    assert f"{world.facilities.name} {world.it.name} {world.facilities.name} another team 1" in told
    assert page.text.count("<table") == page.text.count("<caption>") == 2 and 'scope="col"' in page.text


@pytest.mark.parametrize("kind", ["automation", "routing"])
async def test_too_much_is_told_in_the_page_and_in_the_part(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made = await keep(desk, "Floods") if kind == "automation" else await route(desk, "VPN")
    for n in range(2):
        await opened(desk, f"VPN {n}")
    monkeypatch.setattr(period, "MOST_EVENTS", 1)
    ona = await desk.visitor("ona")
    for htmx in (False, True):
        page = await ona.see(f"/rules/{kind}/{made.id}/rehearsal", htmx=htmx)
        assert page.status_code == 422
        assert "There are more than 1 events in this period; rehearse a shorter one." in text_of(page.text)


async def test_a_broken_rule_is_not_rehearsed_and_says_why(desk: OpenDesk) -> None:
    made = await keep(desk, "Lost", actions=[{"type": "assign_user", "userId": str(desk.world.hana.id)}])
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        (await work.session.get_one(type(desk.world.hana), desk.world.hana.id)).is_active = False
    ona = await desk.visitor("ona")
    page = await ona.see(f"/rules/automation/{made.id}/rehearsal", htmx=True)

    assert page.status_code == 422 and "There is no such active person." in text_of(page.text)


async def test_only_who_may_write_a_rule_rehearses_it(desk: OpenDesk) -> None:
    acts, sends = await keep(desk, "Of IT", team=desk.world.it), await route(desk, "VPN")
    for name, expected in {"rosa": 403, "amir": 403, "lena": 403, "tara": 200, "ona": 200}.items():
        visitor = await desk.visitor(name)
        for path in (f"/rules/automation/{acts.id}", f"/rules/routing/{sends.id}"):
            assert (await visitor.see(f"{path}/rehearsal")).status_code == expected, (name, path)
    lena = await desk.visitor("lena")
    assert "Who may change this rule may rehearse it." in (await lena.see(f"/rules/automation/{acts.id}")).text
