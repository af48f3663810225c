"""Asking rules: each sees what earlier ones did, what matches runs, and what did not is kept with what it saw."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import json

from codex.automation.active import Asked
from codex.automation.keeping import Seen, keep
from codex.automation.models import AutomationRuleSet
from codex.automation.running import Occasion, course_of, note_broken, run
from codex.automation.terms import Rule
from codex.db.work import Work
from codex.kernel.actor import system
from codex.kernel.criteria.tree import Values, explain, holds
from codex.kernel.ids import new_id
from codex.tickets.criteria_values import values_of_fields

_SEES_ALL = system("Automation")


@dataclass(slots=True)
class _Asking:
    """Rules being asked about one event. `values`: what the ticket has, until a rule has changed something.
    `silent`: rules asked since they were read that have no execution."""

    work: Work
    occasion: Occasion
    asked: Asked
    change: Values
    values: Values | None = None
    silent: list[Rule] = field(default_factory=list)


async def ask(work: Work, occasion: Occasion, asked: Asked, change: Values) -> None:
    """Ask rules about an event, in their order, and let those act whose conditions hold, until one says stop.

    `change`: what conditions may ask about the change itself.
    """
    asking = _Asking(work, occasion, asked, change)
    for place, rule in enumerate(asked.rules):
        if asking.values is None:
            asking.values = await _read(asking)
        if rule.team_id not in (None, occasion.ticket.assigned_team_id):
            await _keep(asking, [rule], reason="The ticket was no longer with the team of this rule.")
        elif rule.broken:
            await note_broken(work, occasion, rule, "; ".join(problem.message for problem in rule.broken))
        elif not holds(rule.conditions, asking.values):
            asking.silent.append(rule)
        elif await _let_run(asking, rule, asking.values):
            if later := asked.rules[place + 1 :]:
                await _keep(asking, later, reason=f"The rule “{rule.terms.name}” said that no later rule runs.")
            break
    if asking.silent and asking.values is not None:
        await _keep(asking, asking.silent, reason=None)


async def _let_run(asking: _Asking, rule: Rule, values: Values) -> bool:
    """Whether no later rule is to run."""
    if cut := course_of(asking.work).why_not(asking.occasion, rule):
        await _keep(asking, [rule], reason=cut, matched=True)
        return False
    outcome = await run(asking.work, asking.occasion, rule, explain(rule.conditions, values))
    if outcome.acted:
        if asking.silent:
            await _keep(asking, asking.silent, reason=None)
        asking.silent, asking.values = [], None
    return outcome.stops


async def _read(asking: _Asking) -> Values:
    work, ticket = asking.work, asking.occasion.ticket
    await work.session.flush()
    reader = await work.reader()
    found = await values_of_fields(reader, _SEES_ALL, [ticket.id], asking.asked.fields, now=work.now)
    return {**found.get(ticket.id, {}), **asking.change}


_KEEP = """
    INSERT INTO automation_evaluations (id, event, ticket_id, rule_set, trigger, matched, reason, seen, created_at)
    VALUES (%(id)s, %(event)s, %(ticket)s, %(set)s, %(trigger)s, %(matched)s, %(reason)s, %(seen)s::jsonb, %(now)s)
    RETURNING EXISTS (
        SELECT FROM automation_rule_sets s WHERE s.rule_set = %(set)s AND s.unnamed_since IS NULL)"""


async def _keep(asking: _Asking, rules: Sequence[Rule], *, reason: str | None, matched: bool = False) -> None:
    """Keep that these rules were asked and did not act, in one row; `reason`: their conditions had no say in it."""
    work, occasion = asking.work, asking.occasion
    asked = asking.asked if len(rules) == len(asking.asked.rules) else Asked(rules)
    seen = keep(asking.values, asked.compared) if asking.values else Seen({})
    await work.session.flush()
    row = {
        "id": new_id(), "event": occasion.event_id, "ticket": occasion.ticket.id, "set": asked.rule_set,
        "trigger": occasion.trigger.value, "matched": matched, "reason": reason,
        "seen": json.encode(seen).decode(), "now": work.now,
    }  # fmt: skip
    found = await (await work.reader()).all(_KEEP, row)
    if not found[0][0]:
        for rule in rules:
            work.session.add(
                AutomationRuleSet(id=new_id(), rule_set=asked.rule_set, rule_id=rule.id, rule_version=rule.version)
            )
