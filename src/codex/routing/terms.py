"""What a rule says, as a version keeps it; and the rule that can be asked, read out of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct, to_builtins

from codex.kernel.criteria.grammar import Vocabulary
from codex.kernel.criteria.reading import read
from codex.routing.choose import NOTHING, Rule
from codex.routing.keywords import keyword
from codex.routing.models import RoutingRule


class RuleTerms(Struct, frozen=True, kw_only=True, rename="camel"):
    """All that a rule says."""

    name: str
    keywords: list[str]
    conditions: list[Any]
    team_id: UUID
    assignee_id: UUID | None
    priority: int
    is_active: bool


def terms_of(rule: RoutingRule) -> RuleTerms:
    """What a rule says now."""
    return RuleTerms(
        name=rule.name, keywords=rule.keywords, conditions=rule.conditions, team_id=rule.team_id,
        assignee_id=rule.assignee_id, priority=rule.priority, is_active=rule.is_active,
    )  # fmt: skip


def plain(terms: RuleTerms) -> dict[str, Any]:
    """What a rule says, as JSON values."""
    told: dict[str, Any] = to_builtins(terms)
    return told


def rule_of(key: UUID, version: int, version_id: int, terms: RuleTerms, words: Vocabulary) -> Rule:
    """The rule that can be asked. Broken, with the reason, where its conditions ask about what is no more."""
    tree, problems = read(terms.conditions, words)
    broken = why_broken(terms, [f"{problem.path}: {problem.message}" for problem in problems])
    return Rule(
        id=key, version=version, version_id=version_id, name=terms.name, team_id=terms.team_id,
        assignee_id=terms.assignee_id, keywords=tuple(map(keyword, terms.keywords)),
        conditions=NOTHING if problems else tree, broken=broken,
    )  # fmt: skip


def why_broken(terms: RuleTerms, problems: Sequence[str]) -> str | None:
    """Why a rule cannot be asked, by what it says itself: its conditions' first problem, or that it says nothing."""
    if problems:
        return problems[0]
    return None if terms.keywords or terms.conditions else "It has neither keywords nor conditions."
