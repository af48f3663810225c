"""Rules that would have fought the draft: that set the same thing otherwise at the same event, or that undo each other.

Pure. The others are today's rules, asked about the ticket as it was then.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from codex.automation.models import TIMED
from codex.automation.terms import Rule
from codex.kernel.criteria.grammar import Field
from codex.kernel.criteria.tree import Values, holds
from codex.rehearsal.answers import SHOWN, Called, Clash, Conflict
from codex.rehearsal.drafts import Draft
from codex.rehearsal.effects import after, change, clashing, effects, told, wakes
from codex.rehearsal.occasions import Occasion, fields_of
from codex.rehearsal.pulling import change_of

DRAFT, OTHER = "draft", "other"
"""Whose value stays."""


class _Rival(NamedTuple):
    """A rule that sets `name` otherwise than the draft does."""

    rule: Rule
    name: str
    value: Any


class _Fight(NamedTuple):
    rule_id: UUID
    kind: Clash
    name: str
    other: str


class _First(NamedTuple):
    other: Any
    wins: str
    ticket_id: UUID
    display_id: str
    at: datetime


@dataclass(slots=True)
class Fights:
    """The fights of a draft, as they are found. `fields`: what its rivals ask about tickets."""

    draft: Draft
    fields: list[Field] = field(init=False)
    _own: dict[str, Any] = field(init=False)
    _beside: list[_Rival] = field(init=False)
    _undoing: list[_Rival] = field(init=False)
    _counted: Counter[_Fight] = field(default_factory=Counter)
    _first: dict[_Fight, _First] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own, trigger = effects(self.draft.all_of(self.draft.rule)), self.draft.rule.terms.trigger
        rivals = [
            _Rival(rule, name, sets[name])
            for rule in self.draft.others
            if (sets := effects(self.draft.all_of(rule)))
            for name in clashing(own, sets)
        ]
        self._own = own
        self._beside = [rival for rival in rivals if rival.rule.terms.trigger is trigger]
        self._undoing = [rival for rival in rivals if wakes(rival.name) is rival.rule.terms.trigger]
        asked = (each for rival in (*self._beside, *self._undoing) for each in fields_of(rival.rule))
        self.fields = list({each.name: each for each in asked}.values())

    def look(self, occasion: Occasion) -> None:
        """Count what there is at a moment at which the draft acts; its life must still be at that moment."""
        for clash, first in self._found(occasion):
            self._counted[clash] += 1
            self._first.setdefault(clash, first)

    def told(self) -> list[Conflict]:
        """The most frequent ones first, SHOWN at most."""
        names = {key: known.name for (key, _), known in self.draft.known.items()}
        return [
            Conflict(
                rule=Called(clash.rule_id, names.get(clash.rule_id, "")), kind=clash.kind, sets=clash.name,
                draft=told(self._own[clash.name]), other=first.other, wins=first.wins, count=count,
                ticket_id=first.ticket_id, display_id=first.display_id, at=first.at,
            )
            for clash, count in self._counted.most_common(SHOWN)
            if (first := self._first[clash])
        ]  # fmt: skip

    def _found(self, occasion: Occasion) -> Iterator[tuple[_Fight, _First]]:
        woken_by_fact = self.draft.rule.terms.trigger not in TIMED
        about = change_of(occasion.event.type, occasion.event.payload) if woken_by_fact else {}
        for rival in self._beside if woken_by_fact else ():
            if self._is_asked(rival.rule, occasion) and self._holds_beside(rival.rule, occasion, about):
                wins = DRAFT if self.draft.precedes((rival.rule.id, rival.rule.version)) else OTHER
                yield self._clash(occasion, Clash.SAME_EVENT, rival.rule.id, rival.name, rival.value, wins)
        for rival in self._undoing:
            if self._is_asked(rival.rule, occasion) and self._is_woken(rival, occasion):
                yield self._clash(occasion, Clash.UNDONE, rival.rule.id, rival.name, rival.value, OTHER)
        changed = about.get("changedField", ("",))[0]
        if occasion.by is not None and occasion.by[0] != self.draft.rule.id and changed in self._own:
            was = occasion.event.payload.get("to")
            if was != told(self._own[str(changed)]):
                yield self._clash(occasion, Clash.UNDOES, occasion.by[0], str(changed), was, DRAFT)

    def _is_asked(self, rule: Rule, occasion: Occasion) -> bool:
        state = occasion.life.state
        return state is not None and rule.team_id in (None, state.assigned_team_id)

    def _holds_beside(self, rule: Rule, occasion: Occasion, about: Mapping[str, Any]) -> bool:
        return holds(rule.conditions, {**self._values(rule, occasion), **about})

    def _is_woken(self, rival: _Rival, occasion: Occasion) -> bool:
        """Whether the draft's setting something, where that changes it, is what another rule waits for."""
        life, before, value = occasion.life, occasion.life.state, self._own[rival.name]
        assert before is not None
        if (then := after(before, rival.name, value)) == before and then.hanging == before.hanging:
            return False
        life.state = then
        try:
            values = {**self._values(rival.rule, occasion), **change(before, rival.name, value)}
        finally:
            life.state = before
        return holds(rival.rule.conditions, values)

    def _values(self, rule: Rule, occasion: Occasion) -> Values:
        return occasion.life.values(fields_of(rule), now=occasion.at)

    def _clash(
        self, occasion: Occasion, kind: Clash, rule_id: UUID, name: str, other: Any, wins: str
    ) -> tuple[_Fight, _First]:
        life = occasion.life
        first = _First(told(other), wins, life.ticket_id, life.display_id, occasion.at)
        return _Fight(rule_id, kind, name, repr(other)), first
