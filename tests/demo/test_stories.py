"""The stories that the demo tells, and the calendar they are put into."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from codex.demo import conversations, rhythm
from codex.demo.cast import CAST, EVERYBODY
from codex.demo.company import members
from codex.demo.conversations import StoryError
from codex.demo.desk import CATEGORIES, FINER, FORMER, TEAMS
from codex.demo.plan import Telling, plan
from codex.demo.script import Follow, Grant, HandOver, Join, Part, Say, Script, Sort, Tie, standings
from codex.kernel import clock
from codex.tickets.models import TicketChannel, TicketStatus

SCRIPTS = conversations.read()
BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY, SUNDAY, MONDAY, NEW_YEAR = (
    clock.parse(at) for at in ("2026-11-25T10:00Z", "2026-11-22T14:00Z", "2026-11-23T06:00Z", "2026-12-31T23:30Z")
)


def status(telling: Telling) -> TicketStatus:
    return tuple(standings(tuple(scene.act for scene in telling.scenes)))[-1]


def test_the_cast_comes_first_and_everybody_is_somebody_else() -> None:
    assert [m.first_name for m in CAST] == ["Rosa", "Amir", "Lena", "Tara", "Hana", "Farid", "Otto", "Ona"]
    assert [m.email for m in CAST] == [f"{m.first_name.lower()}@acme.example" for m in CAST]
    assert all(0 < len(m.about) <= 32 for m in CAST)
    for name in ("email", "name", "first_name"):
        assert [value for value, count in Counter(getattr(m, name) for m in EVERYBODY).items() if count > 1] == []
    assert all(3 <= len(members(team.slug)) <= 6 for team in TEAMS)


def test_there_are_many_stories_and_they_differ() -> None:
    assert len({script.key for script in SCRIPTS}) == len(SCRIPTS) >= 80
    assert 280 <= sum(script.times for script in SCRIPTS) <= 360
    words = [say.body for script in SCRIPTS for say in script.acts if isinstance(say, Say)]
    assert [text for text, count in Counter(words).items() if count > 1] == []
    assert max(sum(isinstance(act, Say) for act in script.acts) for script in SCRIPTS) > 25
    assert max(len(opening.subject) for script in SCRIPTS for opening in script.openings) > 250


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.key)
def test_a_story_speaks_of_teams_and_categories_that_exist(script: Script) -> None:
    teams, categories = {team.slug for team in TEAMS}, {plan.slug for plan in (*CATEGORIES, *FINER)}
    assert {script.team, *(act.team for act in script.acts if isinstance(act, HandOver))} <= teams
    assert {script.category, *(act.category or "vpn" for act in script.acts if isinstance(act, Sort))} <= categories


def test_a_story_speaks_of_people_and_of_other_stories_that_exist() -> None:
    keys, slugs = {script.key for script in SCRIPTS}, {team.slug for team in TEAMS}
    people = {*(member.key for member in EVERYBODY), *Part}
    for act in (act for script in SCRIPTS for act in script.acts):
        match act:
            case Follow(who=who):
                assert who in people
            case Tie(story=story) | Join(story=story):
                assert story in keys
            case Grant(team=team):
                assert team in slugs


def test_what_is_former_is_chosen_by_no_story() -> None:
    assert {script.category for script in SCRIPTS} & {plan.slug for plan in FORMER} == set()


@pytest.mark.parametrize("now", [WEDNESDAY, SUNDAY, MONDAY, NEW_YEAR], ids=lambda now: f"{now:%A}")
def test_at_any_time_there_is_work_of_every_kind(now: datetime) -> None:
    told = plan(SCRIPTS, now=now)

    assert set(TicketStatus) == {status(telling) for telling in told}
    is_open = [t for t in told if status(t) not in (TicketStatus.RESOLVED, TicketStatus.CLOSED)]
    assert min(Counter(t.script.team for t in is_open)[team.slug] for team in TEAMS) >= 15
    assert all(t.opened_at <= now and all(s.at <= now for s in t.scenes) for t in told)
    assert all(a.at <= b.at for t in told for a, b in pairwise(t.scenes))
    assert sum(now - t.opened_at < timedelta(days=4) for t in told) > 60
    outage = next(t for t in told if t.script.key == "outage-now")
    assert (status(outage), len(outage.scenes)) == (TicketStatus.IN_PROGRESS, len(outage.script.acts))


def test_many_tickets_are_of_the_last_two_days() -> None:
    told = plan(SCRIPTS, now=WEDNESDAY)
    assert sum(WEDNESDAY - telling.opened_at < timedelta(hours=48) for telling in told) > 60
    assert min(telling.opened_at for telling in told) > WEDNESDAY - timedelta(days=62)


def test_most_tickets_are_opened_in_working_hours() -> None:
    opened = [t.opened_at.astimezone(BERLIN) for t in plan(SCRIPTS, now=WEDNESDAY)]
    assert sum(at.weekday() < 5 and 7 <= at.hour < 18 for at in opened) > len(opened) * 0.8


def test_the_same_instant_gives_the_same_plan() -> None:
    assert plan(SCRIPTS, now=WEDNESDAY) == plan(SCRIPTS, now=WEDNESDAY)
    assert plan(SCRIPTS, now=WEDNESDAY) != plan(SCRIPTS, now=WEDNESDAY, seed=8)


def test_no_slot_is_left_open() -> None:
    for telling in plan(SCRIPTS, now=WEDNESDAY):
        texts = [telling.opening.subject, telling.opening.description]
        texts += [scene.act.body for scene in telling.scenes if isinstance(scene.act, Say)]
        assert not [text for text in texts if "{" in text or "}" in text or not text]


def test_nobody_asks_the_team_they_are_in_and_otto_keeps_to_his_own() -> None:
    told = plan(SCRIPTS, now=WEDNESDAY)
    assert all(t.parts[Part.REQUESTER].team != t.script.team for t in told)
    otto = CAST[6]
    assert all(part is Part.REQUESTER for t in told for part, member in t.parts.items() if member is otto)
    assert sum(t.parts[Part.REQUESTER] is otto for t in told) >= 2
    rosa = [t for t in told if t.parts[Part.REQUESTER] is CAST[0]]
    assert {TicketStatus.WAITING_ON_REQUESTER, TicketStatus.CLOSED} <= {status(t) for t in rosa}


def test_some_come_by_mail() -> None:
    channels = Counter(telling.channel for telling in plan(SCRIPTS, now=WEDNESDAY))
    assert channels[TicketChannel.EMAIL] > 50 < channels[TicketChannel.PORTAL]


def test_working_time_passes_only_at_work() -> None:
    friday = clock.parse("2026-11-20T16:00Z")  # 17:00 in Berlin
    assert rhythm.later(friday, timedelta(hours=1), BERLIN) == clock.parse("2026-11-23T08:00Z")
    assert rhythm.later(friday, timedelta(minutes=10), BERLIN) == clock.parse("2026-11-20T16:10Z")
    before_summer_time = clock.parse("2026-03-27T16:30Z")
    assert rhythm.later(before_summer_time, timedelta(0), BERLIN) == clock.parse("2026-03-30T06:30Z")
    assert rhythm.at_work(clock.parse("2026-11-22T14:00Z"), BERLIN).astimezone(BERLIN).weekday() == 4


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("[5m agent sings]", "nobody can do this"),
        ("[5m agent replies]", "must have words"),
        ("[5m agent takes]\nAnd says something.", "must have words"),
        ("[5m waiter takes]", "waiter"),
        ("[5m agent replies → happy]\nHello", "HAPPY"),
        ("[5m agent drafts a reply]", "must have words"),
        ("[5m agent links as NEIGHBOUR of y]", "NEIGHBOUR"),
        ("[5m lead grants hr ALL]", "nobody can do this"),
        ("[5m agent puts off soon]", "soon"),
    ],
)
def test_a_story_that_cannot_be_understood_is_refused_with_its_place(wrong: str, why: str) -> None:
    story = f"=== x\nteam: it\ncategory: vpn\npriority: P3\nsubject: Help\n\nPlease.\n{wrong}\n"
    with pytest.raises(StoryError, match=f"x.md, the story from line 1: .*{why}"):
        list(conversations.parse(story, called="x.md"))
