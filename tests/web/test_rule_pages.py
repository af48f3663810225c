"""Rules in the browser: for who leads, in words, with what became of them, and why one did not act on a ticket."""

import re
from typing import Any

import pytest
from open_desk import OpenDesk
from sqlalchemy import text
from test_queue_pages import counting
from visitors import parts_of, text_of

from codex.automation import rules
from codex.automation.executions import ExecutionRow
from codex.automation.models import AutomationRule, Trigger
from codex.automation.reading import RuleRow
from codex.automation.rules import NewRule
from codex.automation.triggers import TriggerConfig
from codex.desk import saved_views
from codex.desk.view_filters import SavedFilters
from codex.identity.models import Team
from codex.kernel import clock
from codex.kernel.criteria.tree import Finding
from codex.kernel.ids import new_id
from codex.kernel.seal import Seal
from codex.routing import intake
from codex.routing import rules as routing
from codex.routing.models import RoutingRule
from codex.tickets.actions import ACTIONS, type_of
from codex.tickets.criteria import CHANGE_FIELDS, FIELDS
from codex.tickets.models import TicketStatus
from codex.web.present import action_words, rule_log, rule_words

pytestmark = pytest.mark.anyio
SUBJECT = {"field": "subject", "operator": "contains", "value": "flood"}
URGENT = {"type": "set_priority", "priority": "P1"}


async def keep(
    desk: OpenDesk, name: str, *conditions: Any, actions: list[Any] | None = None, team: Team | None = None, **more: Any
) -> AutomationRule:
    said = {"trigger": Trigger.TICKET_CREATED, "actions": actions or [URGENT], **more}
    new = NewRule(
        name=name, conditions=list(conditions), priority=10, team_id=team.id if team else None, **said
    )  # fmt: skip
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        return await rules.add(work, new, seal=Seal("t" * 64))


async def route(desk: OpenDesk, name: str, **more: Any) -> RoutingRule:
    said = {"name": name, "keywords": ["vpn"], "team_id": desk.world.it.id, "priority": 1, **more}
    async with desk.world.work(as_=desk.world.ona, now=clock.now()) as work:
        return await routing.add(work, routing.NewRoutingRule(**said))


async def opened(desk: OpenDesk, subject: str) -> str:
    """A ticket of Rosa's, who does not say for which team it is."""
    async with desk.world.work(as_=desk.world.rosa, now=clock.now()) as work:
        ticket = await intake.receive(
            work, requester=desk.world.rosa, subject=subject, description="Every ten minutes."
        )
    return ticket.display_id or ""


async def test_the_list_tells_how_each_rule_stands(desk: OpenDesk) -> None:
    world = desk.world
    await keep(desk, "Global rule")
    await keep(desk, "Of IT", SUBJECT, team=world.it)
    await keep(desk, "Of HR", team=world.hr)
    await keep(desk, "Switched off", team=world.it, is_active=False)
    lost = await keep(desk, "Lost", actions=[{"type": "assign_user", "userId": str(world.amir.id)}], team=world.it)
    sends = await route(desk, "VPN to IT")
    async with world.session() as session:
        await session.execute(text("UPDATE users SET is_active = false WHERE id = :id"), {"id": world.amir.id})
    await opened(desk, "VPN drops")
    lena, ona = await desk.visitor("lena"), await desk.visitor("ona")
    told = text_of((await lena.see("/rules")).text)

    assert re.findall(r"Global rule|Of IT|Of HR|Switched off|Lost|VPN to IT", told) == [
        "Of IT", "Switched off", "Lost", "VPN to IT",
    ]  # fmt: skip
    assert re.search(r"Of IT A ticket is created IT Support Active 0 none", told)
    assert re.search(r"Switched off A ticket is created IT Support Off 0 none", told)
    assert re.search(
        r"Lost A ticket is created There is no such active person. IT Support Broken 0 [\d:]+ Skipped", told
    )
    assert re.search(r"VPN to IT Says vpn IT Support Active 1 ?", told)
    hrefs = parts_of((await lena.see("/rules")).text).hrefs
    assert f"/rules/automation/{lost.id}" in hrefs and f"/rules/routing/{sends.id}" in hrefs
    assert told.count("Matched, last 30 days") == 2
    assert "Global rule" in text_of((await ona.see("/rules")).text)


async def test_only_who_leads_a_team_finds_it(desk: OpenDesk) -> None:
    made = await keep(desk, "Of IT", team=desk.world.it)
    of_hr = await keep(desk, "Of HR", team=desk.world.hr)
    for name, expected in {"rosa": 403, "amir": 403, "lena": 200, "tara": 200, "ona": 200}.items():
        visitor = await desk.visitor(name)
        assert (await visitor.see("/rules")).status_code == expected, name
        assert (await visitor.see(f"/rules/automation/{made.id}")).status_code == expected, name
    lena, amir = await desk.visitor("lena"), await desk.visitor("amir")
    assert (await lena.see(f"/rules/automation/{of_hr.id}")).status_code == 404
    assert "/rules" in parts_of((await lena.see("/queue")).text).hrefs
    assert "/rules" not in parts_of((await amir.see("/queue")).text).hrefs


async def test_a_rule_is_told_in_words_with_what_it_did_and_did_not(desk: OpenDesk) -> None:
    world = desk.world
    conditions = [SUBJECT, {"any": [
        {"field": "team", "operator": "equals", "value": str(world.it.id)},
        {"field": "priority", "operator": "in", "value": ["P1", "P2"]},
    ]}]  # fmt: skip
    made = await keep(
        desk, "Floods", *conditions, actions=[URGENT, {"type": "assign_user", "userId": str(world.amir.id)}],
        description="Water is <urgent>.",
    )  # fmt: skip
    wet, dry = await desk.ticket("A flood in the cellar"), await desk.ticket("All dry")
    ona = await desk.visitor("ona")
    page = (await ona.see(f"/rules/automation/{made.id}")).text
    told = text_of(page)

    assert "Water is &lt;urgent&gt;." in page
    assert "When A ticket is created" in told and "If all of these are true Subject contains flood" in told
    assert "any of these Team is IT Support Priority is any of Urgent, High" in told
    assert "Set priority to Urgent" in told and f"Assign it to {world.amir.display_name}" in told
    assert "1 time it matched" in told
    ran, silent = told.index(f"Ran {wet}"), told.index(f"Did not match {dry}")
    assert "priority Normal → Urgent" in told[ran:] and "Subject contains flood saw All dry" in told[silent:]
    assert silent < ran  # the newest first


async def test_why_it_did_not_fire_names_the_condition_and_what_it_saw(desk: OpenDesk) -> None:
    made = await keep(desk, "Floods", {"field": "team", "operator": "isSet"}, SUBJECT, team=desk.world.it)
    wet, dry = await desk.ticket("A flood"), await desk.ticket("All dry")
    elsewhere = await desk.ticket("A flood", team=desk.world.facilities)
    lena = await desk.visitor("lena")

    async def why(ref: str, status: int = 200) -> str:
        page = await lena.see(f"/rules/automation/{made.id}?ticket={ref}")
        assert page.status_code == status, page.text
        told = text_of(page.text[page.text.index('id="why"') : page.text.index('id="order"')])
        return told.partition("Find out ")[2]

    for ref in (dry, dry.lower(), str((await desk.now(dry)).id)):
        said = await why(ref)
        assert re.match(rf"It looked at {dry} today at [\d:]+ and did nothing, since this did not hold:", said), said
        assert "Subject contains flood saw All dry" in said and "Team is there" not in said
    assert re.match(rf"It did run on {wet}, today at", await why(wet))
    log = text_of((await lena.see(f"/rules/automation/{made.id}?ticket={dry}")).text)
    assert f"What became of it on {dry} alone" in log and f"Did not match {dry}" in log and f"Ran {wet}" not in log
    for ref in (elsewhere, "IT-999", "<script>", "%00"):
        assert (await why(ref, 404)).startswith("There is no ticket")
    ona = await desk.visitor("ona")
    page = text_of((await ona.see(f"/rules/automation/{made.id}?ticket={elsewhere}")).text)
    assert "has not been asked about" in page and "what wakes it has not happened there" in page


async def test_the_pages_ask_the_database_little_however_much_there_is(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule's page at most eight times: with a saved view beside it, also when it is asked about a ticket."""
    condition = {"field": "team", "operator": "equals", "value": str(desk.world.it.id)}
    actions = [URGENT, {"type": "assign_user", "userId": str(desk.world.amir.id)}]
    made = await keep(desk, "Rule", SUBJECT, condition, team=desk.world.it, actions=actions)
    sends = await route(desk, "VPN to IT", conditions=[{**condition, "field": "category", "value": "vpn"}])
    async with desk.world.work(as_=desk.world.lena) as work:
        await saved_views.add(work, name="Mine", filters=SavedFilters([condition], None))
    lena, ticket = await desk.visitor("lena"), await desk.ticket("A flood")
    counts: dict[str, list[int]] = {}
    for more in (1, 8):
        for n in range(more):
            await desk.ticket(f"Number {n}")
            await opened(desk, "VPN drops")
            await keep(desk, f"Another {n}", SUBJECT, team=desk.world.it)
        for page in (f"/rules/automation/{made.id}", f"/rules/routing/{sends.id}"):
            for path in (page, f"{page}?ticket={ticket}"):
                with counting(monkeypatch) as sent:
                    assert (await lena.see(path)).status_code == 200
                counts.setdefault(path, []).append(len(sent))
        with counting(monkeypatch) as sent:
            assert (await lena.see("/rules")).status_code == 200
        counts.setdefault("/rules", []).append(len(sent))

    assert all(few == many for few, many in counts.values()), counts
    assert max(count for path, (count, _) in counts.items() if path != "/rules") <= 8, counts
    assert counts["/rules"][0] <= 10, counts


async def test_nothing_on_the_pages_is_inline_and_markup_of_people_is_text(desk: OpenDesk) -> None:
    made = await keep(desk, "<b>Bold</b>", {**SUBJECT, "value": "<i>"}, team=desk.world.it)
    ticket = await desk.ticket("<u>dry</u>")
    lena = await desk.visitor("lena")
    for path in ("/rules", f"/rules/automation/{made.id}?ticket={ticket}"):
        page = (await lena.see(path)).text
        assert "&lt;b&gt;Bold" in page and not re.search("<b>Bold|<i>|<u>", page)
        assert parts_of(page).inline == []


def finding(field: str, *, holds: bool) -> Finding:
    return Finding(field, "isSet", None, None, holds)


def row(conditions: list[Any], findings: list[Finding], *, version: int = 1) -> tuple[RuleRow, ExecutionRow]:
    at = clock.now()
    rule = RuleRow(
        id=new_id(), name="R", description=None, trigger=Trigger.STATUS_CHANGED, trigger_config=TriggerConfig(),
        conditions=conditions, actions=[], is_active=True, priority=1, team_id=None, version=1, paused_at=None,
        broken=[], may_change=True, created_by_id=new_id(), created_at=at, updated_at=at,
    )  # fmt: skip
    execution = ExecutionRow(
        id=new_id(), rule_id=rule.id, rule_version=version, ticket_id=new_id(), trigger=Trigger.STATUS_CHANGED,
        matched=False, success=None, error=None, executed_at=at, conditions=findings, actions=[],
    )  # fmt: skip
    return rule, execution


A, B, C, D = ({"field": name, "operator": "isSet"} for name in "ABCD")


@pytest.mark.parametrize(
    ("conditions", "held", "blamed"),
    [
        ([A, B], "10", "B"),
        ([A, B], "00", "A"),
        ([{"any": [A, B]}, C], "010", "C"),
        ([{"any": [A, B]}, C], "001", "AB"),
        ([{"all": [A, B]}, C], "011", "A"),
        ([{"not": A}, B], "11", "A"),
        ([{"not": {"all": [A, B]}}, C], "110", "AB"),
        ([{"any": [{"all": [A, B]}, {"not": C}]}, D], "0110", "AC"),
    ],
)
def test_the_blame_falls_on_the_entry_that_did_not_hold(conditions: list[Any], held: str, blamed: str) -> None:
    findings = [finding(name, holds=bit == "1") for name, bit in zip("ABCD", held, strict=False)]

    assert "".join(f.field for f in rule_log.to_blame(*row(conditions, findings))) == blamed


def test_what_the_trigger_asks_for_comes_first_and_another_version_is_told_as_far_as_it_can_be() -> None:
    asked = [finding("toStatus", holds=False), finding("A", holds=True)]
    assert [f.field for f in rule_log.to_blame(*row([A], asked))] == ["toStatus"]
    old = row([A], [finding("X", holds=True), finding("Y", holds=False)], version=2)
    assert [f.field for f in rule_log.to_blame(*old)] == ["Y"]


def test_every_trigger_field_and_action_has_words() -> None:
    for trigger in Trigger:
        words = rule_words.trigger(trigger, TriggerConfig(4, TicketStatus.RESOLVED))
        assert words and "{" not in "".join(part.text for part in words)
    for name in (*FIELDS, *CHANGE_FIELDS):
        assert rule_words.field_word(name, {}) != name, name
    for kind in ACTIONS:
        words = action_words.action({"type": type_of(kind)}, {})
        assert "".join(part.text for part in words) != type_of(kind), kind


@pytest.mark.parametrize(("hours", "words"), [(0.5, "30 minutes"), (1, "1 hour"), (72, "72 hours"), (1.5, "1.5 hours")])
def test_how_long_is_told_in_words(hours: float, words: str) -> None:
    assert rule_words.duration(hours) == words


async def test_the_saved_views_beside_the_rules_get_their_counts(desk: OpenDesk) -> None:
    async with desk.world.work(as_=desk.world.lena) as work:
        await saved_views.add(work, name="Flooded", filters=SavedFilters([SUBJECT], None))
    lena = await desk.visitor("lena")

    href = re.search(r'hx-get="(/queue/views[^"]*)"', (await lena.see("/rules")).text)
    counted = await lena.see(href[1] if href else "", htmx=True)

    assert counted.status_code == 200
    assert "Flooded" in counted.text


@pytest.mark.parametrize(("name", "told"), [("ona", True), ("tara", False)])
async def test_calls_of_webhooks_that_failed_are_told_and_to_owners_which(
    desk: OpenDesk, name: str, told: bool
) -> None:
    world, url = desk.world, "https://hooks.acme.example/codex"
    made = await keep(desk, "Calls", actions=[{"type": "call_webhook", "url": url}], team=world.it)
    visitor = await desk.visitor(name)
    assert "failed for good" not in (await visitor.see(f"/rules/automation/{made.id}")).text
    await desk.ticket("A flood")
    async with world.session() as session:
        await session.execute(text("UPDATE webhook_deliveries SET status = 'FAILED', last_error = 'It answered 500.'"))
        await session.commit()
    page = text_of((await visitor.see(f"/rules/automation/{made.id}")).text)

    assert "One call of its webhook failed for good." in page
    assert (url in page.partition("failed for good")[2] and "It answered 500." in page) is told
    assert ("Owners see which." in page) is not told


async def test_of_a_rule_that_time_wakes_the_page_says_how_long_it_still_waits_and_what_would_not_hold(
    desk: OpenDesk,
) -> None:
    waits = TriggerConfig(hours=8, status=TicketStatus.NEW)
    urgent = {"field": "priority", "operator": "equals", "value": "P1"}
    made = await keep(desk, "Slow", urgent, team=desk.world.it, trigger=Trigger.TIME_IN_STATUS, trigger_config=waits)
    ref, taken = await desk.ticket("All dry"), await desk.ticket("All dry", assignee="amir")
    lena = await desk.visitor("lena")

    async def why(about: str) -> str:
        page = (await lena.see(f"/rules/automation/{made.id}?ticket={about}")).text
        told = text_of(page[page.index('id="why"') : page.index('id="order"')])
        return told.partition("Find out ")[2]

    assert re.match(rf"It waits on {ref} until .*, 8 hours from today at [\d:]+; as of now", await why(ref))
    assert "Priority is Urgent saw Normal" in await why(ref)
    assert (await why(taken)).startswith(f"It does not wait on {taken}")
