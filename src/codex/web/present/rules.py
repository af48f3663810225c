"""Rules for who leads a team: how each stands, what it says in words, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from codex.automation.deliveries import FAILED_MOST
from codex.automation.overview import Overview
from codex.automation.reading import RuleRow
from codex.automation.tallies import OF_LATE, Tally
from codex.db.page import Page
from codex.routing.counting import MOST
from codex.routing.reading import RoutingRuleRow
from codex.web.present import action_words, rule_log, rule_states, rule_words, words
from codex.web.present.language import gettext as _
from codex.web.present.language import ngettext
from codex.web.present.rule_page_views import CallsView, CallView, RuleView
from codex.web.present.rule_rehearsal_views import RehearsingView
from codex.web.present.rule_views import AnswerView, RuleRowView, RulesView, StateView, Words
from codex.web.present.rule_words import Names, say

HREF = "/rules"
Tallies = Mapping[UUID, Tally]
_KEYWORDS_SHOWN = 4


def rules(
    routing: Page[RoutingRuleRow],
    automation: Page[RuleRow],
    tallies: Tallies,
    names: Names,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> RulesView:
    """Both lists."""
    return RulesView(
        routing=tuple(_routing(row, tallies, names) for row in routing.items),
        automation=tuple(_automation(row, tallies, names, now=now, zone=zone) for row in automation.items),
        days=OF_LATE.days,
        next_routing=f"{HREF}?routing={routing.next_cursor}" if routing.next_cursor else None,
        next_automation=f"{HREF}?automation={automation.next_cursor}" if automation.next_cursor else None,
    )


def rule(
    found: Overview,
    names: Names,
    *,
    answer: AnswerView,
    rehearsing: RehearsingView,
    now: datetime,
    zone: ZoneInfo,
) -> RuleView:
    """One automation rule."""
    row, tally, log, href = found.rule, found.tally, found.log, automation_href(found.rule.id)
    about = names.get(str(found.ticket_id), "") if found.ticket_id else ""
    onward = f"ticket={about}&cursor=" if about else "cursor="
    return RuleView(
        name=row.name, description=row.description or "", whose=_whose(row.team_id, names), state=_state(row),
        place=row.priority, version=row.version, when=rule_words.trigger(row.trigger, row.trigger_config),
        conditions=rule_words.conditions(row.conditions, names), actions=action_words.actions(row.actions, names),
        href=href, matches=_matches(tally),
        matched=ngettext("time it matched", "times it matched", tally.matches),
        problems=tuple(problem.message for problem in row.broken),
        failed=words.when(tally.failed_at, now=now, zone=zone) if tally.failed_at else None, error=tally.error or "",
        runs=tuple(rule_log.run(one, names, now=now, zone=zone) for one in log.items), answer=answer,
        next_href=f"{href}?{onward}{log.next_cursor}" if log.next_cursor else None, about=about, days=OF_LATE.days,
        calls=_calls(found, now=now, zone=zone), rehearsing=rehearsing,
    )  # fmt: skip


def _automation(row: RuleRow, tallies: Tallies, names: Names, *, now: datetime, zone: ZoneInfo) -> RuleRowView:
    tally = tallies.get(row.id, Tally())
    return RuleRowView(
        name=row.name, says=rule_words.trigger(row.trigger, row.trigger_config), whose=_whose(row.team_id, names),
        state=_state(row), matches=_matches(tally), place=row.priority, href=automation_href(row.id),
        problem=" ".join(problem.message for problem in row.broken),
        failed=words.when(tally.failed_at, now=now, zone=zone) if tally.failed_at else None, error=tally.error or "",
    )  # fmt: skip


def _routing(row: RoutingRuleRow, tallies: Tallies, names: Names) -> RuleRowView:
    return RuleRowView(
        name=row.name, says=_sends(row, names), whose=_whose(row.team_id, names),
        state=rule_states.standing(is_broken=bool(row.broken), is_paused=False, is_active=row.is_active),
        matches=_matches(tallies.get(row.id, Tally())), place=row.priority, problem=row.broken or "",
        href=routing_href(row.id),
    )  # fmt: skip


def _sends(row: RoutingRuleRow, names: Names) -> Words:
    """What a routing rule says, in short."""
    said = ", ".join(row.keywords[:_KEYWORDS_SHOWN]) + (" …" if len(row.keywords) > _KEYWORDS_SHOWN else "")
    count = len(row.conditions)
    more = _("one condition") if count == 1 else _("{count} conditions").format(count=count)
    if said and count:
        return say(_("Says {words}, and {more} hold"), words=said, more=more, plain=("more",))
    if said:
        return say(_("Says {words}"), words=said)
    return say(_("{more} hold"), more=more, plain=("more",)) if count else say(_("Every new ticket"))


def _state(row: RuleRow) -> StateView:
    return rule_states.standing(
        is_broken=bool(row.broken), is_paused=row.paused_at is not None, is_active=row.is_active
    )


def _matches(tally: Tally) -> str:
    return rule_states.bounded(tally.matches, MOST)


def _whose(team_id: UUID | None, names: Names) -> str:
    return names.get(str(team_id), "") if team_id else _("Everybody")


def _calls(found: Overview, *, now: datetime, zone: ZoneInfo) -> CallsView:
    count, most = found.failed_calls, FAILED_MOST - 1
    if not count:
        return CallsView()
    said = rule_states.bounded(count, most)
    one, many = _("One call of its webhook failed for good."), _("{count} calls of its webhooks failed for good.")
    sentence = one if count == 1 else many.format(count=said)
    shown = found.calls[:most]
    if not shown:
        sentence = f"{sentence} {_('Owners see which.')}"
    return CallsView(
        sentence=sentence,
        shown=tuple(
            CallView(at=words.when(call.created_at, now=now, zone=zone), url=call.url, error=call.error)
            for call in shown
        ),
    )  # fmt: skip


def automation_href(rule_id: UUID) -> str:
    """The page of an automation rule."""
    return f"{HREF}/automation/{rule_id}"


def routing_href(rule_id: UUID) -> str:
    """The page of a routing rule."""
    return f"{HREF}/routing/{rule_id}"
