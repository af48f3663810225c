"""What wakes rules: which fact, or for how long something has been so; and what else a trigger may be told."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from codex.automation.models import TIMED, Trigger
from codex.kernel.checks import Checks
from codex.kernel.criteria.grammar import CUSTOM, Kind, Operator
from codex.kernel.criteria.tree import Leaf, Values
from codex.kernel.facts import Fact
from codex.sla.clock_facts import SlaAtRisk, SlaBreached
from codex.sla.clock_state import ClockKind
from codex.tickets.criteria import CHANGE_FIELDS
from codex.tickets.facts import (
    Assigned,
    CategoryChanged,
    MessageAdded,
    PriorityChanged,
    StatusChanged,
    TeamChanged,
    TicketOpened,
)
from codex.tickets.hanging_facts import CustomFieldChanged
from codex.tickets.models import Ticket, TicketStatus

HOURS_MOST = 87_600
_SLA = (Trigger.SLA_APPROACHING, Trigger.SLA_BREACHED)


class TriggerConfig(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What a trigger waits for. `hours`: for so long, of a timed one, which needs it. `status`: in or into this status.
    `clock`: of this clock."""

    hours: float | None = None
    status: TicketStatus | None = None
    clock: ClockKind | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """A trigger that a fact about a ticket pulled. `change`: what conditions may ask about the change."""

    trigger: Trigger
    ticket: Ticket
    change: Values = field(default_factory=dict)


def pulled_by(fact: Fact) -> Pulled | None:
    """The trigger that a fact pulls; None: no rule hears of it."""
    match fact:
        case TicketOpened(ticket=ticket):
            return Pulled(Trigger.TICKET_CREATED, ticket)
        case StatusChanged(ticket=ticket, old=old, new=new):
            return Pulled(Trigger.STATUS_CHANGED, ticket, {"fromStatus": (old,), "toStatus": (new,), **_of("status")})
        case Assigned(ticket=ticket):
            return Pulled(Trigger.ASSIGNMENT_CHANGED, ticket, _of("assignee"))
        case TeamChanged(ticket=ticket):
            return Pulled(Trigger.ASSIGNMENT_CHANGED, ticket, _of("team"))
        case PriorityChanged(ticket=ticket):
            return Pulled(Trigger.PRIORITY_CHANGED, ticket, _of("priority"))
        case CategoryChanged(ticket=ticket):
            return Pulled(Trigger.CATEGORY_CHANGED, ticket, _of("category"))
        case CustomFieldChanged(ticket=ticket, field_id=field_id):
            return Pulled(Trigger.CUSTOM_FIELD_CHANGED, ticket, _of(f"{CUSTOM}{field_id}"))
        case MessageAdded(ticket=ticket, message_type=kind):
            return Pulled(Trigger.MESSAGE_ADDED, ticket, _of(f"{kind.value} message"))
        case SlaAtRisk(ticket=ticket, clock=clock):
            return Pulled(Trigger.SLA_APPROACHING, ticket, _of(clock.value))
        case SlaBreached(ticket=ticket, clock=clock):
            return Pulled(Trigger.SLA_BREACHED, ticket, _of(clock.value))
        case _:
            return None


def _of(changed: str) -> dict[str, Any]:
    return {"changedField": (changed,)}


def check_config(check: Checks, trigger: Trigger, config: TriggerConfig) -> None:
    """Note what does not fit a trigger about its config, each with its path."""
    is_timed = trigger in TIMED
    if is_timed and config.hours is None:
        check.fail("triggerConfig.hours", f"{trigger} needs to know for how many hours.")
    if not is_timed and config.hours is not None:
        check.fail("triggerConfig.hours", f"{trigger} happens at once; it waits for no hours.")
    if config.hours is not None and not 0 < config.hours <= HOURS_MOST:
        check.fail("triggerConfig.hours", f"Hours are more than 0 and at most {HOURS_MOST}.")
    if config.status is not None and not is_timed and trigger is not Trigger.STATUS_CHANGED:
        check.fail("triggerConfig.status", f"{trigger} has nothing to do with a status; ask for it as a condition.")
    if config.status is TicketStatus.NEW and trigger is Trigger.STATUS_CHANGED:
        check.fail("triggerConfig.status", "Nothing goes back to NEW.")
    if config.clock is not None and trigger not in _SLA:
        check.fail("triggerConfig.clock", f"{trigger} has nothing to do with a clock.")


def leaves_of(trigger: Trigger, config: TriggerConfig) -> list[Leaf]:
    """What the config of a trigger that facts pull asks for, as conditions."""
    found = []
    if trigger is Trigger.STATUS_CHANGED and config.status is not None:
        found.append(_equals("toStatus", config.status.value))
    if config.clock is not None:
        found.append(_equals("changedField", config.clock.value))
    return found


def _equals(name: str, value: str) -> Leaf:
    asked = CHANGE_FIELDS[name]
    assert asked.kind in (Kind.CHOICE, Kind.TEXT)
    return Leaf(asked, Operator.EQUALS, frozenset({value}), value)
