"""The simulator: what it reads, what it refuses, and what it does beyond the worked examples."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulations import PRESENT, TARGETS, A, B, asked, simulated

from codex.kernel.errors import Invalid
from codex.sla.simulate import simulate
from codex.sla.simulation_reading import decoded

MONDAY = ("2026-03-02T09:00+01:00", "created", "P2")
KEYS = [
    "state", "startedAt", "dueAt", "atRiskAt", "stoppedAt", "breachedAt", "breachCause", "everBreached",
    "elapsedSeconds", "remainingSeconds", "overdueSeconds", "pausedSeconds", "targetSeconds",
]  # fmt: skip


def problems(written: object) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        simulate(written, now=PRESENT)
    return {problem.path: problem.message for problem in refused.value.problems}


def with_schedule(day: object) -> dict[str, Any]:
    return asked({**A, "schedule": {"mon": day}}, MONDAY)


def with_holidays(*entries: object) -> dict[str, Any]:
    return asked({**A, "holidays": list(entries)}, MONDAY)


def with_entry(**entry: object) -> dict[str, Any]:
    good = asked(A, MONDAY)
    return {**good, "timeline": [*good["timeline"], {"at": "2026-03-02T12:00+01:00", **entry}]}


BAD: list[tuple[object, str, str]] = [
    ([], "", "The input is an object with calendar, targets and timeline."),
    ("text", "", "The input is an object"),
    (asked(A, MONDAY, colour="red"), "colour", "There is no such key here"),
    (asked({**A, "timezone": "Europe/Bonn"}, MONDAY), "calendar.timezone", "'Europe/Bonn' is not a time zone"),
    (asked({**A, "timezone": "../etc/passwd"}, MONDAY), "calendar.timezone", "is not a time zone"),
    (asked({**A, "timezone": None}, MONDAY), "calendar.timezone", "This is missing"),
    (asked({**A, "timezone": 7}, MONDAY), "calendar.timezone", "'7' is not a time zone"),
    (asked({**A, "zone": "UTC"}, MONDAY), "calendar.zone", "There is no such key here"),
    ({**asked(A, MONDAY), "calendar": None}, "calendar", "A calendar has timezone"),
    (asked({**A, "schedule": []}, MONDAY), "calendar.schedule", "A schedule has the hours of mon"),
    (asked({**A, "schedule": {"monday": []}}, MONDAY), "calendar.schedule.monday", "There is no such key here"),
    (with_schedule("09:00"), "calendar.schedule.mon", "Hours are a list"),
    (with_schedule([["00:00", "00:01"]] * 25), "calendar.schedule.mon", "at most 24 spans"),
    (with_schedule([["09:00"]]), "calendar.schedule.mon[0]", "A span is its start and its end"),
    (with_schedule([["09:00", "25:00"]]), "calendar.schedule.mon[0][1]", "'25:00' is not a time of day"),
    (with_schedule([["08:00", "09:00"], ["9:00", "12:00"]]), "calendar.schedule.mon[1][0]", "'9:00' is not a time"),
    (with_schedule([["09:60", "12:00"]]), "calendar.schedule.mon[0][0]", "'09:60' is not a time"),
    (with_schedule([["24:01", "12:00"]]), "calendar.schedule.mon[0][0]", "is not a time of day"),
    (with_schedule([["24:00", "12:00"]]), "calendar.schedule.mon[0][0]", "A span does not start at 24:00"),
    (with_schedule([["٠٩:٠٠", "12:00"]]), "calendar.schedule.mon[0][0]", "is not a time of day"),
    (with_schedule([[9, 17]]), "calendar.schedule.mon[0][0]", "'9' is not a time of day"),
    (with_schedule([["09:00", "09:00"]]), "calendar.schedule.mon[0]", "does not end when it starts"),
    (with_schedule([["09:00", "12:00"], ["11:59", "17:00"]]), "calendar.schedule.mon[1]", "This overlaps calendar.s"),
    (with_schedule([["22:00", "06:00"], ["23:00", "24:00"]]), "calendar.schedule.mon[1]", "This overlaps"),
    (
        asked({**A, "schedule": {"sun": [["22:00", "06:00"]], "mon": [["05:00", "17:00"]]}}, MONDAY),
        "calendar.schedule.mon[0]",
        "This overlaps calendar.schedule.sun[0].",
    ),
    (asked({**A, "holidays": {}}, MONDAY), "calendar.holidays", "This is a list"),
    (with_holidays("2026-12-25"), "calendar.holidays[0]", "A holiday has date and name"),
    (with_holidays({"name": "x"}), "calendar.holidays[0].date", "This is not a date such as 2026-12-25."),
    (with_holidays({"date": "2026-02-29"}), "calendar.holidays[0].date", "This is not a date"),
    (with_holidays({"date": "20261225"}), "calendar.holidays[0].date", "This is not a date"),
    (with_holidays({"date": "0001-01-01"}), "calendar.holidays[0].date", "This is not a date"),
    (with_holidays({"date": "2026-12-25"}, {"date": "2026-12-25"}), "calendar.holidays[1].date", "is there twice"),
    (with_holidays({"date": "2026-12-25", "name": 7}), "calendar.holidays[0].name", "A name is text."),
    (with_holidays({"date": "2026-12-25", "open": []}), "calendar.holidays[0].open", "There is no such key here"),
    (
        with_holidays({"date": "2026-12-25", "hours": [["09:00", "12:00"], ["10:00", "11:00"]]}),
        "calendar.holidays[0].hours[1]",
        "This overlaps calendar.holidays[0].hours[0].",
    ),
    (asked(A, MONDAY, businessHoursOnly="yes"), "businessHoursOnly", "This is true or false."),
    (asked(A, MONDAY, firstResponsePauses=1), "firstResponsePauses", "This is true or false."),
    (asked(A, MONDAY, targets=None), "targets", "This has the hours of P1"),
    (asked(A, MONDAY, targets={"P2": {}, "P5": {}}), "targets.P5", "There is no such key here"),
    (asked(A, MONDAY, targets={"P2": 4}), "targets.P2", "A target has firstResponseHours"),
    (asked(A, MONDAY, targets={"P2": {"hours": 1}}), "targets.P2.hours", "There is no such key here"),
    (asked(A, MONDAY, targets={"P2": {"resolutionHours": "4"}}), "targets.P2.resolutionHours", "Hours are a number"),
    (asked(A, MONDAY, targets={"P2": {"resolutionHours": True}}), "targets.P2.resolutionHours", "Hours are a number"),
    (asked(A, MONDAY, targets={"P2": {"resolutionHours": -1}}), "targets.P2.resolutionHours", "a number from 0 to"),
    (asked(A, MONDAY, targets={"P2": {"resolutionHours": 1e9}}), "targets.P2.resolutionHours", "a number from 0 to"),
    (asked(A, MONDAY, escalationAfterPercent=0), "escalationAfterPercent", "from 1 to 100"),
    (asked(A, MONDAY, escalationAfterPercent=101), "escalationAfterPercent", "from 1 to 100"),
    (asked(A, MONDAY, escalationAfterPercent=True), "escalationAfterPercent", "from 1 to 100"),
    (asked(A, MONDAY, reopen="NEVER"), "reopen", "it is one of RESUME, RESTART, TOTAL."),
    (asked(A, MONDAY, pauseOn=["RESOLVED"]), "pauseOn", "This is a list of WAITING_ON_REQUESTER"),
    (asked(A, MONDAY, pauseOn="WAITING_ON_VENDOR"), "pauseOn", "This is a list of WAITING_ON_REQUESTER"),
    (asked(A), "timeline", "This is a list of 1 to 1000 entries"),
    (asked(A, *[MONDAY] * 1001), "timeline", "This is a list of 1 to 1000 entries"),
    (asked(A, ("2026-03-02T09:00+01:00", "status", "RESOLVED")), "timeline[0].type", "The first entry is of type cr"),
    (asked(A, MONDAY, MONDAY), "timeline[1].type", "The first entry is of type created, and no other."),
    (asked(A, ("2026-03-02T09:00+01:00", "created", "P4")), "timeline[0].priority", "There is no target for P4"),
    (asked(A, ("2026-03-02T09:00+01:00", "created", "P5")), "timeline[0].priority", "There is no 'P5' here"),
    (asked(A, ("2026-03-02T09:00", "created", "P2")), "timeline[0].at", "This is not an instant with its offset"),
    (asked(A, ("tomorrow", "created", "P2")), "timeline[0].at", "This is not an instant with its offset"),
    (asked(A, ("0001-01-01T00:00Z", "created", "P2")), "timeline[0].at", "not in the years 1970 to 2199"),
    (asked(A, ("9999-12-31T00:00Z", "created", "P2")), "timeline[0].at", "not in the years 1970 to 2199"),
    (
        asked(A, MONDAY, ("2026-03-02T11:00Z", "status", "RESOLVED"), ("2026-03-02T11:59+01:00", "priority", "P1")),
        "timeline[2].at",
        "This is before the entry above",
    ),
    (asked(A, MONDAY, now="2026-03-02T08:59:59+01:00"), "now", "This is before the end of the timeline."),
    (asked(A, MONDAY, now=7), "now", "This is not an instant"),
    (with_entry(type="fly"), "timeline[1].type", "There is no 'fly' here; it is one of created, status"),
    (with_entry(), "timeline[1].type", "This is missing; it is one of created"),
    (with_entry(type="status", to="DONE"), "timeline[1].to", "There is no 'DONE' here; it is one of NEW"),
    (with_entry(type="status"), "timeline[1].to", "This is missing"),
    (with_entry(type="status", to="NEW", by="agent"), "timeline[1].by", "There is no such key here"),
    (with_entry(type="message", by="agent"), "timeline[1].visibility", "it is one of PUBLIC, INTERNAL."),
    (with_entry(type="message", visibility="PUBLIC", by="boss"), "timeline[1].by", "it is one of agent, requester"),
    (with_entry(type="priority", to="P4"), "timeline[1].to", "There is no target for P4 in targets."),
    (with_entry(type="calendar", calendar={}), "timeline[1].calendar.timezone", "This is missing"),
    (with_entry(type="calendar"), "timeline[1].calendar", "A calendar has timezone"),
    ({**asked(A, MONDAY), "timeline": [7]}, "timeline[0]", "An entry has at and type."),
]  # fmt: skip


@pytest.mark.parametrize(("written", "path", "message"), BAD)
def test_bad_input_names_the_field_and_the_reason(written: object, path: str, message: str) -> None:
    found = problems(written)

    assert path in found
    assert message in found[path]


def test_all_that_is_wrong_is_said_at_once() -> None:
    written = asked({**A, "timezone": "x", "schedule": {"mon": [["9", "10"]]}}, MONDAY, reopen="x", now="x")

    assert list(problems(written)) == [
        "calendar.timezone", "calendar.schedule.mon[0][0]", "calendar.schedule.mon[0][1]", "reopen", "now",
    ]  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good simulation with something else somewhere in it."""
    whole: Any = json.loads(json.dumps(asked(A, MONDAY, ("2026-03-02T11:00+01:00", "calendar", "B"), now=MONDAY[0])))
    inside = whole
    while True:
        key = draw(st.sampled_from(sorted(inside) if isinstance(inside, dict) else range(len(inside))))
        if draw(st.booleans()) or not isinstance(inside[key], dict | list) or not inside[key]:
            inside[key] = draw(JSON)
            return whole
        inside = inside[key]


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_whatever_is_written_is_answered_or_refused_in_words(written: Any) -> None:
    try:
        answer = simulate(written, now=PRESENT)
    except Invalid as refused:
        assert refused.problems and all(problem.message.endswith(".") for problem in refused.problems)
    else:
        assert list(answer) == ["firstResponse", "resolution", "explanation"]


@pytest.mark.parametrize(
    "text",
    ["{", "[1,]", "NaN", '"\\ud800"', "[" * 100_000, "", "1 2"],
    ids=["cut", "comma", "nan", "half", "deep", "no", "two"],
)
def test_what_is_not_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError):
        decoded(text.encode())


def test_numbers_of_any_length_are_refused_in_words() -> None:
    written = json.dumps(asked(A, MONDAY)).replace('"resolutionHours": 8', f'"resolutionHours": {"9" * 5_000}')
    try:
        found = decoded(written.encode())
    except ValueError:
        return
    assert "targets.P2.resolutionHours" in problems(found)


def test_the_answer_has_the_keys_of_the_promise_in_their_order() -> None:
    answer = simulated(A, MONDAY, now="2026-03-02T10:00+01:00")

    assert list(answer) == ["firstResponse", "resolution", "explanation"]
    assert list(answer["firstResponse"]) == list(answer["resolution"]) == KEYS


@pytest.mark.parametrize("hours", [{}, {"firstResponseHours": 0, "resolutionHours": 0}, {"firstResponseHours": None}])
def test_no_hours_are_no_clock(hours: dict[str, Any]) -> None:
    answer = simulated(A, MONDAY, targets={"P2": hours}, now="2026-03-02T10:00+01:00")

    assert answer == {"firstResponse": None, "resolution": None, "explanation": []}


def test_hours_may_be_fractions_and_are_exact() -> None:
    targets = {"P2": {"firstResponseHours": 0.1, "resolutionHours": 0.0000001}}
    answer = simulated(A, MONDAY, targets=targets, now=MONDAY[0])

    assert (answer["firstResponse"]["dueAt"], answer["firstResponse"]["targetSeconds"]) == ("2026-03-02T08:06:00Z", 360)
    assert answer["resolution"]["dueAt"] == "2026-03-02T08:00:00.000360Z"
    assert answer["resolution"]["targetSeconds"] == 0.00036


def test_without_business_hours_the_clock_runs_through_the_night() -> None:
    without_calendar = {key: value for key, value in asked(A, MONDAY).items() if key != "calendar"}
    for written in (asked(A, MONDAY), without_calendar):
        answer: Any = simulate({**written, "businessHoursOnly": False, "now": "2026-03-04T00:00Z"}, now=PRESENT)
        assert answer["resolution"]["dueAt"] == "2026-03-02T16:00:00Z"
        assert answer["resolution"]["overdueSeconds"] == 32 * 3600


def test_without_a_now_it_is_the_present_or_the_timelines_end() -> None:
    later: Any = simulate(asked(A, MONDAY), now=PRESENT + timedelta(days=1, hours=9))
    earlier: Any = simulate(asked(A, MONDAY), now=PRESENT)

    assert later["resolution"]["elapsedSeconds"] == 3600
    assert earlier["resolution"]["elapsedSeconds"] == 0


def test_while_paused_there_is_no_due_time_and_it_is_said_what_is_left() -> None:
    waiting = ("2026-03-02T11:00+01:00", "status", "WAITING_ON_VENDOR")
    answer = simulated(A, MONDAY, waiting, now="2026-03-02T16:00+01:00")["resolution"]

    assert (answer["state"], answer["dueAt"], answer["atRiskAt"]) == ("PAUSED", None, None)
    assert (answer["remainingSeconds"], answer["elapsedSeconds"], answer["pausedSeconds"]) == (21_600, 7200, 18_000)


@pytest.mark.parametrize("speaker", ["agent", "automatic", "other"])
def test_nobody_but_the_requester_ends_waiting_for_the_requester(speaker: str) -> None:
    waiting = ("2026-03-02T11:00+01:00", "status", "WAITING_ON_REQUESTER")
    answer = simulated(A, MONDAY, waiting, ("2026-03-02T12:00+01:00", "message", speaker))

    assert answer["resolution"]["state"] == "PAUSED"


def test_an_agent_who_opens_a_ticket_with_an_answer_has_no_first_response_to_give() -> None:
    written = asked(A, MONDAY, now="2026-03-02T10:00+01:00")
    written["timeline"][0]["by"] = "agent"

    answer: Any = simulate(written, now=PRESENT)

    assert (answer["firstResponse"], answer["resolution"]["state"]) == (None, "RUNNING")


def test_a_calendar_that_never_opens_is_said_to_be_unschedulable() -> None:
    never = {"timezone": "Europe/Berlin", "schedule": {}}
    answer = simulated(never, MONDAY, now="2026-03-02T10:00+01:00")

    assert (answer["resolution"]["state"], answer["resolution"]["dueAt"]) == ("UNSCHEDULABLE", None)
    assert answer["resolution"]["remainingSeconds"] == 28_800
    assert answer["explanation"][-1].startswith("Resolution: no due time, because there is no opening")


def test_the_longest_timeline_is_answered_within_a_second() -> None:
    moves = [
        {"at": f"2026-0{3 + place // 400}-{1 + place % 400 // 20:02}T{place % 20:02}:30Z", **said}
        for place, said in enumerate(
            [{"type": "status", "to": "WAITING_ON_VENDOR"}, {"type": "priority", "to": "P1"},
             {"type": "status", "to": "IN_PROGRESS"}, {"type": "calendar", "calendar": B}] * 249
        )
    ]  # fmt: skip
    written = {**asked(A, ("2026-03-01T00:00Z", "created", "P3")), "targets": {**TARGETS, "P3": TARGETS["P3"]}}
    written["timeline"] += moves
    began = time.process_time()

    simulate(written, now=PRESENT)

    assert time.process_time() - began < 1
