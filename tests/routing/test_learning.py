"""Rules learned from past tickets: what is proposed, how it is checked, and that nothing of it acts by itself."""

from uuid import UUID

import pytest
from routes import refine, rule, send
from sqlalchemy import text

from codex.kernel.actor import system
from codex.kernel.errors import Forbidden, Unprocessable
from codex.routing import reading
from codex.routing.drafting import LearnedRow, learn
from codex.routing.keywords import first_in, heard, keyword
from codex.routing.learning import FEWEST, MOSTLY, PRECISE, By, Past, check, phrases, propose
from codex.tickets.models import TicketStatus
from world import World, instant

pytestmark = pytest.mark.anyio
IT, HR = UUID(int=1), UUID(int=2)
VPN, PAY = UUID(int=3), UUID(int=4)


def desk(tickets: int = 40) -> list[Past]:
    """IT hears of the VPN and of printers, HR of salaries; everybody has questions."""
    return [
        *(Past(IT, f"VPN {n}", category_id=VPN) for n in range(tickets)),
        *(Past(IT, f"A printer {n}") for n in range(tickets)),
        *(Past(HR, f"My salary {n}", category_id=PAY) for n in range(tickets)),
        *(Past(team, f"A question {n}") for team in (IT, HR) for n in range(tickets)),
    ]


def test_words_that_nearly_always_went_to_one_team_are_proposed_with_support_and_precision() -> None:
    words = {each.team_id: each for each in propose(desk()) if not each.are_categories}
    assert [sign.said for sign in words[IT].signs] == ["printer", "vpn"]
    assert [(sign.said, sign.support, sign.precision) for sign in words[HR].signs] == [("salary", 40, 1.0)]
    assert (words[IT].support, words[IT].precision) == (80, 1.0)
    assert (words[HR].support, words[HR].precision) == (40, 1.0)


def test_categories_are_proposed_apart() -> None:
    found = {each.team_id: {sign.said for sign in each.signs} for each in propose(desk()) if each.are_categories}
    assert found == {IT: {VPN}, HR: {PAY}}


def test_what_is_rare_or_went_here_and_there_is_not_proposed() -> None:
    rare = [Past(IT, "zeppelin") for _ in range(FEWEST - 1)]
    mixed = [Past(team, "kiosk") for team in (IT, IT, IT, HR) for _ in range(10)]  # words have no habits
    assert propose([*rare, *mixed]) == [] and PRECISE > 0.75


def test_every_phrase_is_found_as_a_keyword_in_its_ticket() -> None:
    ticket = Past(IT, "Wi-Fi at Café Zürich", "remote  access\nfailed (again), it's 147 in room 12")
    text = heard(ticket.subject, ticket.description)
    assert {"remote access", "cafe zurich"} <= phrases(ticket)
    for phrase in phrases(ticket):
        assert first_in(text, [keyword(phrase)]) is not None, phrase


def test_proposals_are_checked_on_tickets_that_they_did_not_see() -> None:
    later = [Past(IT, "vpn"), Past(HR, "VPN for HR"), Past(HR, "salary"), Past(HR, "Hello")]
    proposals = propose(desk())
    checked = check(proposals, desk(), later)
    assert (checked.tickets, checked.matched, checked.agreed) == (4, 3, 2)
    assert checked.busiest == IT, "who solved most of what was learned from, whoever does later"
    assert (checked.guessed, checked.with_rest) == (1, 2)
    each = {(p.team_id, p.by): how for p, how in zip(proposals, checked.each, strict=True)}
    assert each == {(IT, By.WORDS): (2, 1), (HR, By.WORDS): (1, 1), (IT, By.CATEGORIES): (0, 0),
                    (HR, By.CATEGORIES): (0, 0)}  # fmt: skip


def test_what_a_category_mostly_is_comes_last() -> None:
    mostly = [Past(team, "?", category_id=VPN) for team in (IT, IT, IT, HR) for _ in range(10)]
    seldom = [Past(team, "?", category_id=PAY) for team in (IT, HR, UUID(int=9)) for _ in range(10)]
    (habit,) = propose([*mostly, *seldom])
    assert (habit.team_id, habit.by, habit.support, habit.precision) == (IT, By.HABIT, 30, 0.75)
    assert MOSTLY <= habit.precision < PRECISE
    sure = [Past(HR, "salary") for _ in range(10)]
    assert [each.by for each in propose([*mostly, *sure])] == [By.WORDS, By.HABIT]


async def test_each_draft_and_the_whole_say_in_words_what_they_are_worth(world: World) -> None:
    for number in range(6):
        await lived(world, "VPN", "2026-02-01T08:00Z", number)
    await lived(world, "VPN", "2026-02-02T09:00Z", 1)
    await lived(world, "My salary", "2026-02-02T09:00Z", 2)
    found = await learned(world, keep=False)
    assert [each.because for each in found.proposals] == [
        "Tickets that say “vpn” nearly always went to IT Support: it solved 6 of 6 of them (100 %); of 1 that "
        "came to it since, 100 %."
    ]
    assert [(each.later_matched, each.later_agreed) for each in found.proposals] == [(1, 1)]
    assert found.limits[1].startswith("Of 2 later tickets the drafts match 50 %, and of these 100 %")
    assert "1 of the 1 teams" in found.limits[0] and "right for 50 % of them" in found.limits[2]


async def test_a_ticket_is_learned_from_as_it_was_when_it_was_opened(world: World) -> None:
    """What it became in the end, nobody knew who had to send it somewhere."""
    for number in range(6):
        await lived(world, "VPN", "2026-02-01T08:00Z", number)
    async with world.session() as session:
        await session.execute(text("UPDATE tickets SET subject = 'Network, solved'"))
        await session.commit()
    assert [sign.said for each in (await learned(world, keep=False)).proposals for sign in each.keywords] == ["vpn"]


async def lived(world: World, subject: str, at: str, number: int) -> None:
    team = world.it if "VPN" in subject else world.hr
    await world.ticket(
        team=team, subject=f"{subject} {number}", status=TicketStatus.RESOLVED, at=instant(at).replace(minute=number)
    )


async def learned(world: World, *, keep: bool = True) -> LearnedRow:
    async with world.work(as_=world.ona) as work:
        return await learn(work, until=instant("2026-02-01T12:00Z"), keep=keep)


async def test_drafts_are_kept_inactive_explained_and_replaced_unless_somebody_touched_them(world: World) -> None:
    for number in range(6):
        await lived(world, "VPN down", "2026-02-01T08:00Z", number)
        await lived(world, "My salary", "2026-02-01T09:00Z", number)
    await lived(world, "VPN down", "2026-02-02T09:00Z", 1)
    found = await learned(world)
    assert (found.learned_from, found.tickets, found.matched, found.agreed) == (12, 1, 1, 1)

    ona = await world.actor(world.ona)
    async with world.reading() as reader:
        kept = (await reading.rules(reader, ona)).items
    assert {row.id for row in kept} == {each.rule_id for each in found.proposals} and len(kept) == 2
    assert not any(row.is_active for row in kept)
    assert all(row.learned and row.learned["support"] == 6 and row.learned["precision"] == 1.0 for row in kept)
    assert (await send(world, "VPN down")).assigned_team_id is None, "nothing acts by itself"

    async with world.work(as_=world.ona) as work:
        row = await work.session.get_one(type(await rule(world, world.it, "other")), kept[0].id)
    await refine(world, row, is_active=True)
    await learned(world)
    async with world.reading() as reader:
        again = {row.id for row in (await reading.rules(reader, ona)).items}
    assert kept[0].id in again and kept[1].id not in again


async def test_learning_without_keeping_writes_nothing_and_needs_an_owner_and_tickets(world: World) -> None:
    with pytest.raises(Unprocessable):
        await learned(world)
    for number in range(6):
        await lived(world, "VPN down", "2026-02-01T08:00Z", number)
    assert [each.rule_id for each in (await learned(world, keep=False)).proposals] == [None]
    with pytest.raises(Forbidden):
        async with world.work(as_=world.tara) as work:
            await learn(work, keep=False)
    async with world.work(as_=system("Test")) as work:
        assert (await learn(work, keep=False)).until < instant("2026-02-02T00:00Z")
