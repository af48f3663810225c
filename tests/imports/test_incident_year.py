"""The whole real log lived by the rules of tickets.md, and every fact that its README names."""

import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import islice, pairwise

import pytest
from incident_desk import Desk
from incident_samples import real_log

from codex.imports.incident_log import LogRow, read_log
from codex.imports.incident_names import CategoryKey, group, person
from codex.imports.incident_order import Replay, arrange
from codex.imports.incident_plan import category_of


@pytest.fixture(scope="module")
def replay() -> Replay:
    return arrange(read_log(real_log()))


@pytest.fixture(scope="module")
def desk(replay: Replay) -> Desk:
    return Desk().live(replay.moments)


@pytest.fixture(scope="module")
def incidents(replay: Replay) -> dict[str, list[LogRow]]:
    rows = defaultdict(list)
    for moment in replay.moments:
        if not moment.is_opening:
            rows[moment.row.number].append(moment.row)
    return rows


def test_every_line_is_a_row_and_every_row_is_lived(replay, incidents):
    assert replay.bad_lines == []
    assert (len(incidents), sum(map(len, incidents.values()))) == (24_918, 141_712)
    assert {min(map(len, incidents.values())), max(map(len, incidents.values()))} == {2, 58}


def test_the_states_of_the_rows_are_those_of_the_readme(incidents):
    assert Counter(row.state for rows in incidents.values() for row in rows) == {
        "New": 36_407, "Active": 38_716, "Awaiting User Info": 14_642, "Awaiting Vendor": 707,
        "Awaiting Problem": 461, "Awaiting Evidence": 38, "Resolved": 25_751, "Closed": 24_985, "-100": 5,
    }  # fmt: skip


def test_time_never_goes_back(replay):
    assert all(before.at <= after.at for before, after in pairwise(replay.moments))


def test_every_step_is_legal_and_every_ticket_stands_as_each_row_says(desk):
    assert desk.wrongs == []


def test_every_incident_ends_closed(desk):
    assert Counter(ticket.status for ticket in desk.tickets.values()) == {"CLOSED": 24_918}


def test_resolved_becomes_closed_24917_times_and_13_closings_come_from_elsewhere(desk):
    closings = {before: count for (before, to), count in desk.moves.items() if to == "CLOSED"}
    assert closings == {"RESOLVED": 24_917, "NEW": 11, "IN_PROGRESS": 1, "WAITING_ON_REQUESTER": 1}
    assert sum(closings.values()) == 24_918 + desk.moves["CLOSED", "REOPENED"]


def test_275_incidents_are_reopened_331_times(desk):
    assert (len(+desk.reopenings), desk.reopenings.total()) == (275, 331)
    assert (desk.moves["RESOLVED", "REOPENED"], desk.moves["CLOSED", "REOPENED"]) == (319, 12)


def test_a_ticket_is_reopened_as_often_as_its_reopen_count_says(desk, incidents):
    counted = Counter({number: rows[-1].reopen_count for number, rows in incidents.items()})
    assert +counted == +desk.reopenings


def test_11344_of_the_11369_reassigned_incidents_show_a_move_and_25_only_count_one(desk, incidents):
    counted = +Counter({number: rows[-1].reassignment_count for number, rows in incidents.items()})
    moved = +desk.transfers
    assert (len(counted), len(moved), max(counted.values())) == (11_369, 11_344, 27)
    assert moved <= counted
    assert counted.total() - moved.total() == 93


def test_a_move_counts_whether_the_group_has_a_name_or_not(incidents):
    kinds: Counter[tuple[str, int]] = Counter()
    for rows in incidents.values():
        for before, row in pairwise(rows):
            if before.group != row.group:
                kind = "from ?" if before.group is None else "to ?" if row.group is None else "named"
                kinds[kind, row.reassignment_count - before.reassignment_count] += 1
    assert kinds == {("named", 1): 17_914, ("to ?", 1): 3_329, ("from ?", 1): 2_078}


def test_each_rule_decides_as_often_as_documented(replay):
    assert {name: count for name, count, _ in replay.irregularities.lines() if count} == {
        "updated_before_opening": 5,
        "updated_before_previous": 2,
        "unknown_states": 5,
        "unnamed_groups": 14_213,
        "agents_in_unnamed_groups": 11_154,
        "unseen_moves": 93,
        "missing_callers": 3,
        "missing_openers": 714,
        "changed_callers": 4,
        "changed_contact_types": 5,
        "missing_categories": 39,
        "missing_symptoms": 5_735,
    }


def test_the_clamped_rows_are_those_of_six_incidents(replay):
    written = {row.line: row for row in islice(read_log(real_log()), 5_000) if isinstance(row, LogRow)}
    lived = [moment.row for moment in replay.moments]
    moved = {row.number for row in lived if written.get(row.line, row).updated_at != row.updated_at}
    assert moved == {f"INC0000{n}" for n in (130, 131, 134, 135, 137, 164)}


def test_383_incidents_change_priority(incidents):
    assert sum(len({row.priority for row in rows}) > 1 for rows in incidents.values()) == 383


def test_348_incidents_close_in_one_minute_of_24_march(replay):
    at = datetime(2016, 3, 24, 18, 59, tzinfo=UTC)
    assert Counter(moment.row.state for moment in replay.moments if moment.at == at) == {"Closed": 348}


def test_the_categories_are_a_tree_by_path_and_names_are_unique(incidents):
    keys = {category_of(row) for rows in incidents.values() for row in rows} - {None}
    roots = {CategoryKey(key.category) for key in keys}
    children = {key for key in keys if key.subcategory}
    parents = defaultdict(set)
    for key in children:
        parents[key.subcategory].add(key.category)
    assert (len(roots), len(children), len(parents)) == (58, 357, 254)
    assert sum(len(names) > 1 for names in parents.values()) == 48
    assert len({key.slug for key in roots | children}) == 58 + 357


def test_every_person_and_group_of_the_log_has_its_own_plain_name(incidents):
    rows = [row for each in incidents.values() for row in each]
    people = {key for row in rows for key in (row.caller, row.opened_by, row.agent, row.updated_by) if key}
    groups = {row.group for row in rows if row.group}
    assert (len(people), len(groups)) == (5_244 + 207 + 234 + 846, 78)
    assert len({person(key).email for key in people}) == len(people)
    assert all(group(key).prefix == f"G{key.removeprefix('Group ')}" for key in groups)


def test_the_whole_log_takes_less_than_120_mb():
    # Measured on a part: tracing the whole takes long. The first rows cost most, their words are all new.
    path, part = real_log(), 20_000
    tracemalloc.start()
    try:
        replay = arrange(islice(read_log(path), part))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(replay.moments) > part
    assert used / part * 141_712 < 120e6
