"""Believable views of rules and prepared texts."""

from dataclasses import replace

import page_samples as desk

from codex.automation.models import Trigger
from codex.automation.triggers import TriggerConfig
from codex.web.present import action_words, rule_words
from codex.web.present.rule_views import (
    AnswerView,
    MacroStepView,
    MacroView,
    PreparedView,
    RuleRowView,
    RulesView,
    RuleView,
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
                    matches="412", place=1),
        RuleRowView(name="Payroll", says=say("Says {words}", words="payslip"), whose="People", state=OFF, matches="0",
                    place=2),
    ),
    next_automation="/rules?automation=x",
)  # fmt: skip
EMPTY = RulesView(routing=(), automation=())
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


def rule(*, answer: AnswerView | None = None) -> RuleView:
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
        href="/rules/automation/1", matches="23", runs=(ran, failed, silent), answer=answer or AnswerView(),
        problems=("There is no such active team.",), failed=desk.when(desk.before(days=2)), error="It was refused.",
        next_href="/rules/automation/1?cursor=x",
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
