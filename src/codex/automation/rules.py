"""Verbs about automation rules: add, change, remove. Every save is a version that stays as it is."""

from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field, structs

from codex.automation import checking
from codex.automation.facts import AutomationRuleAdded, AutomationRuleChanged, AutomationRuleRemoved
from codex.automation.models import AutomationRule, AutomationRuleVersion, Trigger
from codex.automation.policy import may_set, may_set_webhooks
from codex.automation.terms import RuleTerms, plain, public, terms_of
from codex.automation.triggers import TriggerConfig
from codex.classification.queries import refuse_absent_team
from codex.db.work import Work
from codex.kernel.changes import given_of
from codex.kernel.errors import Unprocessable, require
from codex.kernel.seal import Seal

_WHOSE = "Owners write everybody's rules, and the admins of a team that team's own."
_WEBHOOKS = "Owners say where tickets may be sent to; leave call_webhook as it is."


class NewRule(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A rule to be added: everybody's, or with `teamId` that team's own, which acts within what the team may do."""

    name: str
    trigger: Trigger
    priority: int
    description: str | None = None
    trigger_config: TriggerConfig = field(default_factory=TriggerConfig)
    conditions: list[Any] = field(default_factory=list)
    actions: list[Any]
    is_active: bool = True
    team_id: UUID | None = None


class RuleChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a rule; what is UNSET stays. `teamId`: whose it is from now on, null: everybody's."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    trigger: Trigger | UnsetType = UNSET
    trigger_config: TriggerConfig | UnsetType = UNSET
    conditions: list[Any] | UnsetType = UNSET
    actions: list[Any] | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    team_id: UUID | None | UnsetType = UNSET


async def add(work: Work, new: NewRule, *, seal: Seal | None = None) -> AutomationRule:
    """Add a rule; it is asked from now on. `seal`: for the secrets of its webhooks, which without it has none.

    Raises Invalid for what no rule can say, each with its path, and Unprocessable for what it names and there is not.
    """
    require(may_set(work.actor, new.team_id), _WHOSE)
    await refuse_absent_team(work.session, new.team_id, path="teamId")
    if work.actor.id is None:
        raise Unprocessable("A rule is somebody's: who makes it hears when it fails.")
    terms = await checking.checked(await work.reader(), RuleTerms(**given_of(new)), former=None, seal=seal)
    refuse_webhooks(work, terms, None)
    rule = AutomationRule(created_by_id=work.actor.id, created_at=work.now, updated_at=work.now, version=1)
    _put(rule, terms)
    work.session.add(rule)
    await _keep(work, rule, terms)
    work.record(
        AutomationRuleAdded(team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=1, terms=public(terms))
    )
    return rule


async def change(work: Work, rule: AutomationRule, wanted: RuleChanges, *, seal: Seal | None = None) -> None:
    """Change what is given of a rule loaded by `queries.held_rule`; a new version of it, and the end of a pause.

    Of a secret that is there, `hasSecret` lets it be. Who gives a rule to others must be able to write theirs too.
    Raises Invalid and Unprocessable as `add` does.
    """
    require(may_set(work.actor, rule.team_id), _WHOSE)
    if wanted.team_id is not UNSET and wanted.team_id != rule.team_id:
        require(may_set(work.actor, wanted.team_id), _WHOSE)
        await refuse_absent_team(work.session, wanted.team_id, path="teamId")
    former, given = terms_of(rule), given_of(wanted)
    asked = structs.replace(former, actions=_shown(former), **{k: v for k, v in given.items() if k != "actions"})
    if "actions" in given:
        asked = structs.replace(asked, actions=given["actions"])
    if not given:
        return
    terms = await checking.checked(await work.reader(), asked, former=former, seal=seal)
    refuse_webhooks(work, terms, former)
    if terms == former and not (rule.paused_at is not None and wanted.is_active is True):
        return
    was_paused, rule.paused_at = rule.paused_at is not None, None
    _put(rule, terms)
    rule.version, rule.updated_at = rule.version + 1, work.now
    await _keep(work, rule, terms)
    old, new = public(former), public(terms)
    changed = [name for name in new if new[name] != old[name]]
    fact = AutomationRuleChanged(
        team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=rule.version,
        old={**{name: old[name] for name in changed}, **({"isPaused": True} if was_paused else {})},
        new={**{name: new[name] for name in changed}, **({"isPaused": False} if was_paused else {})},
    )  # fmt: skip
    work.record(fact)


async def remove(work: Work, rule: AutomationRule) -> None:
    """Remove a rule for good. What it did to tickets stays, and with it what it did and saw there, under its name."""
    require(may_set(work.actor, rule.team_id), _WHOSE)
    fact = AutomationRuleRemoved(team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=rule.version)
    rule.deleted_at = rule.updated_at = work.now
    rule.is_active, rule.team_id = False, None
    await work.session.flush()
    work.session.info.pop("automation_rules", None)
    work.record(fact)


def _shown(terms: RuleTerms) -> list[Any]:
    shown: list[Any] = public(terms)["actions"]
    return shown


def refuse_webhooks(work: Work, terms: RuleTerms, former: RuleTerms | None) -> None:
    """Who may not say where tickets are sent to leaves what is there as it is, or takes it away; and sends those of no
    other team there."""
    there = checking.webhooks_of(former) if former and former.team_id == terms.team_id else []
    require(may_set_webhooks(work.actor) or all(webhook in there for webhook in checking.webhooks_of(terms)), _WEBHOOKS)


def _put(rule: AutomationRule, terms: RuleTerms) -> None:
    told = plain(terms)
    rule.name, rule.description, rule.priority = terms.name, terms.description, terms.priority
    rule.trigger, rule.trigger_config = terms.trigger.value, told["triggerConfig"]
    rule.conditions, rule.actions = terms.conditions, terms.actions
    rule.is_active, rule.team_id = terms.is_active, terms.team_id


async def _keep(work: Work, rule: AutomationRule, terms: RuleTerms) -> None:
    await work.session.flush()
    kept = AutomationRuleVersion(rule_id=rule.id, version=rule.version, terms=plain(terms), created_at=work.now)
    kept.created_by_id = work.actor.id
    work.session.add(kept)
    await work.session.flush()
    work.session.info.pop("automation_rules", None)
