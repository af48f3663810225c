"""Which rule a new ticket goes by: in the order of rules, the first that matches. Pure: no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from codex.kernel.criteria.grammar import Field
from codex.kernel.criteria.tree import All, Condition, Finding, Values, explain, holds, leaves
from codex.routing.keywords import Keyword, first_in
from codex.tickets.criteria_state import asked_fields


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be asked. `version_id`: the version that says this. `broken`: why it cannot be asked, if so."""

    id: UUID
    version: int
    version_id: int
    name: str
    team_id: UUID
    assignee_id: UUID | None
    keywords: tuple[Keyword, ...]
    conditions: Condition
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a rule said to a ticket. `keyword`: the first of its keywords that is in the ticket's words."""

    rule: Rule
    matched: bool
    keyword: Keyword | None


@dataclass(frozen=True, slots=True)
class Choice:
    """All rules that were looked at, in order; the last one won, if any did."""

    looked: Sequence[Looked]

    @property
    def winner(self) -> Looked | None:
        """The one that matched."""
        last = self.looked[-1] if self.looked else None
        return last if last is not None and last.matched else None


def choose(rules: Sequence[Rule], text: str, values: Values) -> Choice:
    """The first of the rules, in their order, that matches a ticket; broken ones are passed over.

    `text`: its subject and description as `keywords.heard` has them; `values`: what it has of `fields_of(rules)`.
    """
    looked = []
    for rule in rules:
        looked.append(look(rule, text, values))
        if looked[-1].matched:
            break
    return Choice(looked)


def look(rule: Rule, text: str, values: Values) -> Looked:
    """Whether one rule matches: one of its keywords, where it has any, and all of its conditions."""
    if rule.broken is not None:
        return Looked(rule, False, None)
    keyword = first_in(text, rule.keywords)
    matched = (keyword is not None or not rule.keywords) and holds(rule.conditions, values)
    return Looked(rule, matched, keyword)


def held(rule: Rule, values: Values) -> str:
    """For each condition of a rule, in the order they were written, 1 if it holds and 0 if not."""
    return "".join("1" if holds(leaf, values) else "0" for leaf in leaves(rule.conditions))


def seen_by(rule: Rule, values: Values, held: str) -> list[Finding]:
    """Each condition of a rule, with what it saw, and whether it held then."""
    found = explain(rule.conditions, values)
    if len(found) != len(held):
        return []
    return [replace(each, holds=bit == "1") for each, bit in zip(found, held, strict=True)]


def fields_of(rules: Sequence[Rule]) -> list[Field]:
    """What the conditions of these rules ask about."""
    return asked_fields(rule.conditions for rule in rules if rule.broken is None)


NOTHING = All(())
"""No condition: it always holds."""
