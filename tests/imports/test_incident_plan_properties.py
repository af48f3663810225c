from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from incident_desk import Desk, Ticket, stands_as
from incident_samples import OPENED_AT, row

from codex.imports.incident_log import LogRow
from codex.imports.incident_names import CategoryKey
from codex.imports.incident_order import arrange
from codex.imports.incident_plan import plan
from codex.imports.incident_steps import Known, Move, Open, Status, after

_STATES = ["New", "Active", "Awaiting User Info", "Awaiting Evidence", "Awaiting Vendor", "Awaiting Problem",
           "Resolved", "Closed", "-100", "On Hold", None]  # fmt: skip
_categories = st.sampled_from([(None, None), ("Category 1", None), ("Category 1", "Subcategory 1")])
_groups = st.sampled_from(["Group 1", "Group 2", None])
_agents = st.sampled_from(["Resolver 1", "Resolver 2", None])
_priorities = st.sampled_from(["P1", "P4", None])


@st.composite
def _a_row(draw: st.DrawFn) -> LogRow:
    category, subcategory = draw(_categories)
    return row(
        draw(st.sampled_from(_STATES)),
        draw(_agents),
        number=draw(st.sampled_from(["INC1", "INC2"])),
        updated_at=OPENED_AT + timedelta(minutes=draw(st.integers(-9, 99))),
        group=draw(_groups),
        category=category,
        subcategory=subcategory,
        priority=draw(_priorities),
        reopen_count=draw(st.integers(0, 3)),
        mod_count=draw(st.integers(0, 9)),
    )


@st.composite
def _a_ticket(draw: st.DrawFn) -> Known:
    group = draw(st.sampled_from(["Group 1", "Group 2", "Unnamed group", None]))
    agent = draw(_agents) if group else None
    statuses = [each for each in get_args(Status) if agent or each not in ("ASSIGNED", "IN_PROGRESS")]
    category, subcategory = draw(_categories)
    key = CategoryKey(category, subcategory) if category else None
    priority = draw(st.sampled_from(["P1", "P2", "P4"]))
    return Known(draw(st.sampled_from(statuses)), group, agent, priority, key)


@settings(deadline=None)
@given(rows=st.lists(_a_row(), max_size=15))
def test_any_rows_are_legal_steps_and_every_ticket_stands_as_each_row_says(rows):
    moments = arrange(replace(each, line=n) for n, each in enumerate(rows, start=2)).moments
    assert Desk().live(moments).wrongs == []


def _as_it_is(ticket: Known, at: datetime) -> Ticket:
    return Ticket(ticket.priority, ticket.category, at, ticket.status, ticket.group, ticket.agent)


@settings(deadline=None)
@given(ticket=_a_ticket(), previous=st.none() | _a_row(), then=_a_row())
def test_any_ticket_gets_to_any_row_as_the_plan_foresees(ticket, previous, then):
    real, foreseen = _as_it_is(ticket, then.updated_at), ticket
    steps = plan(ticket, previous, then)
    for step in steps:
        assert not isinstance(step, Open)
        real.do(step)
        foreseen = after(foreseen, step)
        assert real.known() == foreseen
    was_moved = any(isinstance(step, Move) for step in steps)
    says = stands_as(then, was_worked_on=ticket.status != "NEW" or was_moved)
    assert {name: getattr(real, name) for name in says} == says
    assert plan(foreseen, then, then) == []


@settings(deadline=None)
@given(ticket=_a_ticket(), previous=_a_row(), then=_a_row())
def test_only_a_rise_of_the_count_or_leaving_the_end_is_a_reopening_and_it_is_one(ticket, previous, then):
    moves = [step.to for step in plan(ticket, previous, then) if isinstance(step, Move)]
    leaves_the_end = ticket.status in ("RESOLVED", "CLOSED") and "REOPENED" in moves
    assert moves.count("REOPENED") == (then.reopen_count > previous.reopen_count or leaves_the_end)
