"""A routing rule for who works for its team: what it says, the tickets that it took, and why it did not take one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from codex.routing.counting import MOST
from codex.routing.outcomes import Outcome, OutcomeRow, Overview
from codex.routing.reading import RoutingRuleRow
from codex.web.present import rule_log, rule_rehearsal, rule_states, rule_words, words
from codex.web.present.language import gettext as _
from codex.web.present.rule_page_views import RoutingRuleView, TakenView
from codex.web.present.rule_rehearsal_views import RehearsingView
from codex.web.present.rule_views import AnswerView, SeenView, Words
from codex.web.present.rule_words import Names, say
from codex.web.present.views import LinkView


def rule(
    found: Overview,
    names: Names,
    *,
    href: str,
    list_href: str | None,
    typed: str,
    rehearsing: RehearsingView,
    of_late: timedelta,
    now: datetime,
    zone: ZoneInfo,
) -> RoutingRuleView:
    """One routing rule. `typed`: the ticket that was asked about; `of_late`: how far back it is counted."""
    row, counts = found.rule, found.counts
    return RoutingRuleView(
        name=row.name, place=row.priority, version=row.version, problem=row.broken or "", learned=_learned(row),
        state=rule_states.standing(is_broken=bool(row.broken), is_paused=False, is_active=row.is_active),
        keywords=tuple(row.keywords), conditions=rule_words.conditions(row.conditions, names), then=_then(row, names),
        took=rule_states.bounded(counts.took, MOST), asked=rule_states.bounded(counts.asked, MOST), days=of_late.days,
        taken=tuple(_taken(one, row, now=now, zone=zone) for one in found.taken.items),
        answer=answer(found, typed, names, now=now, zone=zone), rehearsing=rehearsing, href=href,
        list_href=list_href, next_href=f"{href}?cursor={found.taken.next_cursor}" if found.taken.next_cursor else None,
    )  # fmt: skip


def _then(row: RoutingRuleRow, names: Names) -> tuple[Words, ...]:
    gone = _("something that is no more")
    sends = say(_("Send it to {team}"), team=names.get(str(row.team_id), gone))
    if row.assignee_id is None:
        return (sends,)
    return sends, say(_("Give it to {person}"), person=names.get(str(row.assignee_id), gone))


def _learned(row: RoutingRuleRow) -> str:
    learned = row.learned or {}
    if said := learned.get("because"):
        return str(said)
    if "precision" not in learned or "support" not in learned:
        return ""
    pattern = _("Learned from finished tickets: it would have been right on {support} of them, {precision} of those "
                "that it matches.")  # fmt: skip
    return pattern.format(support=f"{learned['support']:,}", precision=f"{100 * learned['precision']:.0f}\u00a0%")


def _taken(one: OutcomeRow, rule: RoutingRuleRow, *, now: datetime, zone: ZoneInfo) -> TakenView:
    whose = [one.team.name if one.team else _("Triage queue"), *([one.assignee.name] if one.assignee else [])]
    return TakenView(
        ticket=LinkView(label=one.display_id, href=f"/tickets/{one.display_id}"), subject=one.subject,
        says=one.keyword or "", at=words.when(one.at, now=now, zone=zone), whose=" · ".join(whose),
        status=words.status_for_agents(one.status.value),
        moved=one.team is None or one.team.id != rule.team_id,
    )  # fmt: skip


def answer(found: Overview, typed: str, names: Names, *, now: datetime, zone: ZoneInfo) -> AnswerView:
    """Why the rule took the ticket that was asked about, or did not; nothing where none was."""
    if not typed:
        return AnswerView()
    if found.ticket is None:
        return AnswerView(typed=typed, sentence=_("There is no ticket {ref}.").format(ref=typed), is_wrong=True)
    blamed = _blamed(found.ticket, found.written, names)
    at = words.moment(found.ticket.at, now=now, zone=zone)
    return AnswerView(typed=typed, sentence=sentence(found.ticket, len(blamed), at), conditions=tuple(blamed))


def sentence(one: OutcomeRow, blamed: int, at: str) -> str:
    """Why a rule took a ticket or did not; the conditions that are to blame, so many, follow it."""
    winner = one.winner
    won = winner.keyword if winner else None
    patterns = {
        Outcome.TOOK: _("It took {ticket} {at}: it says “{won}”.") if won
        else _("It took {ticket} {at}: all its conditions held."),
        Outcome.DID_NOT_MATCH: _("It looked at {ticket} {at} and did not take it, since this did not hold:")
        if blamed == 1
        else _("It looked at {ticket} {at} and did not take it, since none of these held:"),
        Outcome.BROKEN: _("It was passed over on {ticket} {at}: {broken}"),
        Outcome.EARLIER_RULE: _("It was not asked about {ticket}: the rule {rule} comes earlier and took it {at}, "
                                "since it says “{won}”.") if won
        else _("It was not asked about {ticket}: the rule {rule} comes earlier and took it {at}, since all its "
               "conditions held."),
        Outcome.OFF: _("It was not asked about {ticket}, which came in {at}: it was switched off then."),
        Outcome.NOT_THERE_YET: _("It was not asked about {ticket}, which came in {at}: there was no such rule yet."),
        Outcome.TEAM_NAMED: _("No rule was asked about {ticket}: whoever opened it named the team."),
        Outcome.IMPORTED: _("No rule was asked about {ticket}: it was imported with its team."),
    }  # fmt: skip
    return patterns[one.outcome].format(
        ticket=one.display_id, at=at, won=won, broken=one.broken, rule=winner.name if winner else ""
    )


def _blamed(one: OutcomeRow, written: Sequence[Any], names: Names) -> list[SeenView]:
    if one.outcome is not Outcome.DID_NOT_MATCH:
        return []
    if one.keyword is None and one.keywords:
        return [rule_rehearsal.says(", ".join(one.keywords), one.subject, holds=False)]
    return [rule_log.seen(finding, names) for finding in rule_log.guilty(written, one.conditions)]
