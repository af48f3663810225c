"""Texts that agents have ready, and the views that they work from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codex.demo.foundations import House


@dataclass(frozen=True, slots=True)
class Text:
    """A canned response. `keeper` (a key) keeps it for themselves, for the `team` (a slug), or for everybody."""

    keeper: str
    name: str
    content: str
    team: str | None = None
    is_global: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A saved view, kept likewise."""

    keeper: str
    name: str
    conditions: Sequence[Any]
    sort: str | None = None
    team: str | None = None
    is_global: bool = False
    is_default: bool = False


_HELLO = "Hello {{requester.firstName}},\n\n"
TEXTS: tuple[Text, ...] = (
    Text("ona", "We have it", f"{_HELLO}we have your request ({{{{ticket.displayId}}}}) and look at it today. You can "
         "follow it at {{ticket.url}}.\n\n{{agent.firstName}}", is_global=True),
    Text("ona", "Closing for want of an answer", f"{_HELLO}I have not heard from you about “{{{{ticket.subject}}}}”, "
         "so I close it for now. A reply opens it again.\n\n{{agent.firstName}}, {{team.name}}", is_global=True),
    Text("lena", "Dock: without power for a minute", f"{_HELLO}unplug the dock from *power* for a minute, not only "
         "from the laptop, then plug it in again. That cures half of them.", team="it"),
    Text("lena", "Loan laptop is ready", f"{_HELLO}a loan laptop waits for you at the IT desk. Bring yours along "
         "({{customField.Asset tag}}), we keep it until it is repaired.", team="it"),
    Text("noor", "What you write stays with us", f"{_HELLO}only HR reads this conversation. Write as openly as you "
         "like.\n\n{{agent.displayName}}", team="hr"),
    Text("grace", "Somebody comes by", f"{_HELLO}somebody of {{{{team.name}}}} comes by today and has a look.",
         team="facilities"),
    Text("amir", "Ring me", "It is quicker by phone: ring me on 4-117, I am there until 16:00.\n\n{{agent.firstName}}"),
)  # fmt: skip


def views(house: House) -> tuple[View, ...]:
    """Every view of the demo, each after what it names exists."""
    undone = {"field": "status", "operator": "notIn", "value": ["RESOLVED", "CLOSED"]}
    cause = f"customField:{house.fields['Cause'].id}"
    return (
        View("ona", "Urgent and not solved",
             [undone, {"field": "priority", "operator": "in", "value": ["P1", "P2"]}], "-createdAt", is_global=True),
        View("ona", "Overdue", [{"field": "slaState", "operator": "equals", "value": "BREACHED"}], "dueAt",
             is_global=True),
        View("ona", "With a supplier for a week",
             [{"field": "status", "operator": "equals", "value": "WAITING_ON_VENDOR"},
              {"field": "hoursInStatus", "operator": "atLeast", "value": 168}], is_global=True),
        View("lena", "Network", [undone, {"field": "category", "operator": "equals", "value": "network"}], team="it"),
        View("lena", "Broken hardware, this month",
             [{"field": cause, "operator": "equals", "value": "Hardware fault"},
              {"field": "hoursSinceCreated", "operator": "atMost", "value": 720}], team="it"),
        View("grace", "Somebody waits at a door",
             [undone, {"field": "category", "operator": "in", "value": ["badges-keys", "parking"]}], team="facilities"),
        View("lena", "What needs me",
             [undone, {"field": "team", "operator": "equals", "value": "it"},
              {"any": [{"field": "priority", "operator": "equals", "value": "P1"},
                       {"field": "reopenCount", "operator": "atLeast", "value": 1},
                       {"all": [{"field": "assignee", "operator": "isNotSet"},
                                {"field": "hoursSinceCreated", "operator": "atLeast", "value": 4}]}]}],
             "createdAt", is_default=True),
        View("amir", "Mine, silent for two days",
             [undone, {"field": "assignee", "operator": "equals", "value": "me"},
              {"field": "hoursSinceRequesterMessage", "operator": "atLeast", "value": 48}]),
        View("amir", "From home",
             [{"field": "tag", "operator": "equals", "value": "home-office"},
              {"not": {"field": "status", "operator": "equals", "value": "CLOSED"}}]),
    )  # fmt: skip
