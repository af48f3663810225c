"""Words for statuses, people and times: in the reader's zone, against an explicit now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus
from codex.web.present import words

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LIMA = ZoneInfo("America/Lima")
NOW = datetime(2026, 11, 23, 13, 52, tzinfo=UTC)  # Monday 14:52 in Stockholm, 08:52 in Lima


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=9, seconds=59), "9m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=14, minutes=51), "14h"),
        (timedelta(hours=14, minutes=53), "Yesterday"),
        (timedelta(days=4), "Thu"),
        (timedelta(days=7), "Mon 16 Nov, 14:52"),
        (timedelta(days=400), "Sun 19 Oct 2025, 15:52"),
    ],
)
def test_an_age_is_as_short_as_a_list_needs_it(passed: timedelta, said: str) -> None:
    assert words.age(NOW - passed, now=NOW, zone=STOCKHOLM) == said


def test_a_stamp_names_the_day_only_when_it_is_another_one() -> None:
    assert words.stamp(NOW, now=NOW, zone=STOCKHOLM) == "14:52"
    assert words.stamp(NOW - timedelta(days=1), now=NOW, zone=STOCKHOLM) == "Yesterday, 14:52"
    assert words.stamp(datetime(2026, 11, 20, 8, 12, tzinfo=UTC), now=NOW, zone=STOCKHOLM) == "Fri 20 Nov, 09:12"


def test_the_day_is_that_of_the_readers_zone() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert words.day(late, now=NOW, zone=STOCKHOLM) == "Today"
    assert words.day(late, now=NOW, zone=LIMA) == "Yesterday"


def test_a_moment_ends_a_sentence() -> None:
    in_two_hours = NOW + timedelta(hours=2)

    assert words.moment(in_two_hours, now=NOW, zone=STOCKHOLM) == "today at 16:52"
    assert words.moment(NOW + timedelta(days=1), now=NOW, zone=STOCKHOLM) == "tomorrow at 14:52"
    assert words.moment(NOW - timedelta(days=3), now=NOW, zone=STOCKHOLM) == "on Fri 20 Nov at 14:52"


def test_a_view_of_an_instant_has_words_a_machine_form_and_all_of_it() -> None:
    view = words.when(NOW, now=NOW, zone=STOCKHOLM)

    assert (view.words, view.iso, view.exact) == ("14:52", "2026-11-23T13:52:00Z", "Mon 23 Nov 2026, 14:52 CET")


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_instant_has_words(at: datetime) -> None:
    for say in (words.age, words.stamp, words.moment, words.day):
        assert say(at, now=NOW, zone=STOCKHOLM)


@pytest.mark.parametrize("status", list(TicketStatus))
def test_every_status_has_a_word_and_a_glyph_for_both_sides(status: str) -> None:
    assert words.status_for_agents(status).glyph == f"s-{status.lower().replace('_', '-')}"
    assert words.status_for_requesters(status).word


def test_requesters_do_not_see_who_passes_a_ticket_to_whom() -> None:
    seen = {status: words.status_for_requesters(status) for status in TicketStatus}

    assert seen[TicketStatus.TRIAGED].word == "Received"
    assert seen[TicketStatus.REOPENED].word == "In progress"
    assert seen[TicketStatus.ASSIGNED].glyph == "s-in-progress"


def test_no_two_statuses_of_an_agent_look_alike() -> None:
    views = [words.status_for_agents(status) for status in TicketStatus]

    assert len({view.glyph for view in views}) == len({view.word for view in views}) == len(views)


def test_every_priority_and_channel_has_words() -> None:
    assert [words.priority(p).word for p in TicketPriority] == ["Urgent", "High", "Normal", "Low"]
    assert [words.priority(p).is_loud for p in TicketPriority] == [True, True, False, False]
    assert all(words.channel(c) and words.via(c) for c in TicketChannel)


@pytest.mark.parametrize(
    ("name", "said"), [("Rosa Lindqvist", "RL"), ("Noor de Vries", "NV"), ("cher", "C"), ("(no name)", "N"), ("", "?")]
)
def test_initials_are_the_first_and_the_last(name: str, said: str) -> None:
    assert words.initials(name) == said


def test_a_person_keeps_the_hue() -> None:
    id = "0192f0c4-0000-7000-8000-000000000001"

    assert words.hue(id) == words.hue(id) == 1
    assert {words.hue(n) for n in range(200)} == set(range(1, 9))
