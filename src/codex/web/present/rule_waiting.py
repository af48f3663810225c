"""Why a rule that time wakes has not run on a ticket, as of now, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from codex.automation.reading import RuleRow
from codex.automation.waiting import Waiting
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.rule_log import guilty, seen
from codex.web.present.rule_views import AnswerView
from codex.web.present.rule_words import Names


def answer(
    rule: RuleRow, ticket: str, typed: str, waits: Waiting, names: Names, *, now: datetime, zone: ZoneInfo
) -> AnswerView:
    """Of a rule that is at work and has not run for the ticket's present stay."""
    if waits.since is None or waits.due_at is None:
        told = _("It does not wait on {ticket}: the ticket is not as it looks for, or not with its team.")
        return AnswerView(typed=typed, sentence=told.format(ticket=ticket))
    blamed = tuple(seen(finding, names) for finding in guilty(rule.conditions, waits.conditions))
    return AnswerView(
        typed=typed, conditions=blamed,
        sentence=_told(is_due=waits.due_at <= now, is_blamed=bool(blamed)).format(
            ticket=ticket, hours=f"{rule.trigger_config.hours or 0:g}",
            since=words.moment(waits.since, now=now, zone=zone), due=words.moment(waits.due_at, now=now, zone=zone),
        ),
    )  # fmt: skip


def _told(*, is_due: bool, is_blamed: bool) -> str:
    if is_due and is_blamed:
        return _("It has been time on {ticket} since {due}, and it looks every minute; so far this does not hold:")
    if is_due:
        return _("It has been time on {ticket} since {due}, and all holds: it runs within a minute.")
    if is_blamed:
        return _("It waits on {ticket} until {due}, {hours} hours from {since}; as of now this would not hold then:")
    return _("It waits on {ticket} until {due}, {hours} hours from {since}.")
