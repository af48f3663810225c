from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from incident_samples import FIRST_ROW, OPENED_AT, row, story

from codex.imports.incident_irregularities import Irregularities
from codex.imports.incident_log import BadLine, LogRow
from codex.imports.incident_order import Replay, arrange


def counted(replay: Replay) -> dict[str, int]:
    return {name: count for name, count, _ in replay.irregularities.lines() if count}


def at(minutes: int, **changes: object) -> LogRow:
    return replace(FIRST_ROW, updated_at=OPENED_AT + timedelta(minutes=minutes), **changes)  # type: ignore[arg-type]


def test_an_incident_opens_at_opened_at_and_changes_at_its_first_rows_own_time():
    opening, change = arrange([FIRST_ROW]).moments
    assert (opening.is_opening, opening.at, opening.previous) == (True, OPENED_AT, None)
    assert (change.is_opening, change.at, change.previous) == (False, FIRST_ROW.updated_at, None)


def test_rows_go_by_sys_mod_count_and_ties_by_line():
    rows = [at(9, mod_count=2, line=2), at(5, mod_count=1, line=3), at(5, mod_count=1, line=4)]
    assert [moment.row.line for moment in arrange(rows).moments] == [3, 3, 4, 2]


def test_every_row_knows_the_row_before_it():
    first, second = story(row("New"), row("Active"))
    assert [moment.previous for moment in arrange([second, first]).moments] == [None, None, first]


def test_incidents_are_lived_together_by_time_then_number_then_position():
    rows = [at(5, number="B"), at(0, number="C"), at(5, number="A"), at(7, number="A", mod_count=1)]
    lived = [(moment.row.number, moment.position) for moment in arrange(rows).moments]
    assert lived == [("A", 0), ("B", 0), ("C", 0), ("C", 1), ("A", 1), ("B", 1), ("A", 2)]


def test_an_update_before_the_opening_is_the_first_row_and_happens_at_the_opening():
    rows = [at(-18, mod_count=7), at(60, mod_count=1, line=3), at(90, mod_count=7, line=4)]
    replay = arrange(rows)
    assert [(moment.row.line, moment.at - OPENED_AT) for moment in replay.moments[1:]] == [
        (2, timedelta(0)),
        (3, timedelta(hours=1)),
        (4, timedelta(hours=1.5)),
    ]
    assert counted(replay) == {"updated_before_opening": 1}


def test_an_update_before_the_one_before_it_happens_at_the_same_instant():
    replay = arrange([at(60, mod_count=1), at(4, mod_count=1, line=3), at(53, mod_count=2, line=4)])
    assert [moment.at - OPENED_AT for moment in replay.moments[1:]] == [timedelta(hours=1)] * 3
    assert [moment.row.updated_at for moment in replay.moments[1:]] == [OPENED_AT + timedelta(hours=1)] * 3
    assert counted(replay) == {"updated_before_previous": 2}


def test_a_limit_keeps_the_first_incidents_of_the_file_whole():
    rows = [at(5, number="B"), at(5, number="C"), at(5, number="A"), at(7, number="B", mod_count=1)]
    lived = [(moment.row.number, moment.position) for moment in arrange(rows, limit=2).moments]
    assert lived == [("B", 0), ("C", 0), ("B", 1), ("C", 1), ("B", 2)]


def test_bad_lines_are_kept_aside():
    replay = arrange([BadLine(2, "why not"), FIRST_ROW])
    assert replay.bad_lines == [BadLine(2, "why not")]
    assert len(replay.moments) == 2


def test_what_is_missing_at_the_opening_is_counted():
    missing = row(
        caller=None, opened_by=None, category=None, subcategory=None, symptom=None, priority=None, group=None,
        agent="Resolver 1", updated_by=None,
    )  # fmt: skip
    assert counted(arrange([missing])) == {
        "unnamed_groups": 1,
        "agents_in_unnamed_groups": 1,
        "missing_callers": 1,
        "missing_openers": 1,
        "missing_updaters": 1,
        "missing_categories": 1,
        "missing_symptoms": 1,
        "missing_priorities": 1,
    }


def test_an_unknown_state_is_counted():
    assert counted(arrange(story(row("New"), row("-100"), row(None)))) == {"unknown_states": 2}


def test_a_state_that_goes_back_to_new_is_counted():
    assert counted(arrange(story(row("Active"), row("New")))) == {"back_to_new": 1}


def test_reopenings_are_odd_only_when_count_and_states_disagree():
    assert counted(arrange(story(row("Resolved"), row("Active", reopen_count=1)))) == {}
    assert counted(arrange(story(row("Resolved"), row("Active")))) == {"uncounted_reopenings": 1}
    assert counted(arrange(story(row("Active"), row("Active", reopen_count=1)))) == {"unseen_reopenings": 1}
    assert counted(arrange(story(row("Closed"), row("Active", reopen_count=3)))) == {"repeated_reopenings": 1}


def test_a_move_is_unseen_when_it_is_counted_and_the_group_is_the_same():
    assert counted(arrange(story(row(), row(reassignment_count=1)))) == {"unseen_moves": 1}
    assert counted(arrange(story(row(), row(reassignment_count=1, group="Group 7")))) == {}


def test_another_caller_or_contact_type_later_is_counted():
    rows = story(row(), row(caller="Caller 1", contact_type="Email"))
    assert counted(arrange(rows)) == {"changed_callers": 1, "changed_contact_types": 1}


def test_every_irregularity_has_its_rule_in_one_sentence():
    rules = [rule for _, _, rule in Irregularities().lines()]
    assert all(rule.endswith(".") and ". " not in rule for rule in rules)
    assert len(set(rules)) == len(rules)


def test_every_rule_stands_in_the_howto():
    howto = (Path(__file__).parents[2] / "docs" / "howto" / "import-incidents.md").read_text()
    assert [rule for name, _, rule in Irregularities().lines() if f"| `{name}` | {rule} |" not in howto] == []


_rows = st.lists(
    st.builds(
        at,
        st.integers(-60, 600),
        number=st.sampled_from("ABC"),
        mod_count=st.integers(0, 4),
        state=st.sampled_from(["New", "Active", "Closed", None]),
    ),
    max_size=12,
).map(lambda rows: [replace(each, line=n) for n, each in enumerate(rows, start=2)])


@settings(deadline=None)
@given(rows=_rows, random=st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_reading(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert arrange(shuffled).moments == arrange(rows).moments


@settings(deadline=None)
@given(rows=_rows)
def test_every_row_is_lived_once_and_time_never_goes_back(rows):
    moments = arrange(rows).moments
    lived = [moment.row.line for moment in moments if not moment.is_opening]
    assert sorted(lived) == [each.line for each in rows]
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    for number in {each.number for each in rows}:
        own = [moment for moment in moments if moment.row.number == number]
        assert [moment.position for moment in own] == list(range(len(own)))
        assert all(moment.at >= moment.row.opened_at for moment in own)
