import pytest
from incident_samples import FIRST_ROW, OPENED_AT, row

from codex.imports.incident_names import CategoryKey
from codex.imports.incident_plan import plan
from codex.imports.incident_steps import (
    Assign,
    Known,
    Move,
    Open,
    SetCategory,
    SetPriority,
    Status,
    Step,
    Transfer,
)

ANN, BEN = "Resolver 1", "Resolver 2"
CATEGORY = CategoryKey("Category 55", "Subcategory 170")


def known(status: Status, agent: str | None = None, group: str | None = "Group 56") -> Known:
    return Known(status, group, agent, "P3", CATEGORY)


def told(steps: list[Step]) -> list[str]:
    """The steps in short: "to ASSIGNED", "team Group 7", "agent Resolver 1"."""
    words = []
    for step in steps:
        match step:
            case Move(to=to):
                words.append(f"to {to}")
            case Transfer(group=group):
                words.append(f"team {group}")
            case Assign(agent=agent):
                words.append(f"agent {agent}")
            case SetCategory(category=category):
                words.append(f"category {category.slug}")
            case SetPriority(priority=priority):
                words.append(f"priority {priority}")
    return words


def test_a_ticket_opens_at_opened_at_in_the_words_of_its_first_row():
    assert plan(None, None, FIRST_ROW) == [
        Open(
            at=OPENED_AT,
            by="Opened by 8",
            caller="Caller 2403",
            channel="PORTAL",
            priority="P3",
            category=CATEGORY,
            subject="Symptom 72 in category 55 (INC0000045)",
            description="Symptom 72 at location 143, reported by phone as INC0000045."
            " It was filed under category 55, subcategory 170.",
        )
    ]


def test_every_step_is_done_at_the_rows_time_by_who_updated_it():
    (step,) = plan(known("NEW"), None, row("Resolved"))
    assert (step.at, step.by) == (FIRST_ROW.updated_at, "Updated by 21")


@pytest.mark.parametrize(
    ("contact_type", "channel"),
    [("Phone", "PORTAL"), ("Self service", "PORTAL"), ("Email", "EMAIL"), ("IVR", "PORTAL"),
     ("Direct opening", "PORTAL"), (None, "PORTAL")],
)  # fmt: skip
def test_only_email_comes_by_email(contact_type, channel):
    (step,) = plan(None, None, row(contact_type=contact_type))
    assert isinstance(step, Open)
    assert step.channel == channel


@pytest.mark.parametrize(
    ("caller", "opener", "requester", "by"),
    [
        (None, "Opened by 8", "Opened by 8", "Opened by 8"),
        ("Caller 1", None, "Caller 1", "Caller 1"),
        (None, None, "Caller unknown", "Caller unknown"),
    ],
)
def test_a_missing_caller_is_the_opener_and_the_other_way_round(caller, opener, requester, by):
    (step,) = plan(None, None, row(caller=caller, opened_by=opener))
    assert isinstance(step, Open)
    assert (step.caller, step.by) == (requester, by)


@pytest.mark.parametrize(
    ("missing", "subject", "description"),
    [
        (
            {"symptom": None},
            "Incident in category 55 (INC0000045)",
            "A symptom nobody named at location 143, reported by phone as INC0000045."
            " It was filed under category 55, subcategory 170.",
        ),
        (
            {"category": None, "subcategory": None},
            "Symptom 72 (INC0000045)",
            "Symptom 72 at location 143, reported by phone as INC0000045.",
        ),
        (
            dict.fromkeys(("symptom", "category", "subcategory", "location", "contact_type")),
            "Incident (INC0000045)",
            "A symptom nobody named as INC0000045.",
        ),
        (
            {"contact_type": "IVR", "subcategory": None},
            "Symptom 72 in category 55 (INC0000045)",
            "Symptom 72 at location 143, reported by IVR as INC0000045. It was filed under category 55.",
        ),
    ],
)
def test_subject_and_description_do_without_what_is_missing(missing, subject, description):
    (step,) = plan(None, None, row(**missing))
    assert isinstance(step, Open)
    assert (step.subject, step.description) == (subject, description)


def test_an_opening_without_a_priority_is_p3():
    (step,) = plan(None, None, row(priority=None))
    assert isinstance(step, Open)
    assert step.priority == "P3"


def test_an_update_by_nobody_is_made_by_an_unknown_updater():
    (step,) = plan(known("NEW"), None, row("Resolved", updated_by=None))
    assert step.by == "Updated by unknown"


def test_a_row_that_the_ticket_shows_already_plans_nothing():
    assert plan(known("IN_PROGRESS", ANN), row("Active", ANN), row("Active", ANN)) == []


def test_a_new_ticket_stays_new_while_nobody_has_it():
    assert told(plan(known("NEW", group=None), None, row("New"))) == ["team Group 56"]


def test_a_new_ticket_with_an_agent_is_assigned_by_the_assignment_alone():
    assert told(plan(known("NEW"), None, row("New", ANN))) == [f"agent {ANN}"]


def test_a_ticket_does_not_get_back_to_new():
    assert told(plan(known("WAITING_ON_VENDOR"), None, row("New"))) == ["to TRIAGED"]
    assert told(plan(known("IN_PROGRESS", ANN), None, row("New", ANN))) == ["to ASSIGNED"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Active", "TRIAGED"),
        ("Awaiting User Info", "WAITING_ON_REQUESTER"),
        ("Awaiting Evidence", "WAITING_ON_REQUESTER"),
        ("Awaiting Vendor", "WAITING_ON_VENDOR"),
        ("Awaiting Problem", "WAITING_ON_VENDOR"),
        ("Resolved", "RESOLVED"),
        ("Closed", "CLOSED"),
    ],
)
def test_a_state_of_the_log_is_a_status_of_codex(state, status):
    assert told(plan(known("NEW"), None, row(state))) == [f"to {status}"]


def test_active_with_an_agent_is_in_progress_after_the_assignment():
    assert told(plan(known("NEW"), None, row("Active", ANN))) == [f"agent {ANN}", "to IN_PROGRESS"]


def test_an_active_ticket_that_loses_its_agent_is_triaged_by_that_alone():
    assert told(plan(known("IN_PROGRESS", ANN), None, row("Active"))) == ["agent None"]


@pytest.mark.parametrize("state", ["-100", "On Hold", None])
def test_an_unknown_state_leaves_the_status_alone(state):
    assert told(plan(known("WAITING_ON_VENDOR"), None, row(state, ANN))) == [f"agent {ANN}"]
    assert plan(known("RESOLVED"), None, row(state)) == []


def test_a_transfer_comes_before_the_assignment_which_it_clears():
    steps = plan(known("IN_PROGRESS", ANN), None, row("Active", ANN, group="Group 7"))
    assert told(steps) == ["team Group 7", f"agent {ANN}", "to IN_PROGRESS"]


def test_a_transfer_to_nobody_needs_no_unassigning():
    assert told(plan(known("IN_PROGRESS", ANN), None, row("Active", group="Group 7"))) == ["team Group 7"]


def test_a_group_without_a_name_is_a_team_that_has_its_agents():
    steps = plan(known("NEW", group=None), None, row("Active", ANN, group=None))
    assert told(steps) == ["team Unnamed group", f"agent {ANN}", "to IN_PROGRESS"]
    assert told(plan(known("NEW"), None, row("New", group=None))) == ["team Unnamed group"]


def test_category_and_priority_come_first():
    steps = plan(known("NEW"), None, row("Resolved", category="Category 1", subcategory=None, priority="P1"))
    assert told(steps) == ["category category-1", "priority P1", "to RESOLVED"]


def test_a_missing_category_or_priority_later_changes_nothing():
    assert plan(known("NEW"), None, row(category=None, subcategory=None, priority=None)) == []


def test_a_resolved_ticket_that_is_worked_on_again_is_reopened_first():
    steps = plan(known("RESOLVED", ANN), row("Resolved", ANN), row("Active", ANN, reopen_count=1))
    assert told(steps) == ["to REOPENED", "to IN_PROGRESS"]


def test_a_reopened_ticket_with_another_agent_is_assigned_in_between():
    steps = plan(known("CLOSED", ANN), row("Closed", ANN), row("Active", BEN, reopen_count=1))
    assert told(steps) == ["to REOPENED", f"agent {BEN}", "to IN_PROGRESS"]


def test_leaving_resolved_reopens_even_when_it_is_not_counted():
    assert told(plan(known("RESOLVED"), row("Resolved"), row("Active"))) == ["to REOPENED", "to TRIAGED"]


def test_closed_gets_back_to_resolved_only_by_a_reopening():
    assert told(plan(known("CLOSED"), row("Closed"), row("Resolved"))) == ["to REOPENED", "to RESOLVED"]


def test_a_reopening_that_only_the_count_tells_is_resolved_first():
    steps = plan(known("IN_PROGRESS", ANN), row("Active", ANN), row("Active", ANN, reopen_count=1))
    assert told(steps) == ["to RESOLVED", "to REOPENED", "to IN_PROGRESS"]


def test_a_reopening_between_two_resolved_rows_is_told_by_the_count():
    steps = plan(known("RESOLVED"), row("Resolved"), row("Resolved", reopen_count=1))
    assert told(steps) == ["to REOPENED", "to RESOLVED"]


def test_a_count_that_rises_by_several_is_one_reopening():
    steps = plan(known("CLOSED"), row("Closed"), row("Closed", reopen_count=500_000))
    assert told(steps) == ["to REOPENED", "to CLOSED"]


def test_a_first_row_that_counts_a_reopening_was_resolved_before():
    assert told(plan(known("NEW"), None, row("Active", reopen_count=1)))[:2] == ["to RESOLVED", "to REOPENED"]


def test_a_finished_ticket_changes_team_agent_and_category_without_being_reopened():
    steps = plan(known("RESOLVED", ANN), None, row("Closed", BEN, group="Group 7", priority="P2"))
    assert told(steps) == ["priority P2", "team Group 7", f"agent {BEN}", "to CLOSED"]
