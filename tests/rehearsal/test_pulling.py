"""A recorded event wakes the same rules, with the same to ask about, as the fact that it was."""

import json
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from codex.automation.models import Trigger
from codex.automation.triggers import pulled_by
from codex.kernel.facts import Fact
from codex.rehearsal.pulling import change_of, types_of
from codex.sla.clock_facts import SlaAtRisk, SlaBreached, SlaPaused
from codex.sla.clock_state import ClockKind
from codex.tickets.facts import (
    Assigned,
    CategoryChanged,
    DescriptionChanged,
    MessageAdded,
    PriorityChanged,
    StatusChanged,
    SubjectChanged,
    TeamChanged,
    TicketOpened,
)
from codex.tickets.hanging_facts import CustomFieldChanged, TagAdded
from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketPriority, TicketStatus
from world import instant

AT = instant("2026-03-02T09:00Z")
TICKET = cast(Ticket, SimpleNamespace(id=uuid4()))
OPENED: dict[str, Any] = {
    "number": 1, "display_id": "IT-1", "subject": "s", "description": "", "priority": TicketPriority.P1,
    "channel": TicketChannel.PORTAL, "requester_id": uuid4(), "team_id": None, "category_id": None,
}  # fmt: skip
FACTS: list[Fact] = [
    TicketOpened(ticket=TICKET, **OPENED),
    StatusChanged(ticket=TICKET, old=TicketStatus.NEW, new=TicketStatus.TRIAGED),
    StatusChanged(ticket=TICKET, old=TicketStatus.CLOSED, new=TicketStatus.TRIAGED, stamps=(None, AT)),
    Assigned(ticket=TICKET, old=None, new=uuid4()),
    TeamChanged(ticket=TICKET, old=uuid4(), new=None),
    PriorityChanged(ticket=TICKET, old=TicketPriority.P1, new=TicketPriority.P2),
    CategoryChanged(ticket=TICKET, old=None, new=uuid4()),
    CustomFieldChanged(ticket=TICKET, old=None, new=[1], field_id=uuid4(), name="Asset tag"),
    MessageAdded(ticket=TICKET, message_id=uuid4(), message_type=MessageType.PUBLIC, answers_first=True),
    MessageAdded(ticket=TICKET, message_id=uuid4(), message_type=MessageType.INTERNAL, answers_first=False),
    SlaAtRisk(ticket=TICKET, clock=ClockKind.RESOLUTION, at=AT, due_at=AT, notify=True),
    SlaBreached(ticket=TICKET, clock=ClockKind.FIRST_RESPONSE, at=AT, due_at=AT, notify=False, cause=None),
    SubjectChanged(ticket=TICKET, old="a", new="b"),
    DescriptionChanged(ticket=TICKET, old="a", new="b"),
    TagAdded(ticket=TICKET, name="vpn"),
    SlaPaused(ticket=TICKET, clock=ClockKind.RESOLUTION),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
def test_an_event_is_read_as_its_fact_is(fact: Fact) -> None:
    recorded = json.loads(json.dumps(fact.payload()))  # type: ignore[attr-defined]  # all of these have one
    live = pulled_by(fact)
    woken = [trigger for trigger in Trigger if fact.type in types_of(trigger)]
    assert woken == ([live.trigger] if live else [])
    if live:
        assert change_of(fact.type, recorded) == live.change


def test_every_trigger_that_facts_pull_is_among_them() -> None:
    pulled = {found.trigger for fact in FACTS if (found := pulled_by(fact))}
    assert pulled == {trigger for trigger in Trigger if types_of(trigger)}
