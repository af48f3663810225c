"""What became of a rule on tickets, and why it did not act on one: told from its log."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from codex.automation.executions import ExecutionRow
from codex.automation.reading import RuleRow
from codex.kernel.criteria.tree import Finding
from codex.web.present import action_words, rule_rehearsal, words
from codex.web.present.language import gettext as _
from codex.web.present.rule_views import AnswerView, RunView, SeenView, StateView, StepView
from codex.web.present.rule_words import Names
from codex.web.present.views import LinkView


def run(row: ExecutionRow, names: Names, *, now: datetime, zone: ZoneInfo) -> RunView:
    """A line of the log."""
    ticket = names.get(str(row.ticket_id), str(row.ticket_id))
    return RunView(
        state=_state(row), ticket=LinkView(label=ticket, href=f"/tickets/{ticket}"),
        at=words.when(row.executed_at, now=now, zone=zone), trigger=row.trigger.value, version=row.rule_version,
        error=row.error or "", conditions=tuple(seen(finding, names) for finding in row.conditions),
        steps=tuple(_step(told, names) for told in row.actions),
    )  # fmt: skip


def seen(finding: Finding, names: Names) -> SeenView:
    """A condition with what it saw."""
    return rule_rehearsal.seen(finding.field, finding.operator, finding.value, finding.seen, names, holds=finding.holds)


def answer(
    rule: RuleRow, ticket: str, typed: str, rows: Sequence[ExecutionRow], names: Names, *, now: datetime, zone: ZoneInfo
) -> AnswerView:
    """Why the rule acted on a ticket, or did not, the last time that it was asked. `rows`: its log there, newest
    first."""
    if not rows:
        return AnswerView(typed=typed, sentence=_never_asked(rule, ticket))
    row = rows[0]
    at = words.moment(row.executed_at, now=now, zone=zone)
    if row.matched or row.error:
        return AnswerView(typed=typed, sentence=_acted(row, ticket, at))
    blamed = [seen(finding, names) for finding in to_blame(rule, row)]
    told = _("It looked at {ticket} {at} and did nothing, since this did not hold:")
    many = _("It looked at {ticket} {at} and did nothing, since none of these held:")
    return AnswerView(
        typed=typed, sentence=(told if len(blamed) == 1 else many).format(ticket=ticket, at=at),
        conditions=tuple(blamed),
    )  # fmt: skip


def to_blame(rule: RuleRow, row: ExecutionRow) -> list[Finding]:
    """The conditions because of which a rule did not match: those of the first entry of its list that does not hold.

    Of a version that is no more, the first single condition that did not hold.
    """
    found = iter(row.conditions)
    before = len(row.conditions) - sum(_leaves(entry) for entry in rule.conditions)
    if row.rule_version == rule.version and before >= 0:
        for finding in [next(found) for _place in range(before)]:  # what its trigger asks for comes first
            if not finding.holds:
                return [finding]
        return guilty(rule.conditions, row.conditions[before:])
    return [finding for finding in row.conditions if not finding.holds][:1]


def guilty(written: Sequence[Any], findings: Sequence[Finding]) -> list[Finding]:
    """Of a list of conditions, and what they found in its order: those of the first entry that does not hold."""
    found = iter(findings)
    for entry in written if len(findings) == sum(map(_leaves, written)) else ():
        holds, decided = _judge(entry, found)
        if not holds:
            return decided
    return [finding for finding in findings if not finding.holds][:1]


def _leaves(entry: Any) -> int:
    parts = _parts(entry)
    return 1 if parts is None else sum(map(_leaves, parts))


def _judge(entry: Any, found: Iterator[Finding]) -> tuple[bool, list[Finding]]:
    """Whether an entry holds, and the conditions that decided; takes its findings, in their order."""
    parts = _parts(entry)
    if parts is None:
        finding = next(found)
        return finding.holds, [finding]
    judged = [_judge(part, found) for part in parts]
    if "not" in entry:
        holds = not all(held for held, _guilty in judged)
    else:
        holds = (any if "any" in entry else all)(held for held, _guilty in judged)
    decided = judged if "not" in entry else [each for each in judged if each[0] is holds] or judged
    first = decided[:1] if "all" in entry and not holds else decided
    return holds, [finding for _held, guilty in first for finding in guilty]


def _parts(entry: Any) -> Sequence[Any] | None:
    """The parts of a group; None for a single condition."""
    if not isinstance(entry, Mapping):
        return None
    inner = next((entry[key] for key in ("all", "any", "not") if key in entry), None)
    return None if inner is None else inner if isinstance(inner, list) else [inner]


def _state(row: ExecutionRow) -> StateView:
    if row.matched and row.success:
        return StateView(word=_("Ran"), icon="check", tone="green")
    if row.matched:
        return StateView(word=_("Failed"), icon="circle-alert", tone="red")
    if row.error:
        return StateView(word=_("Passed over"), icon="circle-alert", tone="amber")
    return StateView(word=_("Did not match"), icon="minus", tone="quiet")


def _step(told: Mapping[str, Any], names: Names) -> StepView:
    changed = told.get("error") or action_words.changes(told.get("changed", ()), names)
    return StepView(name=action_words.type_word(str(told.get("type"))), changed=str(changed))


def _acted(row: ExecutionRow, ticket: str, at: str) -> str:
    if row.matched and row.success:
        return _("It did run on {ticket}, {at}.").format(ticket=ticket, at=at)
    if row.matched:
        told = _("It matched {ticket} {at}, and all that it did was undone: {error}")
    else:
        told = _("It was passed over on {ticket} {at}: {error}")
    return told.format(ticket=ticket, at=at, error=row.error)


def _never_asked(rule: RuleRow, ticket: str) -> str:
    told = _("It has not been asked about {ticket}, as far as is kept: {why}")
    if rule.paused_at is not None:
        why = _("it is paused, since it failed too often.")
    elif not rule.is_active:
        why = _("it is switched off.")
    else:
        why = _("what wakes it has not happened there, or the ticket was not with its team then.")
    return told.format(ticket=ticket, why=why)
