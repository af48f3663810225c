"""Believable views of rules and prepared texts."""

from dataclasses import replace

import page_samples as desk

from codex.automation.models import Trigger
from codex.automation.triggers import TriggerConfig
from codex.web.present import action_words, rule_words, words
from codex.web.present.rule_page_views import CallsView, CallView, RoutingRuleView, RuleView, TakenView
from codex.web.present.rule_rehearsal_views import MatchView, RehearsalView, RehearsingView, WayView
from codex.web.present.rule_views import (
    AnswerView,
    MacroStepView,
    MacroView,
    PreparedView,
    RuleRowView,
    RulesView,
    RunView,
    SeenView,
    StateView,
    StepView,
)
from codex.web.present.rule_words import say
from codex.web.present.views import LinkView

NAMES = {"it": "IT Support", "network": "Network"}
ACTIVE = StateView(word="Active", icon="check", tone="green")
PAUSED = StateView(word="Paused", icon="hourglass", tone="amber")
BROKEN = StateView(word="Broken", icon="circle-alert", tone="red")
OFF = StateView(word="Off", icon="minus", tone="quiet")
_WHEN = rule_words.trigger(Trigger.TICKET_CREATED, TriggerConfig())
_LONG = "Requests about the network from Stockholm and Lisbon that say that something disconnects again and again"
RULES = RulesView(
    automation=(
        RuleRowView(name="Network requests to IT Support", says=_WHEN, whose="Everybody", state=ACTIVE, matches="23",
                    place=10, href="/rules/automation/1"),
        RuleRowView(name=_LONG, says=_WHEN, whose="IT Support", state=PAUSED, matches="1,000+", place=20,
                    href="/rules/automation/2", failed=desk.when(desk.before(hours=2)),
                    error="RESOLVED cannot become IN_PROGRESS."),
        RuleRowView(name="To facilities", says=_WHEN, whose="IT Support", state=BROKEN, matches="0", place=30,
                    href="/rules/automation/3", problem="There is no such active team."),
    ),
    routing=(
        RuleRowView(name="VPN", says=say("Says {words}", words="vpn, wi-fi"), whose="IT Support", state=ACTIVE,
                    matches="412", place=1, href="/rules/routing/1"),
        RuleRowView(name="Payroll", says=say("Says {words}", words="payslip"), whose="People", state=OFF, matches="0",
                    place=2, href="/rules/routing/2"),
    ),
    days=30, next_automation="/rules?automation=x",
)  # fmt: skip
EMPTY = RulesView(routing=(), automation=(), days=30)
_CONDITIONS = [
    {"field": "category", "operator": "equals", "value": "network"},
    {"field": "requesterLocation", "operator": "in", "value": ["Stockholm", "Lisbon"]},
    {"any": [
        {"field": "priority", "operator": "in", "value": ["P1", "P2"]},
        {"not": {"field": "anyText", "operator": "contains", "value": "disconnect"}},
    ]},
]  # fmt: skip
_ACTIONS = [
    {"type": "assign_team", "teamId": "it"}, {"type": "assign_round_robin"}, {"type": "set_priority", "priority": "P2"},
    {"type": "add_internal_note", "body": "Sent here by a rule. " * 12},
]  # fmt: skip
_LEAF = rule_words.leaf("category", "equals", "network", NAMES)
_SAW = (
    SeenView(words=_LEAF, seen="Network", holds=True),
    SeenView(words=rule_words.leaf("requesterLocation", "in", ["Stockholm", "Lisbon"], {}), seen="Porto", holds=False),
)


_CLASH = say("{rule} sets priority to {other} where this rule sets it to {draft}: 3 times, first on IT-4702. The other "
             "rule has the last word.", rule="Urgent outages", other="Urgent", draft="High")  # fmt: skip
REHEARSED = RehearsalView(
    count="23", sentence="times it would have run, on 21 tickets; 4,120 events were looked at",
    matches=tuple(
        MatchView(ticket=LinkView(label=f"IT-47{n}", href=f"/tickets/IT-47{n}"), at=desk.when(desk.before(days=n - 8)),
                  conditions=_SAW[:1] if n == 10 else ())
        for n in range(10, 13)
    ),
    caption="The first 3 of 23", does=("Set priority: 23 times", "Mails that would have gone out: 2"),
    conflicts=(_CLASH,),
)  # fmt: skip
ROUTED = replace(
    REHEARSED, does=("Assign team: 23 times",),
    agreement=("Of 210 that are solved, today’s rules send 180 (86 %) to the team that solved them.",
               "With this rule among them it would be 190 (90 %)."),
    ways=(
        WayView(today="IT Support", with_it="IT Support", solved_by="IT Support", tickets="180", agrees=True),
        WayView(today="Triage queue", with_it="Facilities", solved_by="IT Support", tickets="20", agrees=False),
    ),
    with_it=True,
)  # fmt: skip
REFUSED = RehearsalView(problem="There are more than 1,000,000 events in this period; rehearse a shorter one.")


def rehearsing(answer: RehearsalView | None, *, kind: str = "automation") -> RehearsingView:
    return RehearsingView(href=f"/rules/{kind}/1/rehearsal", days=30, answer=answer)


def routing_rule(*, answer: AnswerView | None = None, rehearsed: RehearsalView | None = None) -> RoutingRuleView:
    taken = TakenView(
        ticket=LinkView(label="IT-4821", href="/tickets/IT-4821"), subject="VPN drops every ten minutes since Monday",
        says="VPN", at=desk.when(desk.before(hours=1)), status=words.status_for_agents("IN_PROGRESS"),
        whose="IT Support · Amir Haddad", moved=False,
    )  # fmt: skip
    moved = replace(
        taken, says="", status=words.status_for_agents("RESOLVED"), whose="Facilities", moved=True,
        ticket=LinkView(label="FAC-12", href="/tickets/FAC-12"), subject=_LONG,
    )  # fmt: skip
    return RoutingRuleView(
        name="VPN and network", state=ACTIVE, place=30, version=4, keywords=("VPN", "Wi-Fi", "remote access"),
        conditions=rule_words.conditions(_CONDITIONS, NAMES), learned="Learned from finished tickets.", took="412",
        then=(say("Send it to {team}", team="IT Support"), say("Give it to {person}", person="Amir Haddad")),
        asked="1,000+", days=30, taken=(taken, moved), answer=answer or AnswerView(), href="/rules/routing/1",
        rehearsing=rehearsing(rehearsed, kind="routing"), list_href="/rules", problem="The team IT is not active.",
        next_href="/rules/routing/1?cursor=x",
    )  # fmt: skip


def rule(*, answer: AnswerView | None = None, rehearsed: RehearsalView | None = None) -> RuleView:
    ran = RunView(
        state=StateView(word="Ran", icon="check", tone="green"),
        ticket=LinkView(label="IT-4821", href="/tickets/IT-4821"),
        at=desk.when(desk.before(hours=1)), trigger="TICKET_CREATED", version=3, conditions=_SAW[:1],
        steps=(StepView(name="Set priority", changed="priority Normal → High"),),
    )  # fmt: skip
    failed = replace(ran, state=StateView(word="Failed", icon="circle-alert", tone="red"), error="It was refused.")
    silent = replace(ran, state=StateView(word="Did not match", icon="minus", tone="quiet"), conditions=_SAW, steps=())
    return RuleView(
        name="Network requests to IT Support", description="What the network team asked for in March.",
        whose="IT Support", state=ACTIVE, place=10, version=3, when=_WHEN,
        conditions=rule_words.conditions(_CONDITIONS, NAMES), actions=action_words.actions(_ACTIONS, NAMES),
        href="/rules/automation/1", matches="23", matched="times it matched",
        runs=(ran, failed, silent), answer=answer or AnswerView(),
        problems=("There is no such active team.",), failed=desk.when(desk.before(days=2)), error="It was refused.",
        next_href="/rules/automation/1?cursor=x", days=30, rehearsing=rehearsing(rehearsed),
        calls=CallsView(
            sentence="One call of its webhook failed for good.",
            shown=(CallView(at=desk.when(desk.before(days=1)), url="https://hooks.acme.example/codex/tickets",
                            error="It answered 500."),),
        ),
    )  # fmt: skip


ANSWERED = AnswerView(
    typed="IT-4702", sentence="It looked at IT-4702 today at 10:02 and did nothing, since this did not hold:",
    conditions=_SAW[1:],
)  # fmt: skip
NO_TICKET = AnswerView(typed="IT-9", sentence="There is no ticket IT-9.", is_wrong=True)
MACRO = MacroView(
    id="1", name="We are on it",
    steps=(
        MacroStepView(words=action_words.action({"type": "set_priority", "priority": "P1"}, {})),
        MacroStepView(words=action_words.action({"type": "add_tag", "tag": "vpn"}, {}), problem="You may not do this."),
    ),
)  # fmt: skip
TEXTS = (
    PreparedView(name="We are on it", says="Hello {{requester.firstName}}, we are looking.", whose="Everybody’s",
                 href="/tickets/IT-4821/texts/1", does=(action_words.action({"type": "add_tag", "tag": "vpn"}, {}),)),
    PreparedView(name="To facilities", says="This goes to facilities.", whose="IT Support",
                 href="/tickets/IT-4821/texts/2", problem="There is no such active team."),
)  # fmt: skip
