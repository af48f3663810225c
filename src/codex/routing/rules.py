"""Verbs about routing rules: add, change, remove."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from codex.classification.queries import refuse_absent_team
from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.changes import given_of
from codex.kernel.checks import Checks
from codex.kernel.criteria.reading import read
from codex.kernel.errors import Unprocessable, require
from codex.routing import keywords
from codex.routing.conditions import of_new
from codex.routing.facts import RoutingRuleAdded, RoutingRuleChanged, RoutingRuleRemoved
from codex.routing.models import RoutingRule, RoutingRuleVersion
from codex.routing.policy import may_set
from codex.routing.terms import RuleTerms, plain, terms_of

PRIORITY_MOST = 1_000_000
_WHOSE = "The admins of a team set the rules that send tickets to it, and owners all."


class NewRoutingRule(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A rule to be added: tickets with one of the keywords, for which all conditions hold, go to the team, and where
    given to the person. Rules are asked in ascending `priority`, then the oldest first."""

    name: str
    team_id: UUID
    priority: int
    keywords: list[str] = field(default_factory=list)
    conditions: list[Any] = field(default_factory=list)
    assignee_id: UUID | None = None
    is_active: bool = True


class RoutingRuleChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a rule; what is UNSET stays."""

    name: str | UnsetType = UNSET
    team_id: UUID | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    conditions: list[Any] | UnsetType = UNSET
    assignee_id: UUID | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


async def add(work: Work, new: NewRoutingRule, *, learned: Mapping[str, Any] | None = None) -> RoutingRule:
    """Add a rule. `learned`: how well it did on past tickets, of one that was proposed.

    Raises Invalid for what no rule can say, Unprocessable naming each condition that does not fit, a team that is not
    active and a person who does not work for it.
    """
    require(may_set(work.actor, new.team_id), _WHOSE)
    given = checked(given_of(new))
    rule = RoutingRule(
        **given, version=1, learned=dict(learned) if learned else None, created_at=work.now, updated_at=work.now
    )
    await _refuse(work, terms_of(rule))
    work.session.add(rule)
    await work.session.flush()
    await _keep(work, rule)
    fact = RoutingRuleAdded(
        team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=1, terms=plain(terms_of(rule))
    )
    work.record(fact)
    return rule


async def change(work: Work, rule: RoutingRule, wanted: RoutingRuleChanges) -> None:
    """Change what is given of a rule loaded by `queries.held_rule`; a new version of it, unless nothing changes.

    Who sends its tickets to another team must be able to set the rules of both. Raises as `add` does; what is only
    switched off need not fit any more.
    """
    require(may_set(work.actor, rule.team_id), _WHOSE)
    if wanted.team_id is not UNSET:
        require(may_set(work.actor, wanted.team_id), _WHOSE)
    before = terms_of(rule)
    for name, value in checked(given_of(wanted)).items():
        setattr(rule, name, value)
    after = terms_of(rule)
    old, new = plain(before), plain(after)
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return
    if after.is_active or set(changed) - {"isActive", "name", "priority"}:
        await _refuse(work, after)
    rule.version, rule.updated_at = rule.version + 1, work.now
    await work.session.flush()
    await _keep(work, rule)
    fact = RoutingRuleChanged(
        team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=rule.version,
        old={name: old[name] for name in changed}, new={name: new[name] for name in changed},
    )  # fmt: skip
    work.record(fact)


async def remove(work: Work, rule: RoutingRule) -> None:
    """Remove a rule for good; decisions that it made are explained as before."""
    require(may_set(work.actor, rule.team_id), _WHOSE)
    fact = RoutingRuleRemoved(team_id=rule.team_id, rule_id=rule.id, name=rule.name, version=rule.version)
    work.record(fact)
    await work.session.delete(rule)


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a rule, as it is kept. Raises Invalid for what no rule can say."""
    kept = dict(given)
    with Checks() as check:
        if "name" in kept:
            kept["name"] = check.line("name", kept["name"])
        if "keywords" in kept:
            kept["keywords"] = keywords.checked(check, kept["keywords"])
        if not 0 <= kept.get("priority", 0) <= PRIORITY_MOST:
            check.fail("priority", f"A place in the order is from 0 to {PRIORITY_MOST:,}.")
    return kept


async def refuse_unfit(work: Work, terms: RuleTerms) -> None:
    """Raise Unprocessable for a rule that could never be asked, or whose team takes no tickets."""
    if not terms.keywords and not terms.conditions:
        raise Unprocessable("Give at least one keyword or condition: else it would take every ticket.", path="keywords")
    words = await of_new(await work.reader(), [terms.conditions])
    _, problems = read(terms.conditions, words)
    if problems:
        raise Unprocessable(" ".join(problem.message for problem in problems), problems=problems)
    await refuse_absent_team(work.session, terms.team_id, path="teamId")


def no_member() -> Unprocessable:
    """What refuses a rule whose person does not work for its team."""
    return Unprocessable("The person must be an active member of the team.", path="assigneeId")


async def _refuse(work: Work, terms: RuleTerms) -> None:
    """Refuse what can never be done; the person is a member until this is saved."""
    await refuse_unfit(work, terms)
    who = terms.assignee_id
    if who is not None and not await people.is_active_member(work.session, terms.team_id, who):
        raise no_member()


async def _keep(work: Work, rule: RoutingRule) -> None:
    terms = plain(terms_of(rule))
    version = RoutingRuleVersion(
        rule_id=rule.id, version=rule.version, terms=terms, created_by_id=work.actor.id, created_at=work.now
    )
    work.session.add(version)
    await work.session.flush()
