"""What a rule says, as a version keeps it; and the rule that can be asked, read out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from msgspec import Struct, ValidationError, convert, to_builtins

from codex.automation.models import TIMED, AutomationRule, Trigger
from codex.automation.triggers import TriggerConfig, leaves_of
from codex.db.database import Reader
from codex.kernel.actor import system
from codex.kernel.criteria.grammar import Operator, Vocabulary
from codex.kernel.criteria.reading import read
from codex.kernel.criteria.tree import All, Leaf
from codex.kernel.errors import Problem
from codex.tickets import vocabulary
from codex.tickets.action_reading import read_actions
from codex.tickets.actions import Action, shown
from codex.tickets.criteria import CHANGE_FIELDS
from codex.tickets.lifecycle import DONE
from codex.tickets.models import TicketStatus

_UNDONE = frozenset(TicketStatus) - frozenset(DONE)


class RuleTerms(Struct, frozen=True, kw_only=True, rename="camel"):
    """All that a rule says. `actions` as they are kept."""

    name: str
    description: str | None
    trigger: Trigger
    trigger_config: TriggerConfig
    conditions: list[Any]
    actions: list[Any]
    is_active: bool
    priority: int
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be asked. Its conditions are what its trigger's config asks for, then its own. `broken`: why it
    cannot be asked; it must not be then."""

    id: UUID
    version: int
    terms: RuleTerms
    conditions: All
    actions: tuple[Action, ...]
    broken: tuple[Problem, ...] = ()

    @property
    def team_id(self) -> UUID | None:
        """Whose it is; None: everybody's."""
        return self.terms.team_id

    @property
    def statuses(self) -> frozenset[TicketStatus]:
        """In which of them a rule that time wakes looks at tickets: the one of its config; or those that its conditions
        leave, where they ask for some; or all but the finished ones."""
        status = self.terms.trigger_config.status
        if status is not None:
            return frozenset({status})
        asked = [
            _asked(part) for part in self.conditions.parts if isinstance(part, Leaf) and part.field.name == "status"
        ]
        left = [statuses for statuses in asked if statuses is not None]
        return frozenset.intersection(*left) if left else _UNDONE


def _asked(leaf: Leaf) -> frozenset[TicketStatus] | None:
    """The statuses that a condition asks for; None: it asks for none by name."""
    match leaf.operator, leaf.said:
        case Operator.EQUALS, str(name):
            return frozenset({TicketStatus(name)})
        case Operator.IN, list(names):
            return frozenset(map(TicketStatus, names))
    return None


def terms_of(rule: AutomationRule) -> RuleTerms:
    """What a rule says now."""
    return RuleTerms(
        name=rule.name, description=rule.description, trigger=Trigger(rule.trigger),
        trigger_config=convert(rule.trigger_config, TriggerConfig), conditions=rule.conditions, actions=rule.actions,
        is_active=rule.is_active, priority=rule.priority, team_id=rule.team_id,
    )  # fmt: skip


def plain(terms: RuleTerms) -> dict[str, Any]:
    """What a rule says, as JSON values."""
    told: dict[str, Any] = to_builtins(terms)
    return told


def public(terms: RuleTerms) -> dict[str, Any]:
    """What a rule says, as people may read it: of secrets only that there are some."""
    return {**plain(terms), "actions": shown(terms.actions)}


def read_terms(kept: Mapping[str, Any]) -> RuleTerms:
    """What was kept as a version. What cannot be read of a trigger's config is as if nothing was said of it."""
    try:
        return convert(kept, RuleTerms)
    except ValidationError:
        return convert({**kept, "triggerConfig": {}}, RuleTerms)


async def words_for(reader: Reader, written: Sequence[object]) -> Vocabulary:
    """What has to be known to read these lists of conditions. Nobody is `me`: rules are nobody's."""
    return await vocabulary.vocabulary(reader, system(), written)


def rule_of(key: UUID, version: int, terms: RuleTerms, words: Vocabulary) -> Rule:
    """The rule that can be asked. Broken, with the reasons, where it asks about, or does, what is no more."""
    tree, problems = read(terms.conditions, with_changes(words))
    actions, unread = read_actions(terms.actions, is_kept=True)
    first = () if terms.trigger in TIMED else tuple(leaves_of(terms.trigger, terms.trigger_config))
    return Rule(key, version, terms, All((*first, *tree.parts)), actions, (*problems, *unread))


def with_changes(words: Vocabulary) -> Vocabulary:
    """What a rule can ask about: also the change that woke it, which is absent where its trigger is no such change."""
    return replace(words, fields={**words.fields, **CHANGE_FIELDS})
